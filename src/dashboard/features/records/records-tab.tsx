/**
 * Records of one zone: searched, edited in place, edited in bulk. Nothing is sent from here: every edit is staged, and
 * the bar at the foot leads to the plan of all of them.
 */
import { Button, Menu } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { DnsRecord, RecordText, ZoneWithAdvice } from '../../../client/index.ts';
import { useRecords } from '../../api/queries.ts';
import { Empty, Loading } from '../../kit/empty.tsx';
import { FilterSelect } from '../../kit/filter-select.tsx';
import { useHotkey } from '../../kit/hotkeys.ts';
import { Icon } from '../../kit/icons.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { SearchField } from '../../kit/search-field.tsx';
import { toast } from '../../kit/toasts.tsx';
import { VirtualTable } from '../../kit/virtual-table.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { DropZoneFile } from './drop-zone-file.tsx';
import { ExportMenuItems } from './export-menu.tsx';
import { RecordCard, recordColumns } from './record-columns.tsx';
import { RecordEditor } from './record-editor.tsx';
import { matchesRecord, orderRecords } from './record-filter.ts';
import { StagedBar } from './staged-bar.tsx';
import { useStaging } from './staged-store.ts';
import {
  editOf,
  type Staged,
  type Staging,
  stage,
  stepBack,
  textOf,
  ttlOf,
  unstage,
  withStaged,
} from './staging.ts';

const NEW_RECORD: Required<RecordText> = {
  name: '',
  type: 'A',
  content: '',
  ttl: 'auto',
  proxied: false,
  comment: '',
  tags: [],
};

/** A row of the table: a record as it will be, and what is staged for it. */
export interface Row {
  readonly key: string;
  readonly record: DnsRecord;
  readonly staged: Staged | undefined;
}

export function RecordsTab({ zone }: { readonly zone: ZoneWithAdvice }): ReactNode {
  const records = useRecords(zone.id);
  if (records.isPending) return <Loading what="records" />;
  if (records.error !== null) return <Problem error={records.error} onRetry={() => void records.refetch()} />;
  return <RecordTable zone={zone} records={records.data.records} />;
}

