/**
 * Policies of a tenant: how large a plan may be before a guard rail holds, and which change sets a second person
 * must approve. A policy can stand on the tenant, a connection or a zone; where several apply, the strictest of
 * each setting counts, so that a zone can only be stricter than its tenant.
 */
import type { ConnectionId, TenantId, ZoneId } from '../../base/ids.ts';
import { DEFAULT_POLICY, type GuardPolicy } from '../../plan/guard.ts';
import type { NewEvent } from '../audit/model.ts';

/** `guarded`: only plans that run into a guard rail. */
export type ApprovalRule = 'never' | 'guarded' | 'always';

export interface ChangePolicy extends GuardPolicy {
  readonly approval: ApprovalRule;
  /** How long an approval holds. Milliseconds. */
  readonly approvalMs: number;
}

export type PolicyScope =
  | { readonly kind: 'tenant' }
  | { readonly kind: 'connection'; readonly id: ConnectionId }
  | { readonly kind: 'zone'; readonly id: ZoneId };

export interface ScopedPolicy {
  readonly scope: PolicyScope;
  readonly policy: Partial<ChangePolicy>;
}

export interface PolicyStore {
  list(tenantId: TenantId): Promise<readonly ScopedPolicy[]>;
  /** Replaces the policy of a scope; null takes it away. Commits with its events. */
  set(
    tenantId: TenantId,
    scope: PolicyScope,
    policy: Partial<ChangePolicy> | null,
    events: readonly NewEvent[],
  ): Promise<void>;
}

const DAY_MS = 86_400_000;

export const DEFAULT_CHANGE_POLICY: ChangePolicy = {
  ...DEFAULT_POLICY,
  approval: 'never',
  approvalMs: DAY_MS,
};

const STRICTNESS: Readonly<Record<ApprovalRule, number>> = { never: 0, guarded: 1, always: 2 };

/** What counts for one zone. */
export function policyFor(
  policies: readonly ScopedPolicy[],
  zone: { readonly connectionId: ConnectionId; readonly zoneId: ZoneId },
): ChangePolicy {
  const applying = policies.filter(({ scope }) => {
    if (scope.kind === 'tenant') return true;
    return scope.id === (scope.kind === 'zone' ? zone.zoneId : zone.connectionId);
  });
  // The tenant's own policy may loosen the defaults; what stands below it may only tighten.
  const tenant = applying.find(({ scope }) => scope.kind === 'tenant')?.policy ?? {};
  const base = { ...DEFAULT_CHANGE_POLICY, ...tenant };
  return applying.filter(({ scope }) => scope.kind !== 'tenant').reduce(tighten, base);
}

function tighten(base: ChangePolicy, { policy }: ScopedPolicy): ChangePolicy {
  const lower = (key: Exclude<keyof ChangePolicy, 'approval'>): number =>
    Math.min(base[key], policy[key] ?? base[key]);
  const approval = policy.approval ?? base.approval;
  return {
    deletionShareMax: lower('deletionShareMax'),
    deletionShareFrom: lower('deletionShareFrom'),
    deletionsMax: lower('deletionsMax'),
    updateShareMax: lower('updateShareMax'),
    approval: STRICTNESS[approval] > STRICTNESS[base.approval] ? approval : base.approval,
    approvalMs: lower('approvalMs'),
  };
}

/** Whether a plan of this zone must be approved. */
export function needsApproval(policy: ChangePolicy, plan: { readonly guards: readonly unknown[] }): boolean {
  return policy.approval === 'always' || (policy.approval === 'guarded' && plan.guards.length > 0);
}
