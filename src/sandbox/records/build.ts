/**
 * From what a client sent to a record: reading of every field, defaults, limits of the zone's plan. No look at other
 * records here; conflicts are `conflicts.ts`.
 */
import { type Behaviour, RECORD_WIRE_BYTES_MAX, TTL_AUTO, TTL_MAX_SECONDS } from '../constants.ts';
import { isMultiSigner } from '../dns/dnssec.ts';
import { newId } from '../ids.ts';
import type { Zone } from '../state/zone.ts';
import { RECORD_KINDS } from './kinds.ts';
import { recordName } from './names.ts';
import {
  type DnsRecord,
  isRecordType,
  type RecordData,
  type RecordSettings,
  type RecordType,
} from './record.ts';
import {
  addressFamilyNotAvailable,
  commentNotOneLine,
  commentTooLong,
  dnskeyNotAvailable,
  flatteningNotAvailable,
  invalidField,
  invalidName,
  invalidTag,
  invalidTtl,
  invalidType,
  missingField,
  notProxiable,
  proxyTargetRefused,
  tooLong,
  tooManyTags,
  typeChangeRefused,
} from './record-errors.ts';

/** A record body as sent: any keys, any values. */
export type RecordBody = Readonly<Record<string, unknown>>;

export interface BuildContext {
  readonly zone: Zone;
  readonly behaviour: Behaviour;
  /** The moment of the write. */
  readonly now: string;
}

/** A new record. */
export function newRecord(context: BuildContext, body: RecordBody, id: string = newId()): DnsRecord {
  return build(context, body, { id, createdOn: context.now, old: undefined });
}

/** PUT: the body is the whole record; what it leaves out becomes the default. */
export function overwrittenRecord(context: BuildContext, old: DnsRecord, body: RecordBody): DnsRecord {
  assertSameType(old, body);
  return build(context, { type: old.type, ...body }, { id: old.id, createdOn: old.created_on, old });
}

/** PATCH: the body is laid over the record. */
export function patchedRecord(context: BuildContext, old: DnsRecord, body: RecordBody): DnsRecord {
  assertSameType(old, body);
  return build(context, mergeBody(old, body), { id: old.id, createdOn: old.created_on, old });
}

function assertSameType(old: DnsRecord, body: RecordBody): void {
  const { type } = body;
  if (typeof type === 'string' && type.toUpperCase() !== old.type) throw typeChangeRefused();
}

function mergeBody(old: DnsRecord, body: RecordBody): RecordBody {
  const merged: Record<string, unknown> = {
    name: old.name,
    type: old.type,
    content: old.content,
    priority: old.priority,
    ttl: old.ttl,
    proxied: old.proxied,
    data: old.data,
    settings: old.settings,
    comment: old.comment,
    tags: old.tags,
    private_routing: old.private_routing,
  };
  for (const [key, value] of Object.entries(body)) if (value !== undefined) merged[key] = value;
  if (old.data !== undefined) merged['data'] = mergeData(old, body);
  // `settings` of a PATCH is laid over too, so that one flag may be sent alone. [U]
  if (isObject(body['settings'])) merged['settings'] = { ...old.settings, ...body['settings'] };
  return merged;
}

function mergeData(old: DnsRecord, body: RecordBody): unknown {
  const sent = isObject(body['data']) ? body['data'] : {};
  // A structured record whose content alone is sent is read from that content.
  if (
    Object.keys(sent).length === 0 &&
    typeof body['content'] === 'string' &&
    body['content'] !== old.content
  ) {
    return undefined;
  }
  const topLevel = old.type === 'SRV' && body['priority'] !== undefined ? { priority: body['priority'] } : {};
  return { ...old.data, ...topLevel, ...sent };
}

/** Shared by most records, so that many records stay small. */
const NOTHING: Readonly<Record<string, never>> = Object.freeze({});
const NO_TAGS: readonly string[] = Object.freeze([]);
const NOT_FLATTENED: RecordSettings = Object.freeze({ flatten_cname: false });

interface Identity {
  readonly id: string;
  readonly createdOn: string;
  readonly old: DnsRecord | undefined;
}

function build(context: BuildContext, body: RecordBody, identity: Identity): DnsRecord {
  const { zone } = context;
  const type = readType(body['type']);
  if (type === 'DNSKEY' && context.behaviour.dnskeyNeedsMultiSigner && !isMultiSigner(zone)) {
    throw dnskeyNotAvailable();
  }
  const name = readName(body['name'], zone);
  const kind = RECORD_KINDS[type];
  const value = kind.read({
    content: body['content'],
    data: body['data'],
    priority: body['priority'],
    zone: zone.name,
  });
  if (kind.rdata(value).length > RECORD_WIRE_BYTES_MAX) throw tooLong();
  const proxiable = kind.proxiable(value.content);
  const proxied = readProxied(body['proxied'], type, { proxiable, content: value.content });
  const ttl = readTtl(body['ttl'], zone);
  const settings = readSettings(body['settings'], zone, { type, proxied });
  const comment = readComment(body['comment'], zone);
  const tags = readTags(body['tags'], zone);
  const { old } = identity;
  return {
    id: identity.id,
    name,
    type,
    content: value.content,
    ...(value.priority === undefined ? {} : { priority: value.priority }),
    proxiable,
    proxied,
    ttl: proxied ? TTL_AUTO : ttl,
    ...(value.data === undefined ? {} : { data: value.data satisfies RecordData }),
    ...(typeof body['private_routing'] === 'boolean' && (type === 'A' || type === 'AAAA')
      ? { private_routing: body['private_routing'] }
      : {}),
    settings,
    meta: NOTHING,
    comment,
    tags,
    created_on: identity.createdOn,
    modified_on: context.now,
    ...noteMoment('comment_modified_on', {
      changed: comment !== (old?.comment ?? null),
      isSet: comment !== null,
      was: old?.comment_modified_on,
      now: context.now,
    }),
    ...noteMoment('tags_modified_on', {
      changed: tags.join('\n') !== (old?.tags ?? []).join('\n'),
      isSet: tags.length > 0,
      was: old?.tags_modified_on,
      now: context.now,
    }),
  };
}

