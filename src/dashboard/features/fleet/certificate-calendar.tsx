/** When certificates of all zones end: the months to come, each certificate, and the zones of which nothing is known. */
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { Link, useLocation } from 'wouter';
import type { CertificateCalendar as Calendar } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Badge, type Tone } from '../../kit/badge.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { MonthGrid } from '../../kit/month-grid.tsx';
import { NextSteps } from '../../kit/next-steps.tsx';
import { Note } from '../../kit/note.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { SaveButton } from '../../kit/save-button.tsx';
import { SearchField } from '../../kit/search-field.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toasts.tsx';
import { type Column, VirtualTable } from '../../kit/virtual-table.tsx';
import { readableName } from '../zones/names.ts';
import { renewsItself } from './fleet-filter.ts';

type Entry = Calendar['items'][number];

const KEY = ['tls', 'calendar'];

export function CertificateCalendar(): ReactNode {
  const queries = useQueryClient();
  const calendar = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.certificateCalendar({}, { signal }),
  });
  const look = useMutation({
    mutationFn: () => api.certificateCalendar({ query: { refresh: true } }),
    onSuccess: (fresh) => {
      queries.setQueryData(KEY, fresh);
      void queries.invalidateQueries({ queryKey: ['tls', 'fleet'] });
      toast('The certificates of all zones are read');
    },
  });
  if (calendar.isPending) return <Loading what="certificates" />;
  if (calendar.error !== null)
    return <Problem error={calendar.error} onRetry={() => void calendar.refetch()} />;
  const lookNow = (
    <Button
      variant="default"
      leftSection={<Icon name="refresh" />}
      loading={look.isPending}
      onClick={() => look.mutate()}
    >
      Look at every zone now
    </Button>
  );
  return (
    <>
      {look.error === null ? null : <Problem error={look.error} />}
      {calendar.data.items.length === 0 ? (
        <Empty icon="lock" title="No certificate was seen yet" action={lookNow}>
          Looking costs six calls to Cloudflare for each zone. From then on the worker keeps it fresh.
        </Empty>
      ) : (
        <Known entries={calendar.data.items}>
          {lookNow}
          <SaveButton label="iCalendar" file="certificates.ics" load={() => api.certificateICalendar({})} />
        </Known>
      )}
      <Unknown calendar={calendar.data} />
    </>
  );
}

function Known({
  entries,
  children,
}: {
  readonly entries: readonly Entry[];
  /** What can be done with all of them. */
  readonly children: ReactNode;
}): ReactNode {
  const [text, setText] = useQueryState('search');
  const [, go] = useLocation();
  const shown = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return entries.filter(({ zoneName, certificate }) =>
      [zoneName, readableName(zoneName), ...certificate.hosts].some((one) => one.includes(wanted)),
    );
  }, [entries, text]);
  return (
    <>
      <div className="zw-toolbar">
        <search className="zw-filters grow">
          <SearchField label="Search certificates" value={text} onChange={setText} />
        </search>
        <span className="row">{children}</span>
      </div>
      <MonthGrid
        title="When they end"
        entries={shown.flatMap(({ zoneName, certificate: { id, type, hosts, expiresAt } }) =>
          expiresAt === null
            ? []
            : [
                {
                  key: id,
                  name: readableName(zoneName),
                  expiresAt,
                  renewsItself: renewsItself(type),
                  title: `${type}: ${hosts.join(', ')}`,
                },
              ],
        )}
        renews="renewed by Cloudflare, as long as it can validate the names"
        what={['certificate', 'certificates']}
      />
      {shown.length === 0 ? (
        <Empty icon="search" title="No certificate fits">
          Search for a part of a zone or of a name that it covers.
        </Empty>
      ) : (
        <VirtualTable
          label="Certificates"
          rows={shown}
          columns={COLUMNS}
          rowKey={({ zoneId, certificate }) => `${zoneId} ${certificate.id}`}
          rowLabel={({ zoneName, certificate }) => `${certificate.type} of ${readableName(zoneName)}`}
          card={(entry) => <EntryCard entry={entry} />}
          onOpen={({ zoneName }) => go(`/zones/${zoneName}/tls`)}
        />
      )}
    </>
  );
}

