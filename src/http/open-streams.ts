/**
 * Answers that go on: so many at a time for each key, and none longer than what opened it stands. A key that is revoked
 * or has expired, and a session that is signed out, hear nothing more within a second, whichever process ended them.
 */
import { HttpError } from './problem.ts';

/** For each key. A browser has one for each job that it shows, and asks again for those that ended. */
export const STREAMS_MAX = 20;
const LOOK_EVERY_MS = 1_000;
const EVENTS = 'text/event-stream';

export interface StreamPlace {
  /** Aborts when the stream must end. */
  readonly signal: AbortSignal;
  /** The body, cut when the stream must end; the place is given back with its end. */
  hold(body: ReadableStream<Uint8Array>, type: string): ReadableStream<Uint8Array>;
  /** Where no stream came of it. False when it was given back already. */
  release(): boolean;
}

export interface OpenStreams {
  /** Throws 429 `streams-too-many`. `stands`: whether the caller may still listen. */
  open(keyId: string, stands: () => Promise<boolean>): StreamPlace;
  /** How many are open now. */
  count(): number;
}

/** `stopping` ends all of them: clients of event streams come back, to whichever process is there then. */
export function createOpenStreams(stopping?: AbortSignal): OpenStreams {
  const open = new Map<string, number>();
  const take = (keyId: string): void => {
    const taken = open.get(keyId) ?? 0;
    if (taken >= STREAMS_MAX)
      throw new HttpError(429, 'streams-too-many', `This key has ${STREAMS_MAX} streams open already.`, {
        next: ['End one of them, or ask for the state itself: GET /v1/jobs/{id}.'],
        headers: { 'retry-after': '1' },
      });
    open.set(keyId, taken + 1);
  };
  const giveBack = (keyId: string): void => {
    const left = (open.get(keyId) ?? 1) - 1;
    if (left === 0) open.delete(keyId);
    else open.set(keyId, left);
  };
  return {
    count: () => [...open.values()].reduce((sum, each) => sum + each, 0),
    open: (keyId, stands) => {
      take(keyId);
      const ended = new AbortController();
      const watch = setInterval(() => {
        // A store that does not answer proves nothing; the stream's own reading of it will say so.
        stands().then(
          (is) => (is ? undefined : ended.abort()),
          () => {},
        );
      }, LOOK_EVERY_MS);
      watch.unref();
      let isReleased = false;
      const release = (): boolean => {
        if (isReleased) return false;
        isReleased = true;
        clearInterval(watch);
        giveBack(keyId);
        return true;
      };
      const signals = stopping === undefined ? [ended.signal] : [ended.signal, stopping];
      const signal = AbortSignal.any(signals);
      return {
        signal,
        release,
        hold: (body, type) => cutAt(body, { signal, type, release }),
      };
    },
  };
}

/** Events end well: what they tell stands in each. Anything else breaks off, so that a part is not taken for the whole. */
function cutAt(
  body: ReadableStream<Uint8Array>,
  { signal, type, release }: { signal: AbortSignal; type: string; release: () => boolean },
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        const cut = (): void => {
          if (!release()) return;
          reader.cancel().catch(() => {});
          if (type === EVENTS) controller.close();
          else controller.error(new Error('The caller may not read on'));
        };
        if (signal.aborted) cut();
        else signal.addEventListener('abort', cut, { once: true });
      },
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read();
          if (signal.aborted) return;
          if (!done) return controller.enqueue(value);
          release();
          controller.close();
        } catch (error) {
          release();
          throw error;
        }
      },
      cancel: async (reason) => {
        release();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
