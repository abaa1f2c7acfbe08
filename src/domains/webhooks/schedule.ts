/** When a message is tried again, and what an answer means for it and for its endpoint. Pure. */
import type { Random } from '../../base/clock.ts';
import type { Delivery, DisabledReason, WebhookEndpoint } from './model.ts';
import type { Posted } from './ports.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** From one attempt to the next, as the specification lists them: 10 attempts in about 75 hours and a half. */
export const RETRY_DELAYS_MS: readonly number[] = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];
/** Up to so much is added to a delay, so that what failed together is not tried together. */
const JITTER_SHARE = 0.1;
/** An endpoint may ask for no longer than this. */
const RETRY_AFTER_MAX_MS = 24 * HOUR_MS;
/** For one that is overloaded and does not say how long. */
const OVERLOADED_HOLD_MS = 30 * SECOND_MS;
const OVERLOADED: readonly number[] = [429, 502, 503, 504];
/** Longer than the schedule of one message: an endpoint that fails for so long is not there any more. */
export const FAILING_MAX_MS: number = 5 * 24 * HOUR_MS;

export interface Outcome {
  readonly delivery: Delivery;
  /** What changes about the endpoint. */
  readonly endpoint: Pick<WebhookEndpoint, 'failingSince' | 'holdUntil' | 'disabled'>;
}

/** What an attempt made at `at` leads to. */
export function afterAttempt(
  endpoint: WebhookEndpoint,
  delivery: Delivery,
  posted: Posted,
  moment: { readonly at: number; readonly random: Random },
): Outcome {
  const { status, durationMs, error } = posted;
  const at = moment.at;
  const attempts = [...delivery.attempts, { at, status, durationMs, error }];
  const tried: Delivery = { ...delivery, attempts };
  if (status !== null && status >= 200 && status < 300)
    return {
      delivery: { ...tried, state: 'delivered', dueAt: null, finishedAt: at },
      endpoint: { failingSince: null, holdUntil: null, disabled: endpoint.disabled },
    };
  const failingSince = endpoint.failingSince ?? at;
  const disabled = endpoint.disabled ?? disabling(status, failingSince, at);
  const waitMs = waitAfter(attempts.length, posted, moment.random);
  const ends = waitMs === null || delivery.origin === 'test' || disabled !== null;
  const holdMs = holdAfter(posted);
  return {
    delivery: ends
      ? { ...tried, state: 'failed', dueAt: null, finishedAt: at }
      : { ...tried, dueAt: at + waitMs },
    endpoint: { failingSince, holdUntil: holdMs === null ? endpoint.holdUntil : at + holdMs, disabled },
  };
}

function disabling(status: number | null, failingSince: number, at: number): WebhookEndpoint['disabled'] {
  const reason: DisabledReason | null =
    status === 410 ? 'gone' : at - failingSince >= FAILING_MAX_MS ? 'failing' : null;
  return reason === null ? null : { reason, at };
}

/** Null after the last attempt. */
function waitAfter(attempts: number, { retryAfterMs }: Posted, random: Random): number | null {
  const delayMs = RETRY_DELAYS_MS[attempts - 1];
  if (delayMs === undefined) return null;
  const jitterMs = Math.floor(delayMs * JITTER_SHARE * random.next());
  return Math.max(delayMs + jitterMs, Math.min(retryAfterMs ?? 0, RETRY_AFTER_MAX_MS));
}

/** How long the endpoint is left alone altogether. */
function holdAfter({ status, retryAfterMs }: Posted): number | null {
  if (status === null || !OVERLOADED.includes(status)) return null;
  return Math.min(retryAfterMs ?? OVERLOADED_HOLD_MS, RETRY_AFTER_MAX_MS);
}
