/** All zones: found by name, narrowed by what they are and how well they are known. */
import { Button, Modal } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Connection, Zone } from '../../../client/index.ts';
import { useJob } from '../../api/job-events.ts';
import { forgetZones, useConnections, useZones } from '../../api/queries.ts';
import { api } from '../../api/session.ts';
import { Badge, ZoneStatus } from '../../kit/badge.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { FilterSelect } from '../../kit/filter-select.tsx';
import { Icon } from '../../kit/icons.tsx';
import { Page } from '../../kit/page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { SearchField } from '../../kit/search-field.tsx';
import { Time, useNow } from '../../kit/time.tsx';
import { toast } from '../../kit/toasts.tsx';
import { type Column, VirtualTable } from '../../kit/virtual-table.tsx';
import { counted } from '../../kit/words.ts';
import { PATHS } from '../../paths.ts';
import { useDriftCounts } from './drift-counts.ts';
import { readableName } from './names.ts';
import { OutOfReach } from './out-of-reach.tsx';
import { freshnessOf, matchesZone, orderZones, type ZoneFilter } from './zone-filter.ts';

export function ZonesPage(): ReactNode {
  const zones = useZones();
  const connections = useConnections();
  if (zones.isPending || connections.isPending) return <Loading what="zones" />;
  const error = zones.error ?? connections.error;
  if (error !== null)
    return (
      <Page title="Zones">
        <Problem error={error} onRetry={() => void Promise.all([zones.refetch(), connections.refetch()])} />
      </Page>
    );
  if (connections.data?.length === 0)
    return (
      <Page title="Zones">
        <Empty
          icon="link"
          title="No connection to Cloudflare yet"
          action={
            <Button component={Link} href={PATHS.newConnection}>
              Connect an account
            </Button>
          }
        >
          Zones come from your Cloudflare accounts. Connect one with an API token; Zoneward tests it before it
          is kept.
        </Empty>
      </Page>
    );
  return <ZoneList zones={zones.data ?? []} connections={connections.data ?? []} />;
}

interface ZonesOf {
  readonly zones: readonly Zone[];
  readonly connections: readonly Connection[];
}

function ZoneList({ zones, connections }: ZonesOf): ReactNode {
  const search = useZoneSearch();
  const { text, status, connection, tag, drift, freshness } = search.filter;
  const now = useNow();
  const drifts = useDriftCounts();
  const [, go] = useLocation();
  const connectionById = useMemo(() => new Map(connections.map((one) => [one.id, one])), [connections]);
  const ordered = useMemo(() => orderZones(zones), [zones]);
  const shown = useMemo(() => {
    const filter = { text, status, connection, tag, drift, freshness };
    return ordered.filter((zone) => {
      const tags = connectionById.get(zone.connectionId)?.tags ?? [];
      return matchesZone(zone, { tags, drift: drifts.get(zone.id) ?? null }, filter, now);
    });
  }, [ordered, connectionById, drifts, text, status, connection, tag, drift, freshness, now]);
  const isFiltered = shown.length !== zones.length;
  return (
    <Page
      title="Zones"
      fills
      lead={`${counted(zones.length, 'zone')}${isFiltered ? `, ${shown.length.toLocaleString('en')} shown` : ''}`}
      actions={<SyncAll count={zones.length} />}
    >
      {zones.length === 0 ? null : <ZoneFilters search={search} connections={connections} />}
      {zones.length === 0 ? (
        <Empty
          icon="zone"
          title="No zone is known yet"
          action={<Link href="/connections">What the connections reach</Link>}
        >
          They appear as they are read. A token that is limited to some zones shows only those; an account
          without a zone has none to show.
        </Empty>
      ) : shown.length === 0 ? (
        <Empty
          icon="zone"
          title="No zone fits"
          action={
            <Button variant="default" onClick={() => go(PATHS.zones, { replace: true })}>
              Show all {counted(zones.length, 'zone')}
            </Button>
          }
        >
          None of them is as the search and the filters say.
        </Empty>
      ) : (
        <VirtualTable
          label="Zones"
          rows={shown}
          columns={columnsOf(connectionById, drifts, now)}
          rowKey={({ id }) => id}
          rowLabel={({ name, status: one }) => `${readableName(name)}, ${one}`}
          card={(zone) => <ZoneCard zone={zone} drifts={drifts.get(zone.id) ?? 0} now={now} />}
          onOpen={({ name }) => go(`/zones/${name}`)}
        />
      )}
    </Page>
  );
}

