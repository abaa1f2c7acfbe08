/**
 * Typed views into the bags: the state of one family at the zone, account or world that it belongs to. What a bag
 * holds are JSON values, so it is in the state file without further work.
 */
import type { FamilyBag } from './principals.ts';
import type { Zone } from './zone.ts';

/** The family's state; made, and kept from then on, when there is none yet. Call `changed()` after changing it. */
export function family<T>(bag: FamilyBag, name: string, make: () => T): T {
  const held = bag[name];
  if (held !== undefined) return held as T;
  const made = make();
  bag[name] = made;
  return made;
}

/** What a zone may use beyond its plan, as bought or granted. Enterprise zones have all of it. */
export const ENTITLEMENTS = ['advanced-certificate-manager', 'ssl-for-saas', 'nsec3', 'presigned'] as const;
export type Entitlement = (typeof ENTITLEMENTS)[number];

const BAG = 'entitlements';

export function isEntitled(zone: Zone, what: Entitlement): boolean {
  if (zone.fields.plan === 'enterprise') return true;
  return family<readonly Entitlement[]>(zone.fields.bag, BAG, () => []).includes(what);
}

export function setEntitlements(zone: Zone, list: readonly Entitlement[]): void {
  zone.fields.bag[BAG] = [...list];
}
