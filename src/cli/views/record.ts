/** Records for people and for programs. */
import {
  compareNames,
  type DomainName,
  formatRdata,
  formatRelative,
  type LiveRecord,
  type RecordFields,
  toUnicode,
  typeOf,
} from '../../app/re-exports.ts';
import type { Output } from '../output/output.ts';
import type { Column } from '../output/table.ts';

export interface ShownRecord {
  readonly record: LiveRecord;
  /** Given where records of several zones stand together. */
  readonly zone?: string;
}

/** The fields of a record in the shape that plans have, too. */
export function fieldsJson(fields: RecordFields): Record<string, unknown> {
  const { rdata, ...rest } = fields;
  return { ...rest, type: typeOf(rdata), content: formatRdata(rdata), data: rdata };
}

export function recordJson({ record, zone }: ShownRecord): Record<string, unknown> {
  return {
    id: record.id,
    ...(zone === undefined ? {} : { zone }),
    ...fieldsJson(record.fields),
    readOnly: record.readOnly,
    modifiedOn: record.modifiedOn,
  };
}

export function formatRecords(
  out: Output,
  records: readonly ShownRecord[],
  options: {
    readonly ids: boolean;
    /** All records are of this zone: names are shown relative to it. */
    readonly zone?: DomainName;
  },
): string {
  const { paint } = out;
  const columns: Column<ShownRecord>[] = [
    ...(options.ids ? [{ title: 'id', cell: (one: ShownRecord) => one.record.id }] : []),
    {
      title: 'name',
      cell: ({ record }) => nameIn(record.fields.name, options.zone),
      shrinksTo: 18,
      paint: paint.bold,
    },
    { title: 'type', cell: ({ record }) => typeOf(record.fields.rdata), paint: paint.cyan },
    { title: 'content', cell: ({ record }) => formatRdata(record.fields.rdata), shrinksTo: 16 },
    { title: 'ttl', cell: ({ record }) => String(record.fields.ttl), align: 'right' },
    {
      title: 'proxied',
      cell: ({ record }) => (record.fields.proxied ? 'proxied' : ''),
      paint: paint.yellow,
    },
    { title: 'notes', cell: notesOf, shrinksTo: 8, paint: paint.dim },
  ];
  return out.table(columns, records);
}

function nameIn(name: DomainName, zone: DomainName | undefined): string {
  return zone === undefined ? toUnicode(name) : toUnicode(formatRelative(name, zone) as DomainName);
}

function notesOf({ record }: ShownRecord): string {
  const { comment, tags, settings } = record.fields;
  const parts = [comment, tags.map((tag) => `#${tag}`).join(' '), settings.join(' '), record.readOnly ?? ''];
  return parts.filter((part) => part !== '').join('  ');
}

/** Apex first, then the tree of names; at one name by type. */
export function sortShown<Shown extends ShownRecord>(records: readonly Shown[]): Shown[] {
  return records.toSorted((a, b) => {
    const byName = compareNames(a.record.fields.name, b.record.fields.name);
    if (byName !== 0) return byName;
    const [left, right] = [keyOf(a.record), keyOf(b.record)];
    return left < right ? -1 : left > right ? 1 : 0;
  });
}

function keyOf({ fields }: LiveRecord): string {
  return `${typeOf(fields.rdata)} ${formatRdata(fields.rdata)}`;
}
