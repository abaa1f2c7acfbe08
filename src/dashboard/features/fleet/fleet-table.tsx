/** A row for each zone; what needs somebody stands first. Asks this server alone, so that 10,000 zones are one request. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { Link, useLocation } from 'wouter';
import { useConnections } from '../../api/queries.ts';
import { api } from '../../api/session.ts';
import { Badge, type Tone } from '../../kit/badge.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { FilterSelect } from '../../kit/filter-select.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { SearchField } from '../../kit/search-field.tsx';
import { Time, useNow } from '../../kit/time.tsx';
import { type Column, VirtualTable } from '../../kit/virtual-table.tsx';
import { PATHS } from '../../paths.ts';
import { readableName } from '../zones/names.ts';
import {
  matchesTls,
  orderFleet,
  seenAt,
  VERDICTS,
  type Verdict,
  verdictOf,
  type ZoneTls,
} from './fleet-filter.ts';

export function FleetTable(): ReactNode {
  const [connection, setConnection] = useQueryState('connection');
  const connections = useConnections();
  const zones = useQuery({
    queryKey: ['tls', 'fleet', connection],
    queryFn: async ({ signal }) =>
      (await api.listTls({ query: connection === '' ? {} : { connection } }, { signal })).items,
    select: orderFleet,
  });
  if (zones.isPending) return <Loading what="SSL/TLS of all zones" />;
  if (zones.error !== null) return <Problem error={zones.error} onRetry={() => void zones.refetch()} />;
  const choices = (connections.data ?? []).map(({ id, label }) => [id, label] as const);
  return (
    <Known zones={zones.data}>
      {choices.length < 2 ? null : (
        <FilterSelect label="Any connection" value={connection} onChange={setConnection} choices={choices} />
      )}
    </Known>
  );
}

function Known({
  zones,
  children,
}: {
  readonly zones: readonly ZoneTls[];
  /** A filter that the server applies. */
  readonly children: ReactNode;
}): ReactNode {
  const [text, setText] = useQueryState('search');
  const [verdict, setVerdict] = useQueryState('verdict');
  const [ends, setEnds] = useQueryState('ends');
  const [seen, setSeen] = useQueryState('seen');
  const now = useNow();
  const [, go] = useLocation();
  const shown = useMemo(
    () => zones.filter((zone) => matchesTls(zone, { text, verdict, ends, seen }, now)),
    [zones, text, verdict, ends, seen, now],
  );
  return (
    <>
      <search className="zw-filters">
        <SearchField label="Search zones" value={text} onChange={setText} />
        <FilterSelect label="Any verdict" value={verdict} onChange={setVerdict} choices={VERDICTS} />
        <FilterSelect label="Any end" value={ends} onChange={setEnds} choices={ENDS} />
        <FilterSelect label="Any age" value={seen} onChange={setSeen} choices={AGES} />
        {children}
        <span className="small soft" role="status">
          {shown.length === zones.length
            ? null
            : `${shown.length.toLocaleString('en')} of ${zones.length.toLocaleString('en')} zones`}
        </span>
      </search>
      {zones.length === 0 ? (
        <Empty
          icon="lock"
          title="No zone is known yet"
          action={
            <Button component={Link} href={PATHS.connections}>
              To the connections
            </Button>
          }
        >
          Zones come from Cloudflare accounts. Once one is connected and read, its zones stand here.
        </Empty>
      ) : shown.length === 0 ? (
        <Empty icon="search" title="No zone fits">
          Take a filter away, or search for a part of the name.
        </Empty>
      ) : (
        <VirtualTable
          label="SSL/TLS of zones"
          rows={shown}
          columns={COLUMNS}
          rowKey={({ zoneId }) => zoneId}
          rowLabel={(zone) => `${readableName(zone.zoneName)}, ${wordsOf(zone)}`}
          card={(zone) => <ZoneCard zone={zone} />}
          onOpen={({ zoneName }) => go(`/zones/${zoneName}/tls`)}
        />
      )}
    </>
  );
}

const ENDS: readonly (readonly [string, string])[] = [
  ['7', 'Ends within a week'],
  ['30', 'Ends within 30 days'],
  ['90', 'Ends within 90 days'],
];
const AGES: readonly (readonly [string, string])[] = [
  ['fresh', 'Seen today'],
  ['old', 'Older than a day'],
];

const TONES: Readonly<Record<Verdict, Tone>> = {
  bad: 'delete',
  'could-be-better': 'risk',
  good: 'create',
  unseen: 'unknown',
};

function wordsOf(zone: ZoneTls): string {
  switch (verdictOf(zone)) {
    case 'bad':
      return `${zone.bad} bad${zone.couldBeBetter === 0 ? '' : `, ${zone.couldBeBetter} could be better`}`;
    case 'could-be-better':
      return `${zone.couldBeBetter} could be better`;
    case 'good':
      return 'all good';
    default:
      return 'never looked at';
  }
}

function VerdictOf({ zone }: { readonly zone: ZoneTls }): ReactNode {
  const verdict = verdictOf(zone);
  return (
    <span className="row row--tight zw-cardline">
      <Badge tone={TONES[verdict]}>{verdict === 'bad' ? `${zone.bad} bad` : wordsOf(zone)}</Badge>
      {verdict === 'bad' && zone.couldBeBetter > 0 ? (
        <Badge tone="risk">{zone.couldBeBetter} could be better</Badge>
      ) : null}
    </span>
  );
}

const COLUMNS: readonly Column<ZoneTls>[] = [
  {
    key: 'zone',
    head: 'Zone',
    width: 'minmax(14rem, 2fr)',
    cell: ({ zoneName }) => (
      <Link href={`/zones/${zoneName}/tls`} tabIndex={-1} className="zw-zonename">
        {readableName(zoneName)}
      </Link>
    ),
  },
  { key: 'verdict', head: 'Verdict', width: '14rem', cell: (zone) => <VerdictOf zone={zone} /> },
  {
    key: 'certificates',
    head: 'Certificates',
    width: '6rem',
    align: 'end',
    cell: ({ readAt, certificates }) =>
      readAt === null ? <span className="soft">–</span> : certificates.toLocaleString('en'),
  },
  {
    key: 'moving',
    head: '',
    width: '7rem',
    cell: ({ moving }) => (moving === 0 ? null : <Badge tone="update">{moving} under way</Badge>),
  },
  {
    key: 'ends',
    head: 'Next end',
    width: '9rem',
    cell: ({ nextExpiry }) => <Time at={nextExpiry} never="–" />,
  },
  { key: 'seen', head: 'Seen', width: '9rem', cell: (zone) => <Time at={seenAt(zone)} /> },
];

function ZoneCard({ zone }: { readonly zone: ZoneTls }): ReactNode {
  return (
    <div className="stack stack--tight">
      <div className="row row--apart zw-cardline">
        <strong className="cut grow">{readableName(zone.zoneName)}</strong>
        <VerdictOf zone={zone} />
      </div>
      <div className="row row--apart tiny soft zw-cardline">
        <span>
          ends <Time at={zone.nextExpiry} never="–" />
        </span>
        <span>
          seen <Time at={seenAt(zone)} />
        </span>
      </div>
    </div>
  );
}
