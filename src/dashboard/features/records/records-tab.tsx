/** Records of a zone: found, edited as staged changes, and taken to their plan. */
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { DnsRecord, ZoneWithAdvice } from '../../../client/index.ts';
import { useRecords } from '../../api/queries.ts';
import { Empty, Loading } from '../../kit/empty.tsx';
import { useHotkey } from '../../kit/hotkeys.ts';
import { Problem } from '../../kit/problem.tsx';
import { toast } from '../../kit/toasts.tsx';
import { ReadNow } from '../zones/read-now.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { DropZoneFile } from './drop-zone-file.tsx';
import { RecordEditor } from './record-editor.tsx';
import { type RecordEdits, useRecordEdits } from './record-edits.ts';
import { orderRecords } from './record-filter.ts';
import { RecordGrid } from './record-grid.tsx';
import { filterRows, NEW_RECORD, placed, rowsOf } from './record-rows.ts';
import { RecordToolbar, useRowFilter } from './record-toolbar.tsx';
import { StagedBar } from './staged-bar.tsx';

export function RecordsTab({ zone }: { readonly zone: ZoneWithAdvice }): ReactNode {
  const records = useRecords(zone.id);
  if (records.isPending) return <Loading what="records" />;
  if (records.error !== null) return <Problem error={records.error} onRetry={() => void records.refetch()} />;
  return <RecordTable zone={zone} records={records.data.records} />;
}

interface TableOf {
  readonly zone: ZoneWithAdvice;
  readonly records: readonly DnsRecord[];
}

function RecordTable({ zone, records }: TableOf): ReactNode {
  const edits = useRecordEdits(zone.id);
  const { staging } = edits;
  const [filter, setFilter] = useRowFilter();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [editing, setEditing] = useState<string | null>(null);
  const [isAdding, setAdding] = useState(false);
  const newButton = useRef<HTMLButtonElement>(null);
  const [, go] = useLocation();
  const types = useMemo(() => [...new Set(records.map((one) => one.type))].sort(), [records]);
  const ordered = useMemo(() => orderRecords(records), [records]);
  const all = useMemo(() => rowsOf(ordered, staging), [ordered, staging]);
  const { text, type, proxied, only } = filter;
  const rows = useMemo(
    () => filterRows(all, { text, type, proxied, only }),
    [all, text, type, proxied, only],
  );
  const picked = useMemo(() => rows.filter(({ key }) => selected.has(key)), [rows, selected]);
  const endAdding = (): void => {
    setAdding(false);
    newButton.current?.focus();
  };
  useHotkey('n', () => setAdding(true));
  useHotkey('mod+z', edits.back, staging.past.length > 0);
  const mayReview = staging.changes.size > 0 && editing === null && !isAdding;
  useHotkey('mod+s', () => go(`/zones/${zone.name}/review`), mayReview);
  const isUnread = zone.freshness.verifiedAt === null && all.length === 0;
  return (
    <DropZoneFile zone={zone}>
      {isUnread ? null : (
        <RecordToolbar
          zone={zone.name}
          types={types}
          shown={rows.length}
          total={all.length}
          hasStaged={staging.changes.size > 0}
          filter={filter}
          set={setFilter}
          newButton={newButton}
          onNew={() => setAdding(true)}
        />
      )}
      {isAdding ? <NewRecord zone={zone.id} edits={edits} onDone={endAdding} /> : null}
      {rows.length === 0 ? (
        <NoRecords zone={zone} isEmpty={all.length === 0} />
      ) : (
        <RecordGrid
          zone={zone}
          rows={rows}
          edits={edits}
          selection={{ keys: selected, onChange: setSelected }}
          editing={editing}
          onEdit={setEditing}
        />
      )}
      {picked.length > 0 ? (
        <BulkBar
          zone={zone.name}
          records={picked.map(({ record }) => record)}
          staging={staging}
          onStage={edits.put}
          onRemove={() => edits.remove(picked)}
          onClear={() => setSelected(new Set())}
        />
      ) : null}
      <StagedBar zone={zone.name} staging={staging} onBack={edits.back} onDiscard={edits.discard} />
    </DropZoneFile>
  );
}

function NewRecord({
  zone,
  edits,
  onDone,
}: {
  readonly zone: string;
  readonly edits: RecordEdits;
  readonly onDone: () => void;
}): ReactNode {
  return (
    <div className="card">
      <RecordEditor
        zone={zone}
        value={NEW_RECORD}
        isNew
        onCancel={onDone}
        onStage={(record) => {
          edits.put([{ kind: 'add', key: `new-${crypto.randomUUID()}`, record: placed(record) }]);
          onDone();
          toast('Staged: a new record');
        }}
      />
    </div>
  );
}

function NoRecords({
  zone,
  isEmpty,
}: {
  readonly zone: ZoneWithAdvice;
  readonly isEmpty: boolean;
}): ReactNode {
  const queries = useQueryClient();
  if (!isEmpty)
    return (
      <Empty icon="record" title="No record fits">
        Search for less, or take a filter away.
      </Empty>
    );
  if (zone.freshness.verifiedAt === null)
    return (
      <Empty icon="record" title="This zone was not read yet" action={<ReadNow zone={zone} isMain />}>
        What it holds is not known here. Reading changes nothing at Cloudflare.
      </Empty>
    );
  return (
    <Empty
      icon="record"
      title="This zone has no records"
      action={
        <Button
          onClick={() => void queries.invalidateQueries({ queryKey: ['records', zone.id] })}
          variant="default"
        >
          Look again
        </Button>
      }
    >
      Add the first one with n, or drop a zone file on this page.
    </Empty>
  );
}
