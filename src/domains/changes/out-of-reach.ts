/**
 * A zone that vanishes while it is written to. Cloudflare answers the same for a zone that is gone, one that moved to
 * another account and a right that is missing; one look at the zone tells the last from the others.
 */
import { isZonewardError, ZonewardError } from '../../base/errors.ts';
import { toUnicode } from '../../dns/name.ts';
import { plural } from '../../plan/change-text.ts';
import type { ZonePlan } from '../../plan/plan.ts';
import { changeCount } from '../../plan/summarize-plans.ts';
import type { CloudflareErrorCode } from '../cloudflare-call.ts';
import type { ApplyPorts } from './apply.ts';
import type { ChangeSet, OperationOutcome } from './model.ts';

const MAY_BE_GONE: ReadonlySet<string> = new Set<CloudflareErrorCode>([
  'permission-missing',
  'cloudflare-not-found',
]);

/**
 * What stopped a zone, said better where the zone may be gone: it costs one read then, and no call otherwise. `outcomes`:
 * what is known of the zone's changes by now.
 * @returns `zone-out-of-reach` (permission or not-found, as Cloudflare answered), or `stopped` as it was.
 */
export async function explainStop(
  { reader }: Pick<ApplyPorts, 'reader'>,
  of: {
    readonly changeSet: ChangeSet;
    readonly plan: ZonePlan;
    readonly outcomes: readonly OperationOutcome[];
  },
  stopped: ZonewardError,
): Promise<ZonewardError> {
  if (!MAY_BE_GONE.has(stopped.code)) return stopped;
  try {
    await reader.getZone(of.plan.zoneId, { lane: 'apply' });
    return stopped;
  } catch (error) {
    if (!isZonewardError(error)) throw error;
    return MAY_BE_GONE.has(error.code) ? outOfReach(of, stopped) : stopped;
  }
}

function outOfReach(
  { changeSet, plan, outcomes }: Parameters<typeof explainStop>[1],
  stopped: ZonewardError,
): ZonewardError {
  const zone = toUnicode(plan.zoneName);
  const applied = outcomes.filter(({ state }) => state === 'applied').length;
  const total = plural(changeCount(plan), 'change');
  const known = applied === 0 ? `nothing of its ${total} was made` : `${applied} of its ${total} had landed`;
  const again =
    applied === 0 ? 'plan again' : `go on with what was not sent: zoneward changes resume ${changeSet.id}`;
  return new ZonewardError(
    `The credential does not see zone ${zone} any more: it was deleted at Cloudflare, moved to another account, or taken out of the credential's reach; ${known}`,
    {
      code: 'zone-out-of-reach',
      kind: stopped.kind,
      next: [
        `Look whether ${zone} is still in the account at Cloudflare.`,
        `If it is, give the credential access to it again and ${again}`,
        ...(applied === 0
          ? []
          : [`If it is gone, close the change set: zoneward changes cancel ${changeSet.id}`]),
      ],
      details: { ...stopped.details, zoneId: plan.zoneId, changeSetId: changeSet.id, applied },
      cause: stopped,
    },
  );
}
