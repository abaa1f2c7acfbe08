/** The rows of a zone's records: each as it will be, with what is staged for it. */
import type { DnsRecord, RecordText } from '../../../client/index.ts';
import { matchesRecord } from './record-filter.ts';
import { type Staged, type Staging, ttlOf, withStaged } from './staging.ts';

export interface Row {
  readonly key: string;
  readonly record: DnsRecord;
  readonly staged: Staged | undefined;
}

export interface RowFilter {
  readonly text: string;
  readonly type: string;
  readonly proxied: string;
  /** `staged`: only what is staged. */
  readonly only: string;
}

export const NEW_RECORD: Required<RecordText> = {
  name: '',
  type: 'A',
  content: '',
  ttl: 'auto',
  proxied: false,
  comment: '',
  tags: [],
};

/** New ones first, then the records in their order. */
export function rowsOf(records: readonly DnsRecord[], { changes }: Staging): readonly Row[] {
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

/** What was found stays in sight while it is edited, also when it no longer holds what was searched for. */
export function filterRows(rows: readonly Row[], { only, ...filter }: RowFilter): readonly Row[] {
  return rows.filter(({ record, staged }) => {
    if (only === 'staged' && staged === undefined) return false;
    const forms = staged?.kind === 'edit' ? [record, staged.base] : [record];
    return forms.some((one) => matchesRecord(one, filter));
  });
}

const STAGED_WORDS = { add: 'new', edit: 'changed', remove: 'removed' } as const;

export function rowLabel({ record, staged }: Row): string {
  const what = staged === undefined ? '' : `, staged: ${STAGED_WORDS[staged.kind]}`;
  return `${record.name} ${record.type} ${record.content}${what}`;
}

/** A name that was left empty is the zone's own. */
export function placed(record: Required<RecordText>): RecordText {
  return { ...record, name: record.name.trim() === '' ? '@' : record.name.trim() };
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
