/** Calls to Cloudflare over HTTP: how many, how slow, what failed. */
import { z } from '@hono/zod-openapi';
import { type Caller, findConnection, requireUnlimited } from '../caller.ts';
import { type Endpoint, endpoint, json } from '../endpoint.ts';
import { PAGE, time } from '../inputs.ts';
import { callListShape, callView, usageShape } from '../shapes/usage.ts';

const usageQuery = { connection: z.string().min(1).max(255).optional(), since: time.optional() };

async function usageFilter(
  caller: Caller,
  query: { readonly connection?: string | undefined; readonly since?: number | undefined },
) {
  if (query.connection === undefined) requireUnlimited(caller);
  return {
    ...(query.connection === undefined
      ? {}
      : { connection: (await findConnection(caller, query.connection)).id }),
    ...(query.since === undefined ? {} : { since: query.since }),
  };
}

const usage = endpoint({
  method: 'get',
  path: '/v1/usage',
  operationId: 'usage',
  tag: 'usage',
  summary: 'Calls to Cloudflare: how many, how slow, what failed. Without `since`, of the last day.',
  scope: 'read',
  query: z.strictObject(usageQuery),
  answers: { status: 200, description: 'The figures', schema: usageShape },
  handle: async ({ caller }, { query }) => {
    const { lastError, ...figures } = await caller.tenant.usage.summary(await usageFilter(caller, query));
    return json({ ...figures, lastError: lastError === null ? null : callView(lastError) });
  },
});

const calls = endpoint({
  method: 'get',
  path: '/v1/usage/calls',
  operationId: 'listCalls',
  tag: 'usage',
  summary: 'The latest calls to Cloudflare, newest first',
  scope: 'read',
  query: z.strictObject({ ...usageQuery, limit: PAGE.limit, errors: z.enum(['true', 'false']).optional() }),
  answers: { status: 200, description: 'The calls', schema: callListShape },
  handle: async ({ caller }, { query }) => {
    const filter = { ...(await usageFilter(caller, query)), errorsOnly: query.errors === 'true' };
    return json({ items: (await caller.tenant.usage.calls(filter, query.limit)).map(callView) });
  },
});

export const USAGE_ENDPOINTS: readonly Endpoint[] = [usage, calls];
