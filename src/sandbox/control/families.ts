/** What the world outside does to the families beside zones and records. Checked here, as control input is. */
import { type ParentDs, setParentDs } from '../dns/dnssec.ts';
import { SandboxInputError } from '../input-error.ts';
import { is, listOf, oneOf, type Shape } from '../shape.ts';
import { ENTITLEMENTS, type Entitlement, setEntitlements } from '../state/family.ts';
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';
import { setValidation } from '../tls/validation.ts';

export interface FamilyUpdate {
  /** DS records that the parent publishes: DNSSEC becomes active with `published`, ends with `none`. */
  readonly parentDs?: ParentDs;
  /** What the zone may use beyond its plan. */
  readonly entitlements?: readonly Entitlement[];
  /** Whether certificates for the zone's names get validated. Default true. */
  readonly certificatesValidate?: boolean;
}

/** Of the keys above; `parentDs` is looked at where it is set. */
export const FAMILY_SHAPE: Shape = {
  parentDs: is.anything,
  entitlements: listOf(oneOf(...ENTITLEMENTS)),
  certificatesValidate: is.flag,
};

/** Applies what a zone update, whose shape is checked, says about DNSSEC, entitlements and certificates. */
export function updateFamilies(world: World, zone: Zone, update: FamilyUpdate): void {
  const { parentDs, entitlements, certificatesValidate } = update;
  if (certificatesValidate !== undefined) setValidation(world, zone, certificatesValidate);
  if (entitlements !== undefined) setEntitlements(zone, entitlements);
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
