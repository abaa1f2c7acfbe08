/**
 * Records as request bodies: the planner's `RecordEncoder`. Only this file knows what Cloudflare wants to see.
 *
 * - A create has every field that differs from Cloudflare's default; a patch only the fields it is asked for, each
 *   complete (a structured type sends its whole `data`).
 * - Where an image has the received JSON, its writable fields go out in the form in which they came, so that an
 *   undo restores what was there and not our reading of it.
 * - TXT goes out as quoted strings of at most 255 octets: the form in which every tool reads the same text.
 * - Clearing is explicit: an empty comment is `""`, no tags are `[]`, a flag that is off is `false`.
 *
 * Source: cloudflare-api §4.1, §4.3, §4.4, §4.7. Pure.
 */
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { InvalidInputError } from '../../base/problem.ts';
import type { FieldName } from '../../dns/changed-fields.ts';
import { quoteInChunks } from '../../dns/char-string.ts';
import type { RecordImage } from '../../dns/live-record.ts';
import {
  isProxiableType,
  type Rdata,
  type RecordFields,
  type RecordSetting,
  type Ttl,
  typeOf,
} from '../../dns/record.ts';
import type { RecordEncoder } from '../../plan/change.ts';
import { isObject } from '../envelope.ts';
import { DATA_FIELDS, dataKeys, isStructured, type StructuredType, writeLoc } from './data-fields.ts';

export const recordEncoder: RecordEncoder = { create: encodeCreate, patch: encodePatch };

/** Each field of a record as the body says it. */
type Parts = Readonly<Record<FieldName, JsonObject>>;

function encodeCreate(image: RecordImage): JsonObject {
  const { fields } = image;
  const parts = partsOf(image);
  return {
    ...parts.name,
    ...parts.rdata,
    ...parts.ttl,
    ...(isProxiableType(typeOf(fields.rdata)) ? parts.proxied : {}),
    ...(fields.comment === '' ? {} : parts.comment),
    ...(fields.tags.length === 0 ? {} : parts.tags),
    ...(fields.settings.length === 0 ? {} : { settings: flags(fields.settings) }),
    ...(fields.privateRouting ? parts.privateRouting : {}),
  };
}

function encodePatch(after: RecordImage, fields: readonly FieldName[]): JsonObject {
  const parts = partsOf(after);
  return Object.assign({}, ...fields.map((field) => parts[field])) as JsonObject;
}

function partsOf(image: RecordImage): Parts {
  const { fields, received } = image;
  const type = typeOf(fields.rdata);
  if (fields.rdata.type === 'unknown') {
    throw inexpressible(fields, `is of a type that Zoneward cannot write (${type})`);
  }
  const made: Parts = {
    name: { name: fields.name },
    rdata: { type, ...encodeRdata(fields.rdata, fields) },
    ttl: { ttl: encodeTtl(fields.ttl) },
    proxied: { proxied: fields.proxied },
    comment: { comment: fields.comment },
    tags: { tags: [...fields.tags] },
    settings: { settings: { ...off(type), ...flags(fields.settings) } },
    privateRouting: { private_routing: fields.privateRouting },
  };
  return received === null ? made : { ...made, ...receivedParts(received, type) };
}

/** The fields that the received JSON tells, as it tells them. What it leaves out is made from our reading. */
function receivedParts(received: JsonObject, type: string): Partial<Parts> {
  const parts: Partial<Record<FieldName, JsonObject>> = {};
  const take = (field: FieldName, key: string, accept: (value: JsonValue) => boolean): void => {
    const value = received[key];
    if (value !== undefined && accept(value)) parts[field] = { [key]: value };
  };
  take('name', 'name', isText);
  take('ttl', 'ttl', isNumber);
  take('proxied', 'proxied', isFlag);
  take('comment', 'comment', isText);
  take('tags', 'tags', Array.isArray);
  take('privateRouting', 'private_routing', isFlag);
  if (isObject(received['settings'])) {
    parts.settings = { settings: { ...off(type), ...received['settings'] } };
  }
  const rdata = receivedRdata(received, type);
  if (rdata !== undefined) parts.rdata = { type, ...rdata };
  return parts;
}

function receivedRdata(received: JsonObject, type: string): JsonObject | undefined {
  const { data, content, priority } = received;
  if (isStructured(type) || type === 'LOC') {
    if (!isObject(data)) return undefined;
    const known = dataKeys(type).filter((key) => data[key] !== undefined);
    const kept: JsonObject = { data: Object.fromEntries(known.map((key) => [key, data[key] ?? null])) };
    if (type !== 'URI') return kept;
    return isNumber(priority ?? null) ? { ...kept, priority: priority ?? 0 } : undefined;
  }
  if (typeof content !== 'string') return undefined;
  if (type !== 'MX') return { content };
  return isNumber(priority ?? null) ? { content, priority: priority ?? 0 } : undefined;
}

function encodeRdata(rdata: Rdata, fields: RecordFields): JsonObject {
  switch (rdata.type) {
    case 'A':
    case 'AAAA':
      return { content: rdata.address };
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return { content: rdata.target };
    case 'TXT':
      return { content: quoteInChunks(rdata.text) };
    case 'OPENPGPKEY':
      return { content: rdata.publicKey };
    case 'MX':
      return { content: rdata.exchange, priority: rdata.preference };
    case 'LOC':
      return { data: writeLoc(rdata) };
    case 'URI':
      return { priority: rdata.priority, data: encodeData(rdata.type, rdata, fields) };
    case 'unknown':
      return {};
    default:
      return { data: encodeData(rdata.type, rdata, fields) };
  }
}

function encodeData(type: StructuredType, rdata: Rdata, fields: RecordFields): JsonObject {
  const values = rdata as unknown as Readonly<Record<string, JsonValue>>;
  const data: Record<string, JsonValue> = {};
  for (const { key, wire } of DATA_FIELDS[type]) {
    const value = values[key] ?? null;
    if (typeof value === 'string' && !value.isWellFormed()) {
      throw inexpressible(
        fields,
        `has an octet in its ${key} that is no text, which Cloudflare does not take`,
      );
    }
    data[wire] = value;
  }
  return data;
}

function encodeTtl(ttl: Ttl): number {
  return ttl === 'auto' ? 1 : ttl;
}

function flags(settings: readonly RecordSetting[]): JsonObject {
  return Object.fromEntries(settings.map((flag) => [flag, true]));
}

/** The flags of a type, all off. Others are not sent: a zone may not be entitled to them. */
function off(type: string): JsonObject {
  if (type === 'CNAME') return { ipv4_only: false, ipv6_only: false, flatten_cname: false };
  return type === 'A' || type === 'AAAA' ? { ipv4_only: false, ipv6_only: false } : {};
}

function isText(value: JsonValue): boolean {
  return typeof value === 'string';
}

function isNumber(value: JsonValue): boolean {
  return typeof value === 'number';
}

function isFlag(value: JsonValue): boolean {
  return typeof value === 'boolean';
}

function inexpressible(fields: RecordFields, what: string): InvalidInputError {
  const subject = `${fields.name} ${typeOf(fields.rdata)}`;
  return new InvalidInputError(`${subject} cannot be sent to Cloudflare`, [
    {
      code: 'record-not-expressible',
      severity: 'error',
      message: `${subject} ${what}`,
      next: 'Change it in the Cloudflare dashboard, or leave it out.',
      subject,
    },
  ]);
}
