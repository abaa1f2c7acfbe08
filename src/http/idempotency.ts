/** The `Idempotency-Key` header: work is done once, and its answer given as often as it is asked for. */
import { createHash, randomUUID } from 'node:crypto';
import type { Zoneward } from '../app/open-zoneward.ts';
import type { IdempotentRequest, KeptAnswer } from '../app/re-exports.ts';
import { HttpError } from './problem.ts';

export const IDEMPOTENCY_HEADER = 'idempotency-key';
const KEY = /^[\x21-\x7e]{1,255}$/;
const KEEP_MS = 86_400_000;
/** Longer than any request may take; after that its process is taken for dead. */
const HOLD_MS = 300_000;

/** An answer, with what is to be kept of it. Null: do not keep it, let the next request try again. */
export interface DoneOnce {
  readonly answer: KeptAnswer;
  readonly kept: KeptAnswer | null;
}

export interface OnceRequest {
  readonly tenant: string;
  readonly caller: string;
  /** The header; undefined without one. */
  readonly key: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** Throws 400 for a key that is none, 409 while the first request runs, 422 where the key was another request's. */
export async function doOnce(
  zoneward: Zoneward,
  request: OnceRequest,
  work: () => Promise<DoneOnce>,
): Promise<{ readonly answer: KeptAnswer; readonly replayed: boolean }> {
  const { key } = request;
  if (key === undefined) return { answer: (await work()).answer, replayed: false };
  if (!KEY.test(key))
    throw new HttpError(
      400,
      'idempotency-key-invalid',
      'An idempotency key has 1 to 255 visible ASCII characters.',
    );
  const entry = entryOf(request, key);
  const holder = randomUUID();
  const verdict = await zoneward.idempotency.begin(entry, { holder, holdMs: HOLD_MS, keepMs: KEEP_MS });
  if (verdict.kind === 'replay') return { answer: verdict.answer, replayed: true };
  if (verdict.kind === 'in-flight')
    throw new HttpError(
      409,
      'idempotency-in-flight',
      'The first request with this key is still being worked on.',
      {
        next: ['Wait, then send the same request again.'],
        headers: { 'retry-after': '1' },
      },
    );
  if (verdict.kind === 'other-request')
    throw new HttpError(422, 'idempotency-key-reused', 'This key was used for another request.', {
      next: ['Use a new key for a new request.'],
    });
  const { answer, kept } = await work().catch(async (error: unknown) => {
    await zoneward.idempotency.drop(entry, holder);
    throw error;
  });
  // An answer that cannot be kept leaves the hold as it is: the work was done, and a repetition at once must not do it again.
  if (kept === null) await zoneward.idempotency.drop(entry, holder);
  else await zoneward.idempotency.keep(entry, holder, kept);
  return { answer, replayed: false };
}

function entryOf({ tenant, caller, method, path, body }: OnceRequest, key: string): IdempotentRequest {
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([method, path, body]))
    .digest('hex');
  return { tenantId: tenant as IdempotentRequest['tenantId'], caller, key, fingerprint };
}
