/**
 * The link that opens Cloudflare's token form with the rights filled in, and the words beside it. The form only
 * fills in: a person checks it and presses "Create Token".
 *
 * Addresses as Cloudflare documents them ("API token template URLs", read 2026-10): the user form takes account and
 * zone, the account form neither. A right whose key is not in that page is marked: it is asked for all the same,
 * and the instructions have the person look whether the form took it.
 */
import type { AccountId, ZoneId } from '../../base/ids.ts';
import type { Capability, Profile } from './model.ts';
import { DASHBOARD_NAMES, PROFILES, type ProfileVerdict } from './profile.ts';

/** One right in Cloudflare's form. */
interface FormRight {
  readonly key: string;
  readonly type: 'read' | 'edit';
  /** Whether Cloudflare's page lists the key. */
  readonly documented: boolean;
}

/** `registrar_domains` is what links in public code use; Cloudflare's page does not list it. */
const FORM_RIGHTS: Readonly<Record<Capability, FormRight>> = {
  'zone-read': { key: 'zone', type: 'read', documented: true },
  'zone-edit': { key: 'zone', type: 'edit', documented: true },
  'dns-read': { key: 'dns', type: 'read', documented: true },
  'dns-edit': { key: 'dns', type: 'edit', documented: true },
  'settings-read': { key: 'zone_settings', type: 'read', documented: true },
  'settings-edit': { key: 'zone_settings', type: 'edit', documented: true },
  'ssl-read': { key: 'ssl_and_certificates', type: 'read', documented: true },
  'ssl-edit': { key: 'ssl_and_certificates', type: 'edit', documented: true },
  'dnssec-read': { key: 'dns', type: 'read', documented: true },
  'dnssec-edit': { key: 'dns', type: 'edit', documented: true },
  'registrar-read': { key: 'registrar_domains', type: 'read', documented: false },
  'registrar-edit': { key: 'registrar_domains', type: 'edit', documented: false },
  'audit-read': { key: 'account_settings', type: 'read', documented: true },
  'tokens-read': { key: 'account_api_tokens', type: 'read', documented: true },
  'tokens-edit': { key: 'account_api_tokens', type: 'edit', documented: true },
};

export interface LinkInput {
  /** Exactly these; a right to edit includes its right to read. */
  readonly capabilities: readonly Capability[];
  /** Null: every account of the person, who narrows it in the form. */
  readonly accountId: AccountId | null;
  /** The form takes one zone; with several the instructions name them. */
  readonly zoneIds: readonly ZoneId[];
  readonly name: string;
}

export interface TokenLink {
  /** Owned by the person who opens it. Limited to the account, and to the zone when there is one. */
  readonly userUrl: string;
  /** Owned by the account; only its administrators may open it. Cloudflare fills in no account and no zone. */
  readonly accountUrl: string;
  /** Rights as the form names them. */
  readonly rights: readonly string[];
  /** Step by step, for a person. */
  readonly instructions: readonly string[];
}

/** The link for a whole profile. */
export function linkForProfile(profile: Profile, input: Omit<LinkInput, 'capabilities'>): TokenLink {
  return tokenLink({ ...input, capabilities: PROFILES[profile] });
}

/**
 * The link for what a verdict found missing; null when nothing is. A token's rights cannot be widened by a link, so
 * the instructions say to add them to the token that is there, or to make one more.
 */
export function linkForMissing(
  verdict: ProfileVerdict,
  input: Omit<LinkInput, 'capabilities' | 'zoneIds'>,
): TokenLink | null {
  if (verdict.missing.length === 0) return null;
  const zoneIds = [...new Set(verdict.missing.flatMap((gap) => gap.zoneIds ?? []))];
  const link = tokenLink({ ...input, zoneIds, capabilities: verdict.missing.map((gap) => gap.capability) });
  const add = `To keep the token that you have, edit it and add only: ${link.rights.join(', ')}. Its value stays.`;
  return { ...link, instructions: [add, ...link.instructions] };
}

export function tokenLink(input: LinkInput): TokenLink {
  const chosen = withoutImplied(input.capabilities);
  const permissions = JSON.stringify(chosen.map(({ form: { key, type } }) => ({ key, type })));
  const [onlyZone, ...moreZones] = input.zoneIds;
  const zone = onlyZone !== undefined && moreZones.length === 0 ? onlyZone : 'all';
  const common = `permissionGroupKeys=${encodeURIComponent(permissions)}`;
  const name = encodeURIComponent(input.name);
  const account = encodeURIComponent(input.accountId ?? '*').replace('*', '%2A');
  return {
    userUrl: `https://dash.cloudflare.com/profile/api-tokens?${common}&accountId=${account}&zoneId=${zone}&name=${name}`,
    accountUrl: `https://dash.cloudflare.com/?to=/:account/api-tokens&${common}&name=${name}`,
    rights: chosen.map(({ capability }) => DASHBOARD_NAMES[capability]),
    instructions: instructions(input, chosen),
  };
}

interface Chosen {
  readonly capability: Capability;
  readonly form: FormRight;
}

/** Each key once, with its widest level: "Edit" in the form includes reading. */
function withoutImplied(capabilities: readonly Capability[]): readonly Chosen[] {
  const byKey = new Map<string, Chosen>();
  for (const capability of capabilities) {
    const form = FORM_RIGHTS[capability];
    const known = byKey.get(form.key);
    if (known === undefined || (known.form.type === 'read' && form.type === 'edit')) {
      byKey.set(form.key, { capability, form });
    }
  }
  return [...byKey.values()];
}

function instructions(input: LinkInput, chosen: readonly Chosen[]): readonly string[] {
  const rights = chosen.map(({ capability }) => DASHBOARD_NAMES[capability]);
  const unsure = chosen
    .filter(({ form }) => !form.documented)
    .map(({ capability }) => DASHBOARD_NAMES[capability]);
  return [
    'Open the link while signed in to Cloudflare; the form is filled in.',
    `Check that "Permissions" holds exactly: ${rights.join(', ')}.`,
    ...(unsure.length === 0 ? [] : [`If ${unsure.join(' or ')} is not there, add it with "Add more".`]),
    input.accountId === null
      ? 'Under "Account Resources" choose the one account.'
      : `Under "Account Resources" only account ${input.accountId} must stand.`,
    zoneInstruction(input.zoneIds),
    'Better still: under "Client IP Address Filtering" give the addresses that Zoneward runs at.',
    'Give an end date under "TTL"; 180 days fits a rotation every 90.',
    'Press "Continue to summary", then "Create Token", and copy the token: it is shown once.',
    'Give it to Zoneward: zoneward connections add, or relink for a connection that is there.',
  ];
}

function zoneInstruction(zoneIds: readonly ZoneId[]): string {
  if (zoneIds.length === 0) return 'Under "Zone Resources" choose the zones, or all zones of the account.';
  if (zoneIds.length === 1) return `Under "Zone Resources" only zone ${zoneIds[0]} must stand.`;
  return `Under "Zone Resources" choose "Specific zone" for each of: ${zoneIds.join(', ')}.`;
}
