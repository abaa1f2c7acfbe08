/** Records over all zones: found by what they hold, and edited in all of them as one plan. */
import { Button, NativeSelect } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type InfiniteData, type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { FindingPage, RecordSelection } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Empty, Loading } from '../../kit/empty.tsx';
import { FilterSelect } from '../../kit/filter-select.tsx';
import { Icon } from '../../kit/icons.tsx';
import { NextPage } from '../../kit/next-page.tsx';
import { Note } from '../../kit/note.tsx';
import { Page } from '../../kit/page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { SearchField } from '../../kit/search-field.tsx';
import { type Column, VirtualTable } from '../../kit/virtual-table.tsx';
import { counted } from '../../kit/words.ts';
import { Review } from '../review/review.tsx';
import { readableName } from '../zones/names.ts';
import { EditFoundDialog, type FoundSet } from './edit-found-dialog.tsx';
import { ProxyMark } from './proxy-mark.tsx';
import { formatTtl } from './record-columns.tsx';
import { TYPE_HINTS } from './record-types.ts';

type Finding = FindingPage['items'][number];

const PAGE = 200;
const SETTLE_MS = 200;
/** One plan goes through at most so many zones. */
const ZONES_MAX = 200;

const FIELDS = [
  ['content', 'Content'],
  ['name', 'Name'],
  ['comment', 'Comment'],
  ['tag', 'Tag'],
] as const;
type Field = (typeof FIELDS)[number][0];

export function FindRecordsPage(): ReactNode {
  const search = useRecordSearch();
  const { field, settled, type, select } = search;
  const [isEditing, setEditing] = useState(false);
  const [set, setSet] = useState<FoundSet | null>(null);
  const found = useFound(select);
  const rows = found.data?.pages.flatMap(({ items }) => items) ?? [];
  const zones = [...new Set(rows.map(({ zoneId }) => zoneId))];

  if (set !== null)
    return (
      <Page title="Edit in all zones" fills lead={`Records found by ${describe(field, settled, type)}`}>
        <Review
          input={{ kind: 'edit', zones: zones.slice(0, ZONES_MAX), select, set }}
          onBack={() => setSet(null)}
        />
      </Page>
    );
  return (
    <Page
      title="Records"
      fills
      lead="Over all zones, from what was last read"
      actions={
        <Button
          variant="default"
          leftSection={<Icon name="edit" />}
          disabled={rows.length === 0 || found.hasNextPage || zones.length > ZONES_MAX}
          onClick={() => setEditing(true)}
        >
          Edit all found…
        </Button>
      }
    >
      <SearchFields search={search}>
        {rows.length === 0 ? null : (
          <span className="soft small" role="status">
            {rows.length.toLocaleString('en')}
            {found.hasNextPage ? ' and more' : ''} in {zones.length} {zones.length === 1 ? 'zone' : 'zones'}
          </span>
        )}
      </SearchFields>
      {found.error === null ? null : <Problem error={found.error} onRetry={() => void found.refetch()} />}
      <Coverage page={found.data?.pages[0]} />
      <Found rows={rows} isAsked={isAsked(select)} isPending={found.isPending} />
      <NextPage of={found} label="More" />
      <EditFoundDialog
        isOpen={isEditing}
        count={rows.length}
        content={field === 'content' ? settled : ''}
        onClose={() => setEditing(false)}
        onSet={(wanted) => {
          setEditing(false);
          setSet(wanted);
        }}
      />
    </Page>
  );
}

interface RecordSearch {
  readonly text: string;
  readonly setText: (text: string) => void;
  /** The text once nobody types any more. */
  readonly settled: string;
  readonly field: Field;
  readonly setField: (field: string) => void;
  readonly type: string;
  readonly setType: (type: string) => void;
  readonly select: RecordSelection;
}

function useRecordSearch(): RecordSearch {
  const [text, setText] = useQueryState('search');
  const [chosen, setField] = useQueryState('in', 'content');
  const [type, setType] = useQueryState('type');
  const [settled] = useDebouncedValue(text.trim(), SETTLE_MS);
  const field = FIELDS.map(([one]) => one).find((one) => one === chosen) ?? 'content';
  const select = selectionOf(field, settled, type);
  return { text, setText, settled, field, setField, type, setType, select };
}

function isAsked(select: RecordSelection): boolean {
  return Object.keys(select).length > 0;
}

