/** What a product needs of a credential, and what of it is missing: a verdict over the capability matrix. */
import type { ZoneId } from '../../base/ids.ts';
import { RIGHTS } from './capabilities.ts';
import type { Capability, CapabilitySet, Profile } from './model.ts';

export const PROFILES: Readonly<Record<Profile, readonly Capability[]>> = {
  minimum: ['zone-read', 'dns-read'],
  full: ['zone-read', 'dns-read', 'zone-edit', 'dns-edit', 'registrar-read', 'registrar-edit'],
};

export interface ProfileGap {
  readonly capability: Capability;
  /** The zones that lack it; null for a right of the account. */
  readonly zoneIds: readonly ZoneId[] | null;
}

export interface ProfileVerdict {
  readonly profile: Profile;
  /** `unknown` when nothing is known to be missing, and something could not be told. */
  readonly met: 'yes' | 'no' | 'unknown';
  readonly missing: readonly ProfileGap[];
  readonly unknown: readonly ProfileGap[];
}

/** Every right of the profile, in the account or in each zone that was seen. Without a zone, zone rights are unknown. */
export function profileVerdict(profile: Profile, matrix: readonly CapabilitySet[]): ProfileVerdict {
  const missing = PROFILES[profile].flatMap((capability) => gap(capability, 'no', matrix));
  const unknown = PROFILES[profile].flatMap((capability) => gap(capability, 'unknown', matrix));
  return {
    profile,
    met: missing.length > 0 ? 'no' : unknown.length > 0 ? 'unknown' : 'yes',
    missing,
    unknown,
  };
}

function gap(
  capability: Capability,
  verdict: 'no' | 'unknown',
  matrix: readonly CapabilitySet[],
): readonly ProfileGap[] {
  const ofZones = RIGHTS[capability].scope === 'zone';
  const sets = matrix.filter((set) => (set.zoneId !== null) === ofZones);
  if (sets.length === 0) return verdict === 'unknown' ? [{ capability, zoneIds: ofZones ? [] : null }] : [];
  const found = sets.filter((set) =>
    set.findings.some((finding) => finding.capability === capability && finding.verdict === verdict),
  );
  if (found.length === 0) return [];
  return [{ capability, zoneIds: ofZones ? found.flatMap((set) => set.zoneId ?? []) : null }];
}

/** `Zone → DNS → Edit (in 3 of 44 zones)`: a gap for people, in the dashboard's words. */
export function formatGap(gap: ProfileGap, zoneCount: number): string {
  const name = DASHBOARD_NAMES[gap.capability];
  if (gap.zoneIds === null || gap.zoneIds.length === 0 || gap.zoneIds.length === zoneCount) return name;
  return `${name} (in ${gap.zoneIds.length} of ${zoneCount} zones)`;
}

/** As the dashboard's token form names the right: scope, product, level. */
export const DASHBOARD_NAMES: Readonly<Record<Capability, string>> = {
  'zone-read': 'Zone → Zone → Read',
  'zone-edit': 'Zone → Zone → Edit',
  'dns-read': 'Zone → DNS → Read',
  'dns-edit': 'Zone → DNS → Edit',
  'settings-read': 'Zone → Zone Settings → Read',
  'settings-edit': 'Zone → Zone Settings → Edit',
  'ssl-read': 'Zone → SSL and Certificates → Read',
  'ssl-edit': 'Zone → SSL and Certificates → Edit',
  'dnssec-read': 'Zone → DNS → Read',
  'dnssec-edit': 'Zone → DNS → Edit',
  'registrar-read': 'Account → Registrar: Domains → Read',
  'registrar-edit': 'Account → Registrar: Domains → Edit',
  'audit-read': 'Account → Account Settings → Read',
  'tokens-read': 'Account → Account API Tokens → Read',
  'tokens-edit': 'Account → Account API Tokens → Edit',
};
