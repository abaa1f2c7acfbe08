/**
 * One record of a zone document. Its data are either `content` in presentation form or the typed fields of
 * rdata-fields.ts, never both. Names of records are relative to the zone or full, as at Cloudflare; host names
 * within the data are full.
 */
import { whyNotCarried } from './dns-types.ts';
import { type Fault, fault, type Read, shown } from './fault.ts';
import type { HostRules } from './field-kind.ts';
import { type DomainName, isInZone, parseName } from './name.ts';
import { rdataFields } from './rdata-fields.ts';
import { parseRecordType, parseTxtContent, readRdata } from './rdata-text.ts';
import { type PlacedText, readRdataValues } from './rdata-values.ts';
import type { DesiredRecord, Rdata, RecordSetting, RecordType, Ttl } from './record.ts';
import { RECORD_TYPES } from './record.ts';
import {
  entryWithValue,
  type MapContext,
  readFlag,
  readText,
  readTexts,
  rejectUnknownKeys,
  report,
  wrongType,
} from './source-map.ts';
import type { SourceProblems } from './source-problems.ts';
import { suggest } from './suggest.ts';
import { parseTtlSeconds, ttlFromSeconds } from './ttl.ts';
import { entryOf, type SourceEntry, type SourceMap, type SourceScalar } from './yaml-source.ts';

/** The keys of a record besides the typed fields of its data. */
export const RECORD_KEYS: readonly string[] = [
  'name',
  'type',
  'content',
  'ttl',
  'proxied',
  'comment',
  'tags',
  'settings',
  'privateRouting',
];
export const RECORD_SETTINGS: readonly RecordSetting[] = ['ipv4_only', 'ipv6_only', 'flatten_cname'];
/** LOC has a grammar instead of fields; each of these is a part of it in presentation form. */
export const LOC_KEYS: readonly string[] = [
  'latitude',
  'longitude',
  'altitude',
  'size',
  'horizontalPrecision',
  'verticalPrecision',
];

/** The typed keys of a type's data. */
export function typedKeys(type: RecordType): readonly string[] {
  if (type === 'LOC') return LOC_KEYS;
  const keys = rdataFields(type).map(({ key }) => key);
  // Cloudflare calls it priority; the RFC, preference.
  return type === 'MX' ? [...keys, 'priority'] : keys;
}

/** The records of one entry: one, or one for each item where `content` is a list. Empty when something is wrong. */
export function readDocumentRecord(
  map: SourceMap,
  zone: DomainName,
  problems: SourceProblems,
): DesiredRecord[] {
  const plain: MapContext = {
    problems,
    subject: entryOf(map, 'name') === undefined ? 'record' : nameText(map),
  };
  const name = readName(map, zone, plain);
  const type = readType(map, plain);
  if (type === undefined) return [];
  const context: MapContext = { problems, subject: `${name ?? nameText(map)} ${type}` };
  rejectUnknownKeys(map, { known: [...RECORD_KEYS, ...typedKeys(type)], elsewhere: ELSEWHERE }, context);
  const data = readData(map, type, { context, hosts: { origin: zone, full: true } });
  const fields = readFields(map, context);
  if (name === undefined) return [];
  const position = problems.position(map.offset);
  return data.map((rdata) => ({ name, rdata, ...fields, position }));
}

/** Keys that people put on a record although they belong to the document. */
const ELSEWHERE = { zone: 'at the top of the document', manage: 'at the top of the document' };

function nameText(map: SourceMap): string {
  const entry = entryOf(map, 'name');
  return entry?.value.kind === 'scalar' && entry.value.text !== '' ? entry.value.text : 'record';
}

