/** A tenant as a whole: exported, and erased in two steps. */
import { z } from '@hono/zod-openapi';
import type { ExportPart } from '../../app/re-exports.ts';
import { requireUnlimited } from '../caller.ts';
import { type Endpoint, endpoint, json, keyEndpoint } from '../endpoint.ts';
import { requireOperator } from '../holder.ts';
import {
  certificateView,
  erasureShape,
  preparedErasureShape,
  preparedView,
  tenantListShape,
} from '../shapes/tenants.ts';

const tag = 'tenants';
const scope = 'admin' as const;

const listTenants = keyEndpoint({
  method: 'get',
  path: '/v1/tenants',
  operationId: 'listTenants',
  tag,
  summary: "Every tenant of the store; for an operator's key",
  scope,
  answers: { status: 200, description: 'Their names', schema: tenantListShape },
  handle: async ({ zoneward, holder }) => {
    requireOperator(holder);
    return json({ items: await zoneward.tenants.list() });
  },
});

const exportTenant = endpoint({
  method: 'get',
  path: '/v1/tenant/export',
  operationId: 'exportTenant',
  tag,
  summary: 'Everything of the tenant but its secrets, one row a line with the file that it belongs to',
  scope,
  streams: true,
  answers: {
    status: 200,
    description: 'Lines `{"file", "row"}`; the last one is `{"manifest"}`, and an export without it was cut',
    type: 'application/x-ndjson',
  },
  handle: async ({ zoneward, caller, signal }) => {
    requireUnlimited(caller);
    const parts = zoneward.tenants.export(caller.tenantName);
    return { kind: 'text', type: 'application/x-ndjson', body: linesOf(parts, signal) };
  },
});

function linesOf(parts: AsyncIterable<ExportPart>, signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  async function* read(): AsyncGenerator<Uint8Array> {
    for await (const part of parts) {
      if (signal.aborted) return;
      if (part.kind === 'manifest') yield encoder.encode(`${JSON.stringify({ manifest: part.manifest })}\n`);
      else {
        const file = JSON.stringify(part.name);
        // Each line is JSON already.
        yield encoder.encode(part.lines.map((line) => `{"file":${file},"row":${line.trimEnd()}}\n`).join(''));
      }
    }
  }
  return ReadableStream.from(read());
}

const prepareErasure = endpoint({
  method: 'post',
  path: '/v1/tenant/erasure/prepare',
  operationId: 'prepareErasure',
  tag,
  summary: 'What an erasure would delete, and the code for it; deletes nothing',
  scope,
  answers: { status: 200, description: 'What would go', schema: preparedErasureShape },
  handle: async ({ zoneward, caller }) => {
    requireUnlimited(caller);
    const view = preparedView(await zoneward.tenants.prepareErasure(caller.tenantName));
    return { kind: 'json', status: 200, body: view, keptBody: { ...view, code: null } };
  },
});

const erase = endpoint({
  method: 'post',
  path: '/v1/tenant/erasure',
  operationId: 'eraseTenant',
  tag,
  summary: 'Delete everything of the tenant but the hashes of its audit trail. It cannot be taken back.',
  scope,
  body: z
    .strictObject({
      confirm: z.string().max(128).openapi({ description: "The tenant's name, typed" }),
      code: z.string().max(64),
      reason: z.string().max(500),
    })
    .openapi('Erasure'),
  answers: {
    status: 200,
    description:
      'The signed certificate. Keep it: the store does not, and the key that asked may be gone with the tenant.',
    schema: erasureShape,
  },
  handle: async ({ zoneward, caller }, { body }) => {
    requireUnlimited(caller);
    const { principal } = caller;
    return json(certificateView(await zoneward.tenants.erase(caller.tenantName, { ...body, principal })));
  },
});

export const TENANT_ENDPOINTS: readonly Endpoint[] = [listTenants, exportTenant, prepareErasure, erase];
