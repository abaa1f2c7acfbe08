/** The audit trail over HTTP. */
import { z } from '@hono/zod-openapi';
import type { Checkpoint } from '../../app/re-exports.ts';
import { type Caller, findConnection, findZone, requireUnlimited } from '../caller.ts';
import { formatCursor, numberAt, parseCursor } from '../cursor.ts';
import { type Endpoint, endpoint, json } from '../endpoint.ts';
import { PAGE, revisionNumber, time } from '../inputs.ts';
import { JSON_LINES, jsonLines } from '../json-lines.ts';
import { checkpointShape, eventPageShape, eventView, prunedShape, verdictShape } from '../shapes/audit.ts';

const auditQuery = {
  kind: z.string().min(1).max(128).optional(),
  principal: z.string().min(1).max(255).optional().openapi({ description: 'An API key, `cli:user@host`' }),
  connection: z.string().min(1).max(255).optional(),
  zone: z.string().min(1).max(255).optional(),
  changeSet: z.string().min(1).max(64).optional(),
  since: time.optional(),
  until: time.optional(),
};

async function auditFilter(
  caller: Caller,
  query: {
    readonly kind?: string | undefined;
    readonly principal?: string | undefined;
    readonly connection?: string | undefined;
    readonly zone?: string | undefined;
    readonly changeSet?: string | undefined;
    readonly since?: number | undefined;
    readonly until?: number | undefined;
  },
) {
  requireUnlimited(caller);
  const { kind, principal, connection, zone, changeSet, since, until } = query;
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(principal === undefined ? {} : { principal }),
    ...(connection === undefined ? {} : { connectionId: (await findConnection(caller, connection)).id }),
    ...(zone === undefined ? {} : { zoneId: (await findZone(caller, zone)).facts.id }),
    ...(changeSet === undefined ? {} : { changeSetId: changeSet as never }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}

const listEvents = endpoint({
  method: 'get',
  path: '/v1/audit',
  operationId: 'listAuditEvents',
  tag: 'audit',
  summary: 'The audit trail, newest first',
  scope: 'read',
  query: z.strictObject({ ...PAGE, ...auditQuery }),
  answers: { status: 200, description: 'A page of events', schema: eventPageShape },
  handle: async (call, { query }) => {
    const scope = { tenant: call.caller.tenantName, route: call.route, query };
    const before =
      query.cursor === undefined ? undefined : numberAt(parseCursor(scope, query.cursor), 'sequence');
    const filter = await auditFilter(call.caller, query);
    const events = await call.caller.tenant.audit.list(
      { ...filter, ...(before === undefined ? {} : { beforeSequence: before }) },
      query.limit,
    );
    const last = events.length === query.limit ? events.at(-1) : undefined;
    return json({
      items: events.map(eventView),
      next: last === undefined ? null : formatCursor(scope, { sequence: last.sequence }),
    });
  },
});

const exportEvents = endpoint({
  method: 'get',
  path: '/v1/audit/export',
  operationId: 'exportAudit',
  tag: 'audit',
  summary: 'The audit trail as JSON lines, oldest first, with all that a verification needs',
  scope: 'read',
  streams: true,
  query: z.strictObject(auditQuery),
  answers: { status: 200, description: 'One event a line', type: JSON_LINES },
  handle: async (call, { query }) => {
    const events = call.caller.tenant.audit.read(await auditFilter(call.caller, query));
    return { kind: 'text', type: JSON_LINES, body: jsonLines(events, call.signal) };
  },
});

const verifyAudit = endpoint({
  method: 'get',
  path: '/v1/audit/verify',
  operationId: 'verifyAudit',
  tag: 'audit',
  summary: 'Recompute every hash of the trail and compare it with the last checkpoint',
  scope: 'read',
  answers: { status: 200, description: 'Whether it holds', schema: verdictShape },
  handle: async ({ caller }) => {
    requireUnlimited(caller);
    return json(await caller.tenant.audit.verify());
  },
});

const CHECKPOINTS_MAX = 1_000;
const checkpoint = z
  .strictObject({
    version: z.literal(1),
    tenantId: z.string().min(1).max(255),
    sequence: z.int().min(0),
    hash: z.string().max(128),
    at: z.int(),
    keyId: z.string().max(128),
    signature: z.string().max(256),
  })
  .openapi('Checkpoint');

const verifyAgainst = endpoint({
  method: 'post',
  path: '/v1/audit/verify',
  operationId: 'verifyAuditAgainst',
  tag: 'audit',
  summary: 'The same against checkpoints that left the machine, so that an end that was cut off shows',
  scope: 'admin',
  body: z
    .strictObject({
      checkpoints: z.array(checkpoint).min(1).max(CHECKPOINTS_MAX),
      publicKeys: z
        .array(z.string().max(4_096))
        .max(20)
        .optional()
        .openapi({ description: "PEM, besides this store's own" }),
    })
    .openapi('AuditVerification'),
  answers: { status: 200, description: 'Whether it holds', schema: verdictShape },
  handle: async ({ caller }, { body: { checkpoints, publicKeys } }) => {
    requireUnlimited(caller);
    return json(
      await caller.tenant.audit.verify({
        checkpoints: checkpoints as unknown as readonly Checkpoint[],
        ...(publicKeys === undefined ? {} : { publicKeys }),
      }),
    );
  },
});

const takeCheckpoint = endpoint({
  method: 'post',
  path: '/v1/audit/checkpoints',
  operationId: 'takeAuditCheckpoint',
  tag: 'audit',
  summary:
    'Sign the end of the trail and send the checkpoint away; null when nothing was added since the last',
  scope: 'admin',
  answers: { status: 200, description: 'The checkpoint', schema: checkpointShape },
  handle: async ({ caller }) => {
    requireUnlimited(caller);
    return json({ checkpoint: await caller.tenant.audit.checkpoint() });
  },
});

const publicKey = endpoint({
  method: 'get',
  path: '/v1/audit/public-key',
  operationId: 'getAuditPublicKey',
  tag: 'audit',
  summary: 'The public key that verifies the checkpoints of this store, as PEM',
  scope: 'read',
  answers: { status: 200, description: 'The key', type: 'application/x-pem-file' },
  handle: async ({ caller }) => ({
    kind: 'text',
    type: 'application/x-pem-file',
    body: await caller.tenant.audit.publicKey(),
  }),
});

const prune = endpoint({
  method: 'post',
  path: '/v1/audit/prune',
  operationId: 'pruneAudit',
  tag: 'audit',
  summary: 'Remove events from before a moment under a signed checkpoint, for good',
  scope: 'admin',
  body: z.strictObject({ before: time }).openapi('AuditPruning'),
  answers: { status: 200, description: 'What was removed; null when there was nothing', schema: prunedShape },
  handle: async ({ caller }, { body }) => {
    requireUnlimited(caller);
    return json({ pruned: await caller.tenant.audit.prune(body.before) });
  },
});

const erase = endpoint({
  method: 'post',
  path: '/v1/audit/{sequence}/erase',
  operationId: 'eraseAuditPayload',
  tag: 'audit',
  summary: 'Remove what one event told, when the law asks; the event and its hashes stay',
  scope: 'admin',
  params: z.strictObject({ sequence: revisionNumber }),
  body: z.strictObject({ reason: z.string().min(1).max(1_024) }).openapi('PayloadErasure'),
  answers: { status: 204, description: 'It is erased' },
  handle: async ({ caller }, { params, body }) => {
    requireUnlimited(caller);
    await caller.tenant.audit.erasePayload(params.sequence, body.reason);
    return { kind: 'empty' };
  },
});

export const AUDIT_ENDPOINTS: readonly Endpoint[] = [
  listEvents,
  exportEvents,
  verifyAudit,
  verifyAgainst,
  takeCheckpoint,
  publicKey,
  prune,
  erase,
];
