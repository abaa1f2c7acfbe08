/** Calls to Cloudflare as they go out. */
import { z } from '@hono/zod-openapi';
import type { ApiCall, UsageBucket } from '../../app/re-exports.ts';
import { count, isoTime, time, type View } from './common.ts';

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

export const callListShape: z.ZodType = z.strictObject({ items: z.array(call) }).openapi('CallList');
export const usageSeriesShape: z.ZodType = z
  .strictObject({
    bucketSeconds: count,
    since: time,
    items: z
      .array(
        z.strictObject({
          at: time.openapi({ description: 'When the stretch begins' }),
          connectionId: z.string().nullable(),
          calls: count,
          errors: count,
          rateLimited: count,
          budgetLeft: z.number().nullable().openapi({
            description: 'The least that was left of the budget in the stretch, where a call told',
          }),
        }),
      )
      .openapi({ description: 'In the order of time; stretches without calls are left out' }),
    budgets: z
      .array(z.strictObject({ connectionId: z.string(), left: z.number(), at: time }))
      .openapi({ description: 'Calls left in the shared budget, as of the last call of each connection' }),
  })
  .openapi('UsageSeries');
export const usageShape: z.ZodType = z
  .strictObject({
    calls: count,
    rateLimited: count,
    errors: z.record(z.string(), count),
    routes: z.array(z.strictObject({ route: z.string(), calls: count, slowestMs: z.number() })),
    lastError: call.nullable(),
  })
  .openapi('Usage');

export function callView({ tenantId: _, at, ...rest }: ApiCall): View {
  return { at: isoTime(at), ...rest };
}

export function bucketView({ at, ...rest }: UsageBucket): View {
  return { at: isoTime(at), ...rest };
}

export function budgetView({ connectionId, budgetLeft, at }: ApiCall): View {
  return { connectionId, left: budgetLeft, at: isoTime(at) };
}
