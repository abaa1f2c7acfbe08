/**
 * The shapes that go out. Each is strict: what a view adds without saying so here fails the tests, which hold every
 * answer against its shape.
 */
import { z } from '@hono/zod-openapi';
import { CAPABILITIES, SCOPES } from '../app/handed-out.ts';

const time = z.string().openapi({ format: 'date-time', description: 'RFC 3339, UTC' });
const maybeTime = time.nullable();
const count = z.int().min(0);
const texts = z.array(z.string());
const loose = z.record(z.string(), z.unknown());

const record = z
  .strictObject({
    id: z.string().openapi({ description: "Cloudflare's id" }),
    name: z.string().openapi({ description: 'Absolute, lower case, A-labels, without the trailing dot' }),
    type: z.string(),
    content: z.string().openapi({ description: 'In presentation form, as master files write it' }),
    data: loose.openapi({ description: 'The content, field by field' }),
    ttl: z.union([z.int(), z.literal('auto')]),
    proxied: z.boolean(),
    comment: z.string(),
    tags: texts,
    settings: texts,
    privateRouting: z.boolean(),
    readOnly: z
      .string()
      .nullable()
      .openapi({ description: 'Why it cannot be changed here; null when it can' }),
    modifiedOn: z.string().nullable(),
  })
  .openapi('DnsRecord');

const freshness = z
  .strictObject({ verifiedAt: maybeTime, signal: z.string().nullable(), staleSince: maybeTime })
  .openapi('Freshness', {
    description: 'How we know that the mirror is right, and since when we are not sure',
  });

const zone = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    connectionId: z.string(),
    accountId: z.string(),
    accountName: z.string(),
    status: z.enum(['initializing', 'pending', 'active', 'moved', 'deleted']),
    paused: z.boolean(),
    type: z.string(),
    plan: z.string().nullable(),
    nameServers: texts,
    originalNameServers: texts,
    createdOn: z.string().nullable(),
    modifiedOn: z.string().nullable(),
    activatedOn: z.string().nullable(),
    revision: count.openapi({
      description: 'Grows with every change of its records; 0 before the first read',
    }),
    recordCount: count,
    freshness,
  })
  .openapi('Zone');

const advice = z
  .strictObject({
    state: z.enum(['fine', 'wait', 'act', 'gone']),
    message: z.string(),
    next: texts,
    nameServersToSet: texts,
    deletesAt: maybeTime,
  })
  .openapi('ZoneAdvice');

const capabilitySet = z.strictObject({
  zoneId: z.string().nullable(),
  findings: z.array(
    z.strictObject({
      capability: z.enum(CAPABILITIES),
      verdict: z.enum(['yes', 'no', 'unknown']),
      evidence: z.string(),
    }),
  ),
});

const connection = z
  .strictObject({
    id: z.string(),
    label: z.string(),
    kind: z.enum(['user-token', 'account-token', 'global-key']),
    accountId: z.string(),
    accountName: z.string().nullable(),
    zoneIds: texts,
    email: z.string().nullable(),
    profile: z.enum(['minimum', 'full']),
    state: z.string(),
    stateReason: z.string(),
    stateDetail: z.string(),
    next: texts,
    capabilities: z.array(capabilitySet),
    tags: texts,
    metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    expiresAt: maybeTime,
    testedAt: maybeTime,
    rotation: z.strictObject({ everyDays: z.int(), dueAt: maybeTime, lastRotatedAt: maybeTime }),
    createdAt: time,
    updatedAt: time,
    version: z.int(),
  })
  .openapi('Connection', { description: 'No field of it holds a secret' });

const problem = z
  .looseObject({ code: z.string(), severity: z.enum(['error', 'warning']), message: z.string() })
  .openapi('InputProblem');

const testReport = z
  .looseObject({
    passed: z.boolean(),
    steps: z.array(loose),
    calls: count,
    durationMs: z.number(),
    testedAt: time,
  })
  .openapi('TestReport', {
    description: 'What was asked of Cloudflare, what came back, what it cost, what to do',
  });

const tested = z.strictObject({ connection, report: testReport.nullable() }).openapi('TestedConnection');
const added = z
  .strictObject({ connection, report: testReport.nullable(), warnings: z.array(problem) })
  .openapi('AddedConnection');
const removed = z.strictObject({ connection, next: texts }).openapi('RemovedConnection');
const tokenLink = z
  .strictObject({
    link: z
      .strictObject({ userUrl: z.string(), accountUrl: z.string(), rights: texts, instructions: texts })
      .nullable()
      .openapi({ description: 'Null when no right is missing' }),
  })
  .openapi('TokenLink');

