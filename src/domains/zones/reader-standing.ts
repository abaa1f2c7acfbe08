/** What reads show of a connection's right to read: noted beside the zone, and told to the audit trail. */
import type { Clock } from '../../base/clock.ts';
import type { ConnectionId } from '../../base/ids.ts';
import type { NewEvent, Principal } from '../audit/model.ts';
import type { AuditTrail } from '../audit/ports.ts';
import { type EventScene, readableEvent, refusalEvent } from './inventory-events.ts';
import type { ZoneSightings } from './ports.ts';
import type { ReaderStanding } from './sync-zone.ts';

/** The records of a zone just made may be refused for minutes (cloudflare-api §2.4): that says nothing of a right. */
const NEW_ZONE_MS = 15 * 60_000;

export interface StandingPorts {
  readonly sightings: ZoneSightings;
  readonly trail: Pick<AuditTrail, 'append'>;
  readonly clock: Clock;
}

export function readerStanding(
  { sightings, trail, clock }: StandingPorts,
  by: { readonly connectionId: ConnectionId; readonly principal: Principal },
): ReaderStanding {
  const scene = (): EventScene => ({ ...by, at: clock.now() });
  return {
    async refused({ tenantId, facts, freshness }) {
      const wasRead = freshness.verifiedAt !== null;
      if (!wasRead && clock.now() - Date.parse(facts.createdOn ?? '') < NEW_ZONE_MS) return;
      const refusal = { reason: 'records-refused', at: clock.now() } as const;
      const became = await sightings.refuse(tenantId, by.connectionId, facts.id, refusal);
      const event: NewEvent | null = refusalEvent(scene(), facts, became);
      if (event !== null) await trail.append(tenantId, [event]);
    },
    async regained({ tenantId, facts }) {
      await trail.append(tenantId, [readableEvent(scene(), facts)]);
    },
  };
}