function toneOf(status: string): Tone {
  if (status === 'active') return 'create';
  return /expired|deleted|failed|timed_out/.test(status) ? 'delete' : 'risk';
}

const COLUMNS: readonly Column<Entry>[] = [
  {
    key: 'ends',
    head: 'Ends',
    width: '7rem',
    cell: ({ certificate: { expiresAt } }) => <Time at={expiresAt} never="–" />,
  },
  {
    key: 'zone',
    head: 'Zone',
    width: 'minmax(9rem, 1fr)',
    cell: ({ zoneName }) => (
      <Link href={`/zones/${zoneName}/tls`} tabIndex={-1} className="zw-zonename">
        {readableName(zoneName)}
      </Link>
    ),
  },
  {
    key: 'hosts',
    head: 'Covers',
    width: 'minmax(9rem, 1.4fr)',
    cell: ({ certificate: { hosts } }) => (
      <span className="mono" title={hosts.join(', ')}>
        {hosts.join(', ')}
      </span>
    ),
  },
  {
    key: 'type',
    head: 'Kind',
    width: '7rem',
    cell: ({ certificate: { type } }) => type.replaceAll('_', ' '),
  },
  {
    key: 'authority',
    head: 'Authority',
    width: '7rem',
    cell: ({ certificate: { authority } }) => (
      <span className="soft">{authority?.replaceAll('_', ' ') ?? '–'}</span>
    ),
  },
  {
    key: 'status',
    head: 'State',
    width: '8rem',
    cell: ({ certificate: { status } }) => <Badge tone={toneOf(status)}>{status.replaceAll('_', ' ')}</Badge>,
  },
  { key: 'seen', head: 'Seen', width: '8rem', cell: ({ readAt }) => <Time at={readAt} /> },
];

function EntryCard({ entry: { zoneName, certificate, readAt } }: { readonly entry: Entry }): ReactNode {
  const { status, type, expiresAt } = certificate;
  return (
    <div className="stack stack--tight">
      <div className="row row--apart zw-cardline">
        <strong className="cut grow">{readableName(zoneName)}</strong>
        <Badge tone={toneOf(status)}>{status.replaceAll('_', ' ')}</Badge>
      </div>
      <div className="row row--apart tiny soft zw-cardline">
        <span>
          {type.replaceAll('_', ' ')}, ends <Time at={expiresAt} never="–" />
        </span>
        <span>
          seen <Time at={readAt} />
        </span>
      </div>
    </div>
  );
}

const NAMED_MAX = 8;

/** Zones of which nothing stands above. */
function Unknown({ calendar: { unreadable, neverRead } }: { readonly calendar: Calendar }): ReactNode {
  const rest = neverRead.length - NAMED_MAX;
  return (
    <>
      {unreadable.slice(0, NAMED_MAX).map(({ zoneId, zoneName, message, next }) => (
        <Note key={zoneId} tone="risk">
          <strong>{readableName(zoneName)} could not be read</strong>
          <p>{message}</p>
          <NextSteps lines={next} of={{ zone: zoneName }} />
        </Note>
      ))}
      {neverRead.length === 0 ? null : (
        <p className="small soft">
          Nobody has looked at{' '}
          {neverRead.slice(0, NAMED_MAX).map(({ zoneId, zoneName }, index) => (
            <span key={zoneId}>
              {index === 0 ? null : ', '}
              <Link href={`/zones/${zoneName}/tls`}>{readableName(zoneName)}</Link>
            </span>
          ))}
          {rest > 0 ? (
            <>
              {' and '}
              <Link href="/tls?verdict=unseen">{rest.toLocaleString('en')} more</Link>
            </>
          ) : null}
          {' yet: nothing is known of their certificates.'}
        </p>
      )}
    </>
  );
}
