/**
 * A record as Cloudflare sends it, read as ours. Lenient, because nothing that is there may be lost: numbers may
 * be texts, `data`, `tags`, `comment` and `settings` may be missing, TXT may or may not be quoted. What cannot be
 * read becomes `unknown`: shown as received, never written.
 *
 * Source: cloudflare-api §4.3, §4.4, §4.7.
 */
import type { RecordResponse } from 'cloudflare/resources/dns/records';
import type { RecordId } from '../../base/ids.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { canonicalIpv6 } from '../../dns/ip-address.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import { type DomainName, parseName } from '../../dns/name.ts';
import { decodeVerbatim, parseRdata, parseRecordType, parseTxtContent } from '../../dns/rdata-text.ts';
import type { Rdata, RecordFields, RecordSetting, RecordType, Ttl } from '../../dns/record.ts';
import { isObject } from '../envelope.ts';
import {
  DATA_FIELDS,
  isStructured,
  readField,
  readHost,
  readLoc,
  readNumber,
  type StructuredType,
} from './data-fields.ts';

/** Never throws. The JSON is kept as it came. */
export function decodeRecord(record: RecordResponse): LiveRecord {
  return decodeRecordJson(record as unknown as JsonObject);
}

export function decodeRecordJson(received: JsonObject): LiveRecord {
  const rrtype = textOf(received['type']).toUpperCase();
  const name = parseName(textOf(received['name']));
  const rdata = decodeRdata(rrtype, received);
  const fields: RecordFields = {
    name: name.ok ? name.value : (textOf(received['name']) as DomainName),
    rdata: rdata ?? { type: 'unknown', rrtype, content: textOf(received['content']) },
    ttl: ttlOf(received['ttl']),
    proxied: received['proxied'] === true,
    comment: textOf(received['comment']),
    tags: tagsOf(received['tags']),
    settings: settingsOf(received['settings']),
    privateRouting: received['private_routing'] === true,
  };
  return {
    id: textOf(received['id']) as RecordId,
    fields,
    received,
    readOnly: readOnlyReason(received, { rrtype, readable: rdata !== undefined && name.ok }),
    modifiedOn: typeof received['modified_on'] === 'string' ? received['modified_on'] : null,
  };
}

/** The flags that `settings` may hold, in the order in which we list them. */
export const RECORD_SETTINGS: readonly RecordSetting[] = ['ipv4_only', 'ipv6_only', 'flatten_cname'];

/** Markers in `meta` with who made the record. The first that is set tells. */
const OWNERS: readonly (readonly [string, string])[] = [
  ['email_routing', 'made by Email Routing'],
  ['origin_worker_id', 'made by a Worker (custom domain)'],
  ['origin_worker', 'made by a Worker (custom domain)'],
  ['r2_bucket', 'made by R2 (custom domain)'],
  ['managed_by_argo_tunnel', 'made by Cloudflare Tunnel'],
  ['managed_by_apps', 'made by a Cloudflare app'],
  ['read_only', 'made by a Cloudflare product'],
];

function readOnlyReason(
  received: JsonObject,
  { rrtype, readable }: { readonly rrtype: string; readonly readable: boolean },
): string | null {
  const meta = isObject(received['meta']) ? received['meta'] : {};
  const owner = OWNERS.find(([key]) => meta[key] !== undefined && meta[key] !== null && meta[key] !== false);
  if (owner !== undefined) return `${owner[1]}; change it there`;
  if (received['locked'] === true) return 'locked by Cloudflare';
  if (readable) return null;
  return parseRecordType(rrtype) === undefined
    ? `Zoneward does not know the type ${rrtype}`
    : `Zoneward could not read the data of this ${rrtype} record`;
}

function decodeRdata(rrtype: string, received: JsonObject): Rdata | undefined {
  const type = parseRecordType(rrtype);
  if (type === undefined) return undefined;
  const content = textOf(received['content']);
  switch (type) {
    case 'A':
      return content === '' ? undefined : { type, address: content };
    case 'AAAA':
      return content === '' ? undefined : { type, address: canonicalIpv6(content) ?? content };
    case 'TXT':
      return { type, text: textOfTxt(content) };
    case 'OPENPGPKEY':
      return content === '' ? undefined : { type, publicKey: content.replace(/\s+/g, '') };
    case 'CNAME':
    case 'NS':
    case 'PTR': {
      const target = readHost(content);
      return target === undefined ? undefined : { type, target };
    }
    case 'MX':
      return decodeMx(content, received['priority']);
    default:
      return decodeData(type, received) ?? decodeContent(type, content, received['priority']);
  }
}

function decodeMx(content: string, priority: JsonValue | undefined): Rdata | undefined {
  const preference = readNumber(priority);
  const exchange = readHost(content);
  if (preference !== undefined && exchange !== undefined) return { type: 'MX', preference, exchange };
  return decodeContent('MX', content, undefined);
}

function decodeData(type: StructuredType | 'LOC', received: JsonObject): Rdata | undefined {
  const { data } = received;
  if (!isObject(data)) return undefined;
  if (type === 'LOC') return readLoc(data);
  if (!isStructured(type)) return undefined;
  const values: Record<string, JsonValue> = { type };
  if (type === 'URI') {
    const priority = readNumber(received['priority'] ?? data['priority']);
    if (priority === undefined) return undefined;
    values['priority'] = priority;
  }
  for (const { key, wire, form } of DATA_FIELDS[type]) {
    const beside = wire === 'priority' ? received['priority'] : undefined;
    const value = readField(form, data[wire] ?? beside ?? absent(type, wire));
    if (value === undefined) return undefined;
    values[key] = typeof value === 'string' && key === 'tag' ? value.toLowerCase() : value;
  }
  // The table has the shape of `Rdata`; every field of the type has just been read.
  return values as unknown as Rdata;
}

/** SvcParams may be missing: they are empty then. */
function absent(type: StructuredType, wire: string): JsonValue | undefined {
  return (type === 'HTTPS' || type === 'SVCB') && wire === 'value' ? '' : undefined;
}

/** Without `data`, the rendered content is what we have; for SRV and URI the priority stands beside it. */
function decodeContent(
  type: RecordType,
  content: string,
  priority: JsonValue | undefined,
): Rdata | undefined {
  const whole = parseRdata(type, content);
  if (whole.ok) return whole.value;
  if (priority === undefined || priority === null) return undefined;
  const completed = parseRdata(type, `${textOf(priority)} ${content}`);
  return completed.ok ? completed.value : undefined;
}

/** Quoted strings when it begins with a quote and they are well formed; the text itself otherwise. */
function textOfTxt(content: string): string {
  const quoted = parseTxtContent(content);
  if ('value' in quoted) return quoted.value;
  const verbatim = decodeVerbatim(content);
  return 'value' in verbatim ? verbatim.value : content.toWellFormed();
}

function ttlOf(value: JsonValue | undefined): Ttl {
  const seconds = readNumber(value);
  return seconds === undefined || seconds === 1 ? 'auto' : seconds;
}

function tagsOf(value: JsonValue | undefined): string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((tag): tag is string => typeof tag === 'string');
}

function settingsOf(value: JsonValue | undefined): RecordSetting[] {
  if (!isObject(value)) return [];
  return RECORD_SETTINGS.filter((flag) => value[flag] === true);
}

function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : '';
}
