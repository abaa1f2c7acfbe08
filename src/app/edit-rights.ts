/** What a connection's last test found about its right to write, asked before a change set is stored or sent. */
import { ZonewardError } from '../base/errors.ts';
import type { Connection } from '../domains/connections/model.ts';
import type { ZonePlan } from '../plan/plan.ts';

/**
 * Throws `permission-missing` when the connection is known to lack the right to edit records in one of the plans'
 * zones. What is not known is left for Cloudflare to say. Costs no call.
 */
export function refuseWithoutRight(connection: Connection, plans: readonly ZonePlan[]): void {
  const refused = plans.find((plan) => plan.groups.length > 0 && verdictFor(connection, plan) === 'no');
  if (refused === undefined) return;
  throw new ZonewardError(
    `"${connection.label}" may not edit DNS records in ${refused.zoneName}, as its last test found; nothing was written`,
    {
      code: 'permission-missing',
      kind: 'permission',
      next: [
        `zoneward connections link --profile full --missing-of ${connection.id}`,
        `If it has been given the right since: zoneward connections test ${connection.id}`,
      ],
      details: { connectionId: connection.id, zoneId: refused.zoneId, capability: 'dns-edit' },
    },
  );
}

function verdictFor({ capabilities }: Connection, { zoneId }: ZonePlan): 'yes' | 'no' | 'unknown' {
  const findings = capabilities.find((set) => set.zoneId === zoneId)?.findings ?? [];
  return findings.find((finding) => finding.capability === 'dns-edit')?.verdict ?? 'unknown';
}
