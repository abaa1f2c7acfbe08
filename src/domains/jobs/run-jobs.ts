/**
 * The worker's loop over the queue: claims what is due, runs it under a lease that it keeps renewing, writes down how
 * it ended. What a crash leaves is claimed again by whoever comes next, up to a number of attempts. It looks when it
 * is woken, when it becomes free, and every so often.
 */
import type { Clock } from '../../base/clock.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Job } from './model.ts';
import type { JobEnd, JobStore, WakeUps } from './ports.ts';

const LEASE_MS = 30_000;
const RENEW_EVERY_MS = 1_000;
/** Progress is written down so soon, for who watches. */
const BEAT_MS = 250;
/** Where no word comes from other processes. */
const POLL_EVERY_MS = 500;
const CONCURRENCY_MAX = 4;
const ATTEMPTS_MAX = 5;
/** A worker that could not even claim waits this long before it tries again. */
const STORE_PAUSE_MS = 2_000;

export interface JobRun {
  readonly signal: AbortSignal;
  /** Written down within a quarter of a second. */
  report(progress: JsonObject): void;
}

/** Does the work of one kind. Is run again after a crash, so it must bear that. */
export type JobHandler = (job: Job, run: JobRun) => Promise<JsonObject>;

export interface RunnerPorts {
  readonly store: JobStore;
  readonly wakeUps: WakeUps;
  readonly clock: Clock;
  readonly holder: string;
  readonly handlers: Readonly<Record<string, JobHandler>>;
  /** A thrown error as what is kept of it; must not throw. */
  readonly describeError: (error: unknown, job: Job) => JsonObject;
  /** Told when the store fails the worker itself. */
  readonly onError: (error: unknown) => void;
}

export interface JobRunner {
  /** Looks for due work now rather than at the next poll. */
  wake(): void;
  /** Claims nothing more, breaks off what runs, puts it back into the queue, and resolves when all has let go. */
  stop(): Promise<void>;
}

export function startJobRunner(ports: RunnerPorts): JobRunner {
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  let wakeUp: (() => void) | null = null;
  let wakes = 0;
  let pollEveryMs = POLL_EVERY_MS;

  const idle = async (ms: number): Promise<void> => {
    const seen = wakes;
    await new Promise<void>((resolve) => {
      wakeUp = resolve;
      if (seen !== wakes) resolve();
      ports.clock.sleep(ms, stopping.signal).then(resolve, () => resolve());
    });
    wakeUp = null;
  };
  const wake = (): void => {
    wakes += 1;
    wakeUp?.();
  };

  /** Word that comes while all hands are full waits until one is free. */
  const receive = async (): Promise<void> => {
    while (running.size >= CONCURRENCY_MAX && !stopping.signal.aborted) await Promise.race(running);
    wake();
  };
  const receiving = ports.wakeUps.receive(receive).then(
    (receiver) => {
      pollEveryMs = ports.wakeUps.pollEveryMs;
      return receiver;
    },
    (error: unknown) => {
      ports.onError(error);
      return null;
    },
  );

  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        const job = running.size < CONCURRENCY_MAX ? await ports.store.claim(ports.holder, LEASE_MS) : null;
        if (job === null) {
          await idle(pollEveryMs);
          continue;
        }
        const run = runOne(ports, job, stopping.signal)
          .catch(ports.onError)
          .finally(() => {
            running.delete(run);
            wake();
          });
        running.add(run);
      } catch (error) {
        ports.onError(error);
        await idle(STORE_PAUSE_MS);
      }
    }
  };
  const looping = loop();
  return {
    wake,
    stop: async () => {
      stopping.abort();
      await looping;
      await (await receiving)?.stop();
      await Promise.all(running);
    },
  };
}

async function runOne(ports: RunnerPorts, job: Job, stopping: AbortSignal): Promise<void> {
  const { store, clock, holder } = ports;
  const cancelling = new AbortController();
  const finished = new AbortController();
  const signal = AbortSignal.any([stopping, cancelling.signal]);
  let progress: JsonObject | null = null;
  if (job.cancelRequested) cancelling.abort();

  const heartbeat = async (): Promise<void> => {
    let renewedAt = clock.now();
    while (!finished.signal.aborted) {
      await clock.sleep(BEAT_MS, finished.signal).catch(() => {});
      if (finished.signal.aborted) return;
      const told = progress;
      if (told === null && clock.now() - renewedAt < RENEW_EVERY_MS) continue;
      renewedAt = clock.now();
      progress = null;
      // A store that cannot be reached for a moment is no lost lease: the next beat comes before it runs out.
      const held = await store.renew(job, holder, LEASE_MS, told).catch(ports.onError);
      if (held === undefined) progress ??= told;
      else if (held === null || held.cancelRequested) cancelling.abort();
    }
  };
  const beating = heartbeat();
  const outcome = await attempt(ports, job, { signal, report: (latest) => (progress = latest) });
  finished.abort();
  await beating;

  if (stopping.aborted && !cancelling.signal.aborted && outcome.broken) {
    await store.release(job, holder, clock.now());
    return;
  }
  if (progress !== null) await store.renew(job, holder, LEASE_MS, progress);
  const state =
    outcome.broken && cancelling.signal.aborted ? 'cancelled' : outcome.error === null ? 'done' : 'failed';
  const end: JobEnd = { state, result: outcome.result, error: state === 'failed' ? outcome.error : null };
  await store.end(job, holder, end);
}

interface Outcome {
  readonly result: JsonObject | null;
  readonly error: JsonObject | null;
  /** The signal came before the end did. */
  readonly broken: boolean;
}

async function attempt(ports: RunnerPorts, job: Job, run: JobRun): Promise<Outcome> {
  const handler = ports.handlers[job.kind];
  try {
    if (handler === undefined) throw new Error(`No worker knows how to do ${job.kind}.`);
    if (job.attempts > ATTEMPTS_MAX) throw new Error(`Given up after ${ATTEMPTS_MAX} attempts.`);
    run.signal.throwIfAborted();
    return { result: await handler(job, run), error: null, broken: run.signal.aborted };
  } catch (error) {
    return { result: null, error: ports.describeError(error, job), broken: run.signal.aborted };
  }
}
