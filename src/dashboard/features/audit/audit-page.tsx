/** The audit trail: who did what, when; found by filters that stand in the address; verified and taken along. */
import { Button } from '@mantine/core';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { AuditEvent, AuditEventPage, AuditVerdict, Operations } from '../../../client/index.ts';
import { useZones } from '../../api/queries.ts';
import { api } from '../../api/session.ts';
import { Badge, type Tone } from '../../kit/badge.tsx';
import { formatUtc } from '../../kit/clock.ts';
import { Copy } from '../../kit/copy.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { FilterSelect } from '../../kit/filter-select.tsx';
import { Icon } from '../../kit/icons.tsx';
import { NextPage } from '../../kit/next-page.tsx';
import { Note } from '../../kit/note.tsx';
import { Page } from '../../kit/page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { SaveButton } from '../../kit/save-button.tsx';
import { SearchField } from '../../kit/search-field.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toasts.tsx';
import { type Column, VirtualTable } from '../../kit/virtual-table.tsx';
import { Who } from '../../kit/who.tsx';
import { readableName } from '../zones/names.ts';

type Filter = NonNullable<Operations['listAuditEvents']['input']['query']>;

const DAY_MS = 86_400_000;
const SPANS: readonly (readonly [value: string, label: string])[] = [
  ['1', 'the last day'],
  ['7', 'the last week'],
  ['30', 'the last month'],
  ['365', 'the last year'],
];
const ZONES_SHOWN_MAX = 300;

export function AuditPage(): ReactNode {
  const [kind, setKind] = useQueryState('kind');
  const [zone, setZone] = useQueryState('zone');
  const [days, setDays] = useQueryState('days');
  const [changeSet, setChangeSet] = useQueryState('changeSet');
  const zones = useZones();
  const filter: Filter = {
    ...(kind === '' ? {} : { kind }),
    ...(zone === '' ? {} : { zone }),
    ...(changeSet === '' ? {} : { changeSet }),
    ...(days === '' ? {} : { since: since(Number(days)) }),
  };
  return (
    <Page
      title="Audit"
      fills
      lead="What was meant, what happened, and who asked: an append-only chain of events"
      actions={
        <>
          <VerifyButton />
          <ExportButton filter={filter} />
        </>
      }
    >
      <search className="zw-filters">
        <SearchField
          label="Kind of event"
          placeholder="Kind, as change-set.applied"
          value={kind}
          onChange={setKind}
        />
        <FilterSelect
          label="Any zone"
          value={zone}
          onChange={setZone}
          choices={(zones.data ?? [])
            .slice(0, ZONES_SHOWN_MAX)
            .map(({ id, name }) => [id, readableName(name)] as const)}
        />
        <FilterSelect label="Any time" value={days} onChange={setDays} choices={SPANS} />
        {changeSet === '' ? null : (
          <Button variant="light" size="compact-sm" onClick={() => setChangeSet('')}>
            of {changeSet} ✕
          </Button>
        )}
      </search>
      <EventTable filter={filter} isFiltered={Object.keys(filter).length > 0} />
    </Page>
  );
}

/** To the start of the hour, so that the same question has the same name for a while. */
function since(days: number): string {
  const hour = 3_600_000;
  return new Date(Math.floor((Date.now() - days * DAY_MS) / hour) * hour).toISOString();
}

function EventTable({
  filter,
  isFiltered,
}: {
  readonly filter: Filter;
  readonly isFiltered: boolean;
}): ReactNode {
  const [open, setOpen] = useQueryState('event');
  const found = useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam, signal }) =>
      api.listAuditEvents(
        { query: { ...filter, limit: 200, ...(pageParam === '' ? {} : { cursor: pageParam }) } },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: (page: AuditEventPage) => page.next ?? undefined,
  });
  if (found.isPending) return <Loading what="events" />;
  if (found.error !== null) return <Problem error={found.error} onRetry={() => void found.refetch()} />;
  const rows = found.data.pages.flatMap(({ items }) => items);
  if (rows.length === 0)
    return (
      <Empty icon="audit" title={isFiltered ? 'No event fits' : 'Nothing has happened yet'}>
        {isFiltered
          ? 'Take a filter away; a kind is written whole, as change-set.applied.'
          : 'Every change, every connection and every refusal is written down here.'}
      </Empty>
    );
  return (
    <>
      <VirtualTable
        label="Events"
        rows={rows}
        columns={COLUMNS}
        rowKey={({ id }) => id}
        rowLabel={({ kind, summary, principal }) => `${kind}: ${summary}, by ${principal}`}
        card={(event) => <EventCard event={event} />}
        onOpen={({ id }) => setOpen(open === id ? '' : id)}
        detail={{ key: open === '' ? null : open, draw: (event) => <EventDetail event={event} /> }}
      />
      <NextPage of={found} label="Older ones" />
    </>
  );
}

