/** The records of a zone as a table: a row is edited where it stands, many are selected, removed by a key. */
import type { KeyboardEvent, ReactNode } from 'react';
import type { ZoneWithAdvice } from '../../../client/index.ts';
import { type Selection, VirtualTable } from '../../kit/virtual-table.tsx';
import { RecordCard, recordColumns } from './record-columns.tsx';
import { RecordEditor } from './record-editor.tsx';
import type { RecordEdits } from './record-edits.ts';
import { NEW_RECORD, placed, type Row, rowLabel } from './record-rows.ts';
import { editOf, textOf } from './staging.ts';

const CLASS_OF = { add: 'create', edit: 'update', remove: 'delete' } as const;

export function RecordGrid({
  zone,
  rows,
  edits,
  selection,
  editing,
  onEdit,
}: {
  readonly zone: ZoneWithAdvice;
  readonly rows: readonly Row[];
  readonly edits: RecordEdits;
  readonly selection: Selection;
  /** The key of the row that is edited. */
  readonly editing: string | null;
  readonly onEdit: (key: string | null) => void;
}): ReactNode {
  const { keys } = selection;
  const press = (event: KeyboardEvent, row: Row): void => {
    if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      edits.remove(keys.has(row.key) ? rows.filter(({ key }) => keys.has(key)) : [row]);
    }
    if (event.key === 'Escape' && keys.size > 0) selection.onChange(new Set());
  };
  return (
    <VirtualTable
      label={`Records of ${zone.name}`}
      rows={rows}
      columns={recordColumns(zone.name)}
      rowKey={({ key }) => key}
      rowLabel={rowLabel}
      card={(row) => <RecordCard row={row} zone={zone.name} />}
      rowClass={({ staged }) => (staged === undefined ? '' : `is-${CLASS_OF[staged.kind]}`)}
      selection={selection}
      onOpen={({ key, record, staged }) => {
        if (record.readOnly === null && staged?.kind !== 'remove') onEdit(editing === key ? null : key);
      }}
      onKey={press}
      detail={{
        key: editing,
        draw: (row) => <RowEditor zone={zone.id} row={row} edits={edits} onDone={() => onEdit(null)} />,
      }}
    />
  );
}

function RowEditor({
  zone,
  row: { record, staged },
  edits,
  onDone,
}: {
  readonly zone: string;
  readonly row: Row;
  readonly edits: RecordEdits;
  readonly onDone: () => void;
}): ReactNode {
  return (
    <RecordEditor
      zone={zone}
      value={staged?.kind === 'add' ? { ...NEW_RECORD, ...staged.record } : textOf(record)}
      isNew={false}
      onCancel={onDone}
      onStage={(wanted) => {
        edits.put([
          staged?.kind === 'add'
            ? { ...staged, record: placed(wanted) }
            : editOf(edits.staging, record, wanted),
        ]);
        onDone();
      }}
    />
  );
}