function useFound(select: RecordSelection): UseInfiniteQueryResult<InfiniteData<FindingPage>> {
  return useInfiniteQuery({
    queryKey: ['found', select],
    queryFn: ({ pageParam, signal }) =>
      api.findRecords(
        { query: { ...select, limit: PAGE, ...(pageParam === '' ? {} : { cursor: pageParam }) } },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: (page: FindingPage) => page.next ?? undefined,
    enabled: isAsked(select),
  });
}

function SearchFields({
  search: { text, setText, field, setField, type, setType },
  children,
}: {
  readonly search: RecordSearch;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <search className="zw-filters">
      <SearchField label="Search all zones" value={text} onChange={setText} placeholder={HINTS[field]} />
      <NativeSelect
        aria-label="Search in"
        value={field}
        onChange={(event) => setField(event.currentTarget.value)}
        data={FIELDS.map(([value, label]) => ({ value, label: `in ${label.toLowerCase()}` }))}
      />
      <FilterSelect
        label="Any type"
        value={type}
        onChange={setType}
        choices={TYPE_HINTS.map((hint) => [hint.type, hint.type])}
      />
      {children}
    </search>
  );
}

function Found({
  rows,
  isAsked: isSearched,
  isPending,
}: {
  readonly rows: readonly Finding[];
  readonly isAsked: boolean;
  readonly isPending: boolean;
}): ReactNode {
  const [, go] = useLocation();
  if (!isSearched)
    return (
      <Empty icon="search" title="Which address, name or text do you look for?">
        An old server's address, for example: all records of all zones that point there are found, and can be
        changed as one plan.
      </Empty>
    );
  if (isPending) return <Loading what="records" />;
  if (rows.length === 0)
    return (
      <Empty icon="search" title="No record holds this">
        Search for a part of it, or look in another field.
      </Empty>
    );
  return (
    <VirtualTable
      label="Found records"
      rows={rows}
      columns={COLUMNS}
      rowKey={({ record }) => record.id}
      rowLabel={({ zoneName, record }) => `${record.name} ${record.type} ${record.content}, in ${zoneName}`}
      card={(row) => <FoundCard row={row} />}
      onOpen={({ zoneName, record }) =>
        go(`/zones/${zoneName}?search=${encodeURIComponent(`${record.name} ${record.type}`)}`)
      }
    />
  );
}

const HINTS: Readonly<Record<Field, string>> = {
  content: '192.0.2.10, or a part of it',
  name: 'www, or a part of a name',
  comment: 'a part of a comment',
  tag: 'name or name:value',
};

/** What the server is asked: a part of a name or a content is looked for with stars around it. */
function selectionOf(field: Field, text: string, type: string): RecordSelection {
  const around = field === 'content' || field === 'name' ? (text.includes('*') ? text : `*${text}*`) : text;
  return { ...(text === '' ? {} : { [field]: around }), ...(type === '' ? {} : { type }) };
}

function describe(field: Field, text: string, type: string): string {
  return [text === '' ? '' : `${field} “${text}”`, type].filter((part) => part !== '').join(', ');
}

function Coverage({ page }: { readonly page: FindingPage | undefined }): ReactNode {
  if (page === undefined) return null;
  const { neverRead, stale, unreadable, zones } = page.coverage;
  const parts = [
    { freshness: 'never', count: neverRead, words: 'never read' },
    { freshness: 'stale', count: stale, words: 'changed since they were read' },
    { freshness: 'unreadable', count: unreadable, words: 'out of reach, shown as they were' },
  ].filter(({ count }) => count > 0);
  if (parts.length === 0) return null;
  return (
    <Note tone="risk">
      <p>
        Not all is known. Of {counted(zones, 'zone')}:{' '}
        {parts.map(({ freshness, count, words }, index) => (
          <span key={freshness}>
            {index === 0 ? '' : ', '}
            <Link href={`/zones?freshness=${freshness}`}>
              {count.toLocaleString('en')} {words}
            </Link>
          </span>
        ))}
        .
      </p>
    </Note>
  );
}

const COLUMNS: readonly Column<Finding>[] = [
  {
    key: 'zone',
    head: 'Zone',
    width: 'minmax(9rem, 1fr)',
    cell: ({ zoneName }) => (
      <Link href={`/zones/${zoneName}`} tabIndex={-1} className="zw-zonename">
        {readableName(zoneName)}
      </Link>
    ),
  },
  {
    key: 'name',
    head: 'Name',
    width: 'minmax(12rem, 1.4fr)',
    cell: ({ record }) => (
      <span className="mono" title={record.name}>
        {readableName(record.name)}
      </span>
    ),
  },
  {
    key: 'type',
    head: 'Type',
    width: '4.25rem',
    cell: ({ record }) => <span className="zw-type">{record.type}</span>,
  },
  {
    key: 'content',
    head: 'Content',
    width: 'minmax(12rem, 1.6fr)',
    cell: ({ record }) => (
      <span className="mono" title={record.content}>
        {record.content}
      </span>
    ),
  },
  { key: 'ttl', head: 'TTL', width: '4rem', align: 'end', cell: ({ record }) => formatTtl(record.ttl) },
  { key: 'proxied', head: 'Proxy', width: '5.25rem', cell: ({ record }) => <ProxyMark record={record} /> },
];

function FoundCard({ row: { zoneName, record } }: { readonly row: Finding }): ReactNode {
  return (
    <div className="stack stack--tight">
      <div className="row row--tight zw-cardline">
        <span className="mono cut grow">{readableName(record.name)}</span>
        <span className="zw-type">{record.type}</span>
      </div>
      <div className="row row--tight zw-cardline">
        <span className="mono cut grow soft">{record.content}</span>
        <span className="tiny soft">{readableName(zoneName)}</span>
      </div>
    </div>
  );
}