function readName(map: SourceMap, zone: DomainName, context: MapContext): DomainName | undefined {
  const text = readText(map, 'name', context);
  const entry = entryOf(map, 'name');
  if (entry === undefined) {
    const next = 'Add name: relative to the zone, or "@" for the zone itself.';
    return report(context, map.offset, fault('name-missing', 'the record has no name', next));
  }
  if (text === undefined) return undefined;
  const name = parseRecordName(text, zone);
  return 'fault' in name ? report(context, entry.value.offset, name) : name.value;
}

/** `@`, `www`, `www.example.com` and `www.example.com.` in the zone `example.com`. */
export function parseRecordName(text: string, zone: DomainName): Read<DomainName> {
  const full = parseName(text);
  // As Cloudflare reads it: what ends in the zone's name is full with or without the dot.
  const parsed = full.ok && isInZone(full.value, zone) ? full : parseName(text, { origin: zone });
  if (!parsed.ok) {
    const [{ code = 'name-invalid', message = '', next = '' } = {}] = parsed.problems;
    return fault(code, message, next);
  }
  if (isInZone(parsed.value, zone)) return { value: parsed.value };
  const next = 'Write it relative to the zone, or correct the zone.';
  return fault('name-outside-zone', `the name ${parsed.value} is not in the zone ${zone}`, next);
}

function readType(map: SourceMap, context: MapContext): RecordType | undefined {
  const text = readText(map, 'type', context);
  const entry = entryOf(map, 'type');
  if (entry === undefined) {
    return report(
      context,
      map.offset,
      fault('type-missing', 'the record has no type', 'Add type: A, for example.'),
    );
  }
  if (text === undefined) return undefined;
  const type = parseRecordType(text);
  if (type !== undefined) return type;
  const reason = whyNotCarried(text);
  const near = suggest(text, RECORD_TYPES);
  const next = near === undefined ? `Types are: ${RECORD_TYPES.join(', ')}.` : `Did you mean ${near}?`;
  const wrong =
    reason === undefined
      ? fault('type-unknown', `${shown(text)} is no record type`, next)
      : fault('type-not-carried', reason, 'Take the record out.');
  return report(context, entry.value.offset, wrong);
}

interface DataReading {
  readonly context: MapContext;
  readonly hosts: HostRules;
}

function readData(map: SourceMap, type: RecordType, reading: DataReading): Rdata[] {
  const { context } = reading;
  const content = entryWithValue(map, 'content', context);
  const typed = map.entries.filter(({ key }) => typedKeys(type).includes(key));
  if (content === undefined) {
    if (entryOf(map, 'content') !== undefined) return [];
    return readTyped(map, type, reading);
  }
  // `priority` may stand beside the content, as in Cloudflare's API.
  const beside = typed.filter(({ key }) => key !== 'priority' || !hasPriorityBeside(type));
  for (const { key, keyOffset } of beside) {
    const next = 'Write either content, or the fields one by one.';
    report(context, keyOffset, fault('content-twice', `${key} stands beside content`, next));
  }
  if (beside.length > 0) return [];
  const items = content.value.kind === 'list' ? content.value.items : [content.value];
  const priority = typed.length > 0 ? readText(map, 'priority', context) : undefined;
  return items.flatMap((item) => {
    if (item.kind === 'scalar' && item.value !== null)
      return readContent(item, type, { ...reading, priority });
    wrongType(content, 'a text or a list of texts', context);
    return [];
  });
}

function hasPriorityBeside(type: RecordType): boolean {
  return type === 'MX' || type === 'SRV' || type === 'URI';
}

function readContent(
  item: SourceScalar,
  type: RecordType,
  { context, hosts, priority }: DataReading & { readonly priority: string | undefined },
): Rdata[] {
  if (type === 'TXT') {
    const text = parseTxtContent(item.text);
    if ('value' in text) return [{ type, text: text.value }];
    report(context, item.offset, text);
    return [];
  }
  const read = readRdata(type, priority === undefined ? item.text : `${priority} ${item.text}`, hosts);
  if ('value' in read) return [read.value];
  for (const { code, message, next } of read.faults) report(context, item.offset, fault(code, message, next));
  return [];
}

