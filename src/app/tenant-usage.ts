/** The log of one tenant's calls to Cloudflare. */
import type { TenantId } from '../base/ids.ts';
import type { ApiCall, UsageSummary } from '../domains/usage/ports.ts';
import type { Context } from './context.ts';
import type { TenantReach } from './tenant-reach.ts';

export interface TenantUsage {
  /** Since `since` (milliseconds), by default the last day. */
  summary(options?: { readonly connection?: string; readonly since?: number }): Promise<UsageSummary>;
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
    calls: async (options = {}, limit = LIST_LIMIT) => {
      await context.flushUsage();
      const { errorsOnly } = options;
      const filter = await filterOf(options);
      return log.calls(tenantId, { ...filter, ...(errorsOnly === undefined ? {} : { errorsOnly }) }, limit);
    },
  };
}
