/**
 * Policies: which permission groups, on which resources, allowed or denied. An explicit deny wins, then an allow,
 * else denied. A group counts only on resources of its own scope.
 */
import { type GroupName, type GroupScope, groupById } from './permission-groups.ts';

export const ZONE_PREFIX = 'com.cloudflare.api.account.zone.';
export const ACCOUNT_PREFIX = 'com.cloudflare.api.account.';
export const USER_PREFIX = 'com.cloudflare.api.user.';

export type PolicyResources = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

export interface Policy {
  readonly id: string;
  readonly effect: 'allow' | 'deny';
  /** Group ids. */
  readonly groups: readonly string[];
  readonly resources: PolicyResources;
}

export type Resource =
  | { readonly kind: 'zone'; readonly zoneId: string; readonly accountId: string }
  | { readonly kind: 'account'; readonly accountId: string }
  | { readonly kind: 'user'; readonly userId: string };

/** True when one of `groups` is allowed on the resource and none of those allowed is denied. */
export function policiesAllow(
  policies: readonly Policy[],
  groups: readonly GroupName[],
  resource: Resource,
): boolean {
  return groups.some(
    (name) => !hasEffect(policies, 'deny', name, resource) && hasEffect(policies, 'allow', name, resource),
  );
}

function hasEffect(
  policies: readonly Policy[],
  effect: Policy['effect'],
  name: GroupName,
  resource: Resource,
): boolean {
  return policies.some(
    (policy) =>
      policy.effect === effect &&
      covers(policy.resources, resource) &&
      policy.groups.some((id) => {
        const group = groupById(id);
        return group !== undefined && group.name === name && group.scope === resource.kind;
      }),
  );
}

function covers(resources: PolicyResources, resource: Resource): boolean {
  return Object.entries(resources).some(([key, value]) => coversKey(key, value, resource));
}

function coversKey(key: string, value: PolicyResources[string], resource: Resource): boolean {
  if (typeof value !== 'string') {
    // Nested: `account.<id>: { "…zone.*": "*" }`.
    return (
      resource.kind === 'zone' &&
      (key === `${ACCOUNT_PREFIX}${resource.accountId}` || key === `${ACCOUNT_PREFIX}*`) &&
      Object.keys(value).some(
        (inner) => inner === `${ZONE_PREFIX}*` || inner === `${ZONE_PREFIX}${resource.zoneId}`,
      )
    );
  }
  switch (resource.kind) {
    case 'zone':
      return key === `${ZONE_PREFIX}*` || key === `${ZONE_PREFIX}${resource.zoneId}`;
    case 'account':
      return key === `${ACCOUNT_PREFIX}*` || key === `${ACCOUNT_PREFIX}${resource.accountId}`;
    case 'user':
      return key === `${USER_PREFIX}*` || key === `${USER_PREFIX}${resource.userId}`;
  }
}

/** What a resource key speaks of, or nothing when it is not a known form. */
export function readResourceKey(
  key: string,
): { readonly scope: GroupScope; readonly id: string } | undefined {
  for (const [scope, prefix] of [
    ['zone', ZONE_PREFIX],
    ['account', ACCOUNT_PREFIX],
    ['user', USER_PREFIX],
  ] as const) {
    if (key.startsWith(prefix)) {
      const id = key.slice(prefix.length);
      return id === '*' || /^[0-9a-f]{32}$/.test(id) ? { scope, id } : undefined;
    }
  }
  return undefined;
}
