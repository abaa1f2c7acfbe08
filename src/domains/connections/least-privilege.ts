/**
 * How much harm a credential could do beyond its work: a grade and what to change. Pure. What could not be read
 * (addresses, policies) is said to be unknown and costs no grade.
 */
import type { AccountId } from '../../base/ids.ts';
import type { Problem } from '../../base/problem.ts';
import { groupKey, RIGHTS } from './capabilities.ts';
import type { CapabilitySet, CredentialKind, Profile } from './model.ts';
import type { TokenDescription } from './ports.ts';
import { PROFILES } from './profile.ts';

export interface PrivilegeFacts {
  readonly kind: CredentialKind;
  readonly accountId: AccountId;
  readonly profile: Profile;
  readonly matrix: readonly CapabilitySet[];
  /** Null when the token may not read itself. */
  readonly description:
    | (Pick<TokenDescription, 'policies'> & Partial<Pick<TokenDescription, 'ipRestricted'>>)
    | null;
  readonly expiresAt: number | null;
}

export type Grade = 'A' | 'B' | 'C' | 'D' | 'F';

export interface PrivilegeGrade {
  readonly grade: Grade;
  readonly warnings: readonly Problem[];
}

const LOWER: readonly Grade[] = ['A', 'B', 'C', 'D'];

/** `F` for a global key; else `A`, one lower for each warning, not below `D`. */
export function gradePrivilege(facts: PrivilegeFacts): PrivilegeGrade {
  if (facts.kind === 'global-key') {
    return {
      grade: 'F',
      warnings: [
        warning(
          'global-key',
          'A global API key may do everything its user may do, in every account, and cannot be limited or expire.',
          'make an API token with the rights of the profile instead: zoneward connections link',
        ),
      ],
    };
  }
  const warnings = [...scopeWarnings(facts), ...lifeWarnings(facts), ...rightsWarnings(facts)];
  return { grade: LOWER[Math.min(warnings.length, LOWER.length - 1)] ?? 'D', warnings };
}

function scopeWarnings({ description, accountId }: PrivilegeFacts): readonly Problem[] {
  if (description === null) return [];
  const wide = description.policies.some(
    ({ effect, resources }) =>
      effect === 'allow' &&
      (resources.includes('com.cloudflare.api.account.zone.*') ||
        resources.includes('com.cloudflare.api.account.*')) &&
      !resources.includes(`com.cloudflare.api.account.${accountId}`),
  );
  if (wide) {
    return [
      warning(
        'all-accounts',
        'The token reaches into every account of its user.',
        'limit the token to the one account, or to given zones',
      ),
    ];
  }
  const allZones = description.policies.some(
    ({ effect, resources }) => effect === 'allow' && resources.includes('com.cloudflare.api.account.zone.*'),
  );
  if (!allZones) return [];
  return [
    warning(
      'all-zones',
      'The token reaches every zone of the account.',
      'limit it to given zones where that will do',
    ),
  ];
}

function lifeWarnings({ description, expiresAt }: PrivilegeFacts): readonly Problem[] {
  const warnings: Problem[] = [];
  if (expiresAt === null) {
    warnings.push(
      warning('no-expiry', 'The token never expires.', 'give it an end date (TTL); rotation renews it'),
    );
  }
  if (description?.ipRestricted === false) {
    warnings.push(
      warning(
        'no-ip-filter',
        'The token works from any address.',
        'limit it to the addresses that Zoneward runs at',
      ),
    );
  }
  return warnings;
}

/** From the policies every right shows, also those that the matrix has no name for. */
function rightsWarnings({ description, matrix, profile }: PrivilegeFacts): readonly Problem[] {
  const extra = description === null ? extraOfMatrix(matrix, profile) : extraOfPolicies(description, profile);
  if (extra.length === 0) return [];
  return [
    warning(
      'more-rights',
      `The credential may do more than the profile "${profile}" needs: ${extra.join(', ')}.`,
      'make a token with exactly the profile: zoneward connections link',
    ),
  ];
}

function extraOfPolicies(
  description: Pick<TokenDescription, 'policies'>,
  profile: Profile,
): readonly string[] {
  const needed = new Set(PROFILES[profile].flatMap((capability) => RIGHTS[capability].groups.map(groupKey)));
  // To read is enough for `minimum`: a group that writes gives more, though it also gives what is needed.
  const writes = (name: string): boolean => /write|admin/.test(groupKey(name));
  const editWanted = PROFILES[profile].some((capability) => capability.endsWith('-edit'));
  const names = description.policies
    .filter((policy) => policy.effect === 'allow')
    .flatMap((policy) => policy.permissionGroups)
    .filter((name) => !needed.has(groupKey(name)) || (!editWanted && writes(name)));
  return [...new Set(names)].sort();
}

function extraOfMatrix(matrix: readonly CapabilitySet[], profile: Profile): readonly string[] {
  // DNSSEC and records are one right at Cloudflare: who needs the one is given the other.
  const needed = new Set<string>(PROFILES[profile]);
  if (needed.has('dns-read')) needed.add('dnssec-read');
  if (needed.has('dns-edit')) needed.add('dnssec-edit');
  const held = matrix
    .flatMap((set) => set.findings)
    .filter((finding) => finding.verdict === 'yes' && !needed.has(finding.capability))
    .map((finding) => finding.capability);
  return [...new Set(held)].sort();
}

function warning(code: string, message: string, next: string): Problem {
  return { code, severity: 'warning', message, next };
}
