/** What went wrong, in one shape for every page: what happened, what to do, and the ids that support asks for. */
import { ApiError } from '../../client/index.ts';

export interface Failure {
  readonly title: string;
  readonly detail: string;
  readonly next: readonly string[];
  /** What is wrong place by place. */
  readonly faults: readonly { readonly path: string; readonly message: string }[];
  readonly code: string;
  readonly status: number | null;
  readonly requestId: string | null;
  /** Cloudflare's id of its answer. */
  readonly ray: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

const NO_IDS = { faults: [], status: null, requestId: null, ray: null, details: {} };

export function failureOf(error: unknown): Failure {
  if (error instanceof ApiError) {
    const { problem } = error;
    return {
      title: problem?.title ?? 'The server refused',
      detail: error.message,
      next: error.next,
      faults: problem?.errors ?? [],
      code: error.code,
      status: error.status,
      requestId: problem?.request_id ?? null,
      ray: problem?.cloudflare?.ray ?? null,
      details: problem?.details ?? {},
    };
  }
  if (error instanceof TypeError && /fetch|network|load failed/i.test(error.message))
    return {
      ...NO_IDS,
      title: 'No answer from the server',
      detail: 'Zoneward could not be reached. What you have staged is kept in this tab.',
      next: ['Look whether `zoneward serve` still runs, then try again.'],
      code: 'server-unreachable',
    };
  return {
    ...NO_IDS,
    title: 'Something failed in this page',
    detail: error instanceof Error ? error.message : String(error),
    next: ['Reload the page. If it stays so, report this text.'],
    code: 'page-failure',
  };
}

/** The failure as text to paste into a report. */
export function failureText(failure: Failure): string {
  return [
    `${failure.title}: ${failure.detail}`,
    `code ${failure.code}`,
    ...(failure.requestId === null ? [] : [`request id ${failure.requestId}`]),
    ...(failure.ray === null ? [] : [`Cloudflare ray id ${failure.ray}`]),
    ...failure.faults.map(({ path, message }) => `${path}: ${message}`),
  ].join('\n');
}