/** When a comment or the tags were last changed; absent until they were set once. */
function noteMoment(
  key: 'comment_modified_on' | 'tags_modified_on',
  note: { changed: boolean; isSet: boolean; was: string | undefined; now: string },
): Partial<Record<typeof key, string>> {
  if (note.changed) return { [key]: note.now };
  return note.was === undefined ? {} : { [key]: note.was };
}

function readType(value: unknown): RecordType {
  if (value === undefined || value === null || value === '') throw missingField('type');
  const type = typeof value === 'string' ? value.toUpperCase() : '';
  if (!isRecordType(type)) throw invalidType();
  return type;
}

function readName(value: unknown, zone: Zone): string {
  if (value === undefined || value === null) throw missingField('name');
  if (typeof value !== 'string') throw invalidName();
  const name = recordName(value, zone.name);
  if (name === undefined) throw invalidName();
  return name;
}

function readProxied(
  value: unknown,
  type: RecordType,
  target: { proxiable: boolean; content: string },
): boolean {
  const wanted = value === true || value === 'true' || value === 1;
  if (!wanted) return false;
  if (target.proxiable) return true;
  throw type === 'A' || type === 'AAAA' ? proxyTargetRefused(target.content) : notProxiable();
}

function readTtl(value: unknown, zone: Zone): number {
  if (value === undefined || value === null) return TTL_AUTO;
  const ttl = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  const { ttlMinSeconds } = zone.limits;
  if (ttl === TTL_AUTO) return TTL_AUTO;
  if (typeof ttl !== 'number' || !Number.isInteger(ttl) || ttl < ttlMinSeconds || ttl > TTL_MAX_SECONDS) {
    throw invalidTtl(ttlMinSeconds, TTL_MAX_SECONDS);
  }
  return ttl;
}

function readSettings(
  value: unknown,
  zone: Zone,
  record: { type: RecordType; proxied: boolean },
): RecordSettings {
  if (value !== undefined && value !== null && !isObject(value)) throw invalidField('settings');
  const sent: Readonly<Record<string, unknown>> = isObject(value) ? value : NOTHING;
  if (Object.keys(sent).length === 0) return record.type === 'CNAME' ? NOT_FLATTENED : NOTHING;
  const settings: { ipv4_only?: boolean; ipv6_only?: boolean; flatten_cname?: boolean } = {};
  const addressLike = record.type === 'A' || record.type === 'AAAA' || record.type === 'CNAME';
  for (const flag of ['ipv4_only', 'ipv6_only'] as const) {
    if (sent[flag] === true && (!addressLike || !record.proxied || zone.fields.plan !== 'enterprise')) {
      throw addressFamilyNotAvailable();
    }
    if (typeof sent[flag] === 'boolean' && addressLike && zone.fields.plan === 'enterprise') {
      settings[flag] = sent[flag];
    }
  }
  if (record.type === 'CNAME') {
    const flatten = sent['flatten_cname'] === true;
    if (flatten && (record.proxied || zone.fields.plan === 'free')) throw flatteningNotAvailable();
    settings.flatten_cname = flatten;
  }
  return settings;
}

/** `null` and `""` both clear a comment. [U] */
function readComment(value: unknown, zone: Zone): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string') throw invalidField('comment');
  const { commentCharsMax } = zone.limits;
  if ([...value].length > commentCharsMax) throw commentTooLong(commentCharsMax);
  if (/[\r\n]/.test(value)) throw commentNotOneLine();
  return value;
}

function readTags(value: unknown, zone: Zone): readonly string[] {
  if (value === undefined || value === null) return NO_TAGS;
  if (!Array.isArray(value)) throw invalidField('tags');
  const tags = new Map<string, string>();
  for (const tag of value as unknown[]) {
    if (typeof tag !== 'string' || !/^[A-Za-z0-9_-]{1,32}(?::.{0,100})?$/.test(tag) || /^cf-/i.test(tag)) {
      throw invalidTag(String(tag));
    }
    tags.set(tag.toLowerCase(), tag);
  }
  if (tags.size > zone.limits.tagsMax) throw tooManyTags(tags.size, zone.limits.tagsMax);
  return tags.size === 0 ? NO_TAGS : [...tags.values()];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
