/**
 * A zone's timeline: every revision with who, what and where from; what lies between any two; and the way back to one,
 * through a plan. Which two are compared stands in the address.
 */
import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import type { Revision, RevisionPage, ZoneWithAdvice } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Empty, Loading } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { Time } from '../../kit/time.tsx';
import { PlanTable } from '../review/plan-view.tsx';
import { diffRows } from './diff-rows.ts';
import { Origin, originText } from './origin.tsx';

const PAGE = 100;

export function HistoryTab({ zone }: { readonly zone: ZoneWithAdvice }): ReactNode {
  const history = useInfiniteQuery({
    queryKey: ['history', zone.id],
    queryFn: ({ pageParam, signal }) =>
      api.listRevisions(
        { zone: zone.id, query: { limit: PAGE, ...(pageParam === '' ? {} : { cursor: pageParam }) } },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: (page: RevisionPage) => page.next ?? undefined,
  });
  if (history.isPending) return <Loading what="history" />;
  if (history.error !== null) return <Problem error={history.error} onRetry={() => void history.refetch()} />;
  const revisions = history.data.pages.flatMap(({ items }) => items);
  if (revisions.length === 0)
    return (
      <Empty icon="refresh" title="No history yet">
        It begins with the first read of the zone: Read now.
      </Empty>
    );
  return (
    <Timeline
      zone={zone}
      revisions={revisions}
      older={
        history.hasNextPage ? (
          <Button
            variant="default"
            size="compact-sm"
            loading={history.isFetchingNextPage}
            onClick={() => void history.fetchNextPage()}
          >
            Older ones
          </Button>
        ) : null
      }
    />
  );
}

function Timeline({
  zone,
  revisions,
  older,
}: {
  readonly zone: ZoneWithAdvice;
  readonly revisions: readonly Revision[];
  readonly older: ReactNode;
}): ReactNode {
  const newest = revisions[0]?.revision ?? 0;
  const [toText, setTo] = useQueryState('to');
  const [fromText, setFrom] = useQueryState('from');
  const to = Number(toText) || newest;
  const from = Number(fromText) || Math.max(0, to - 1);
  return (
    <div className="zw-history">
      <section aria-labelledby="timeline" className="stack stack--tight">
        <h2 id="timeline" className="visually-hidden">
          Timeline
        </h2>
        <ol className="zw-timeline">
          {revisions.map((one) => (
            <OneRevision
              key={one.revision}
              revision={one}
              isShown={one.revision === to}
              onShow={() => {
                setFrom('');
                setTo(String(one.revision));
              }}
            />
          ))}
        </ol>
        {older}
      </section>
      <section className="zw-history__diff" aria-labelledby="between">
        <header className="row row--apart">
          <h2 id="between" className="row">
            What changed from
            <RevisionChoice
              label="From revision"
              value={from}
              revisions={revisions}
              isBefore
              onChange={setFrom}
            />
            to
            <RevisionChoice label="To revision" value={to} revisions={revisions} onChange={setTo} />
          </h2>
          <WaysBack zone={zone} revisions={revisions} of={[from, to]} />
        </header>
        <Between zone={zone} from={from} to={to} />
      </section>
    </div>
  );
}

function OneRevision({
  revision,
  isShown,
  onShow,
}: {
  readonly revision: Revision;
  readonly isShown: boolean;
  readonly onShow: () => void;
}): ReactNode {
  return (
    <li>
      <button type="button" className="zw-revision" aria-pressed={isShown} onClick={onShow}>
        <span className="row row--apart">
          <strong>
            <span className="visually-hidden">
              Revision {revision.revision}: {countsText(revision)}, {originText(revision)}{' '}
            </span>
            #{revision.revision}
          </strong>
          <Counts revision={revision} />
          <span className="soft small">
            <Time at={revision.at} />
          </span>
        </span>
      </button>
      <div className="small zw-revision__origin">
        <Origin origin={revision.origin} />
      </div>
    </li>
  );
}

/** To each of these that is listed and is not the present. */
function WaysBack({
  zone,
  revisions,
  of,
}: {
  readonly zone: ZoneWithAdvice;
  readonly revisions: readonly Revision[];
  readonly of: readonly number[];
}): ReactNode {
  const [, go] = useLocation();
  const newest = revisions[0]?.revision ?? 0;
  const first = revisions.at(-1)?.revision ?? 0;
  return (
    <span className="row">
      {[...new Set(of)]
        .filter((one) => one >= first && one !== newest)
        .map((one) => (
          <Button
            key={one}
            variant="default"
            size="compact-sm"
            leftSection={<Icon name="undo" size={14} />}
            onClick={() => go(`/zones/${zone.name}/go-back?revision=${one}`)}
          >
            Go back to #{one}…
          </Button>
        ))}
    </span>
  );
}

function RevisionChoice({
  label,
  value,
  revisions,
  onChange,
  isBefore = false,
}: {
  readonly label: string;
  readonly value: number;
  readonly revisions: readonly Revision[];
  readonly onChange: (value: string) => void;
  /** Offers the state before the oldest one that is listed, too. */
  readonly isBefore?: boolean;
}): ReactNode {
  const oldest = revisions.at(-1)?.revision ?? 0;
  const known = revisions.map(({ revision }) => revision);
  const offered = isBefore && oldest > 0 ? [...known, oldest - 1] : known;
  return (
    <select
      className="zw-inlineselect"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {[...new Set([...offered, value])]
        .sort((a, b) => b - a)
        .map((one) => (
          <option key={one} value={one}>
            {one === 0 ? 'before it' : `#${one}`}
          </option>
        ))}
    </select>
  );
}

function Between({
  zone,
  from,
  to,
}: {
  readonly zone: ZoneWithAdvice;
  readonly from: number;
  readonly to: number;
}): ReactNode {
  const diff = useQuery({
    queryKey: ['history', zone.id, 'diff', from, to],
    queryFn: ({ signal }) => api.diffZone({ zone: zone.id, query: { from, to } }, { signal }),
    enabled: from > 0,
  });
  if (from === 0)
    return (
      <Empty icon="zone" title="Here the history begins">
        Nothing is known of the zone from before its first read. Compare this revision with a later one.
      </Empty>
    );
  if (diff.isPending) return <Loading what="what changed" />;
  if (diff.error !== null) return <Problem error={diff.error} onRetry={() => void diff.refetch()} />;
  const rows = diffRows(zone, diff.data);
  if (rows.length === 0)
    return (
      <Empty icon="check" title="No record differs">
        Both moments have the same records.
      </Empty>
    );
  return <PlanTable rows={rows} label={`Differences from revision ${from} to ${to}`} />;
}

function countsText({ created, updated, deleted }: Revision): string {
  return `${created} new, ${updated} changed, ${deleted} removed`;
}

function Counts({ revision: { created, updated, deleted } }: { readonly revision: Revision }): ReactNode {
  return (
    <span className="row row--tight mono small grow" aria-hidden="true">
      {created === 0 ? null : <span className="zw-sign--create">+{created}</span>}
      {updated === 0 ? null : <span className="zw-sign--update">~{updated}</span>}
      {deleted === 0 ? null : <span className="zw-sign--delete">−{deleted}</span>}
    </span>
  );
}
