/** What the world outside does to the families beside zones and records. Checked here, as control input is. */
import { type ParentDs, setParentDs } from '../dns/dnssec.ts';
import { SandboxInputError } from '../input-error.ts';
import { ENTITLEMENTS, type Entitlement, setEntitlements } from '../state/family.ts';
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';

export interface FamilyUpdate {
  readonly parentDs?: ParentDs;
  readonly entitlements?: readonly Entitlement[];
}

/** Applies what a zone update says about DNSSEC and entitlements. */
export function updateFamilies(world: World, zone: Zone, update: FamilyUpdate): void {
  const { parentDs, entitlements } = update;
  if (entitlements !== undefined) {
    for (const name of entitlements) {
      if (!ENTITLEMENTS.includes(name)) {
        throw new SandboxInputError(
          'bad-option',
          `There is no entitlement ${String(name)}. There are: ${ENTITLEMENTS.join(', ')}.`,
        );
      }
    }
    setEntitlements(zone, entitlements);
  }
  if (parentDs !== undefined) {
    const isList = Array.isArray(parentDs) && parentDs.every((text) => typeof text === 'string');
    if (!isList && parentDs !== 'none' && parentDs !== 'published') {
      throw new SandboxInputError(
        'bad-option',
        'parentDs must be "none", "published" or a list of DS texts.',
      );
    }
    setParentDs(world, zone, parentDs);
  }
}
