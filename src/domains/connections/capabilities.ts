/**
 * What a credential may do, and how we know. Pure: the facts come from the test. Three sources, the surest first:
 * the token's policies (where it may read them), the `permissions` of each zone as Cloudflare shows it to this
 * caller, and harmless probes. A right to edit is never tried out; it is known from the first two, or it is `no`
 * where even reading is refused, because Cloudflare's edit groups include reading.
 */
import type { AccountId, ZoneId } from '../../base/ids.ts';
import {
  CAPABILITIES,
  type Capability,
  type CapabilityFinding,
  type CapabilitySet,
  type CredentialKind,
} from './model.ts';
import type { Probe, TokenPolicy } from './ports.ts';

/** What Cloudflare calls the right, in its API; the dashboard says "Edit" for "Write". */
interface Rights {
  readonly scope: 'zone' | 'account';
  /** Permission groups that give it; matched by name, because ids are Cloudflare's to change. */
  readonly groups: readonly string[];
  /** In a zone's `permissions`; null where that list does not speak of it. */
  readonly zonePermission: string | null;
  /** The probe that tells the right to read, and refutes the right to edit. */
  readonly probe: Probe | null;
}

const REGISTRAR_WRITE = [
  'Registrar Domains Write',
  'Registrar Domains Admin',
  'Registrar Write',
  'Domain Registration Write',
];

/**
 * Names as of 2026-10 (API reference and a copy of the list endpoint). The name of the group that writes
 * registrations is not documented; the names seen in public code are all listed. DNSSEC goes with DNS.
 */
export const RIGHTS: Readonly<Record<Capability, Rights>> = {
  'zone-read': {
    scope: 'zone',
    groups: ['Zone Read', 'Zone Write'],
    zonePermission: '#zone:read',
    probe: null,
  },
  'zone-edit': { scope: 'zone', groups: ['Zone Write'], zonePermission: '#zone:edit', probe: null },
  'dns-read': {
    scope: 'zone',
    groups: ['DNS Read', 'DNS Write'],
    zonePermission: '#dns_records:read',
    probe: 'records',
  },
  'dns-edit': { scope: 'zone', groups: ['DNS Write'], zonePermission: '#dns_records:edit', probe: 'records' },
  'settings-read': {
    scope: 'zone',
    groups: ['Zone Settings Read', 'Zone Settings Write'],
    zonePermission: '#zone_settings:read',
    probe: 'settings',
  },
  'settings-edit': {
    scope: 'zone',
    groups: ['Zone Settings Write'],
    zonePermission: '#zone_settings:edit',
    probe: 'settings',
  },
  'ssl-read': {
    scope: 'zone',
    groups: ['SSL and Certificates Read', 'SSL and Certificates Write'],
    zonePermission: '#ssl:read',
    probe: 'ssl',
  },
  'ssl-edit': {
    scope: 'zone',
    groups: ['SSL and Certificates Write'],
    zonePermission: '#ssl:edit',
    probe: 'ssl',
  },
  'dnssec-read': {
    scope: 'zone',
    groups: ['DNS Read', 'DNS Write'],
    zonePermission: '#dns_records:read',
    probe: 'dnssec',
  },
  'dnssec-edit': {
    scope: 'zone',
    groups: ['DNS Write'],
    zonePermission: '#dns_records:edit',
    probe: 'dnssec',
  },
  'registrar-read': {
    scope: 'account',
    groups: ['Registrar Domains Read', 'Registrar Read', ...REGISTRAR_WRITE],
    zonePermission: null,
    probe: 'registrar',
  },
  'registrar-edit': { scope: 'account', groups: REGISTRAR_WRITE, zonePermission: null, probe: 'registrar' },
  'audit-read': {
    scope: 'account',
    groups: ['Account Settings Read', 'Account Settings Write'],
    zonePermission: null,
    probe: 'audit',
  },
  'tokens-read': {
    scope: 'account',
    groups: ['API Tokens Read', 'API Tokens Write', 'Account API Tokens Read', 'Account API Tokens Write'],
    zonePermission: null,
    probe: 'tokens',
  },
  'tokens-edit': {
    scope: 'account',
    groups: ['API Tokens Write', 'Account API Tokens Write'],
    zonePermission: null,
    probe: 'tokens',
  },
};

