/**
 * Reads a zone in octoDNS's YAML form (octoDNS docs, "Records"; octodns-cloudflare's README for the options under
 * `octodns: cloudflare:`): name → record or list of records, names relative to the zone, `''` for the zone itself.
 *
 * What only another provider has (`Route53Provider/ALIAS`, dynamic pools, health checks) is omitted or warned of by
 * name. Options in the wrong place and options without a value are errors: such a slip once took down a zone.
 */
import type { Parsed } from '../base/problem.ts';
import { APEX_NS_REASON, whyNotCarried } from './dns-types.ts';
import { fault, shown } from './fault.ts';
import type { ParseSourceOptions } from './master-file.ts';
import { type DomainName, parseName } from './name.ts';
import { OCTODNS_SINGLE_TYPES } from './octodns-fields.ts';
import { type OctodnsOptions, readOctodnsOptions } from './octodns-options.ts';
import { readOctodnsValue } from './octodns-value.ts';
import { parseRecordType } from './rdata-text.ts';
import {
  type DesiredRecord,
  type DesiredZone,
  type OmittedRecord,
  RECORD_TYPES,
  type Ttl,
} from './record.ts';
import {
  entryWithValue,
  isNothing,
  type MapContext,
  readText,
  rejectUnknownKeys,
  report,
  warn,
} from './source-map.ts';
import { SourceProblems } from './source-problems.ts';
import { suggest } from './suggest.ts';
import { carriedTtl, parseTtlSeconds } from './ttl.ts';
import {
  describeNode,
  entryOf,
  readYaml,
  type SourceEntry,
  type SourceMap,
  type SourceNode,
} from './yaml-source.ts';

const RECORD_KEYS = ['type', 'ttl', 'value', 'values', 'octodns', 'geo', 'dynamic'];
/** Keys that people put on the record although they are options of octodns-cloudflare. */
const MISPLACED = Object.fromEntries(
  ['proxied', 'auto-ttl', 'comment', 'tags', 'cloudflare'].map((key) => [
    key,
    'under octodns: → cloudflare:',
  ]),
);

/**
 * Reads an octoDNS file. The zone is the one given, else the one that the file is named for (`example.com.yaml`).
 * An `ALIAS` record becomes the CNAME that Cloudflare flattens.
 */
export function parseOctodnsYaml(text: string, options: ParseSourceOptions = {}): Parsed<DesiredZone> {
  const problems = new SourceProblems(text, options.file);
  const context: MapContext = { problems, subject: 'octoDNS file' };
  const zone = options.zone ?? zoneOfFile(options.file);
  const root = readYaml(text, problems);
  if (zone === undefined) {
    const next = 'Name the zone, or name the file after it: example.com.yaml.';
    report(context, 0, fault('zone-unknown', 'an octoDNS file does not say which zone it is for', next));
  }
  if (root !== undefined && root.kind !== 'map') {
    const next = "Write names with their records: www: {type: A, value: 192.0.2.1}. '' is the zone itself.";
    report(context, root.offset, fault('value-type', `the file is ${describeNode(root)}, not a map`, next));
  }
  if (zone === undefined || problems.hasErrors) return { ok: false, problems: problems.list() };
  const reader = new OctodnsReader(problems, zone);
  if (root?.kind === 'map') for (const entry of root.entries) reader.readName(entry);
  const { records, omitted } = reader;
  const list = problems.list();
  return problems.hasErrors
    ? { ok: false, problems: list }
    : { ok: true, value: { zone, records, omitted }, problems: list };
}

/** `zones/example.com.yaml` → `example.com`. */
function zoneOfFile(file: string | undefined): DomainName | undefined {
  const base = /([^/\\]+?)\.?\.ya?ml$/i.exec(file ?? '')?.[1];
  if (base === undefined || !base.includes('.')) return undefined;
  const parsed = parseName(base);
  return parsed.ok ? parsed.value : undefined;
}

