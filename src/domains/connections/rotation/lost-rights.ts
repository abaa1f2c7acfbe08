/** Whether a new token is worse than the old: the rights that the old one had and the new one is not known to have. */
import type { CapabilitySet, Profile } from '../model.ts';
import { DASHBOARD_NAMES, PROFILES } from '../profile.ts';

/**
 * Rights by zone, in the dashboard's words. A right that was there and is now `unknown` counts as lost: it is not
 * proven. With `only`, rights beyond that profile may go.
 */
export function lostRights(
  before: { readonly capabilities: readonly CapabilitySet[] },
  after: { readonly capabilities: readonly CapabilitySet[] },
  only: Profile | null,
): readonly string[] {
  const lost: string[] = [];
  for (const { zoneId, findings } of before.capabilities) {
    const now = after.capabilities.find((set) => set.zoneId === zoneId)?.findings ?? [];
    for (const { capability, verdict } of findings) {
      if (verdict !== 'yes' || (only !== null && !PROFILES[only].includes(capability))) continue;
      const held = now.some((finding) => finding.capability === capability && finding.verdict === 'yes');
      if (!held) lost.push(`${DASHBOARD_NAMES[capability]}${zoneId === null ? '' : ` (zone ${zoneId})`}`);
    }
  }
  return lost;
}
