/** Records, zones and an encoder for tests. */
import type { AccountId, RecordId, ZoneId } from '../base/ids.ts';
import type { JsonObject } from '../base/json.ts';
import type { FieldName } from '../dns/changed-fields.ts';
import type { LiveRecord, RecordImage } from '../dns/live-record.ts';
import { type DomainName, parseName } from '../dns/name.ts';
import { PLAN_LIMITS } from '../dns/plan-limits.ts';
import { parseRdata, parseRecordType } from '../dns/rdata-text.ts';
import type { DesiredRecord, RecordFields } from '../dns/record.ts';
import type { RecordEncoder } from './change.ts';
import { completeFields } from './diff.ts';
import { DEFAULT_POLICY } from './guard.ts';
import type { LiveZone, PlanContext } from './make-plan.ts';

export const ZONE: DomainName = 'shop.example' as DomainName;

/** `www A 192.0.2.1`: a name relative to the zone, a type, data. */
export function desired(text: string, more: Partial<DesiredRecord> = {}): DesiredRecord {
  const [nameText = '', typeText = '', ...rest] = text.split(' ');
  const name = parseName(nameText, { origin: ZONE });
  const type = parseRecordType(typeText);
  if (!name.ok || type === undefined) throw new Error(`bad fixture: ${text}`);
  const rdata = parseRdata(type, rest.join(' '), { origin: ZONE });
  if (!rdata.ok) throw new Error(`bad fixture: ${text}: ${JSON.stringify(rdata.problems)}`);
  return { name: name.value, rdata: rdata.value, ...more };
}

export function recordId(number: number): RecordId {
  return number.toString(16).padStart(32, '0') as RecordId;
}

/** A record as it is at Cloudflare, from its complete fields. */
export function liveOf(fields: RecordFields, number: number, more: Partial<LiveRecord> = {}): LiveRecord {
  const modifiedOn = '2026-10-01T00:00:00.000000Z';
  const received = { id: recordId(number), ...wireOf(fields), modified_on: modifiedOn, meta: {} };
  return { id: recordId(number), fields, received, readOnly: null, modifiedOn, ...more };
}

/** `live('www A 192.0.2.1', 7)` */
export function live(
  text: string,
  number: number,
  more: Partial<DesiredRecord & LiveRecord> = {},
): LiveRecord {
  const { readOnly = null, ...fields } = more;
  return liveOf(completeFields(desired(text, fields)), number, { readOnly });
}

/** The fields as JSON, in our own form: the tests' stand-in for Cloudflare's wire form. */
export function wireOf(fields: RecordFields): JsonObject {
  return structuredClone({ ...fields }) as unknown as JsonObject;
}

const WRITABLE: readonly FieldName[] = [
  'name',
  'rdata',
  'ttl',
  'proxied',
  'comment',
  'tags',
  'settings',
  'privateRouting',
];

/** With `received`, sends that; else the fields. */
export const encoder: RecordEncoder = {
  create: (image) => pick(image, WRITABLE),
  patch: (after, fields) => pick(after, fields),
};

function pick({ fields, received }: RecordImage, names: readonly FieldName[]): JsonObject {
  const form = received ?? wireOf(fields);
  return Object.fromEntries(names.map((name) => [name, form[name] ?? null]));
}

/** What a body in the tests' form says. */
export function fieldsOfWire(body: JsonObject): Partial<RecordFields> {
  const entries = WRITABLE.filter((name) => name in body).map((name) => [name, body[name]]);
  return Object.fromEntries(entries) as Partial<RecordFields>;
}

export function liveZone(records: readonly LiveRecord[], more: Partial<LiveZone> = {}): LiveZone {
  return {
    zoneId: 'f'.repeat(32) as ZoneId,
    zoneName: ZONE,
    accountId: 'a'.repeat(32) as AccountId,
    limits: PLAN_LIMITS.business,
    recordQuota: 3500,
    records,
    readAt: 1_790_000_000_000,
    ...more,
  };
}

export function contextOf(records: readonly LiveRecord[], more: Partial<LiveZone> = {}): PlanContext {
  return { live: liveZone(records, more), source: 'zone.yaml', policy: DEFAULT_POLICY, encoder };
}