function RecordTable({
  zone,
  records,
}: {
  readonly zone: ZoneWithAdvice;
  readonly records: readonly DnsRecord[];
}): ReactNode {
  const [staging, setStaging] = useStaging(zone.id);
  const [text, setText] = useQueryState('search');
  const [type, setType] = useQueryState('type');
  const [proxied, setProxied] = useQueryState('proxied');
  const [only, setOnly] = useQueryState('show');
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [editing, setEditing] = useState<string | null>(null);
  const [isAdding, setAdding] = useState(false);
  const queries = useQueryClient();
  const [, go] = useLocation();

  const ordered = useMemo(() => orderRecords(records), [records]);
  const all = useMemo(() => rowsOf(ordered, staging), [ordered, staging]);
  const rows = useMemo(
    () =>
      all.filter(
        ({ record, staged }) =>
          // What was found stays in sight while it is edited, also when it no longer holds what was searched for.
          [record, ...(staged?.kind === 'edit' ? [staged.base] : [])].some((one) =>
            matchesRecord(one, { text, type, proxied }),
          ) &&
          (only !== 'staged' || staged !== undefined),
      ),
    [all, text, type, proxied, only],
  );
  const types = useMemo(() => [...new Set(records.map((one) => one.type))].sort(), [records]);
  const picked = useMemo(
    () => rows.filter(({ key }) => selected.has(key)).map(({ record }) => record),
    [rows, selected],
  );

  const put = (changes: readonly Staged[]): void => setStaging(stage(staging, changes));
  const remove = (which: readonly Row[]): void => {
    const gone = which.filter(({ staged }) => staged?.kind === 'add').map(({ key }) => key);
    const rest = which.filter(({ record, staged }) => staged?.kind !== 'add' && record.readOnly === null);
    const dropped = gone.length === 0 ? staging : unstage(staging, gone);
    setStaging(
      stage(
        dropped,
        rest.map(({ key, record, staged }) => ({
          kind: 'remove',
          key,
          base: staged?.kind === 'edit' ? staged.base : record,
        })),
      ),
    );
  };
  const newButton = useRef<HTMLButtonElement>(null);
  const endAdding = (): void => {
    setAdding(false);
    newButton.current?.focus();
  };
  useHotkey('n', () => setAdding(true));
  useHotkey('mod+z', () => setStaging(stepBack(staging)), staging.past.length > 0);
  useHotkey(
    'mod+s',
    () => go(`/zones/${zone.name}/review`),
    staging.changes.size > 0 && editing === null && !isAdding,
  );

  return (
    <DropZoneFile zone={zone}>
      <div className="zw-toolbar">
        <search className="zw-filters grow">
          <SearchField label="Search records" value={text} onChange={setText} />
          <FilterSelect
            label="Any type"
            value={type}
            onChange={setType}
            choices={types.map((one) => [one, one])}
          />
          <FilterSelect
            label="Proxied or not"
            value={proxied}
            onChange={setProxied}
            choices={[
              ['yes', 'Proxied'],
              ['no', 'DNS only'],
            ]}
          />
          {staging.changes.size > 0 ? (
            <FilterSelect
              label="All records"
              value={only}
              onChange={setOnly}
              choices={[['staged', 'Staged only']]}
            />
          ) : null}
          <span className="soft small" role="status">
            {rows.length === all.length
              ? `${all.length.toLocaleString('en')} records`
              : `${rows.length.toLocaleString('en')} of ${all.length.toLocaleString('en')}`}
          </span>
        </search>
        <div className="row">
          <Menu position="bottom-end" width={230}>
            <Menu.Target>
              <Button variant="default" leftSection={<Icon name="dots" />}>
                File
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                leftSection={<Icon name="upload" />}
                onClick={() => go(`/zones/${zone.name}/import`)}
              >
                Import a zone file…
              </Menu.Item>
              <ExportMenuItems zone={zone.name} />
            </Menu.Dropdown>
          </Menu>
          <Button ref={newButton} leftSection={<Icon name="add" />} onClick={() => setAdding(true)}>
            New record
          </Button>
        </div>
      </div>
      {isAdding ? (
        <div className="card">
          <RecordEditor
            zone={zone.id}
            value={NEW_RECORD}
            isNew
            onCancel={endAdding}
            onStage={(record) => {
              put([{ kind: 'add', key: `new-${crypto.randomUUID()}`, record: placed(record) }]);
              endAdding();
              toast('Staged: a new record');
            }}
          />
        </div>
      ) : null}
      {rows.length === 0 ? (
        <Empty
          icon="record"
          title={all.length === 0 ? 'This zone has no records' : 'No record fits'}
          action={
            all.length === 0 ? (
              <Button
                onClick={() => void queries.invalidateQueries({ queryKey: ['records', zone.id] })}
                variant="default"
              >
                Look again
              </Button>
            ) : null
          }
        >
          {all.length === 0
            ? 'Add the first one with n, or drop a zone file on this page.'
            : 'Search for less, or take a filter away.'}
        </Empty>
      ) : (
        <VirtualTable
          label={`Records of ${zone.name}`}
          rows={rows}
          columns={recordColumns(zone.name)}
          rowKey={({ key }) => key}
          rowLabel={rowLabel}
          card={(row) => <RecordCard row={row} zone={zone.name} />}
          rowClass={({ staged }) => (staged === undefined ? '' : `is-${CLASS_OF[staged.kind]}`)}
          selection={{ keys: selected, onChange: setSelected }}
          onOpen={({ key, record, staged }) => {
            if (record.readOnly === null && staged?.kind !== 'remove')
              setEditing(editing === key ? null : key);
          }}
          onKey={(event, row) => {
            if (event.key === 'Delete' || event.key === 'Backspace') {
              event.preventDefault();
              remove(selected.has(row.key) ? rows.filter(({ key }) => selected.has(key)) : [row]);
            }
            if (event.key === 'Escape' && selected.size > 0) setSelected(new Set());
          }}
          detail={{
            key: editing,
            draw: (row) => (
              <RecordEditor
                zone={zone.id}
                value={
                  row.staged?.kind === 'add' ? { ...NEW_RECORD, ...row.staged.record } : textOf(row.record)
                }
                isNew={false}
                onCancel={() => setEditing(null)}
                onStage={(wanted) => {
                  put([
                    row.staged?.kind === 'add'
                      ? { ...row.staged, record: placed(wanted) }
                      : editOf(staging, row.record, wanted),
                  ]);
                  setEditing(null);
                }}
              />
            ),
          }}
        />
      )}
      {picked.length > 0 ? (
        <BulkBar
          zone={zone.name}
          records={picked}
          staging={staging}
          onStage={put}
          onRemove={() => remove(rows.filter(({ key }) => selected.has(key)))}
          onClear={() => setSelected(new Set())}
        />
      ) : null}
      <StagedBar
        zone={zone.name}
        staging={staging}
        onBack={() => setStaging(stepBack(staging))}
        onDiscard={() => setStaging(unstage(staging, [...staging.changes.keys()]))}
      />
    </DropZoneFile>
  );
}

const CLASS_OF = { add: 'create', edit: 'update', remove: 'delete' } as const;

function rowLabel({ record, staged }: Row): string {
  const what =
    staged === undefined
      ? ''
      : `, staged: ${{ add: 'new', edit: 'changed', remove: 'removed' }[staged.kind]}`;
  return `${record.name} ${record.type} ${record.content}${what}`;
}

/** New ones first, then the records in their order. */
function rowsOf(records: readonly DnsRecord[], { changes }: Staging): readonly Row[] {
  const added = [...changes.values()].flatMap((staged): Row[] =>
    staged.kind === 'add'
      ? [{ key: staged.key, record: recordOfText(staged.key, staged.record), staged }]
      : [],
  );
  const known = records.map((record): Row => {
    const staged = changes.get(record.id);
    return { key: record.id, record: withStaged(record, staged), staged };
  });
  return [...added, ...known];
}

function recordOfText(key: string, text: RecordText): DnsRecord {
  return {
    id: key,
    name: text.name.replace(/\.$/, ''),
    type: text.type,
    content: text.content,
    data: {},
    ttl: ttlOf(text.ttl ?? 'auto'),
    proxied: text.proxied ?? false,
    comment: text.comment ?? '',
    tags: text.tags ?? [],
    settings: [],
    privateRouting: false,
    readOnly: null,
    modifiedOn: null,
  };
}

/** A name that was left empty is the zone's own. */
function placed(record: Required<RecordText>): RecordText {
  return { ...record, name: record.name.trim() === '' ? '@' : record.name.trim() };
}
