/** The audit trail over HTTP. */
import { z } from '@hono/zod-openapi';
import { type Caller, findZone, requireUnlimited } from '../caller.ts';
import { formatCursor, parseCursor } from '../cursor.ts';
import { type Endpoint, endpoint, json } from '../endpoint.ts';
import { PAGE, time } from '../inputs.ts';
import { eventPageShape, eventView, verdictShape } from '../shapes/audit.ts';

const auditQuery = {
  kind: z.string().min(1).max(128).optional(),
  zone: z.string().min(1).max(255).optional(),
  changeSet: z.string().min(1).max(64).optional(),
  since: time.optional(),
  until: time.optional(),
};

async function auditFilter(
  caller: Caller,
  query: {
    readonly kind?: string | undefined;
    readonly zone?: string | undefined;
    readonly changeSet?: string | undefined;
    readonly since?: number | undefined;
    readonly until?: number | undefined;
  },
) {
  requireUnlimited(caller);
  const { kind, zone, changeSet, since, until } = query;
  return {
    ...(kind === undefined ? {} : { kind }),
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
      query.cursor === undefined ? undefined : Number(parseCursor(scope, query.cursor)['sequence']);
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
  answers: { status: 200, description: 'One event a line', type: 'application/x-ndjson' },
  handle: async (call, { query }) => {
    const events = call.caller.tenant.audit.read(await auditFilter(call.caller, query));
    return { kind: 'text', type: 'application/x-ndjson', body: lines(events, call.signal) };
  },
});

function lines(chunks: AsyncIterable<readonly object[]>, signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  async function* read(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      if (signal.aborted) return;
      yield encoder.encode(chunk.map((event) => `${JSON.stringify(event)}\n`).join(''));
    }
  }
  return ReadableStream.from(read());
}

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

export const AUDIT_ENDPOINTS: readonly Endpoint[] = [listEvents, exportEvents, verifyAudit];