function readTyped(map: SourceMap, type: RecordType, { context, hosts }: DataReading): Rdata[] {
  if (typedKeys(type).every((key) => entryOf(map, key) === undefined)) {
    const next = `Add content, or the fields ${typedKeys(type).join(', ')}.`;
    report(context, map.offset, fault('content-missing', 'the record has no content', next));
    return [];
  }
  const lookup = (key: string): PlacedText | undefined =>
    scalarText(entryWithValue(map, key, context), context);
  if (type === 'LOC') {
    const parts = LOC_KEYS.map((key) => lookup(key)?.text).filter((part) => part !== undefined);
    return settle(readRdata(type, parts.join(' '), hosts), { context, offset: map.offset });
  }
  const read = readRdataValues(
    type,
    ({ key }) => lookup(key) ?? (type === 'MX' && key === 'preference' ? lookup('priority') : undefined),
    hosts,
  );
  return settle(read, { context, offset: map.offset });
}

function settle(
  read: { readonly value: Rdata } | { readonly faults: readonly Fault[] },
  { context, offset }: { readonly context: MapContext; readonly offset: number },
): Rdata[] {
  if ('value' in read) return [read.value];
  for (const wrong of read.faults) report(context, wrong.at ?? offset, { fault: wrong });
  return [];
}

function scalarText(entry: SourceEntry | undefined, context: MapContext): PlacedText | undefined {
  if (entry === undefined) return undefined;
  if (entry.value.kind !== 'scalar') return wrongType(entry, 'a single value', context);
  return { text: entry.value.text, offset: entry.value.offset };
}

type OtherFields = Omit<DesiredRecord, 'name' | 'rdata' | 'position'>;

function readFields(map: SourceMap, context: MapContext): OtherFields {
  const ttl = readTtl(map, context);
  const proxied = readFlag(map, 'proxied', context);
  const comment = readText(map, 'comment', context);
  const tags = readTexts(map, 'tags', context);
  const settings = readSettings(map, context);
  const privateRouting = readFlag(map, 'privateRouting', context);
  return {
    ...(ttl === undefined ? {} : { ttl }),
    ...(proxied === undefined ? {} : { proxied }),
    ...(comment === undefined ? {} : { comment }),
    ...(tags === undefined ? {} : { tags }),
    ...(settings === undefined ? {} : { settings }),
    ...(privateRouting === undefined ? {} : { privateRouting }),
  };
}

function readTtl(map: SourceMap, context: MapContext): Ttl | undefined {
  const text = readText(map, 'ttl', context);
  const offset = entryOf(map, 'ttl')?.value.offset ?? map.offset;
  if (text === undefined || text === 'auto') return text;
  const seconds = parseTtlSeconds(text);
  return 'fault' in seconds ? report(context, offset, seconds) : ttlFromSeconds(seconds.value);
}

/** `[flatten_cname]`, or `{flatten_cname: true}` as in Cloudflare's API. */
function readSettings(map: SourceMap, context: MapContext): readonly RecordSetting[] | undefined {
  const entry = entryWithValue(map, 'settings', context);
  if (entry === undefined) return undefined;
  if (entry.value.kind === 'map') {
    const flags = entry.value;
    rejectUnknownKeys(flags, { known: RECORD_SETTINGS }, context);
    return RECORD_SETTINGS.filter((setting) => readFlag(flags, setting, context) === true);
  }
  const texts = readTexts(map, 'settings', context);
  if (texts === undefined) return undefined;
  for (const text of texts.filter((one) => !RECORD_SETTINGS.some((setting) => setting === one))) {
    const next = `Known are: ${RECORD_SETTINGS.join(', ')}.`;
    report(context, entry.value.offset, fault('setting-unknown', `${shown(text)} is no setting`, next));
  }
  return RECORD_SETTINGS.filter((setting) => texts.includes(setting));
}
