/** Calls to Cloudflare as they go out. */
import { z } from '@hono/zod-openapi';
import type { ApiCall } from '../../app/handed-out.ts';
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