class OctodnsReader {
  readonly records: DesiredRecord[] = [];
  readonly omitted: OmittedRecord[] = [];
  readonly #problems: SourceProblems;
  readonly #zone: DomainName;

  constructor(problems: SourceProblems, zone: DomainName) {
    this.#problems = problems;
    this.#zone = zone;
  }

  readName({ key, keyOffset, value }: SourceEntry): void {
    const context: MapContext = { problems: this.#problems, subject: key === '' ? this.#zone : key };
    const name = this.#parseName(key, keyOffset, context);
    const items = value.kind === 'list' ? value.items : [value];
    const seen = new Set<string>();
    for (const item of items) {
      if (item.kind !== 'map') {
        const next = 'Write type and value below the name, indented further than the name.';
        const message = `the record is ${describeNode(item)}, not a map`;
        report(context, isNothing(item) ? keyOffset : item.offset, fault('value-type', message, next));
      } else if (name !== undefined) {
        this.#readRecord(item, name, seen);
      }
    }
  }

  #parseName(key: string, offset: number, context: MapContext): DomainName | undefined {
    if (key === '') return this.#zone;
    const bad =
      key === '@' ? "Write '' for the zone itself." : key.endsWith('.') ? 'Write it without the dot.' : '';
    if (bad !== '') {
      return report(
        context,
        offset,
        fault('name-invalid', `the name ${shown(key)} is not as octoDNS has it`, bad),
      );
    }
    const parsed = parseName(key, { origin: this.#zone });
    if (parsed.ok) return parsed.value;
    const [{ code = 'name-invalid', message = '', next = '' } = {}] = parsed.problems;
    return report(context, offset, fault(code, message, next));
  }

  #readRecord(map: SourceMap, name: DomainName, seen: Set<string>): void {
    const named: MapContext = { problems: this.#problems, subject: name };
    const type = readText(map, 'type', named)?.trim();
    if (type === undefined) {
      if (entryOf(map, 'type') === undefined) {
        const next = 'Add type: A, for example; look at the indentation, too.';
        report(named, map.offset, fault('type-missing', 'the record has no type', next));
      }
      return;
    }
    const context: MapContext = { problems: this.#problems, subject: `${name} ${type}` };
    if (seen.has(type)) {
      const next = 'Join the two: one record with all values.';
      report(context, map.offset, fault('record-duplicate', `the name has two ${type} records`, next));
      return;
    }
    seen.add(type);
    const reason = this.#whyOmitted(map, { name, type, context });
    if (reason === null) return;
    if (reason === undefined) rejectUnknownKeys(map, { known: RECORD_KEYS, elsewhere: MISPLACED }, context);
    const values = this.#values(map, context);
    if (values === undefined) return;
    if (reason !== undefined) {
      this.#omit(values, { name, type, reason, offset: map.offset });
      return;
    }
    this.#readCarried(map, { name, type, values, context });
  }

  /** Why Cloudflare cannot have the record; `undefined` when it can, `null` when the type is a mistake. */
  #whyOmitted(
    map: SourceMap,
    { name, type, context }: { name: DomainName; type: string; context: MapContext },
  ): string | undefined | null {
    if (type.includes('/')) {
      const [provider = '', own = ''] = type.split('/', 2);
      return `only ${provider.replace(/Provider$/, '')} has ${own} records; find the address or name it points to`;
    }
    if (type === 'NS' && name === this.#zone) return APEX_NS_REASON;
    if (type === 'ALIAS' || parseRecordType(type) !== undefined) return undefined;
    const why = whyNotCarried(type);
    if (why !== undefined) return why;
    const near = suggest(type, RECORD_TYPES);
    const next = near === undefined ? `Types are: ${RECORD_TYPES.join(', ')}.` : `Did you mean ${near}?`;
    const offset = entryOf(map, 'type')?.value.offset ?? map.offset;
    report(context, offset, fault('type-unknown', `${shown(type)} is no record type`, next));
    return null;
  }

  /** `value` or `values`, as a list either way; `undefined` when there is none. */
  #values(map: SourceMap, context: MapContext): readonly SourceNode[] | undefined {
    const many = entryWithValue(map, 'values', context);
    const one = entryWithValue(map, 'value', context);
    if (many !== undefined && one !== undefined) {
      const next = 'Keep one of the two.';
      return report(
        context,
        one.keyOffset,
        fault('values-twice', 'the record has both value and values', next),
      );
    }
    const entry = many ?? one;
    if (entry === undefined) {
      const isThere = entryOf(map, 'values') !== undefined || entryOf(map, 'value') !== undefined;
      if (isThere) return undefined;
      const next = 'Add value: or values:; look at the indentation, too.';
      return report(context, map.offset, fault('value-missing', 'the record has no value', next));
    }
    return entry.value.kind === 'list' ? entry.value.items : [entry.value];
  }

  #omit(
    values: readonly SourceNode[],
    { name, type, reason, offset }: { name: DomainName; type: string; reason: string; offset: number },
  ): void {
    const position = this.#problems.position(offset);
    for (const _ of values) this.omitted.push({ name, type, reason, position });
  }

  #readCarried(
    map: SourceMap,
    record: { name: DomainName; type: string; values: readonly SourceNode[]; context: MapContext },
  ): void {
    const { name, type, values, context } = record;
    this.#warnOfDynamic(map, context);
    const options = readOctodnsOptions(map, context);
    const ttl = this.#ttl(map, context, options);
    if (options.omitted !== undefined) {
      this.#omit(values, { name, type, reason: options.omitted, offset: map.offset });
      return;
    }
    const [, second] = values;
    if (OCTODNS_SINGLE_TYPES.has(type) && second !== undefined) {
      report(
        context,
        second.offset,
        fault('values-twice', `a ${type} record has one value`, 'Keep one value.'),
      );
      return;
    }
    const carried = this.#carriedType(type, name, { context, offset: map.offset });
    for (const node of values) {
      const read = readOctodnsValue(node, carried, { context, zone: this.#zone });
      if ('faults' in read) {
        for (const wrong of read.faults) report(context, wrong.at ?? node.offset, { fault: wrong });
        continue;
      }
      const position = this.#problems.position(node.offset);
      this.records.push({
        name,
        rdata: read.value,
        ...(ttl === undefined ? {} : { ttl }),
        ...options.fields,
        position,
      });
    }
  }

  #carriedType(
    type: string,
    name: DomainName,
    { context, offset }: { context: MapContext; offset: number },
  ): (typeof RECORD_TYPES)[number] {
    const carried = parseRecordType(type);
    if (carried !== undefined) return carried;
    const message = 'an ALIAS record is taken as a CNAME, which Cloudflare flattens at the apex';
    const next = name === this.#zone ? 'Nothing to do.' : 'Below the apex, a CNAME serves the same end.';
    warn(context, offset, fault('alias-as-cname', message, next));
    return 'CNAME';
  }

  #ttl(map: SourceMap, context: MapContext, options: OctodnsOptions): Ttl | undefined {
    const text = readText(map, 'ttl', context);
    const offset = entryOf(map, 'ttl')?.value.offset ?? map.offset;
    const seconds = text === undefined ? undefined : parseTtlSeconds(text);
    if (seconds !== undefined && 'fault' in seconds) return report(context, offset, seconds);
    if (options.autoTtl) return 'auto';
    if (seconds === undefined) return undefined;
    const { ttl, warning } = carriedTtl(seconds.value);
    if (warning !== undefined) warn(context, offset, { fault: warning });
    return ttl;
  }

  #warnOfDynamic(map: SourceMap, context: MapContext): void {
    for (const key of ['geo', 'dynamic']) {
      const entry = entryOf(map, key);
      if (entry === undefined) continue;
      const message = `${key} rules and pools are not carried; only the plain values are`;
      warn(
        context,
        entry.keyOffset,
        fault('octodns-option', message, 'Use a Cloudflare load balancer instead.'),
      );
    }
  }
}