export interface CapabilityFacts {
  readonly kind: CredentialKind;
  readonly accountId: AccountId;
  /** Null when the token may not read itself. */
  readonly policies: readonly TokenPolicy[] | null;
  /** The zones that were seen, with the caller's `permissions` where Cloudflare showed them. */
  readonly zones: readonly { readonly id: ZoneId; readonly permissions: readonly string[] | null }[];
  /** What was probed: `zoneId` null for the account. */
  readonly probes: readonly {
    readonly probe: Probe;
    readonly zoneId: ZoneId | null;
    readonly allowed: boolean;
  }[];
}

/** One set for the account, then one for each zone, in the order given. */
export function capabilityMatrix(facts: CapabilityFacts): readonly CapabilitySet[] {
  const setOf = (zoneId: ZoneId | null): CapabilitySet => ({
    zoneId,
    findings: CAPABILITIES.filter((name) => (RIGHTS[name].scope === 'zone') === (zoneId !== null)).map(
      (name) => finding(name, zoneId, facts),
    ),
  });
  return [setOf(null), ...facts.zones.map((zone) => setOf(zone.id))];
}

/** True when neither policies nor the zone's own `permissions` tell: then a probe is worth its call. */
export function needsProbe(capability: Capability, zoneId: ZoneId | null, facts: CapabilityFacts): boolean {
  return RIGHTS[capability].probe !== null && finding(capability, zoneId, facts).evidence === 'none';
}

function finding(capability: Capability, zoneId: ZoneId | null, facts: CapabilityFacts): CapabilityFinding {
  const { policies, kind } = facts;
  if (policies !== null) {
    return {
      capability,
      verdict: granted(capability, zoneId, facts.accountId, policies),
      evidence: 'policies',
    };
  }
  const { zonePermission, probe } = RIGHTS[capability];
  const permissions = facts.zones.find((zone) => zone.id === zoneId)?.permissions ?? [];
  // An empty list says nothing: Cloudflare shows it where it does not work the rights out.
  if (zonePermission !== null && permissions.length > 0) {
    return { capability, verdict: permits(permissions, zonePermission), evidence: 'zone-permissions' };
  }
  const probed = facts.probes.find((done) => done.probe === probe && done.zoneId === zoneId);
  if (probed !== undefined && !probed.allowed) return { capability, verdict: 'no', evidence: 'probe' };
  if (probed !== undefined && capability.endsWith('-read'))
    return { capability, verdict: 'yes', evidence: 'probe' };
  if (capability === 'zone-read' && zoneId !== null && facts.zones.some((zone) => zone.id === zoneId)) {
    return { capability, verdict: 'yes', evidence: 'probe' };
  }
  if (kind === 'global-key') return { capability, verdict: 'yes', evidence: 'global-key' };
  return { capability, verdict: 'unknown', evidence: 'none' };
}

/** The right to edit includes the right to read. */
function permits(permissions: readonly string[], wanted: string): 'yes' | 'no' {
  return permissions.includes(wanted) || permissions.includes(wanted.replace(':read', ':edit'))
    ? 'yes'
    : 'no';
}

/** Cloudflare's order: an explicit deny, then an allow, else denied. */
function granted(
  capability: Capability,
  zoneId: ZoneId | null,
  accountId: AccountId,
  policies: readonly TokenPolicy[],
): 'yes' | 'no' {
  const groups = new Set(RIGHTS[capability].groups.map(groupKey));
  const speaking = policies.filter(
    (policy) =>
      policy.permissionGroups.some((group) => groups.has(groupKey(group))) &&
      covers(policy.resources, accountId, zoneId),
  );
  if (speaking.some((policy) => policy.effect === 'deny')) return 'no';
  return speaking.length > 0 ? 'yes' : 'no';
}

/** "Edit" is the dashboard's word for "Write"; some pages print it for the API too. */
export function groupKey(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/\bedit$/, 'write');
}

const ACCOUNT = 'com.cloudflare.api.account.';
const ZONE = 'com.cloudflare.api.account.zone.';
const USER = 'com.cloudflare.api.user.';

function covers(resources: readonly string[], accountId: AccountId, zoneId: ZoneId | null): boolean {
  const accounts = resources.filter((key) => key.startsWith(ACCOUNT) && !key.startsWith(ZONE));
  const ofAccount = accounts.includes(`${ACCOUNT}${accountId}`) || accounts.includes(`${ACCOUNT}*`);
  if (zoneId === null) return ofAccount || resources.some((key) => key.startsWith(USER));
  if (resources.includes(`${ZONE}${zoneId}`)) return true;
  // "All zones of one account" is nested: the account's key beside the wildcard narrows it to that account.
  if (resources.includes(`${ZONE}*`)) return accounts.length === 0 || ofAccount;
  return ofAccount && !resources.some((key) => key.startsWith(ZONE));
}
