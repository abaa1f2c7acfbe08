/**
 * A change as short texts, shared by the readers of a plan: what kind it is, which record, which fields become
 * what. Everything that came from outside is made printable here: a comment cannot move a terminal's cursor.
 */
import type { FieldName } from '../dns/changed-fields.ts';
import { type DomainName, formatRelative } from '../dns/name.ts';
import { formatRdata } from '../dns/rdata-text.ts';
import { type RecordFields, typeOf } from '../dns/record.ts';
import type { Change } from './change.ts';
import type { Price } from './plan.ts';

/** Characters of one value; longer ones lose their middle. */
const VALUE_CHARS_MAX = 72;

export interface ChangeText {
  readonly sign: '+' | '~' | '-';
  /** Relative to the zone; `@` is the apex. */
  readonly name: string;
  readonly type: string;
  /** The data; of an update that changes them, those before. */
  readonly content: string;
  /** The data afterwards, where an update changes them. */
  readonly becomes: string | null;
  /** The other fields: of a new record those that are not the default, of an update those that change. */
  readonly details: readonly string[];
}

const SIGNS = { create: '+', update: '~', delete: '-' } as const;

export function describeChange(change: Change, zone: DomainName): ChangeText {
  const fields = (change.after ?? change.before).fields;
  const text = {
    sign: SIGNS[change.action],
    name: printable(formatRelative(fields.name, zone)),
    type: printable(typeOf(fields.rdata)),
  };
  if (change.action !== 'update') {
    const details = change.action === 'create' ? extrasOf(fields) : [];
    return { ...text, content: contentOf(fields), becomes: null, details };
  }
  const { before, after } = change;
  const others = change.fields.filter((field) => field !== 'rdata');
  const details = others.map((field) => fieldChange(field, before.fields, after.fields, zone));
  if (!change.fields.includes('rdata'))
    return { ...text, content: contentOf(fields), becomes: null, details };
  const [content, becomes] = shortenPair(
    printable(formatRdata(before.fields.rdata)),
    printable(formatRdata(after.fields.rdata)),
  );
  return { ...text, content, becomes, details };
}

function contentOf(fields: RecordFields): string {
  return shorten(printable(formatRdata(fields.rdata)));
}

function extrasOf(fields: RecordFields): string[] {
  return [
    ...(fields.ttl === 'auto' ? [] : [`ttl ${fields.ttl}`]),
    ...(fields.proxied ? ['proxied'] : []),
    ...(fields.comment === '' ? [] : [`comment ${valueText(fields.comment)}`]),
    ...(fields.tags.length === 0 ? [] : [`tags ${valueText(fields.tags)}`]),
    ...(fields.settings.length === 0 ? [] : [`settings ${valueText(fields.settings)}`]),
    ...(fields.privateRouting ? ['private routing'] : []),
  ];
}

const FIELD_WORDS: Readonly<Record<FieldName, string>> = {
  name: 'name',
  rdata: 'data',
  ttl: 'ttl',
  proxied: 'proxied',
  comment: 'comment',
  tags: 'tags',
  settings: 'settings',
  privateRouting: 'private routing',
};

function fieldChange(
  field: Exclude<FieldName, 'rdata'>,
  before: RecordFields,
  after: RecordFields,
  zone: DomainName,
): string {
  if (field === 'name') {
    return `name ${printable(formatRelative(before.name, zone))} → ${printable(formatRelative(after.name, zone))}`;
  }
  return `${FIELD_WORDS[field]} ${shortenPair(fullText(before[field]), fullText(after[field])).join(' → ')}`;
}

function valueText(value: RecordFields[Exclude<FieldName, 'rdata'>]): string {
  return shorten(fullText(value));
}

function fullText(value: RecordFields[Exclude<FieldName, 'rdata'>]): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (value === '' || (Array.isArray(value) && value.length === 0)) return 'none';
  if (typeof value === 'string') return value === 'auto' ? value : printable(JSON.stringify(value));
  return typeof value === 'number' ? `${value}` : printable(value.join(', '));
}

/** Both shortened so that the place where they differ can be seen. */
function shortenPair(before: string, after: string): [string, string] {
  let same = 0;
  while (same < before.length && before[same] === after[same]) same += 1;
  return [shorten(before, same), shorten(after, same)];
}

/** Takes out the middle of a long text; with `mark`, keeps what stands around that place. */
export function shorten(text: string, mark = 0, charsMax: number = VALUE_CHARS_MAX): string {
  if (text.length <= charsMax) return text;
  const half = Math.floor((charsMax - 1) / 2);
  if (mark < half || mark > text.length - half) return `${head(text, half)}…${tail(text, half)}`;
  const around = Math.floor(half / 2);
  return `${head(text, around)}…${middle(text, mark - around, mark + around)}…${tail(text, around)}`;
}

function head(text: string, length: number): string {
  return middle(text, 0, length);
}

function tail(text: string, length: number): string {
  return middle(text, text.length - length, text.length);
}

/** A slice that cuts no character in two. */
function middle(text: string, from: number, to: number): string {
  return text.slice(from, to).replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '');
}

/** Control characters, direction marks and half characters as `\u{…}`: what is shown is what is there. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`,
  );
}

/** `3 calls (1 read, 2 writes), about 1 s, 0.3 % of the 5-minute budget` */
export function describePrice({ reads, writes, budgetShare, estimatedMs }: Price): string {
  const seconds = Math.max(1, Math.round(estimatedMs / 1000));
  const share = budgetShare * 100;
  const percent = share >= 10 ? share.toFixed(0) : share.toFixed(1);
  const calls = plural(reads + writes, 'call');
  return `${calls} (${plural(reads, 'read')}, ${plural(writes, 'write')}), about ${seconds} s, ${percent} % of the 5-minute budget`;
}

/** `1 record`, `2 records` */
export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