const revision = z
  .strictObject({
    revision: count,
    at: time,
    origin: z.looseObject({ kind: z.enum(['change-set', 'outside', 'first-read']) }),
    created: count,
    updated: count,
    deleted: count,
  })
  .openapi('Revision');

const zoneDiff = z
  .strictObject({
    from: count,
    to: count,
    differences: z.array(
      z.strictObject({
        kind: z.enum(['created', 'updated', 'deleted']),
        fields: texts,
        before: record.nullable(),
        after: record.nullable(),
      }),
    ),
  })
  .openapi('ZoneDiff');

const found = z.strictObject({
  zoneId: z.string(),
  zoneName: z.string(),
  staleSince: maybeTime,
  record,
});

const planRecord = record
  .omit({ id: true, data: true, readOnly: true, modifiedOn: true })
  .openapi('PlannedRecord');
const guard = z.strictObject({
  code: z.string(),
  message: z.string(),
  override: z.string().openapi({ description: 'The word for `allow` that lifts it' }),
  irreversible: z.boolean(),
  groupIds: texts,
});
const mention = z.strictObject({ name: z.string(), type: z.string(), content: z.string(), why: z.string() });

const zonePlanShape = {
  version: z.literal(1),
  zone: z.strictObject({ id: z.string(), name: z.string(), accountId: z.string() }),
  source: z.string(),
  readAt: time,
  hash: z.string().openapi({ description: 'What an approval, and `expect`, bind to' }),
  applicable: z.boolean(),
  risk: z.enum(['none', 'low', 'medium', 'high']),
  counts: z.strictObject({ create: count, update: count, delete: count }),
  price: z.strictObject({ reads: count, writes: count, budgetShare: z.number(), estimatedMs: z.number() }),
  groups: z.array(
    z.strictObject({
      id: z.string(),
      reason: z.string(),
      changes: z.array(
        z.strictObject({
          action: z.enum(['create', 'update', 'delete']),
          recordId: z.string().nullable(),
          before: planRecord.nullable(),
          after: planRecord.nullable(),
          fields: texts,
        }),
      ),
    }),
  ),
  guards: z.array(guard),
  problems: z.array(problem),
  inventory: z.strictObject({
    live: count,
    managed: count,
    ignored: z.array(mention),
    readOnly: z.array(mention),
  }),
  omitted: z.array(loose),
};
// Loose: members are only ever added within a `version` of the plan's JSON.
const zonePlan = z.looseObject(zonePlanShape).openapi('ZonePlan');

const plan = z
  .strictObject({
    connectionId: z.string(),
    summary: z.string(),
    plans: z.array(zonePlan),
    conflicts: z
      .array(loose)
      .openapi({ description: 'Records that an undo leaves alone, as before, after and now' }),
  })
  .openapi('Plan');

const changeSetShape = {
  id: z.string(),
  connectionId: z.string(),
  summary: z.string(),
  status: z.enum([
    'planned',
    'approved',
    'applying',
    'applied',
    'partly-applied',
    'failed',
    'interrupted',
    'cancelled',
    'unknown',
  ]),
  zones: z.array(z.strictObject({ id: z.string(), name: z.string(), hash: z.string(), changes: count })),
  allowed: texts,
  author: z.string(),
  approval: z.strictObject({
    required: z.boolean(),
    grant: z.strictObject({ by: z.string(), at: time, expiresAt: time }).nullable(),
  }),
  createdAt: time,
  finishedAt: maybeTime,
  undoes: z.string().nullable(),
  undoneBy: z.string().nullable(),
};
const changeSet = z.strictObject(changeSetShape).openapi('ChangeSet');
const outcome = z.strictObject({
  groupId: z.string(),
  change: count,
  state: z.enum(['applied', 'refused', 'not-applied', 'conflict', 'unknown']),
  recordId: z.string().optional(),
  message: z.string().optional(),
});
const changeSetDetails = z
  .strictObject({
    ...changeSetShape,
    plans: z.array(z.looseObject({ ...zonePlanShape, outcomes: z.array(outcome) })),
  })
  .openapi('ChangeSetDetails');

const policyShape = {
  deletionShareMax: z.number().optional(),
  deletionShareFrom: z.number().optional(),
  deletionsMax: z.number().optional(),
  updateShareMax: z.number().optional(),
  approval: z.enum(['never', 'guarded', 'always']).optional(),
  approvalMs: z.number().optional(),
};
const scopedPolicy = z.strictObject({
  scope: z.strictObject({ kind: z.enum(['tenant', 'connection', 'zone']), id: z.string().optional() }),
  policy: z.strictObject(policyShape),
});
const policies = z.strictObject({ items: z.array(scopedPolicy) }).openapi('Policies');

