/** The log of calls to Cloudflare, and the ledger of what may still be called. */
import type { ConnectionId, TenantId } from '../../base/ids.ts';

export interface ApiCall {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId | null;
  readonly at: number;
  readonly method: string;
  /** With ids replaced by their names: `/zones/{zone_id}/dns_records`. */
  readonly route: string;
  /** Null when no answer came. */
  readonly status: number | null;
  readonly durationMs: number;
  readonly ray: string | null;
  /** Cloudflare's first error code, or our own error's code. */
  readonly error: string | null;
  /** Calls left in the budget after this one, as far as known. */
  readonly budgetLeft: number | null;
}

export interface UsageSummary {
  readonly calls: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly rateLimited: number;
  readonly routes: readonly { readonly route: string; readonly calls: number; readonly slowestMs: number }[];
  readonly lastError: ApiCall | null;
}

/** What happened in one stretch of time. */
export interface UsageBucket {
  readonly connectionId: ConnectionId | null;
  /** When it begins: a multiple of its length since the epoch. */
  readonly at: number;
  readonly calls: number;
  readonly errors: number;
  readonly rateLimited: number;
  /** The least that was left of the budget in it, as far as the calls told; null where none did. */
  readonly budgetLeft: number | null;
}

/** Kept for a set time. A second of rows may be lost in a crash. */
export interface UsageLog {
  append(calls: readonly ApiCall[]): Promise<void>;
  summary(
    tenantId: TenantId,
    filter: { readonly connectionId?: ConnectionId; readonly since: number },
  ): Promise<UsageSummary>;
  /** In the order of time, then of connections; stretches without calls are left out. */
  series(
    tenantId: TenantId,
    filter: { readonly connectionId?: ConnectionId; readonly since: number },
    bucketMs: number,
  ): Promise<readonly UsageBucket[]>;
  /** The latest call of each connection that told how much budget was left. */
  budgets(tenantId: TenantId, since: number): Promise<readonly ApiCall[]>;
  calls(
    tenantId: TenantId,
    filter: { readonly connectionId?: ConnectionId; readonly since: number; readonly errorsOnly?: boolean },
    limit: number,
  ): Promise<readonly ApiCall[]>;
}