interface ZoneSearch {
  readonly filter: ZoneFilter;
  readonly set: { readonly [Name in keyof ZoneFilter]: (value: string) => void };
}

/** In the address, so that what one sees can be shared. */
function useZoneSearch(): ZoneSearch {
  const [text, setText] = useQueryState('search');
  const [status, setStatus] = useQueryState('status');
  const [connection, setConnection] = useQueryState('connection');
  const [tag, setTag] = useQueryState('tag');
  const [drift, setDrift] = useQueryState('drift');
  const [freshness, setFreshness] = useQueryState('freshness');
  return {
    filter: { text, status, connection, tag, drift, freshness },
    set: {
      text: setText,
      status: setStatus,
      connection: setConnection,
      tag: setTag,
      drift: setDrift,
      freshness: setFreshness,
    },
  };
}

const STATUSES = ['active', 'pending', 'initializing', 'moved', 'deleted', 'paused'];

function ZoneFilters({
  search: { filter, set },
  connections,
}: Pick<ZonesOf, 'connections'> & { readonly search: ZoneSearch }): ReactNode {
  const tags = [...new Set(connections.flatMap((one) => one.tags))].sort();
  const filters: readonly (readonly [keyof ZoneFilter, string, readonly (readonly [string, string])[]])[] = [
    ['status', 'Any status', STATUSES.map((one) => [one, one])],
    [
      'connection',
      'Any connection',
      connections.length > 1 ? connections.map(({ id, label }) => [id, label]) : [],
    ],
    ['tag', 'Any tag', tags.map((one) => [one, one])],
    [
      'drift',
      'Drift or not',
      [
        ['yes', 'With drift'],
        ['no', 'Without drift'],
      ],
    ],
    [
      'freshness',
      'Any freshness',
      [
        ['fresh', 'Verified today'],
        ['old', 'Older than a day'],
        ['stale', 'Changed since read'],
        ['never', 'Never read'],
        ['unreadable', 'Out of reach'],
      ],
    ],
  ];
  return (
    <search className="zw-filters">
      <SearchField label="Search zones" value={filter.text} onChange={set.text} />
      {filters.map(([name, label, choices]) =>
        choices.length === 0 ? null : (
          <FilterSelect
            key={name}
            label={label}
            value={filter[name]}
            onChange={set[name]}
            choices={choices}
          />
        ),
      )}
    </search>
  );
}

function columnsOf(
  connections: ReadonlyMap<string, Connection>,
  drifts: ReadonlyMap<string, number>,
  now: number,
): readonly Column<Zone>[] {
  return [
    {
      key: 'name',
      head: 'Zone',
      width: 'minmax(14rem, 2fr)',
      cell: ({ name }) => (
        <Link href={`/zones/${name}`} tabIndex={-1} className="zw-zonename">
          {readableName(name)}
        </Link>
      ),
    },
    {
      key: 'status',
      head: 'Status',
      width: '8.5rem',
      cell: ({ status, paused }) => <ZoneStatus status={status} paused={paused} />,
    },
    {
      key: 'records',
      head: 'Records',
      width: '5rem',
      align: 'end',
      cell: (zone) => {
        const count = knownRecords(zone);
        return count === null ? <span className="soft">–</span> : count.toLocaleString('en');
      },
    },
    {
      key: 'drift',
      head: 'Drift',
      width: '7rem',
      cell: ({ id }) => <DriftMark count={drifts.get(id) ?? 0} />,
    },
    {
      key: 'freshness',
      head: 'Verified',
      width: '10rem',
      cell: (zone) => <Verified zone={zone} now={now} />,
    },
    {
      key: 'connection',
      head: 'Connection',
      width: 'minmax(8rem, 1fr)',
      cell: ({ connectionId }) => <span className="soft">{connections.get(connectionId)?.label ?? '–'}</span>,
    },
    {
      key: 'plan',
      head: 'Plan',
      width: '5rem',
      cell: ({ plan }) => <span className="soft">{plan ?? '–'}</span>,
    },
  ];
}

