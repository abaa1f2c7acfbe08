/** Change sets as a table: all, or one zone's. */
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type { ChangeSet } from '../../../client/index.ts';
import { type ChangeSetFilter, useChangeSets } from '../../api/queries.ts';
import { Badge, ChangeSetStatusBadge } from '../../kit/badge.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { NextPage } from '../../kit/next-page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { type Column, VirtualTable } from '../../kit/virtual-table.tsx';
import { Who } from '../../kit/who.tsx';
import { readableName } from '../zones/names.ts';

export function ChangeList({
  filter,
  isFiltered,
}: {
  readonly filter: ChangeSetFilter;
  readonly isFiltered: boolean;
}): ReactNode {
  const found = useChangeSets(filter);
  const [, go] = useLocation();
  if (found.isPending) return <Loading what="changes" />;
  if (found.error !== null) return <Problem error={found.error} onRetry={() => void found.refetch()} />;
  const rows = found.data.pages.flatMap(({ items }) => items);
  if (rows.length === 0)
    return (
      <Empty icon="change" title={isFiltered ? 'No change set fits' : 'Nothing was changed yet'}>
        {isFiltered
          ? 'Take a filter away.'
          : 'Edit records of a zone, review the plan, apply it: each such change set is listed here, and can be undone from here.'}
      </Empty>
    );
  return (
    <>
      <VirtualTable
        label="Change sets"
        rows={rows}
        columns={COLUMNS}
        rowKey={({ id }) => id}
        rowLabel={({ summary, status }) => `${summary}, ${status}`}
        card={(changeSet) => <ChangeCard changeSet={changeSet} />}
        onOpen={({ id }) => go(`/changes/${id}`)}
      />
      <NextPage of={found} label="Older ones" />
    </>
  );
}

const COLUMNS: readonly Column<ChangeSet>[] = [
  {
    key: 'summary',
    head: 'What',
    width: 'minmax(12rem, 2fr)',
    cell: ({ id, summary }) => (
      <Link href={`/changes/${id}`} tabIndex={-1} className="zw-zonename">
        {summary}
      </Link>
    ),
  },
  { key: 'status', head: 'Status', width: '10rem', cell: (one) => <ChangeSetMarks changeSet={one} /> },
  {
    key: 'zones',
    head: 'Zones',
    width: 'minmax(9rem, 1.2fr)',
    cell: ({ zones }) => zones.map(({ name }) => readableName(name)).join(', '),
  },
  {
    key: 'changes',
    head: 'Changes',
    width: '5rem',
    align: 'end',
    cell: ({ zones }) => zones.reduce((sum, { changes }) => sum + changes, 0).toLocaleString('en'),
  },
  {
    key: 'author',
    head: 'By',
    width: 'minmax(8rem, 1fr)',
    cell: ({ author }) => <Who principal={author} />,
  },
  { key: 'when', head: 'When', width: '8rem', cell: ({ createdAt }) => <Time at={createdAt} /> },
];

export function ChangeSetMarks({
  changeSet,
}: {
  readonly changeSet: Pick<ChangeSet, 'status' | 'undoneBy' | 'undoneInPart' | 'undoes' | 'approval'>;
}): ReactNode {
  const { status, undoneBy, undoneInPart, undoes, approval } = changeSet;
  return (
    <span className="row row--tight">
      <ChangeSetStatusBadge status={status} />
      {approval.required && approval.grant === null && status === 'planned' ? (
        <Badge tone="risk">needs approval</Badge>
      ) : null}
      {undoneBy === null ? null : <Badge>{undoneInPart ? 'partly undone' : 'undone'}</Badge>}
      {undoes === null ? null : <Badge>undo</Badge>}
    </span>
  );
}

function ChangeCard({ changeSet }: { readonly changeSet: ChangeSet }): ReactNode {
  return (
    <div className="stack stack--tight">
      <div className="row row--apart zw-cardline">
        <strong className="cut grow">{changeSet.summary}</strong>
        <ChangeSetMarks changeSet={changeSet} />
      </div>
      <div className="row row--apart tiny soft zw-cardline">
        <span className="cut">{changeSet.zones.map(({ name }) => readableName(name)).join(', ')}</span>
        <Time at={changeSet.createdAt} />
      </div>
    </div>
  );
}
