/** Calls to Cloudflare: how many over time, which are slow, what failed, and how much of each budget is left. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { CallList, Usage } from '../../../client/index.ts';
import { useConnections, useUsage } from '../../api/queries.ts';
import { api } from '../../api/session.ts';
import { Badge } from '../../kit/badge.tsx';
import { formatSpan } from '../../kit/clock.ts';
import { Copy } from '../../kit/copy.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { FilterSelect } from '../../kit/filter-select.tsx';
import { Page } from '../../kit/page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { Time } from '../../kit/time.tsx';
import { type Column, VirtualTable } from '../../kit/virtual-table.tsx';
import { UsageChart } from '../connections/usage-chart.tsx';
import { ByConnection } from './by-connection.tsx';

const ROUTES_SHOWN = 10;
const CALLS_SHOWN = 200;

export function UsagePage(): ReactNode {
  const [connection, setConnection] = useQueryState('connection');
  const [errors, setErrors] = useQueryState('calls');
  const connections = useConnections();
  const usage = useUsage(connection === '' ? {} : { connection });
  const shown = (connections.data ?? []).filter(({ id }) => connection === '' || id === connection);
  return (
    <Page
      title="Usage"
      lead="Calls to Cloudflare in the last day: every one is counted, and none is made to count them"
    >
      <search className="zw-filters">
        <FilterSelect
          label="Every connection"
          value={connection}
          onChange={setConnection}
          choices={(connections.data ?? []).map(({ id, label }) => [id, label] as const)}
        />
        <FilterSelect
          label="All calls"
          value={errors}
          onChange={setErrors}
          choices={[['failed', 'failed calls']]}
        />
      </search>
      {usage.error === null ? null : <Problem error={usage.error} onRetry={() => void usage.refetch()} />}
      {usage.data === undefined ? <Loading what="usage" /> : <Figures usage={usage.data} />}
      {connection === '' ? <ByConnection connections={connections.data ?? []} /> : null}
      {shown.map(({ id, label }) => (
        <UsageChart key={id} connection={id} title={`Calls of ${label}`} />
      ))}
      {usage.data === undefined ? null : (
        <div className="zw-twocolumns">
          <Routes usage={usage.data} />
          <LastError usage={usage.data} />
        </div>
      )}
      <Calls connection={connection} isFailedOnly={errors === 'failed'} />
    </Page>
  );
}

function Figures({ usage: { calls, errors, rateLimited } }: { readonly usage: Usage }): ReactNode {
  const failed = Object.values(errors).reduce((sum, one) => sum + one, 0);
  const figures = [
    ['calls', calls, null],
    ['failed', failed, failed > 0 ? 'delete' : null],
    ['rate limited (429)', rateLimited, rateLimited > 0 ? 'delete' : null],
  ] as const;
  return (
    <dl className="zw-sums">
      {figures.map(([name, value, tone]) => (
        <div key={name} className={`zw-sum${tone === null ? '' : ` zw-sum--${tone}`}`}>
          <dt>{name}</dt>
          <dd>{value.toLocaleString('en')}</dd>
        </div>
      ))}
      {Object.entries(errors).map(([code, count]) => (
        <div key={code} className="zw-sum">
          <dt>
            failed with code <span className="mono">{code}</span>
          </dt>
          <dd>{count.toLocaleString('en')}</dd>
        </div>
      ))}
    </dl>
  );
}

function Routes({ usage: { routes } }: { readonly usage: Usage }): ReactNode {
  const slowest = [...routes].sort((a, b) => b.slowestMs - a.slowestMs).slice(0, ROUTES_SHOWN);
  return (
    <section className="card stack stack--tight" aria-labelledby="routes">
      <h2 id="routes">Slowest routes</h2>
      {slowest.length === 0 ? (
        <p className="soft">No call in the last day.</p>
      ) : (
        <table className="zw-matrix">
          <thead>
            <tr>
              <th scope="col">Route</th>
              <th scope="col">Calls</th>
              <th scope="col">Slowest</th>
            </tr>
          </thead>
          <tbody>
            {slowest.map(({ route, calls, slowestMs }) => (
              <tr key={route}>
                <th scope="row" className="mono tiny">
                  {route}
                </th>
                <td>{calls.toLocaleString('en')}</td>
                <td>{formatSpan(slowestMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function LastError({ usage: { lastError } }: { readonly usage: Usage }): ReactNode {
  return (
    <section className="card stack stack--tight" aria-labelledby="last-error">
      <h2 id="last-error">Last failure</h2>
      {lastError === null ? (
        <p className="soft">No call has failed in the last day.</p>
      ) : (
        <dl className="facts small">
          <dt>When</dt>
          <dd>
            <Time at={lastError.at} />
          </dd>
          <dt>Call</dt>
          <dd className="mono">
            {lastError.method} {lastError.route}
          </dd>
          <dt>Answer</dt>
          <dd>
            {lastError.status ?? 'none'}{' '}
            {lastError.error === null ? null : <Badge tone="delete">{lastError.error}</Badge>}
          </dd>
          {lastError.ray === null ? null : (
            <>
              <dt>Cloudflare ray</dt>
              <dd className="mono">
                {lastError.ray} <Copy text={lastError.ray} what="ray id" />
              </dd>
            </>
          )}
          {lastError.connectionId === null ? null : (
            <>
              <dt>Connection</dt>
              <dd>
                <Link href={`/connections/${lastError.connectionId}`}>{lastError.connectionId}</Link>
              </dd>
            </>
          )}
        </dl>
      )}
    </section>
  );
}

type Call = CallList['items'][number];

function Calls({
  connection,
  isFailedOnly,
}: {
  readonly connection: string;
  readonly isFailedOnly: boolean;
}): ReactNode {
  const query = {
    limit: CALLS_SHOWN,
    ...(connection === '' ? {} : { connection }),
    ...(isFailedOnly ? { errors: 'true' as const } : {}),
  };
  const calls = useQuery({
    queryKey: ['usage', 'list', query],
    queryFn: async ({ signal }) => (await api.listCalls({ query }, { signal })).items,
  });
  if (calls.isPending) return <Loading what="calls" />;
  if (calls.error !== null) return <Problem error={calls.error} onRetry={() => void calls.refetch()} />;
  if (calls.data.length === 0)
    return (
      <Empty icon="usage" title={isFailedOnly ? 'Nothing failed' : 'No calls yet'}>
        {isFailedOnly
          ? 'Every call was answered well.'
          : 'Read the zones of a connection, and the calls are here.'}
      </Empty>
    );
  return (
    <VirtualTable
      label="Latest calls"
      rows={calls.data}
      columns={COLUMNS}
      rowKey={({ at, route, ray }) => `${at} ${route} ${ray ?? ''}`}
      rowLabel={({ method, route, status }) => `${method} ${route}, ${status ?? 'no answer'}`}
      card={(call) => <CallCard call={call} />}
    />
  );
}

function Status({ call: { status, error } }: { readonly call: Call }): ReactNode {
  const isFine = error === null;
  return <Badge tone={isFine ? 'create' : 'delete'}>{status === null ? 'no answer' : String(status)}</Badge>;
}

const COLUMNS: readonly Column<Call>[] = [
  { key: 'at', head: 'When', width: '8rem', cell: ({ at }) => <Time at={at} /> },
  { key: 'status', head: 'Answer', width: '6rem', cell: (call) => <Status call={call} /> },
  {
    key: 'route',
    head: 'Call',
    width: 'minmax(18rem, 2fr)',
    cell: ({ method, route }) => (
      <span className="mono">
        {method} {route}
      </span>
    ),
  },
  {
    key: 'duration',
    head: 'Took',
    width: '5rem',
    align: 'end',
    cell: ({ durationMs }) => formatSpan(durationMs),
  },
  {
    key: 'ray',
    head: 'Ray',
    width: '12rem',
    cell: ({ ray }) => (ray === null ? null : <span className="mono tiny soft">{ray}</span>),
  },
];

function CallCard({ call }: { readonly call: Call }): ReactNode {
  return (
    <div className="stack stack--tight">
      <div className="row row--apart zw-cardline">
        <span className="mono cut grow">
          {call.method} {call.route}
        </span>
        <Status call={call} />
      </div>
      <div className="row row--apart tiny soft zw-cardline">
        <Time at={call.at} />
        <span>{formatSpan(call.durationMs)}</span>
      </div>
    </div>
  );
}
