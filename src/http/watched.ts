/** An endpoint's work as server-sent events: `step` as each step of a test ends, then `done` or `problem`. */
import type { TestStep } from '../app/re-exports.ts';
import type { OpenCall, Reply } from './endpoint.ts';
import { problemOf } from './problem.ts';
import { toldEvents } from './server-events.ts';

/** `done` carries what the same work answers when nobody watches it. */
export function watched(
  { route: instance, requestId }: OpenCall,
  work: (onStep: (step: TestStep) => void) => Promise<unknown>,
  last = 'done',
): Reply {
  const body = toldEvents(
    async (tell) => {
      const answer = await work((step) => tell('step', { ...step }));
      tell(last, answer);
    },
    (error) => problemOf(error, { instance, requestId }),
  );
  return { kind: 'text', type: 'text/event-stream', headers: { 'x-accel-buffering': 'no' }, body };
}
