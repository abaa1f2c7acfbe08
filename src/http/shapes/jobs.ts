/** Jobs as they go out. */
import { z } from '@hono/zod-openapi';
import type { Job } from '../../app/re-exports.ts';
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
  if (kind === 'change-sets.plan') return planView(input);
  if (kind === 'tls.refresh' && Array.isArray(input['zones']))
    return { ...input, zones: input['zones'].length };
  if (kind !== 'provisionings.bulk' || !Array.isArray(input['domains'])) return input;
  return { domains: input['domains'].map((one) => Object(one).domain) };
}

const TEXT_SHOWN_MAX = 255;
/** What a plan is made of may be long, and stands in every event: lists become how many they are. */
function planView({ plan, allow, summary }: Job['input']): View {
  const fields = Object.entries(Object(plan) as View).flatMap(([name, value]): [string, unknown][] => {
    if (Array.isArray(value)) return [[name, value.length]];
    return JSON.stringify(value).length > TEXT_SHOWN_MAX ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(fields),
    ...(allow === undefined ? {} : { allow }),
    ...(summary === undefined ? {} : { summary }),
  };
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
