/** A zone of the tenant, or the error that says that there is none. And how fresh what we say of it is. */
import { ZonewardError } from '../../base/errors.ts';
import type { TenantId, ZoneId } from '../../base/ids.ts';
import type { Freshness, Zone } from './model.ts';
import type { ZoneMirror } from './ports.ts';

/** Throws `zone-unknown` (not-found), for another tenant's zone too. */
export async function knownZone(
  mirror: Pick<ZoneMirror, 'getZone'>,
  tenantId: TenantId,
  zoneId: ZoneId,
): Promise<Zone> {
  const zone = await mirror.getZone(tenantId, zoneId);
  if (zone !== null) return zone;
  throw new ZonewardError(`Zone ${zoneId} is not known here`, {
    code: 'zone-unknown',
    kind: 'not-found',
    next: ['Run `zoneward zones sync` to discover the zones of the connection.'],
    details: { zoneId },
  });
}

/** Freshness for people: `verified 12 min ago`, `stale for 40 s, verified 2 h ago`, `out of reach for 3 d, …`, `never read`. */
export function formatFreshness(freshness: Freshness, now: number): string {
  const { verifiedAt, staleSince, signal, unreadable } = freshness;
  const verified =
    verifiedAt === null
      ? 'never read'
      : `${signal === 'own-write' ? 'written by us, ' : ''}verified ${formatAge(now - verifiedAt)} ago`;
  const known = staleSince === null ? verified : `stale for ${formatAge(now - staleSince)}, ${verified}`;
  return unreadable === null ? known : `out of reach for ${formatAge(now - unreadable.since)}, ${known}`;
}

/** A clock that jumped back makes an age of 0, not a negative one. */
function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}
