/** Change policies of one tenant: guard thresholds and who must approve, for all, a connection, or a zone. */
import { ZonewardError } from '../base/errors.ts';
import type { ConnectionId, TenantId, ZoneId } from '../base/ids.ts';
import { toUnicode } from '../dns/name.ts';
import type { ChangePolicy, PolicyScope, ScopedPolicy } from '../domains/changes/policy.ts';
import type { Zone } from '../domains/zones/model.ts';
import type { Context } from './context.ts';
import type { TenantReach } from './tenant-reach.ts';

/** Whose policy: the tenant's when empty; the strictest of all that apply counts. */
export interface PolicyTarget {
  readonly connection?: string;
  readonly zone?: string;
}

export interface NamedPolicy extends ScopedPolicy {
  /** The zone's, in the form people write, or the connection's label; null for all zones, and where it is gone. */
  readonly name: string | null;
}

export interface TenantPolicies {
  list(): Promise<readonly ScopedPolicy[]>;
  /** The same with the names of what they are set for, which are looked up together. */
  named(): Promise<readonly NamedPolicy[]>;
  /** Replaces the policy of the target. Shares are 0 to 1, times milliseconds. Null takes it away. */
  set(target: PolicyTarget, policy: Partial<ChangePolicy> | null): Promise<void>;
}

export function tenantPolicies(context: Context, tenantId: TenantId, reach: TenantReach): TenantPolicies {
  const { policies, mirror } = context.store;
  const scopeOf = async ({ connection, zone }: PolicyTarget): Promise<PolicyScope> => {
    if (zone !== undefined) return { kind: 'zone', id: (await reach.zone(zone)).facts.id };
    if (connection !== undefined) return { kind: 'connection', id: (await reach.connection(connection)).id };
    return { kind: 'tenant' };
  };
  return {
    list: () => policies.list(tenantId),
    named: async () => {
      const all = await policies.list(tenantId);
      const zoneIds = all.flatMap(({ scope }) => (scope.kind === 'zone' ? scope.id : []));
      const [zones, connections] = await Promise.all([
        mirror.getZones(tenantId, zoneIds),
        all.some(({ scope }) => scope.kind === 'connection') ? context.store.connections.list(tenantId) : [],
      ]);
      const labels = new Map(connections.map(({ id, label }) => [id, label]));
      return all.map((one) => ({ ...one, name: nameOf(one.scope, zones, labels) }));
    },
    set: async (target, policy) => {
      if (policy !== null) checkPolicy(policy);
      const scope = await scopeOf(target);
      await policies.set(tenantId, scope, policy, [
        {
          kind: policy === null ? 'policy.removed' : 'policy.set',
          at: context.clock.now(),
          principal: context.principal,
          ...(scope.kind === 'zone' ? { zoneId: scope.id } : {}),
          ...(scope.kind === 'connection' ? { connectionId: scope.id } : {}),
          summary: `Change policy of the ${scope.kind} ${policy === null ? 'removed' : 'set'}`,
          payload: { scope: { ...scope }, policy: policy === null ? null : { ...policy } },
        },
      ]);
    },
  };
}

function nameOf(
  scope: PolicyScope,
  zones: ReadonlyMap<ZoneId, Zone>,
  labels: ReadonlyMap<ConnectionId, string>,
): string | null {
  if (scope.kind === 'connection') return labels.get(scope.id) ?? null;
  const zone = scope.kind === 'zone' ? zones.get(scope.id) : undefined;
  return zone === undefined ? null : toUnicode(zone.facts.name);
}

const SHARES = ['deletionShareMax', 'updateShareMax'] as const;
const COUNTS = ['deletionShareFrom', 'deletionsMax', 'approvalMs'] as const;

function checkPolicy(policy: Partial<ChangePolicy>): void {
  const wrong = [
    ...SHARES.filter((key) => policy[key] !== undefined && !(policy[key] >= 0 && policy[key] <= 1)),
    ...COUNTS.filter(
      (key) => policy[key] !== undefined && !(Number.isInteger(policy[key]) && policy[key] >= 0),
    ),
    ...(['never', 'guarded', 'always', undefined].includes(policy.approval) ? [] : ['approval']),
  ];
  if (wrong.length === 0) return;
  throw new ZonewardError(`The policy has values out of range: ${wrong.join(', ')}`, {
    code: 'policy-invalid',
    kind: 'input',
    next: ['Shares go from 0 to 1, counts are whole numbers, approval is never, guarded or always.'],
  });
}
