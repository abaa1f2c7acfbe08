/**
 * Writes octoDNS YAML. One entry there is all records of one name and type, so that a field in which they differ has
 * no place: it is left out, which to `parseOctodnsYaml` means "as it is", and named as a loss.
 *
 * Keys stand in the order that octoDNS enforces: names in natural order, the keys of a map by the alphabet.
 */
import { tagsKey } from './changed-fields.ts';
import {
  type FormatLoss,
  type FormattedZone,
  formatLosses,
  formatState,
  recordLoss,
  sortRecords,
  type ZoneRecords,
} from './formatted-zone.ts';
import type { LocRdata } from './loc.ts';
import { type DomainName, formatAbsolute, formatRelative } from './name.ts';
import {
  OCTODNS_LOC_KEYS,
  OCTODNS_PLAIN_TYPES,
  OCTODNS_SINGLE_TYPES,
  octodnsFields,
} from './octodns-fields.ts';
import { encodeOctodnsText } from './octodns-value.ts';
import { formatRdata } from './rdata-text.ts';
import { isProxiableType, type Rdata, type RecordFields, typeOf } from './record.ts';
import { splitSvcParams } from './svc-params.ts';
import { yamlText } from './yaml-text.ts';

/** What octoDNS has in place of an automatic TTL, beside `auto-ttl: true`: the seconds that Cloudflare serves. */
const AUTO_TTL_SECONDS = 300;

/** A value of the YAML that is written; the keys of a map are in order already. */
type YamlValue = string | number | boolean | null | readonly YamlValue[] | ReadonlyMap<string, YamlValue>;

/**
 * The zone as octoDNS YAML. Not carried: types that octoDNS does not have (CERT, DNSKEY, SMIMEA), settings, private
 * routing, several CNAME records at one name, and fields in which the records of one set differ.
 */
export function formatOctodnsYaml(state: ZoneRecords): FormattedZone {
  const { zone, records } = state;
  const losses: FormatLoss[] = [];
  const byName = Map.groupBy(sortRecords(records), (record) => record.name);
  const entries: [string, string][] = [];
  for (const [name, atName] of byName) {
    const sets: YamlValue[] = [];
    for (const set of Map.groupBy(atName, (record) => typeOf(record.rdata)).values()) {
      const value = recordSet(set, zone, losses);
      if (value !== undefined) sets.push(value);
    }
    const [only, second] = sets;
    if (only === undefined) continue;
    const key = name === zone ? '' : formatRelative(name, zone);
    entries.push([key, formatYaml(second === undefined ? only : sets, 1)]);
  }
  entries.sort(([a], [b]) => compareNaturally(a, b));
  const text = entries.map(([key, value]) => `${key === '' ? "''" : yamlText(key)}:${value}`).join('');
  const body = entries.length === 0 ? '{}\n' : text;
  return { text: `---\n${formatState(state, '#')}${body}${formatLosses(losses, '#')}`, losses };
}

function recordSet(
  set: readonly RecordFields[],
  zone: DomainName,
  losses: FormatLoss[],
): YamlValue | undefined {
  const [first] = set;
  if (first === undefined) return undefined;
  const { rdata } = first;
  const type = rdata.type === 'CNAME' && first.name === zone ? 'ALIAS' : rdata.type;
  const isKnown = octodnsFields(rdata.type) !== undefined || OCTODNS_PLAIN_TYPES.has(rdata.type);
  const carried =
    isKnown || rdata.type === 'LOC' ? set.slice(0, OCTODNS_SINGLE_TYPES.has(type) ? 1 : undefined) : [];
  losses.push(...set.slice(carried.length).map(recordLoss));
  if (carried.length === 0) return undefined;
  losses.push(...settingLosses(carried));
  const ttl = shared(carried, { key: ({ ttl: one }) => String(one), what: 'the TTL', losses });
  const options = cloudflareOptions(carried, losses);
  const values = carried.map((record) => formatValue(record.rdata));
  const [value] = values;
  const map = new Map<string, YamlValue>();
  if (options.size > 0) map.set('octodns', new Map([['cloudflare', options]]));
  if (ttl !== undefined) map.set('ttl', ttl.ttl === 'auto' ? AUTO_TTL_SECONDS : ttl.ttl);
  map.set('type', type);
  if (values.length === 1 && value !== undefined) map.set('value', value);
  else map.set('values', values);
  return map;
}

interface SharedField {
  readonly key: (record: RecordFields) => string;
  readonly what: string;
  readonly losses: FormatLoss[];
}

/** A record that speaks for all of the set, when they agree on the field; otherwise a loss for each. */
function shared(set: readonly RecordFields[], { key, what, losses }: SharedField): RecordFields | undefined {
  const [first] = set;
  if (first === undefined || set.every((record) => key(record) === key(first))) return first;
  for (const { name, rdata } of set) {
    losses.push({
      name,
      type: typeOf(rdata),
      what: `${what} of ${formatRdata(rdata)} (the set differs in it)`,
    });
  }
  return undefined;
}

