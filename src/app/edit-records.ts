/** Single edits as a person writes them: which records, and what is to become of them, as text. */
import { InvalidInputError, type Parsed, type Problem } from '../base/problem.ts';
import type { LiveRecord } from '../dns/live-record.ts';
import type { DomainName } from '../dns/name.ts';
import { formatRdata } from '../dns/rdata-text.ts';
import { type DesiredRecord, typeOf } from '../dns/record.ts';
import { parseZoneDocument } from '../dns/zone-document.ts';
import type { Edit } from '../plan/edits.ts';
import { compilePatterns } from '../plan/name-pattern.ts';

/** A record as in a zone document: names relative to the zone or full, TTLs as `auto`, `300` or `5m`. */
export interface RecordText {
  readonly name: string;
  readonly type: string;
  readonly content: string;
  readonly ttl?: string;
  readonly proxied?: boolean;
  readonly comment?: string;
  readonly tags?: readonly string[];
}

/** Every given condition must hold. `name` and `content` may begin or end with `*`. */
export interface RecordSelection {
  readonly id?: string;
  readonly name?: string;
  readonly type?: string;
  readonly content?: string;
  /** Part of the comment. */
  readonly comment?: string;
  /** `name` or `name:value`. */
  readonly tag?: string;
}

/** What is given is set; what is not given stays. */
export type RecordSet = Partial<RecordText>;

/** Throws `InvalidInputError` with what is wrong with the record. */
export function readRecordText(text: RecordText, zone: DomainName): DesiredRecord {
  const [record] = recordsOf(parseRecords(text, zone));
  if (record === undefined) throw new InvalidInputError('This is no record.', []);
  const { position: _, ...desired } = record;
  return desired;
}

export function editOf(record: LiveRecord, set: RecordSet | 'remove', zone: DomainName): Edit {
  if (set === 'remove') return { kind: 'remove', record };
  const { fields } = record;
  const { ttl, proxied, comment, tags } = set;
  const wanted = readRecordText(
    {
      name: set.name ?? `${fields.name}.`,
      type: set.type ?? typeOf(fields.rdata),
      content: set.content ?? formatRdata(fields.rdata),
      ...(ttl === undefined ? {} : { ttl }),
      ...(proxied === undefined ? {} : { proxied }),
      ...(comment === undefined ? {} : { comment }),
      ...(tags === undefined ? {} : { tags }),
    },
    zone,
  );
  // Data that nobody named stay as they are, also where our text of them could be read as something else.
  const sameData = set.type === undefined && set.content === undefined;
  return { kind: 'change', record, set: sameData ? { ...wanted, rdata: fields.rdata } : wanted };
}

function parseRecords(text: RecordText, zone: DomainName): Parsed<readonly DesiredRecord[]> {
  const parsed = parseZoneDocument(JSON.stringify({ zone, records: [text] }), { zone });
  if (!parsed.ok) return { ok: false, problems: parsed.problems.map(withoutPosition) };
  return { ok: true, value: parsed.value.records, problems: parsed.problems };
}

/** The text was made here, so its lines mean nothing to anyone. */
function withoutPosition({ position: _, ...problem }: Problem): Problem {
  return problem;
}

function recordsOf(parsed: Parsed<readonly DesiredRecord[]>): readonly DesiredRecord[] {
  if (parsed.ok) return parsed.value;
  throw new InvalidInputError('The record is not valid; nothing was written.', parsed.problems);
}

/** Those at names like one of the patterns; without patterns, all. */
export function recordsAt(
  live: readonly LiveRecord[],
  patterns: readonly string[] | undefined,
  zone: DomainName,
): readonly LiveRecord[] {
  if (patterns === undefined) return live;
  const isMeant = compilePatterns(patterns, zone);
  return live.filter(({ fields }) => isMeant(fields.name));
}

/** The records that a selection means, among the live ones of a zone. */
export function selectRecords(
  live: readonly LiveRecord[],
  selection: RecordSelection,
  zone: DomainName,
): readonly LiveRecord[] {
  const { id, type, comment, tag } = selection;
  const name = selection.name === undefined ? undefined : fullName(selection.name, zone);
  return live.filter((record) => {
    const { fields } = record;
    return (
      (id === undefined || record.id === id) &&
      (type === undefined || typeOf(fields.rdata) === type.toUpperCase()) &&
      (name === undefined || fits(fields.name, name)) &&
      (selection.content === undefined || contentsOf(record).some((text) => fits(text, selection.content))) &&
      (comment === undefined || fields.comment.toLowerCase().includes(comment.toLowerCase())) &&
      (tag === undefined || fields.tags.some((one) => one === tag || one.startsWith(`${tag}:`)))
    );
  });
}

/** `www` and `@` as in a zone document; patterns and full names as they are. */
function fullName(text: string, zone: DomainName): string {
  if (text === '@') return zone;
  const bare = text.replace(/\.$/, '').toLowerCase();
  const isPattern = bare.startsWith('*') && !bare.startsWith('*.');
  if (isPattern || bare.endsWith('*') || bare === zone || bare.endsWith(`.${zone}`)) return bare;
  return text.endsWith('.') ? bare : `${bare}.${zone}`;
}

/** All the ways in which people know a record's data: as Cloudflare shows it, as a master file does, bare. */
function contentsOf({ fields, received }: LiveRecord): readonly string[] {
  const text = formatRdata(fields.rdata);
  return [
    text,
    text.replace(/\.$/, ''),
    ...(typeof received['content'] === 'string' ? [received['content']] : []),
    ...(fields.rdata.type === 'TXT' ? [fields.rdata.text] : []),
  ];
}

function fits(text: string, pattern = ''): boolean {
  const wanted = pattern.toLowerCase();
  const given = text.toLowerCase();
  const openStart = wanted.startsWith('*') && !wanted.startsWith('*.');
  const openEnd = wanted.length > 1 && wanted.endsWith('*');
  const part = wanted.slice(openStart ? 1 : 0, openEnd ? -1 : undefined);
  if (openStart && openEnd) return given.includes(part);
  if (openStart) return given.endsWith(part);
  return openEnd ? given.startsWith(part) : given === part;
}
