/** Connections as cards: how each does, why, and what to do next. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Connection } from '../../../client/index.ts';
import { useConnections } from '../../api/queries.ts';
import { Badge, ConnectionStateBadge } from '../../kit/badge.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { NextSteps } from '../../kit/next-steps.tsx';
import { Page } from '../../kit/page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { SearchField } from '../../kit/search-field.tsx';
import { Time } from '../../kit/time.tsx';
import { PATHS } from '../../paths.ts';
import { CapabilityMatrix } from './capability-matrix.tsx';
import { ConnectionParts } from './connection-parts.tsx';

const KIND_NAMES: Readonly<Record<Connection['kind'], string>> = {
  'user-token': 'API token of a user',
  'account-token': 'API token of the account',
  'global-key': 'Global API Key',
};

export function kindName(kind: Connection['kind']): string {
  return KIND_NAMES[kind];
}

const SEARCH_FROM = 6;

export function ConnectionsPage(): ReactNode {
  const connections = useConnections();
  const [text, setText] = useQueryState('search');
  if (connections.isPending) return <Loading what="connections" />;
  if (connections.error !== null)
    return (
      <Page title="Connections">
        <Problem error={connections.error} onRetry={() => void connections.refetch()} />
      </Page>
    );
  const wanted = text.trim().toLowerCase();
  const shown = connections.data.filter(({ label, tags, accountName }) =>
    [label, accountName ?? '', ...tags].some((one) => one.toLowerCase().includes(wanted)),
  );
  const add = (
    <Button component={Link} href={PATHS.newConnection} leftSection={<Icon name="add" />}>
      Connect an account
    </Button>
  );
  return (
    <Page
      title="Connections"
      lead="Credentials for Cloudflare accounts, each tested, watched and rotated"
      actions={add}
    >
      <ConnectionParts />
      {connections.data.length >= SEARCH_FROM ? (
        <SearchField label="Search connections" value={text} onChange={setText} />
      ) : null}
      {connections.data.length === 0 ? (
        <Empty icon="link" title="No connection to Cloudflare yet" action={add}>
          A connection is an API token of a Cloudflare account. Zoneward opens Cloudflare's form with the
          right rights filled in, tests what you paste, and keeps it sealed.
        </Empty>
      ) : (
        <div className="zw-cards">
          {shown.map((connection) => (
            <ConnectionCard key={connection.id} connection={connection} />
          ))}
        </div>
      )}
    </Page>
  );
}

function ConnectionCard({ connection }: { readonly connection: Connection }): ReactNode {
  const { id, label, kind, state, stateDetail, next, accountName, expiresAt, rotation, testedAt, tags } =
    connection;
  return (
    <article className="card zw-connection" aria-label={label}>
      <header className="row row--apart zw-cardline">
        <h2 className="cut grow">
          <Link href={`/connections/${id}`} className="zw-zonename">
            {label}
          </Link>
        </h2>
        <ConnectionStateBadge state={state} />
      </header>
      <p className="small soft">
        {accountName ?? connection.accountId} · {kindName(kind)}
      </p>
      {state === 'active' ? null : <p className="small">{stateDetail}</p>}
      <NextSteps lines={next} of={{ connection: id }} />
      <CapabilityMatrix capabilities={connection.capabilities} />
      <dl className="facts small">
        <dt>Tested</dt>
        <dd>
          <Time at={testedAt} />
        </dd>
        <dt>Expires</dt>
        <dd>
          <Time at={expiresAt} />
        </dd>
        <dt>Rotation</dt>
        <dd>
          {rotation.everyDays === 0 ? (
            <span className="soft">off</span>
          ) : (
            <>
              every {rotation.everyDays} days
              {rotation.dueAt === null ? null : (
                <>
                  , next <Time at={rotation.dueAt} />
                </>
              )}
            </>
          )}
        </dd>
      </dl>
      {tags.length === 0 ? null : (
        <div className="row row--tight">
          {tags.map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
        </div>
      )}
    </article>
  );
}
