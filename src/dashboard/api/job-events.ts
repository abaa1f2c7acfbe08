/** A job's progress as it happens: server-sent events where they come through, polling where they do not. */
import { useEffect, useState } from 'react';
import { type Job, waitForJob } from '../../client/index.ts';
import { parseEvents } from './event-stream.ts';
import { api, sessionFetch } from './session.ts';

const ENDED = ['done', 'failed', 'cancelled'];

export function hasEnded(job: Job): boolean {
  return ENDED.includes(job.state);
}

/** Calls back with each state of the job; resolves with the last. Throws the signal's reason when aborted. */
export async function followJob(id: string, onJob: (job: Job) => void, signal: AbortSignal): Promise<Job> {
  let last: Job | null = null;
  try {
    const response = await sessionFetch(`/v1/jobs/${encodeURIComponent(id)}/events`, {
      headers: { accept: 'text/event-stream' },
      signal,
    });
    if (response.ok && response.body !== null)
      for await (const data of parseEvents(response.body, 'job')) {
        last = JSON.parse(data) as Job;
        onJob(last);
      }
  } catch (error) {
    if (signal.aborted) throw error;
  }
  // The stream broke off, or something between here and the server does not let streams through.
  return last !== null && hasEnded(last) ? last : waitForJob(api, id, { signal, onProgress: onJob });
}

export interface Following {
  readonly job: Job | null;
  readonly error: unknown;
}

/** Follows a job while the component is there; null follows none. `onEnd` is called once. */
export function useJob(id: string | null, onEnd: (job: Job) => void): Following {
  const [state, setState] = useState<Following>({ job: null, error: null });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is called at the end is that of the first draw.
  useEffect(() => {
    if (id === null) return;
    const leaving = new AbortController();
    followJob(id, (job) => setState({ job, error: null }), leaving.signal)
      .then((job) => {
        if (!leaving.signal.aborted) onEnd(job);
      })
      .catch((error: unknown) => {
        if (!leaving.signal.aborted) setState({ job: null, error });
      });
    return () => leaving.abort();
  }, [id]);
  return state;
}
