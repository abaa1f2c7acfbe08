/** Calls to Cloudflare over HTTP: how many, how slow, what failed. */
import { z } from '@hono/zod-openapi';
import { type Caller, findConnection, requireUnlimited } from '../caller.ts';
import { type Endpoint, endpoint, json } from '../endpoint.ts';
import { PAGE, time } from '../inputs.ts';
import { HttpError } from '../problem.ts';
import { isoTime } from '../shapes/common.ts';
import {
  bucketView,
  budgetView,
  callListShape,
  callView,
  usageSeriesShape,
  usageShape,
} from '../shapes/usage.ts';

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

const DAY_MS = 86_400_000;
const BUCKETS_MAX = 2_000;
const SECONDS = /^[1-9]\d{0,6}$/;

const series = endpoint({
  method: 'get',
  path: '/v1/usage/series',
  operationId: 'usageSeries',
  tag: 'usage',
  summary:
    'Calls and errors over time, by connection, and the budget that is left. Without `since`, of a day.',
  scope: 'read',
  query: z.strictObject({
    ...usageQuery,
    bucketSeconds: z
      .string()
      .regex(SECONDS, 'is a whole number of seconds')
      .transform(Number)
      .default(3_600)
      .openapi({ type: 'integer', minimum: 1, default: 3_600 }),
  }),
  answers: { status: 200, description: 'The figures', schema: usageSeriesShape },
  handle: async ({ caller }, { query }) => {
    const { bucketSeconds, since = Date.now() - DAY_MS, connection } = query;
    const bucketMs = bucketSeconds * 1_000;
    if ((Date.now() - since) / bucketMs > BUCKETS_MAX)
      throw new HttpError(422, 'buckets-too-many', `That is more than ${BUCKETS_MAX} stretches of time.`, {
        next: ['Ask for longer ones with bucketSeconds, or since a later time.'],
      });
    const filter = await usageFilter(caller, { connection, since });
    const [items, budgets] = await Promise.all([
      caller.tenant.usage.series({ ...filter, bucketMs }),
      caller.tenant.usage.budgets(),
    ]);
    return json({
      bucketSeconds,
      since: isoTime(since),
      items: items.map(bucketView),
      budgets: budgets
        .filter(({ connectionId }) => filter.connection === undefined || connectionId === filter.connection)
        .map(budgetView),
    });
  },
});

export const USAGE_ENDPOINTS: readonly Endpoint[] = [usage, series, calls];
