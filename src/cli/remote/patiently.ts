/**
 * A request that takes longer than the server lets one take: the server goes on with it and keeps the answer for who
 * asks again with the same idempotency key, so that is done until the answer is there.
 */
import { ApiError, type CallOptions } from '../../client/index.ts';

/** The server takes a process that works longer for dead. */
const PATIENCE_MS = 280_000;
const PAUSE_MS = 1_000;

export async function patiently<T>(
  send: (options: CallOptions) => Promise<T>,
  { pauseMs = PAUSE_MS }: { readonly pauseMs?: number } = {},
): Promise<T> {
  const options = { idempotencyKey: crypto.randomUUID() };
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await send(options);
    } catch (error) {
      if (!isUnderWay(error) || performance.now() > until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function isUnderWay(error: unknown): boolean {
  return error instanceof ApiError && ['time-limit', 'idempotency-in-flight'].includes(error.code);
}