function cloudflareOptions(set: readonly RecordFields[], losses: FormatLoss[]): Map<string, YamlValue> {
  const options = new Map<string, YamlValue>();
  const ttl = shared(set, { key: (record) => String(record.ttl), what: 'the TTL', losses: [] });
  const comment = shared(set, { key: (record) => record.comment, what: 'the comment', losses });
  const tags = shared(set, { key: (record) => tagsKey(record.tags), what: 'the tags', losses });
  const proxied = shared(set, { key: (record) => String(record.proxied), what: 'the proxied state', losses });
  if (ttl?.ttl === 'auto') options.set('auto-ttl', true);
  if (comment !== undefined && comment.comment !== '') options.set('comment', comment.comment);
  if (proxied !== undefined && isProxiableType(typeOf(proxied.rdata)))
    options.set('proxied', proxied.proxied);
  if (tags !== undefined && tags.tags.length > 0) options.set('tags', [...tags.tags].sort());
  return options;
}

function settingLosses(set: readonly RecordFields[]): FormatLoss[] {
  return set.flatMap(({ name, rdata, settings, privateRouting }) => {
    const type = typeOf(rdata);
    const lost = settings.map((setting) => ({ name, type, what: `the setting ${setting}` }));
    return privateRouting ? [...lost, { name, type, what: 'private routing' }] : lost;
  });
}

function formatValue(rdata: Rdata): YamlValue {
  switch (rdata.type) {
    case 'A':
    case 'AAAA':
      return rdata.address;
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return formatAbsolute(rdata.target);
    case 'TXT':
      return encodeOctodnsText(rdata.text);
    case 'OPENPGPKEY':
      return rdata.publicKey;
    case 'LOC':
      return formatLocValue(rdata);
    default:
      return formatFields(rdata);
  }
}

/** The fields under octoDNS's names, by the alphabet. */
function formatFields(rdata: Rdata): YamlValue {
  const names = octodnsFields(rdata.type) ?? {};
  const values: Readonly<Record<string, unknown>> = rdata;
  const pairs = Object.entries(names).map(([key, [name]]): [string, YamlValue] => {
    const value = values[key];
    if (name === 'svcparams') return [name, formatSvcParamsMap(String(value))];
    if (typeof value === 'number') return [name, value];
    const isHost = key === 'exchange' || key === 'replacement' || (key === 'target' && rdata.type !== 'URI');
    return [name, isHost ? formatAbsolute(value as DomainName) : String(value)];
  });
  return new Map(pairs.filter(([name, value]) => name !== 'svcparams' || value !== null).sort(byKey));
}

function formatSvcParamsMap(params: string): YamlValue {
  const list = (splitSvcParams(params) ?? []).map(({ name, value, items }): [string, YamlValue] => {
    if (value === undefined) return [name, null];
    return [name, ['mandatory', 'alpn', 'ipv4hint', 'ipv6hint'].includes(name) ? items : value];
  });
  return list.length === 0 ? null : new Map(list.sort(byKey));
}

function formatLocValue(loc: LocRdata): YamlValue {
  const angle = ({
    degrees,
    minutes,
    seconds,
    direction,
  }: LocRdata['latitude' | 'longitude']): YamlValue[] => [degrees, minutes, seconds, direction];
  const lengths = [loc.altitude, loc.size, loc.horizontalPrecision, loc.verticalPrecision];
  const values = [...angle(loc.latitude), ...angle(loc.longitude), ...lengths];
  const keys = [...OCTODNS_LOC_KEYS.latitude, ...OCTODNS_LOC_KEYS.longitude, ...OCTODNS_LOC_KEYS.lengths];
  return new Map(keys.map((key, i): [string, YamlValue] => [key, values[i] ?? 0]).sort(byKey));
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** The value behind a key: on the same line where it is single, else indented below. */
function formatYaml(value: YamlValue, depth: number): string {
  const indent = '  '.repeat(depth);
  if (value instanceof Map) {
    const lines = [...value].map(
      ([key, inner]) => `${indent}${yamlText(key)}:${formatYaml(inner, depth + 1)}`,
    );
    return `\n${lines.join('')}`;
  }
  if (Array.isArray(value)) {
    const items = value.map((item: YamlValue) => {
      const text = formatYaml(item, depth + 1);
      // The first key of a map stands directly behind the dash.
      return `${indent}-${text.startsWith('\n') ? ` ${text.slice(1).trimStart()}` : text}`;
    });
    return `\n${items.join('')}`;
  }
  if (typeof value === 'string') return ` ${yamlText(value)}\n`;
  return value === null ? ' null\n' : ` ${String(value)}\n`;
}

/** Digits by their number, everything else letter by letter, as Python's natsort does. */
function compareNaturally(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const x = left[i] ?? '';
    const y = right[i] ?? '';
    if (x === y) continue;
    const digits = /^\d/.test(x) && /^\d/.test(y);
    const order = digits ? Number(x) - Number(y) : 0;
    return order !== 0 ? order : x < y ? -1 : 1;
  }
  return left.length - right.length;
}
