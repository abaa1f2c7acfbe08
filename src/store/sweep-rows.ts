/** What a worker needs of the store: every connection, the alerts that stand, and the lease that makes it the one. */
import { sql } from 'kysely';
import type { ZoneId } from '../base/ids.ts';
import type { Connection } from '../domains/connections/model.ts';
import type { AlertStates, ConnectionSweep } from '../domains/connections/ports.ts';
import { appendEvents } from './audit-trail.ts';
import { type StoreContext, write, yieldToLoop } from './context.ts';
import { fromJson, toJson } from './text.ts';
import { openZoneLocks } from './zone-locks.ts';

const CHUNK_SIZE = 200;

export function openConnectionSweep(context: StoreContext): ConnectionSweep {
  return { all: () => readAll(context) };
}

async function* readAll({ db }: StoreContext): AsyncGenerator<readonly Connection[]> {
  let after = { tenant_id: '', id: '' };
  for (;;) {
    const rows = await db
      .selectFrom('connections')
      .select(['tenant_id', 'id', 'data'])
      .where('removed_at', 'is', null)
      .where(sql<boolean>`(tenant_id, id) > (${after.tenant_id}, ${after.id})`)
      .orderBy('tenant_id')
      .orderBy('id')
      .limit(CHUNK_SIZE)
      .execute();
    if (rows.length > 0) yield rows.map((row) => fromJson<Connection>(row.data));
    const last = rows.at(-1);
    if (last === undefined || rows.length < CHUNK_SIZE) return;
    after = last;
    await yieldToLoop();
  }
}

export function openAlertStates(context: StoreContext): AlertStates {
  return {
    async standing(tenantId, connectionId) {
      const row = await context.db
        .selectFrom('alert_states')
        .select('standing')
        .where('tenant_id', '=', tenantId)
        .where('connection_id', '=', connectionId)
        .executeTakeFirst();
      return row === undefined ? [] : fromJson<readonly string[]>(row.standing);
    },
    put: (tenantId, connectionId, standing, events) =>
      write(context, async (trx) => {
        const kept = { standing: toJson(standing) };
        await trx
          .insertInto('alert_states')
          .values({ tenant_id: tenantId, connection_id: connectionId, ...kept })
          .onConflict((known) => known.columns(['tenant_id', 'connection_id']).doUpdateSet(kept))
          .execute();
        await appendEvents(context, trx, tenantId, events);
      }),
  };
}

export interface WorkerLeaseHeld {
  /** False when another worker has taken over since. */
  renew(ttlMs: number): Promise<boolean>;
  release(): Promise<void>;
}

export interface WorkerLease {
  /** Null while another worker holds it. */
  acquire(holder: string, ttlMs: number): Promise<WorkerLeaseHeld | null>;
}

/** No zone has this id, so the leases of zones serve here too, with all that they know of clocks and fences. */
const WORKER_LEASE_ID = 'worker' as ZoneId;

export function openWorkerLease(context: StoreContext): WorkerLease {
  const locks = openZoneLocks(context);
  return {
    async acquire(holder, ttlMs) {
      const lease = await locks.acquire(WORKER_LEASE_ID, holder, ttlMs);
      return 'heldBy' in lease ? null : lease;
    },
  };
}
