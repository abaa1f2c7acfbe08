/** The log of one tenant's calls to Cloudflare. */
import type { TenantId } from '../base/ids.ts';
import type { ApiCall, UsageBucket, UsageSummary } from '../domains/usage/ports.ts';
import type { Context } from './context.ts';
import type { TenantReach } from './tenant-reach.ts';

export interface TenantUsage {
  /** Since `since` (milliseconds), by default the last day. */
  summary(options?: { readonly connection?: string; readonly since?: number }): Promise<UsageSummary>;
  /** The same over time, in stretches of `bucketMs`, by connection; stretches without calls are left out. */
  series(options: {
    readonly connection?: string;
    readonly since?: number;
    readonly bucketMs: number;
  }): Promise<readonly UsageBucket[]>;
  /** What each connection's last call of the day told of the budget. */
  budgets(): Promise<readonly ApiCall[]>;
  /** Newest first. */
  calls(
    options?: { readonly connection?: string; readonly since?: number; readonly errorsOnly?: boolean },
    limit?: number,
  ): Promise<readonly ApiCall[]>;
}

const LIST_LIMIT = 50;
const DAY_MS = 86_400_000;

export function tenantUsage(context: Context, tenantId: TenantId, reach: TenantReach): TenantUsage {
  const log = context.store.usage;
  const filterOf = async (options: { readonly connection?: string; readonly since?: number }) => {
    const since = options.since ?? context.clock.now() - DAY_MS;
    if (options.connection === undefined) return { since };
    return { since, connectionId: (await reach.connection(options.connection)).id };
  };
  return {
    summary: async (options = {}) => {
      await context.flushUsage();
      return log.summary(tenantId, await filterOf(options));
    },
    series: async ({ bucketMs, ...options }) => {
      await context.flushUsage();
      return log.series(tenantId, await filterOf(options), bucketMs);
    },
    budgets: async () => {
      await context.flushUsage();
      return log.budgets(tenantId, context.clock.now() - DAY_MS);
    },
    calls: async (options = {}, limit = LIST_LIMIT) => {
      await context.flushUsage();
      const { errorsOnly } = options;
      const filter = await filterOf(options);
      return log.calls(tenantId, { ...filter, ...(errorsOnly === undefined ? {} : { errorsOnly }) }, limit);
    },
  };
}
