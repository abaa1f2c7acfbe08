/**
 * One value of an octoDNS record, in and out. octoDNS writes TXT with `\;` for a semicolon and otherwise as the
 * character string that it sends (octoDNS `octodns/record/chunked.py`); host names are full, the trailing dot
 * expected but, as octoDNS does when lenient, not demanded.
 */
import { decodeCharStrings, quote } from './char-string.ts';
import { type Fault, fault, type Read } from './fault.ts';
import type { DomainName } from './name.ts';
import {
  OCTODNS_LOC_KEYS,
  OCTODNS_OLD_DS_FIELDS,
  OCTODNS_PLAIN_TYPES,
  octodnsFields,
} from './octodns-fields.ts';
import { readRdata } from './rdata-text.ts';
import { type PlacedText, readRdataValues } from './rdata-values.ts';
import type { Rdata, RecordType } from './record.ts';
import { isNothing, type MapContext, rejectUnknownKeys } from './source-map.ts';
import { textToBytes } from './text-bytes.ts';
import { describeNode, entryOf, type SourceMap, type SourceNode } from './yaml-source.ts';

export type ReadRdata = { readonly value: Rdata } | { readonly faults: readonly Fault[] };

/** Reads a value of `type`: a text for plain types, a map for the others. */
export function readOctodnsValue(
  node: SourceNode,
  type: RecordType,
  { context, zone }: { readonly context: MapContext; readonly zone: DomainName },
): ReadRdata {
  const hosts = { origin: zone, full: true };
  if (OCTODNS_PLAIN_TYPES.has(type)) {
    if (node.kind !== 'scalar' || node.value === null) return wrongShape(node, type, 'a text');
    if (type !== 'TXT') return readRdata(type, node.text, hosts);
    const text = decodeOctodnsText(node.text);
    return 'fault' in text ? { faults: [text.fault] } : { value: { type, text: text.value } };
  }
  if (node.kind !== 'map') return wrongShape(node, type, `a map with ${yamlKeys(type).join(', ')}`);
  if (type === 'LOC') {
    rejectUnknownKeys(node, { known: yamlKeys(type) }, context);
    return readLoc(node);
  }
  const fields =
    type === 'DS' && entryOf(node, 'public_key') !== undefined ? OCTODNS_OLD_DS_FIELDS : octodnsFields(type);
  if (fields === undefined) return wrongShape(node, type, 'a type that octoDNS has');
  rejectUnknownKeys(node, { known: Object.values(fields).flat() }, context);
  const nested = nestedParam(node, fields['params'] ?? []);
  if (nested !== undefined) return wrongShape(nested, type, 'a text, or a list of texts, for each parameter');
  return readRdataValues(type, ({ key }) => lookup(node, fields[key] ?? []), hosts);
}

/** The text of a TXT value: outer quotes and joints off, escapes decoded. */
export function decodeOctodnsText(value: string): Read<string> {
  const inner = value.startsWith('"') ? value.slice(1, -1) : value;
  return decodeCharStrings([inner.replaceAll('" "', '')]);
}

/** The inverse of `decodeOctodnsText`, in ASCII. A quote that octoDNS would take as its own is written `\034`. */
export function encodeOctodnsText(text: string): string {
  const encoded = Array.from(textToBytes(text), (byte) => {
    if (byte === 0x3b) return '\\;';
    if (byte === 0x5c) return '\\\\';
    if (byte < 0x20 || byte > 0x7e) return `\\${String(byte).padStart(3, '0')}`;
    return String.fromCharCode(byte);
  }).join('');
  return encoded.replace(/^"|"(?= ")|(?<=" )"/g, '\\034');
}

/** The YAML names of a type's fields; none for plain types. */
function yamlKeys(type: RecordType): readonly string[] {
  if (type === 'LOC') return Object.values(OCTODNS_LOC_KEYS).flat();
  return Object.values(octodnsFields(type) ?? {}).flat();
}

function wrongShape(node: SourceNode, type: RecordType, wanted: string): ReadRdata {
  const message = `the value is ${describeNode(node)}, not ${wanted}`;
  const wrong = fault('value-type', message, `Write ${wanted} as the value of a ${type} record.`).fault;
  return { faults: [{ ...wrong, at: node.offset }] };
}

function lookup(map: SourceMap, names: readonly string[]): PlacedText | undefined {
  for (const name of names) {
    const entry = entryOf(map, name);
    if (entry === undefined || isNothing(entry.value)) continue;
    if (entry.value.kind === 'scalar') return { text: entry.value.text, offset: entry.value.offset };
    // Only SvcParams are more than a single value.
    return { text: svcParamsText(entry.value), offset: entry.value.offset };
  }
  return undefined;
}

/** What stands where a SvcParam's value, or an item of one, belongs and is more than a single value. */
function nestedParam(map: SourceMap, names: readonly string[]): SourceNode | undefined {
  const params = names.map((name) => entryOf(map, name)?.value).find((value) => value?.kind === 'map');
  if (params?.kind !== 'map') return undefined;
  return params.entries
    .flatMap(({ value }) => (value.kind === 'list' ? value.items : [value]))
    .find((value) => value.kind !== 'scalar');
}

/** `{alpn: [h2, h3], port: 8443, no-default-alpn: null}` as `alpn="h2,h3" port="8443" no-default-alpn`. */
function svcParamsText(node: SourceNode): string {
  if (node.kind !== 'map') return describeNode(node);
  const params = node.entries.map(({ key, value }) => {
    if (value.kind === 'list') {
      const items = value.items.map((item) => (item.kind === 'scalar' ? escapeComma(item.text) : ''));
      return `${key}=${quote(items.join(','))}`;
    }
    if (value.kind === 'map' || value.value === null) return key;
    return `${key}=${quote(value.text)}`;
  });
  return params.join(' ');
}

function escapeComma(item: string): string {
  return item.replace(/[\\,]/g, '\\$&');
}

function readLoc(map: SourceMap): ReadRdata {
  const words: string[] = [];
  for (const key of [
    ...OCTODNS_LOC_KEYS.latitude,
    ...OCTODNS_LOC_KEYS.longitude,
    ...OCTODNS_LOC_KEYS.lengths,
  ]) {
    const entry = entryOf(map, key);
    if (entry === undefined || entry.value.kind !== 'scalar') {
      const wrong = fault('rdata-invalid', `${key} is missing`, `Add ${key}.`).fault;
      return { faults: [{ ...wrong, at: map.offset }] };
    }
    // Seconds and lengths are floats there; the wire has thousandths of a second and centimetres.
    const number = typeof entry.value.value === 'number' ? entry.value.value : undefined;
    const digits = /_seconds$/.test(key) ? 3 : /_degrees$|_minutes$/.test(key) ? 0 : 2;
    words.push(number === undefined || digits === 0 ? entry.value.text : number.toFixed(digits));
  }
  return readRdata('LOC', words.join(' '));
}