const auditEvent = z
  .strictObject({
    id: z.string(),
    sequence: count,
    kind: z.string(),
    at: time,
    principal: z.string(),
    connectionId: z.string().nullable(),
    zoneId: z.string().nullable(),
    changeSetId: z.string().nullable(),
    summary: z.string(),
    payload: loose.nullable(),
    payloadHash: z.string(),
    hash: z.string(),
    previousHash: z.string(),
  })
  .openapi('AuditEvent');
const verdict = z.looseObject({ ok: z.boolean() }).openapi('AuditVerdict');

const call = z.strictObject({
  at: time,
  connectionId: z.string().nullable(),
  method: z.string(),
  route: z.string(),
  status: z.int().nullable(),
  durationMs: z.number(),
  ray: z.string().nullable(),
  error: z.string().nullable(),
  budgetLeft: z.number().nullable(),
});
const usage = z
  .strictObject({
    calls: count,
    rateLimited: count,
    errors: z.record(z.string(), count),
    routes: z.array(z.strictObject({ route: z.string(), calls: count, slowestMs: z.number() })),
    lastError: call.nullable(),
  })
  .openapi('Usage');

const job = z
  .strictObject({
    id: z.string(),
    kind: z.string(),
    state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
    input: loose,
    progress: loose.nullable(),
    result: loose.nullable(),
    error: loose.nullable(),
    cancelRequested: z.boolean(),
    attempts: count,
    createdAt: time,
    startedAt: maybeTime,
    finishedAt: maybeTime,
  })
  .openapi('Job');

const apiKeyShape = {
  id: z.string(),
  label: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  connectionIds: texts.nullable(),
  zoneIds: texts.nullable(),
  namePatterns: texts.nullable(),
  createdAt: time,
  createdBy: z.string(),
  expiresAt: maybeTime,
  lastUsedAt: maybeTime,
  revokedAt: maybeTime,
};
const apiKey = z.strictObject(apiKeyShape).openapi('ApiKey');
const createdApiKey = z
  .strictObject({
    ...apiKeyShape,
    secret: z
      .string()
      .nullable()
      .openapi({ description: 'Shown in this answer only; null when it is repeated' }),
  })
  .openapi('CreatedApiKey');

const problemDetails = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    next: texts,
    request_id: z.string(),
    retryable: z.boolean(),
    cloudflare: z.strictObject({ code: z.int().nullable(), ray: z.string().nullable() }).optional(),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
    details: loose.optional(),
  })
  .openapi('Problem', { description: 'RFC 9457 problem details' });

function page(items: z.ZodType, name: string, more: z.ZodRawShape = {}): z.ZodType {
  const next = z
    .string()
    .nullable()
    .openapi({ description: 'The `cursor` of the next page; null on the last' });
  return z.strictObject({ items: z.array(items), next, ...more }).openapi(name);
}

export type ShapeName =
  | 'connections'
  | 'connection'
  | 'added'
  | 'tested'
  | 'removed'
  | 'tokenLink'
  | 'zones'
  | 'zone'
  | 'zoneWithAdvice'
  | 'history'
  | 'zoneDiff'
  | 'records'
  | 'findings'
  | 'plan'
  | 'planFile'
  | 'changeSets'
  | 'changeSet'
  | 'changeSetDetails'
  | 'policies'
  | 'events'
  | 'verdict'
  | 'usage'
  | 'calls'
  | 'jobs'
  | 'job'
  | 'apiKeys'
  | 'createdApiKey'
  | 'problem';

const coverage = z.strictObject({
  zones: count,
  neverRead: count,
  stale: count,
  oldestVerifiedAt: maybeTime,
});

export const SHAPES: Readonly<Record<ShapeName, z.ZodType>> = {
  connections: page(connection, 'ConnectionPage'),
  connection,
  added,
  tested,
  removed,
  tokenLink,
  zones: page(zone, 'ZonePage'),
  zone,
  zoneWithAdvice: z.strictObject({ ...zone.shape, advice }).openapi('ZoneWithAdvice'),
  history: page(revision, 'RevisionPage', { freshness }),
  zoneDiff,
  records: page(record, 'RecordPage', { revision: count }),
  findings: page(found, 'FindingPage', { coverage }),
  plan,
  planFile: loose.openapi('PlanFile', { description: 'A plan to keep; give it back as `planFile`' }),
  changeSets: page(changeSet, 'ChangeSetPage'),
  changeSet,
  changeSetDetails,
  policies,
  events: page(auditEvent, 'AuditEventPage'),
  verdict,
  usage,
  calls: z.strictObject({ items: z.array(call) }).openapi('CallList'),
  jobs: page(job, 'JobPage'),
  job,
  apiKeys: z.strictObject({ items: z.array(apiKey) }).openapi('ApiKeyList'),
  createdApiKey,
  problem: problemDetails,
};