/** Null until the zone was read: what is not known is no zero. */
function knownRecords({ recordCount, revision }: Zone): number | null {
  return revision === 0 ? null : recordCount;
}

function DriftMark({ count, of = '' }: { readonly count: number; readonly of?: string }): ReactNode {
  return count === 0 ? null : <Badge tone="risk">{of + counted(count, 'change')}</Badge>;
}

function Verified({ zone, now }: { readonly zone: Zone; readonly now: number }): ReactNode {
  return (
    <span className="row row--tight">
      <Time at={zone.freshness.verifiedAt} never="never read" />
      {freshnessOf(zone, now) === 'stale' ? <Badge tone="risk">changed since</Badge> : null}
      <OutOfReach zone={zone} />
    </span>
  );
}

function ZoneCard({
  zone,
  drifts,
  now,
}: {
  readonly zone: Zone;
  readonly drifts: number;
  readonly now: number;
}): ReactNode {
  const records = knownRecords(zone);
  return (
    <div className="stack stack--tight">
      <div className="row row--apart">
        <strong className="cut grow">{readableName(zone.name)}</strong>
        <ZoneStatus status={zone.status} paused={zone.paused} />
      </div>
      <div className="row row--apart tiny soft">
        <span className="row row--tight">
          {records === null ? '' : counted(records, 'record')}
          <DriftMark count={drifts} of="drift: " />
        </span>
        <Verified zone={zone} now={now} />
      </div>
    </div>
  );
}

/** From here on, reading all takes a good part of what Cloudflare allows in five minutes. */
const MANY_ZONES = 200;

function SyncAll({ count }: { readonly count: number }): ReactNode {
  const [isAsking, setAsking] = useState(false);
  const queries = useQueryClient();
  // In the address, so that a page that has begun a reading can lead here, and a reload goes on watching.
  const [jobId, setJobId] = useQueryState('job');
  const { job } = useJob(jobId === '' ? null : jobId, (ended) => {
    setJobId('');
    void forgetZones(queries);
    toast(
      ended.state === 'done' ? 'All zones are read' : 'Not all zones could be read',
      ended.state === 'done' ? 'done' : 'problem',
    );
  });
  const start = async (): Promise<void> => {
    setAsking(false);
    try {
      setJobId((await api.syncZones({ body: {} })).id);
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), 'problem');
    }
  };
  const { done, total } = (job?.progress ?? {}) as { readonly done?: number; readonly total?: number };
  const isMany = count >= MANY_ZONES;
  return (
    <>
      <Button
        variant="default"
        leftSection={<Icon name="refresh" />}
        disabled={jobId !== ''}
        onClick={() => (isMany ? setAsking(true) : void start())}
      >
        {jobId !== '' ? (
          <span role="status">{total === undefined ? 'Reading…' : `Reading ${done} of ${total}…`}</span>
        ) : isMany ? (
          'Read all now…'
        ) : (
          'Read all now'
        )}
      </Button>
      <Modal opened={isAsking} onClose={() => setAsking(false)} title={`Read ${counted(count, 'zone')} now?`}>
        <div className="stack">
          <p>
            That is at least {counted(count, 'call')} to Cloudflare, which allows 1,200 in five minutes to
            each user. Zoneward keeps below that, so it takes its time; edits and plans go first.
          </p>
          <p className="soft small">One zone alone is read on its own page.</p>
          <div className="row">
            <Button onClick={() => void start()}>Read them all</Button>
            <Button variant="default" onClick={() => setAsking(false)} data-autofocus>
              Leave it
            </Button>
          </div>
        </div>
      </Modal>
    </>
  );
}
