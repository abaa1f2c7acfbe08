/**
 * Writes that may be sent twice. The first request with a key does the work and leaves its answer; another with the
 * same key and the same body gets that answer, one with another body is refused. A request that never came to its end
 * (a crash, a failure of ours) leaves nothing: the next one with its key does the work.
 */
import type { TenantId } from '../../base/ids.ts';

export interface IdempotentRequest {
  readonly tenantId: TenantId;
  /** Whose key it is: two API keys of a tenant cannot meet each other's. */
  readonly caller: string;
  readonly key: string;
  /** Over method, path and body. */
  readonly fingerprint: string;
}

/** An answer as it can be given again. No secret that is shown once stands in it. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type IdempotencyVerdict =
  /** Do the work, then `keep` or `drop`. */
  | { readonly kind: 'begin' }
  | { readonly kind: 'replay'; readonly answer: KeptAnswer }
  | { readonly kind: 'in-flight' }
  | { readonly kind: 'other-request' };

export interface IdempotencyStore {
  /** One of several at once begins. A holder that has neither kept nor dropped after `holdMs` is taken for gone. */
  begin(
    request: IdempotentRequest,
    hold: { readonly holder: string; readonly holdMs: number; readonly keepMs: number },
  ): Promise<IdempotencyVerdict>;
  keep(request: IdempotentRequest, holder: string, answer: KeptAnswer): Promise<void>;
  drop(request: IdempotentRequest, holder: string): Promise<void>;
  /** Removes answers that are past their time. @returns how many. */
  prune(): Promise<number>;
}
