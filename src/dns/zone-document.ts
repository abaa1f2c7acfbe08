/**
 * Zoneward's own document of a zone, in YAML or JSON. zone-document-schema.ts is its JSON Schema.
 *
 * ```yaml
 * zone: example.com
 * records:
 *   - {name: www, type: A, content: 192.0.2.1, ttl: auto, proxied: true}
 *   - {name: "@", type: MX, content: 10 mail.example.com}
 *   - {name: "@", type: MX, preference: 20, exchange: mail2.example.com}
 * manage:
 *   ignore:
 *     - {name: "*.dyn", type: A, reason: written by the DHCP server}
 * ```
 *
 * It speaks for the whole zone, or for what `manage` names; a field that a record leaves out stays as it is at
 * Cloudflare. Unknown keys, keys in the wrong place and keys without a value are errors, because that is what slips of
 * indentation look like.
 */
import type { Parsed } from '../base/problem.ts';
import { APEX_NS_REASON } from './dns-types.ts';
import { fault, shown } from './fault.ts';
import { type LocatedValue, locate } from './located-value.ts';
import type { ParseSourceOptions } from './master-file.ts';
import { type DomainName, parseName } from './name.ts';
import type { DesiredRecord, DesiredZone, OmittedRecord } from './record.ts';
import {
  entryWithValue,
  type MapContext,
  readText,
  readTexts,
  rejectUnknownKeys,
  report,
  wrongType,
} from './source-map.ts';
import { SourceProblems } from './source-problems.ts';
import { describeNode, entryOf, readYaml, type SourceMap, toJson } from './yaml-source.ts';
import { RECORD_KEYS, readDocumentRecord } from './zone-document-record.ts';

/** The version of the document's form that this code reads; a document need not name it. */
export const ZONE_DOCUMENT_VERSION = '1';
/** Records of one document. */
export const DOCUMENT_RECORDS_MAX = 200_000;

/** Records that a plan leaves alone. */
export interface IgnoreRule {
  /** A name relative to the zone, `@`, or absolute with a trailing dot; `*` is any run of characters. */
  readonly name: string;
  /** A record type; absent means every type. */
  readonly type?: string;
  readonly reason?: string;
}

/** Which part of the zone the document speaks for. */
export interface ManageOptions {
  readonly ignore: readonly IgnoreRule[];
  /** Name patterns; absent means the whole zone. */
  readonly only?: readonly string[];
}

/** A zone document, read: records, options, and the sections of other rooms as they stand. */
export interface ZoneDocument extends DesiredZone {
  readonly manage?: ManageOptions;
  /** Top-level sections whose meaning is the plan room's (`settings`, `tls`), parsed to JSON. */
  readonly sections?: Readonly<Record<string, unknown>>;
  /** The same with their places; `readDesiredSettings` of the plan room gives them their meaning. */
  readonly located?: Readonly<Record<string, LocatedValue>>;
}

const RESERVED_SECTIONS = ['settings', 'tls'];
const TOP_KEYS = ['$schema', 'version', 'zone', 'records', 'manage', ...RESERVED_SECTIONS];

/** Reads a zone document. Without records it has none: a plan from it deletes nothing (see `parseSource`). */
export function parseZoneDocument(text: string, options: ParseSourceOptions = {}): Parsed<ZoneDocument> {
  const problems = new SourceProblems(text, options.file);
  const root = readYaml(text, problems);
  const context: MapContext = { problems, subject: 'zone document' };
  if (problems.hasErrors || root === undefined) {
    if (options.zone !== undefined && !problems.hasErrors) {
      return { ok: true, value: { zone: options.zone, records: [], omitted: [] }, problems: problems.list() };
    }
    if (!problems.hasErrors)
      report(context, 0, fault('zone-unknown', 'the document is empty', 'Add zone: and records:.'));
    return { ok: false, problems: problems.list() };
  }
  if (root.kind !== 'map') {
    const next = 'Begin with zone: and records:.';
    report(
      context,
      root.offset,
      fault('value-type', `the document is ${describeNode(root)}, not a map`, next),
    );
    return { ok: false, problems: problems.list() };
  }
  const document = readDocument(root, { context, options });
  const list = problems.list();
  return problems.hasErrors || document === undefined
    ? { ok: false, problems: list }
    : { ok: true, value: document, problems: list };
}

interface DocumentReading {
  readonly context: MapContext;
  readonly options: ParseSourceOptions;
}

function readDocument(root: SourceMap, reading: DocumentReading): ZoneDocument | undefined {
  const { context } = reading;
  const elsewhere = {
    ...Object.fromEntries(RECORD_KEYS.map((key) => [key, 'to a record under records:'])),
    ignore: 'under manage:',
    only: 'under manage:',
  };
  rejectUnknownKeys(root, { known: TOP_KEYS, elsewhere }, context);
  checkVersion(root, context);
  const zone = readZone(root, reading);
  const manage = readManage(root, context);
  if (zone === undefined) return undefined;
  const { records, omitted } = readRecords(root, zone, context);
  const sections = RESERVED_SECTIONS.flatMap((key) => {
    const entry = entryWithValue(root, key, context);
    return entry === undefined ? [] : [[key, entry.value] as const];
  });
  return {
    zone,
    records,
    omitted,
    ...(manage === undefined ? {} : { manage }),
    ...(sections.length === 0
      ? {}
      : {
          sections: Object.fromEntries(sections.map(([key, node]) => [key, toJson(node)])),
          located: Object.fromEntries(sections.map(([key, node]) => [key, locate(node, context.problems)])),
        }),
  };
}

