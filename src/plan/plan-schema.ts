/**
 * The shape of a plan in a file, checked to the last member: nothing that the code does not know gets in, and
 * everything that it relies on is there. What the values mean is plan-file.ts's to check.
 */
import { z } from 'zod';
import { isCloudflareId } from '../base/ids.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import { parseName } from '../dns/name.ts';
import { rdataFields } from '../dns/rdata-fields.ts';
import { RECORD_TYPES } from '../dns/record.ts';
import type { ZonePlan } from './plan.ts';
import { findSetting } from './settings-catalogue.ts';

/** Levels of JSON within JSON that a received record may have: Cloudflare's have three. */
const RECEIVED_DEPTH_MAX = 16;

const id = z.string().refine(isCloudflareId, 'is not an id of Cloudflare');
const count = z.int().min(0);
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in hex');

/** A name in the internal form: `parseName` gives it back as it is. */
const name = z.string().refine((text) => {
  const parsed = parseName(text);
  return parsed.ok && parsed.value === text;
}, 'is not a name in internal form');

const position = z.strictObject({
  file: z.string().optional(),
  line: z.int().min(1).optional(),
  column: z.int().min(1).optional(),
});

const json = z.custom<JsonObject>((value) => isPlainJson(value, RECEIVED_DEPTH_MAX), 'is not a JSON object');

function isPlainJson(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const isJson = (inner: unknown, left: number): boolean => {
    if (typeof inner !== 'object' || inner === null) return true;
    return left > 0 && Object.values(inner).every((member) => isJson(member, left - 1));
  };
  return isJson(value, depth);
}

const angle = (directions: readonly [string, string]) =>
  z.strictObject({
    degrees: z.number(),
    minutes: z.number(),
    seconds: z.number(),
    direction: z.enum(directions),
  });

const loc = z.strictObject({
  type: z.literal('LOC'),
  latitude: angle(['N', 'S']),
  longitude: angle(['E', 'W']),
  altitude: z.number(),
  size: z.number(),
  horizontalPrecision: z.number(),
  verticalPrecision: z.number(),
});

const unknown = z.strictObject({ type: z.literal('unknown'), rrtype: z.string(), content: z.string() });

/** One object for each type, from the same table that the parsers use. */
const laidOut = RECORD_TYPES.filter((type) => type !== 'LOC').map((type) =>
  z.strictObject({
    type: z.literal(type),
    ...Object.fromEntries(
      rdataFields(type).map(({ key, kind }) => [key, kind.json === 'integer' ? count : z.string()]),
    ),
  }),
);

const rdata = z.discriminatedUnion('type', [loc, unknown, ...laidOut]);

const recordFields = z.strictObject({
  name,
  rdata,
  ttl: z.union([z.literal('auto'), count]),
  proxied: z.boolean(),
  comment: z.string(),
  tags: z.array(z.string()),
  settings: z.array(z.enum(['ipv4_only', 'ipv6_only', 'flatten_cname'])),
  privateRouting: z.boolean(),
});

const liveRecord = z.strictObject({
  id,
  fields: recordFields,
  received: json,
  readOnly: z.string().nullable(),
  modifiedOn: z.string().nullable(),
});

const image = z.strictObject({ fields: recordFields, received: json.nullable() });

const change = z.discriminatedUnion('action', [
  z.strictObject({
    resource: z.literal('record'),
    action: z.literal('create'),
    before: z.null(),
    after: image,
    body: json,
    continues: id.optional(),
    position: position.optional(),
  }),
  z.strictObject({
    resource: z.literal('record'),
    action: z.literal('update'),
    before: liveRecord,
    after: image,
    fields: z.array(recordFields.keyof()).min(1),
    body: json,
    position: position.optional(),
  }),
  z.strictObject({
    resource: z.literal('record'),
    action: z.literal('delete'),
    before: liveRecord,
    after: z.null(),
    position: position.optional(),
  }),
]);

const value = z.custom<JsonValue>((given) => isPlainJson({ given }, RECEIVED_DEPTH_MAX), 'is not JSON');

const setting = z.strictObject({
  resource: z.literal('setting'),
  action: z.literal('update'),
  id: z.string(),
  setting: z.string().refine((key) => findSetting(key)?.key === key, 'is no setting that is known here'),
  before: value,
  after: value,
  body: json,
  position: position.optional(),
});

const problem = z.strictObject({
  code: z.string(),
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  next: z.string().optional(),
  position: position.optional(),
  subject: z.string().optional(),
});

const guard = z.strictObject({
  code: z.string(),
  message: z.string(),
  override: z.string(),
  irreversible: z.boolean(),
  groupIds: z.array(z.string()),
});

const mention = z.strictObject({ name: z.string(), type: z.string(), content: z.string(), why: z.string() });

const zonePlan = z.strictObject({
  version: z.literal(1),
  zoneId: id,
  zoneName: name,
  accountId: z.string(),
  source: z.string(),
  readAt: count,
  groups: z.array(z.strictObject({ id: z.string(), reason: z.string(), changes: z.array(change).min(1) })),
  batches: z.array(z.strictObject({ groupIds: z.array(z.string()).min(1) })),
  settings: z.array(setting).min(1).optional(),
  problems: z.array(problem),
  guards: z.array(guard),
  inventory: z.strictObject({
    live: count,
    managed: count,
    ignored: z.array(mention),
    readOnly: z.array(mention),
  }),
  omitted: z.array(
    z.strictObject({ name, type: z.string(), reason: z.string(), position: position.optional() }),
  ),
  risk: z.enum(['none', 'low', 'medium', 'high']),
  price: z.strictObject({ reads: count, writes: count, budgetShare: z.number(), estimatedMs: count }),
  hash,
});

const planFile = z.strictObject({
  format: z.literal('zoneward-plan'),
  version: z.literal(1),
  plans: z.array(zonePlan).min(1),
});

/** The plans in a parsed file, or the first faults of its shape with their paths: `plans[0].groups[2].id …`. */
export function checkPlanFile(
  value: unknown,
): { readonly plans: readonly ZonePlan[] } | { readonly faults: readonly string[] } {
  const checked = planFile.safeParse(value);
  // The schema says what `ZonePlan` says; brands are given here, by the parser.
  if (checked.success) return { plans: checked.data.plans as unknown as readonly ZonePlan[] };
  return {
    faults: checked.error.issues.map(({ path, message }) => {
      const where = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
      return `${where.replace(/^\./, '') || 'the file'}: ${message}`;
    }),
  };
}
