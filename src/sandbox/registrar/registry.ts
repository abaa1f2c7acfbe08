/**
 * The registries: which names somebody holds. A name is taken when it was seeded so, when an active zone or a
 * registration of it exists, or by rule: labels of up to three characters, and labels with the word `taken`. Labels
 * with the word `premium` are premium. What the search knows is older than what a check finds: rule and seed only.
 */
import type { RegistrarCheckResponse } from 'cloudflare/resources/registrar/registrar';
import { family } from '../state/family.ts';
import type { World } from '../state/world.ts';
import { bookOf } from './books.ts';
import { type DomainName, type Extension, extensionFor, type Namespace } from './extensions.ts';

/** A name at another registrar, for transfers. */
export interface ForeignDomain {
  readonly locked?: boolean;
  /** Plain text; when absent, every code fits. */
  readonly authCode?: string;
  /** Registered or transferred a short while ago. */
  readonly recent?: boolean;
  /** The registry holds it back (pending transfer, pending delete). */
  readonly held?: boolean;
  /** Asking the registry about it fails. */
  readonly unreachable?: boolean;
  /** RFC 3339; default in 180 days. */
  readonly expiresOn?: string;
}

export interface Registry {
  taken: readonly string[];
  premium: readonly string[];
  foreign: Readonly<Record<string, ForeignDomain>>;
}

export function registryOf(world: World): Registry {
  return family<Registry>(world.bag, 'registry', () => ({ taken: [], premium: [], foreign: {} }));
}

const SHORT_LABEL_CHARS_MAX = 3;

function isPremium(world: World, { name, label }: DomainName): boolean {
  return label.includes('premium') || registryOf(world).premium.includes(name);
}

function isTakenByRule(world: World, { name, label }: DomainName): boolean {
  const registry = registryOf(world);
  return (
    label.length <= SHORT_LABEL_CHARS_MAX ||
    label.includes('taken') ||
    registry.taken.includes(name) ||
    name in registry.foreign
  );
}

/** Whether somebody holds the name now. The namespace of the registrar's sandbox knows nothing of the live one. */
export function isTaken(world: World, domain: DomainName, namespace: Namespace): boolean {
  if (isTakenByRule(world, domain) || holderOf(world, domain.name, namespace) !== undefined) return true;
  // A zone that still waits for its nameservers proves nothing.
  const zones = world.zonesNamed(domain.name);
  return (
    namespace === 'live' &&
    zones.some(({ fields }) => fields.status === 'active' || fields.status === 'moved')
  );
}

/** The account whose registration or running registration it is. */
export function holderOf(world: World, name: string, namespace: Namespace): string | undefined {
  for (const account of world.accounts.values()) {
    const { registrations } = bookOf(account, namespace);
    if (registrations.some((item) => item.domain === name)) return account.id;
  }
  return undefined;
}

export type CheckedDomain = RegistrarCheckResponse.Domain;

/** `fresh`: as the registry answers now; else as the search has cached it. */
export function checkDomain(
  world: World,
  domain: DomainName,
  how: { readonly namespace: Namespace; readonly fresh: boolean },
): CheckedDomain {
  const { name } = domain;
  const extension = extensionFor(domain.extension, how.namespace);
  if (typeof extension === 'string') return { name, registrable: false, reason: extension };
  const taken = how.fresh ? isTaken(world, domain, how.namespace) : isTakenByRule(world, domain);
  if (taken) return { name, registrable: false, reason: 'domain_unavailable' };
  if (isPremium(world, domain))
    return { name, registrable: false, reason: 'domain_premium', tier: 'premium' };
  return { name, registrable: true, pricing: pricingOf(extension), tier: 'standard' };
}

export function pricingOf(extension: Extension): NonNullable<CheckedDomain['pricing']> {
  return {
    currency: 'USD',
    registration_cost: extension.registrationCost,
    renewal_cost: extension.renewalCost,
  };
}

const PREFIXES = ['', 'my', 'get', 'the', 'try', 'go'];
const SUFFIXES = ['', 'app', 'hq', 'online', 'shop', 'labs'];

/** Names around a keyword, phrase or name, the plain one first. */
export function suggestions(query: string): readonly string[] {
  const label = query
    .toLowerCase()
    .replace(/\.[a-z.]+$/, '')
    .replace(/[^a-z0-9-]+/g, '')
    .replace(/^-+|-+$/g, '');
  if (label === '') return [];
  const labels = new Set<string>();
  for (const suffix of SUFFIXES) for (const prefix of PREFIXES) labels.add(`${prefix}${label}${suffix}`);
  return [...labels].filter((item) => item.length <= 63);
}
