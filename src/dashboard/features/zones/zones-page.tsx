/** All zones: found by name, narrowed by what they are and how well they are known. */
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
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
      lead={`${zones.length.toLocaleString('en')} ${zones.length === 1 ? 'zone' : 'zones'}${isFiltered ? `, ${shown.length.toLocaleString('en')} shown` : ''}`}
      actions={<SyncAll />}
    >
      <ZoneFilters search={search} connections={connections} />
      {shown.length === 0 ? (
        <Empty icon="zone" title={zones.length === 0 ? 'No zone is known yet' : 'No zone fits'}>
          {zones.length === 0
            ? 'They appear as they are read. A token that is limited to some zones shows only those.'
            : 'Take a filter away, or search for a part of the name.'}
        </Empty>
      ) : (
        <VirtualTable
          label="Zones"
          rows={shown}
          columns={columnsOf(connectionById, drifts, now)}
          rowKey={({ id }) => id}
          rowLabel={({ name, status: one }) => `${readableName(name)}, ${one}`}
          card={(zone) => <ZoneCard zone={zone} />}
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
      cell: ({ recordCount, revision }) =>
        revision === 0 || recordCount === null ? (
          <span className="soft">–</span>
        ) : (
          recordCount.toLocaleString('en')
        ),
    },
    {
      key: 'drift',
      head: 'Drift',
      width: '7rem',
      cell: ({ id }) => {
        const count = drifts.get(id) ?? 0;
        return count === 0 ? null : (
          <Badge tone="risk">{count === 1 ? '1 change' : `${count} changes`}</Badge>
        );
      },
    },
    {
      key: 'freshness',
      head: 'Verified',
      width: '10rem',
      cell: (zone) => {
        const fresh = freshnessOf(zone, now);
        return (
          <span className="row row--tight">
            <Time at={zone.freshness.verifiedAt} never="never read" />
            {fresh === 'stale' ? <Badge tone="risk">changed since</Badge> : null}
            {fresh === 'unreadable' ? <OutOfReach zone={zone} /> : null}
          </span>
        );
      },
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

function ZoneCard({ zone }: { readonly zone: Zone }): ReactNode {
  return (
    <div className="stack stack--tight">
      <div className="row row--apart">
        <strong className="cut grow">{readableName(zone.name)}</strong>
        <ZoneStatus status={zone.status} paused={zone.paused} />
        <OutOfReach zone={zone} />
      </div>
      <div className="row row--apart tiny soft">
        <span>{zone.recordCount === null ? '' : `${zone.recordCount.toLocaleString('en')} records`}</span>
        <Time at={zone.freshness.verifiedAt} never="never read" />
      </div>
    </div>
  );
}

function SyncAll(): ReactNode {
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
    try {
      setJobId((await api.syncZones({ body: {} })).id);
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), 'problem');
    }
  };
  const { done, total } = (job?.progress ?? {}) as { readonly done?: number; readonly total?: number };
  return (
    <Button
      variant="default"
      leftSection={<Icon name="refresh" />}
      disabled={jobId !== ''}
      onClick={() => void start()}
    >
      {jobId === '' ? 'Read all now' : total === undefined ? 'Reading…' : `Reading ${done} of ${total}…`}
    </Button>
  );
}
