/** Jobs as they go out. */
import { z } from '@hono/zod-openapi';
import type { Job } from '../../app/handed-out.ts';
import { count, isoTime, loose, maybeTime, page, time, type View } from './common.ts';

export const jobShape: z.ZodType = z
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
export const jobPageShape: z.ZodType = page(jobShape, 'JobPage');

/** What domains are to have is theirs to read at each; here is told which they are. */
function inputView({ kind, input }: Job): View {
  // Thousands, in every event: how many they are.
  if (kind === 'change-sets.plan' && Array.isArray(input['zones']))
    return { ...input, zones: input['zones'].length };
  if (kind !== 'provisionings.bulk' || !Array.isArray(input['domains'])) return input;
  return { domains: input['domains'].map((one) => Object(one).domain) };
}

export function jobView(job: Job): View {
  const { id, kind, state, progress, result, error, cancelRequested, attempts } = job;
  return {
    id,
    kind,
    state,
    input: inputView(job),
    progress,
    result,
    error,
    cancelRequested,
    attempts,
    createdAt: isoTime(job.createdAt),
    startedAt: isoTime(job.startedAt),
    finishedAt: isoTime(job.finishedAt),
  };
}