function toneOf(kind: string): Tone {
  if (/(failed|refused|revoked|expired|removed|deleted|vanished)$/.test(kind)) return 'delete';
  if (/(unknown|interrupted|alert-raised|drift)/.test(kind)) return 'risk';
  if (/(applied|landed|added|created|activated|approved)$/.test(kind)) return 'create';
  return 'plain';
}

const COLUMNS: readonly Column<AuditEvent>[] = [
  {
    key: 'sequence',
    head: '#',
    width: '4rem',
    align: 'end',
    cell: ({ sequence }) => <span className="soft">{sequence.toLocaleString('en')}</span>,
  },
  { key: 'at', head: 'When', width: '8rem', cell: ({ at }) => <Time at={at} /> },
  {
    key: 'kind',
    head: 'Event',
    width: 'minmax(11rem, 0.8fr)',
    cell: ({ kind }) => <Badge tone={toneOf(kind)}>{kind}</Badge>,
  },
  { key: 'summary', head: 'What', width: 'minmax(16rem, 2fr)', cell: ({ summary }) => summary },
  {
    key: 'who',
    head: 'By',
    width: 'minmax(8rem, 0.8fr)',
    cell: ({ principal }) => <Who principal={principal} />,
  },
];

function EventCard({ event }: { readonly event: AuditEvent }): ReactNode {
  return (
    <div className="stack stack--tight">
      <div className="row row--apart zw-cardline">
        <span className="cut grow">{event.summary}</span>
        <span className="tiny soft">
          <Time at={event.at} />
        </span>
      </div>
      <div className="row row--apart tiny zw-cardline">
        <Badge tone={toneOf(event.kind)}>{event.kind}</Badge>
        <span className="soft cut">
          <Who principal={event.principal} />
        </span>
      </div>
    </div>
  );
}

function EventDetail({ event }: { readonly event: AuditEvent }): ReactNode {
  const { at, changeSetId, connectionId, zoneId, payload, hash, previousHash } = event;
  return (
    <div className="stack stack--tight">
      <dl className="facts small">
        <dt>Time</dt>
        <dd>{formatUtc(Date.parse(at))}</dd>
        {changeSetId === null ? null : (
          <>
            <dt>Change set</dt>
            <dd>
              <Link href={`/changes/${changeSetId}`}>{changeSetId}</Link>
            </dd>
          </>
        )}
        {zoneId === null ? null : (
          <>
            <dt>Zone</dt>
            <dd>
              <Link href={`/zones/${zoneId}`}>{zoneId}</Link>
            </dd>
          </>
        )}
        {connectionId === null ? null : (
          <>
            <dt>Connection</dt>
            <dd>
              <Link href={`/connections/${connectionId}`}>{connectionId}</Link>
            </dd>
          </>
        )}
        <dt>Hash</dt>
        <dd className="mono tiny">
          {hash} <Copy text={hash} what="hash" />
        </dd>
        <dt>Before it</dt>
        <dd className="mono tiny">{previousHash}</dd>
      </dl>
      {payload === null ? (
        <p className="small soft">The facts of this event were erased; its hash still stands in the chain.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard.
        <section className="zw-payload" tabIndex={0} aria-label="Facts of the event">
          <pre className="mono tiny">{JSON.stringify(payload, null, 2)}</pre>
        </section>
      )}
    </div>
  );
}

function VerifyButton(): ReactNode {
  const [verdict, setVerdict] = useState<AuditVerdict | null>(null);
  const verify = useMutation({
    mutationFn: () => api.verifyAudit({}),
    onSuccess: setVerdict,
    onError: (error) => toast(error instanceof Error ? error.message : String(error), 'problem'),
  });
  return (
    <>
      {verdict === null ? null : (
        <Note tone={verdict.ok ? 'create' : 'delete'} icon={verdict.ok ? 'check' : 'alert'}>
          <span role="status">{verdictText(verdict)}</span>
        </Note>
      )}
      <Button
        variant="default"
        leftSection={<Icon name="check" />}
        loading={verify.isPending}
        onClick={() => verify.mutate()}
      >
        Verify
      </Button>
    </>
  );
}

function verdictText(verdict: AuditVerdict): string {
  if (verdict.ok) return `${String(verdict['events'] ?? 'All')} events, whole and in order`;
  return typeof verdict['message'] === 'string' ? verdict['message'] : 'The chain is broken';
}

function ExportButton({ filter }: { readonly filter: Filter }): ReactNode {
  return <SaveButton label="Export" file="audit.jsonl" load={() => api.exportAudit({ query: filter })} />;
}
