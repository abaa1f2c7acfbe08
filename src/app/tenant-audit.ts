/** The audit trail and the usage log of one tenant, read and verified. */
import type { TenantId } from '../base/ids.ts';
import { type ChainFault, EMPTY_CHAIN, verifyChain } from '../domains/audit/chain.ts';
import type { AuditEvent, ChainHead } from '../domains/audit/model.ts';
import type { AuditFilter } from '../domains/audit/ports.ts';
import type { ApiCall, UsageSummary } from '../domains/usage/ports.ts';
import type { Context } from './context.ts';
import type { TenantReach } from './tenant-reach.ts';

export interface TenantAudit {
  /** Newest first. */
  list(filter?: AuditFilter, limit?: number): Promise<readonly AuditEvent[]>;
  /** Oldest first, in chunks: for export. */
  read(filter?: AuditFilter): AsyncIterable<readonly AuditEvent[]>;
  /** Recomputes every hash. Truncation at the end shows only against a checkpoint kept elsewhere. */
  verify(): Promise<
    { readonly ok: true; readonly head: ChainHead } | { readonly ok: false; readonly fault: ChainFault }
  >;
}

export interface TenantUsage {
  summary(options?: { readonly connection?: string; readonly since?: number }): Promise<UsageSummary>;
  calls(
    options?: { readonly connection?: string; readonly since?: number; readonly errorsOnly?: boolean },
    limit?: number,
  ): Promise<readonly ApiCall[]>;
}

const LIST_LIMIT = 50;
const DAY_MS = 86_400_000;

export function tenantAudit(context: Context, tenantId: TenantId): TenantAudit {
  const trail = context.store.audit;
  return {
    list: (filter = {}, limit = LIST_LIMIT) => trail.latest(tenantId, filter, limit),
    read: (filter = {}) => trail.read(tenantId, filter),
    verify: async () => {
      const verdict = await verifyChain(trail.read(tenantId, {}), EMPTY_CHAIN);
      if (!verdict.ok) return verdict;
      const head = await trail.head(tenantId);
      if (head.sequence <= verdict.head.sequence) return verdict;
      const message = `the trail ends at event ${verdict.head.sequence}, but ${head.sequence} were recorded`;
      return { ok: false, fault: { sequence: head.sequence, code: 'truncated', message } };
    },
  };
}

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
