/**
 * The comment behind a record in a master file, as Cloudflare's export writes and its import reads it (Cloudflare
 * docs, "Import and export records"): `; comment cf_tags=team:web,cf-proxied:true`. Tags that begin with `cf-` are
 * not tags of the record but its settings.
 */
import { type Fault, fault, shown } from './fault.ts';
import type { DesiredRecord, RecordFields } from './record.ts';

const MARK = 'cf_tags=';

/** What a record's comment says. What it does not mention is absent. */
export type CommentFields = Pick<DesiredRecord, 'comment' | 'tags' | 'proxied' | 'settings'>;

/** Reads the text behind the `;`. `faults` are tags that are not understood; everything else is still read. */
export function parseRecordComment(text: string): { fields: CommentFields; faults: readonly Fault[] } {
  const trimmed = text.trim();
  if (trimmed === '') return { fields: {}, faults: [] };
  const mark = markPosition(trimmed);
  if (mark === -1) return { fields: { comment: trimmed }, faults: [] };
  const comment = trimmed.slice(0, mark).trimEnd();
  const { tags, faults } = splitTags(trimmed.slice(mark + MARK.length));
  const own: string[] = [];
  let fields: CommentFields = comment === '' ? {} : { comment };
  for (const tag of tags) {
    if (/^cf-proxied:true$/i.test(tag)) fields = { ...fields, proxied: true };
    else if (/^cf-proxied:false$/i.test(tag)) fields = { ...fields, proxied: false };
    else if (/^cf-flatten-cname(:true)?$/i.test(tag)) fields = { ...fields, settings: ['flatten_cname'] };
    else if (/^cf-/i.test(tag)) faults.push(unknownSetting(tag));
    else own.push(tag);
  }
  return { fields: own.length === 0 ? fields : { ...fields, tags: own }, faults };
}

/** The comment for a record, without the `;`; empty when there is nothing to say. */
export function formatRecordComment(record: RecordFields): string {
  const tags = record.tags.map(formatTag);
  if (record.rdata.type === 'A' || record.rdata.type === 'AAAA' || record.rdata.type === 'CNAME') {
    tags.push(`cf-proxied:${record.proxied}`);
  }
  if (isFlatteningAlone(record)) tags.push('cf-flatten-cname');
  const comment = record.comment.replace(/[\r\n]+/g, ' ').trim();
  // A comment that holds the mark itself needs a closing one, so that the last mark is always ours.
  if (tags.length === 0 && !comment.includes(MARK)) return comment;
  return `${comment === '' ? '' : `${comment} `}${MARK}${tags.join(',')}`;
}

/** The mark says all of a record's settings, so it is written only where flattening is all there is. */
function isFlatteningAlone({ settings }: RecordFields): boolean {
  return settings.length === 1 && settings[0] === 'flatten_cname';
}

/** The last mark that stands at the beginning or behind a space; -1 when there is none. */
function markPosition(text: string): number {
  const last = text.lastIndexOf(` ${MARK}`);
  if (last !== -1) return last + 1;
  return text.startsWith(MARK) ? 0 : -1;
}

/** Cuts at the commas that are not within a JSON string. */
function splitTags(text: string): { tags: string[]; faults: Fault[] } {
  const tags: string[] = [];
  const faults: Fault[] = [];
  for (const item of text.match(/(?:"(?:[^"\\]|\\.)*"|[^,"]|")+/g) ?? []) {
    const colon = item.indexOf(':');
    const name = (colon === -1 ? item : item.slice(0, colon)).trim();
    const value = readValue(colon === -1 ? '' : item.slice(colon + 1).trim());
    if (value === undefined) faults.push(fault('tag-invalid', `${shown(item)} is no tag`, NEXT).fault);
    else if (name !== '') tags.push(value === '' ? name : `${name}:${value}`);
  }
  return { tags, faults };
}

const NEXT = 'Tags are name or name:value, separated by commas; a value in quotes is a JSON string.';

function readValue(value: string): string | undefined {
  if (!value.startsWith('"')) return value;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'string' ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function formatTag(tag: string): string {
  const colon = tag.indexOf(':');
  if (colon === -1) return tag;
  const value = tag.slice(colon + 1);
  const quoted = /["=,\\]|^\s|\s$/.test(value)
    ? JSON.stringify(value).replaceAll(` ${MARK}`, `\\u0020${MARK}`)
    : value;
  return value === '' ? tag.slice(0, colon) : `${tag.slice(0, colon)}:${quoted}`;
}

function unknownSetting(tag: string): Fault {
  const next = 'Known are cf-proxied:true, cf-proxied:false and cf-flatten-cname.';
  return fault('tag-reserved', `${shown(tag)} is no setting that Zoneward knows`, next).fault;
}