function checkVersion(root: SourceMap, context: MapContext): void {
  const version = readText(root, 'version', context);
  if (version === undefined || version === ZONE_DOCUMENT_VERSION) return;
  const message = `the document has version ${shown(version)}; this Zoneward reads version ${ZONE_DOCUMENT_VERSION}`;
  report(
    context,
    entryOf(root, 'version')?.value.offset ?? 0,
    fault('version', message, 'Use a newer Zoneward.'),
  );
}

function readZone(root: SourceMap, { context, options }: DocumentReading): DomainName | undefined {
  const text = readText(root, 'zone', context);
  const offset = entryOf(root, 'zone')?.value.offset ?? root.offset;
  if (text === undefined) {
    if (options.zone !== undefined || entryOf(root, 'zone') !== undefined) return options.zone;
    return report(
      context,
      offset,
      fault('zone-unknown', 'the document does not name its zone', 'Add zone: example.com.'),
    );
  }
  const parsed = parseName(text);
  if (!parsed.ok) {
    const [{ code = 'name-invalid', message = '', next = '' } = {}] = parsed.problems;
    return report(context, offset, fault(code, message, next));
  }
  if (options.zone === undefined || options.zone === parsed.value) return parsed.value;
  const message = `the document is for the zone ${parsed.value}, not for ${options.zone}`;
  const next = `Give the document of ${options.zone}, or name the other zone.`;
  return report(context, offset, fault('zone-mismatch', message, next));
}

function readRecords(
  root: SourceMap,
  zone: DomainName,
  context: MapContext,
): { records: DesiredRecord[]; omitted: OmittedRecord[] } {
  const records: DesiredRecord[] = [];
  const omitted: OmittedRecord[] = [];
  const entry = entryOf(root, 'records');
  if (entry === undefined || (entry.value.kind === 'scalar' && entry.value.value === null))
    return { records, omitted };
  if (entry.value.kind !== 'list') {
    wrongType(entry, 'a list of records, each line beginning with "- "', context);
    return { records, omitted };
  }
  if (entry.value.items.length > DOCUMENT_RECORDS_MAX) {
    const message = `the document has ${entry.value.items.length} records; ${DOCUMENT_RECORDS_MAX} are allowed`;
    report(context, entry.keyOffset, fault('source-too-large', message, 'Split the zone.'));
    return { records, omitted };
  }
  for (const item of entry.value.items) {
    if (item.kind !== 'map') {
      const next = 'Write name, type and content: - {name: www, type: A, content: 192.0.2.1}';
      report(context, item.offset, fault('value-type', `a record is ${describeNode(item)}, not a map`, next));
      continue;
    }
    for (const record of readDocumentRecord(item, zone, context.problems)) {
      if (record.rdata.type === 'NS' && record.name === zone) omitted.push(omittedApexNs(record));
      else records.push(record);
    }
  }
  return { records, omitted };
}

function omittedApexNs({ name, position }: DesiredRecord): OmittedRecord {
  return { name, type: 'NS', reason: APEX_NS_REASON, ...(position === undefined ? {} : { position }) };
}

function readManage(root: SourceMap, context: MapContext): ManageOptions | undefined {
  const entry = entryWithValue(root, 'manage', context);
  if (entry === undefined) return undefined;
  if (entry.value.kind !== 'map') return wrongType(entry, 'a map with ignore: or only:', context);
  const inside: MapContext = { ...context, subject: 'manage' };
  rejectUnknownKeys(entry.value, { known: ['ignore', 'only'] }, inside);
  const only = readTexts(entry.value, 'only', inside);
  return { ignore: readIgnore(entry.value, inside), ...(only === undefined ? {} : { only }) };
}

function readIgnore(manage: SourceMap, context: MapContext): IgnoreRule[] {
  const entry = entryWithValue(manage, 'ignore', context);
  if (entry === undefined) return [];
  const items = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  const rules: IgnoreRule[] = [];
  for (const item of items) {
    if (item.kind === 'scalar' && item.value !== null) {
      rules.push({ name: item.text });
    } else if (item.kind === 'map') {
      const rule = readIgnoreRule(item, context);
      if (rule !== undefined) rules.push(rule);
    } else {
      wrongType(entry, 'a list of rules, such as - {name: "*.dyn", type: A}', context);
    }
  }
  return rules;
}

function readIgnoreRule(map: SourceMap, context: MapContext): IgnoreRule | undefined {
  rejectUnknownKeys(map, { known: ['name', 'type', 'reason'] }, context);
  const name = readText(map, 'name', context);
  const type = readText(map, 'type', context);
  const reason = readText(map, 'reason', context);
  if (name === undefined) {
    if (entryOf(map, 'name') !== undefined) return undefined;
    return report(
      context,
      map.offset,
      fault('name-missing', 'the rule has no name', 'Add name: "*" for every name.'),
    );
  }
  return {
    name,
    ...(type === undefined ? {} : { type: type.toUpperCase() }),
    ...(reason === undefined ? {} : { reason }),
  };
}
