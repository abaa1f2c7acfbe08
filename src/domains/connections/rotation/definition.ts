/** What the new token is to be: the old one's policies and conditions, under a new name and end date. Pure. */
import { groupKey, RIGHTS } from '../capabilities.ts';
import type { Capability, Profile } from '../model.ts';
import type { TokenDefinition, TokenPolicyDefinition } from '../ports.ts';
import { PROFILES } from '../profile.ts';

/**
 * With `narrowTo`, only groups that the profile needs are kept (and those that mint, with `keepMinting`: the next
 * rotation needs them). A denial is always kept. Order is as it was; Cloudflare's own policy ids are not sent.
 */
export function newTokenDefinition(
  old: TokenDefinition,
  change: {
    readonly name: string;
    readonly expiresAt: number;
    readonly narrowTo: Profile | null;
    readonly keepMinting: boolean;
  },
): TokenDefinition {
  const { name, expiresAt, narrowTo, keepMinting } = change;
  const policies =
    narrowTo === null ? old.policies : narrow(old.policies, neededGroups(narrowTo, keepMinting));
  return { name, policies, condition: old.condition, expiresAt };
}

function neededGroups(profile: Profile, keepMinting: boolean): ReadonlySet<string> {
  const minting: readonly Capability[] = keepMinting ? ['tokens-read', 'tokens-edit'] : [];
  const capabilities = [...PROFILES[profile], ...minting];
  return new Set(capabilities.flatMap((capability) => RIGHTS[capability].groups.map(groupKey)));
}

function narrow(
  policies: readonly TokenPolicyDefinition[],
  needed: ReadonlySet<string>,
): readonly TokenPolicyDefinition[] {
  return policies.flatMap((policy) => {
    if (policy.effect === 'deny') return [policy];
    const permissionGroups = policy.permissionGroups.filter((group) => needed.has(groupKey(group.name)));
    return permissionGroups.length === 0 ? [] : [{ ...policy, permissionGroups }];
  });
}
