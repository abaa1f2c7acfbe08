/** What full reads found that others had changed: named where the audit log tells, and told to the audit trail. */
import { driftEvent, foundChanges } from '../domains/zones/inventory-events.ts';
import { nameChanges } from '../domains/zones/signals/name-changes.ts';
import type { SyncOutcome } from '../domains/zones/sync-zone.ts';
import type { Context, LinkedConnection } from './context.ts';
import { NO_ACCOUNT } from './environment-connection.ts';

/** @returns the calls to Cloudflare that it took: none when nothing had changed. */
export async function tellChanges(
  context: Context,
  { connection, cloudflare }: LinkedConnection,
  outcomes: readonly SyncOutcome[],
  signal?: AbortSignal,
): Promise<number> {
  const { store, clock } = context;
  const changed = outcomes.filter(foundChanges);
  if (changed.length === 0) return 0;
  const { tenantId } = connection;
  const { actors, calls } =
    connection.accountId === NO_ACCOUNT
      ? { actors: new Map(), calls: 0 }
      : await nameChanges(
          { auditLog: cloudflare.auditLog, ownWrites: store.ownWrites, history: store.mirror, clock },
          { connection, outcomes: changed, ...(signal === undefined ? {} : { signal }) },
        );
  const scene = { at: clock.now(), principal: context.principal, connectionId: connection.id };
  const names = await store.mirror.getZones(
    tenantId,
    changed.map(({ zoneId }) => zoneId),
  );
  await store.audit.append(
    tenantId,
    changed.map((outcome) => {
      const { zoneId } = outcome;
      const zone = { zoneId, name: names.get(zoneId)?.facts.name ?? zoneId };
      return driftEvent(scene, zone, outcome, actors.get(zoneId));
    }),
  );
  return calls;
}
