/** Registrations as they were last read, and when they are read again. */
import type { ConnectionId, TenantId } from '../base/ids.ts';
import type { Registration } from '../domains/registrar/model.ts';
import type { RegistrarPlace, RegistrationMirror, RegistrationReading } from '../domains/registrar/ports.ts';
import { appendEvents } from './audit-trail.ts';
import { read, type StoreContext, write } from './context.ts';
import type { Reader } from './engine.ts';
import { insertMany } from './insert-many.ts';
import type { RegistrationReadingRow } from './schema.ts';
import { fromJson, toJson } from './text.ts';

export function openRegistrationStore(context: StoreContext): RegistrationMirror {
  return {
    read: (tenantId, place) =>
      read(context, async (trx) => {
        const reading = await readingOf(trx, tenantId, place);
        if (reading === undefined) return null;
        const rows = await trx
          .selectFrom('registrations')
          .select('data')
          .where((eb) => eb.and(keyOf(tenantId, place)))
          .orderBy('domain')
          .execute();
        return { ...toReading(reading), registrations: rows.map(({ data }) => fromJson<Registration>(data)) };
      }),
    replace: (reading, registrations, events) =>
      write(context, async (trx) => {
        const { tenantId, connectionId, place, readAt, dueAt } = reading;
        const key = keyOf(tenantId, place);
        await trx
          .deleteFrom('registrations')
          .where((eb) => eb.and(keyOf(tenantId, place)))
          .execute();
        const columns = ['tenant_id', 'account_id', 'namespace', 'domain', 'data'];
        const rows = registrations.map((one) => [...Object.values(key), one.domain, toJson(one)]);
        await insertMany(trx, context.engine, { table: 'registrations', columns }, rows);
        const values = { connection_id: connectionId, read_at: readAt, due_at: dueAt };
        await trx
          .insertInto('registration_readings')
          .values({ ...key, ...values })
          .onConflict((known) => known.columns(['tenant_id', 'account_id', 'namespace']).doUpdateSet(values))
          .execute();
        await appendEvents(context, trx, tenantId, events);
      }),
    switched: (tenantId, place, { domain, autoRenew }, events) =>
      write(context, async (trx) => {
        const known = await trx
          .selectFrom('registrations')
          .select('data')
          .where((eb) => eb.and({ ...keyOf(tenantId, place), domain }))
          .executeTakeFirst();
        if (known !== undefined)
          await trx
            .updateTable('registrations')
            .set({ data: toJson({ ...fromJson<Registration>(known.data), autoRenew }) })
            .where((eb) => eb.and({ ...keyOf(tenantId, place), domain }))
            .execute();
        await appendEvents(context, trx, tenantId, events);
      }),
    dueAgain: (tenantId, place, dueAt) =>
      write(context, async (trx) => {
        await trx
          .updateTable('registration_readings')
          .set({ due_at: dueAt })
          .where((eb) => eb.and(keyOf(tenantId, place)))
          .execute();
      }),
    due: async (now, limit) => {
      const rows = await context.db
        .selectFrom('registration_readings')
        .selectAll()
        .where('due_at', '<=', now)
        .orderBy('due_at')
        .limit(limit)
        .execute();
      return rows.map(toReading);
    },
  };
}

function keyOf(
  tenantId: TenantId,
  { accountId, namespace }: RegistrarPlace,
): Pick<RegistrationReadingRow, 'tenant_id' | 'account_id' | 'namespace'> {
  return { tenant_id: tenantId, account_id: accountId, namespace };
}

function readingOf(
  db: Reader,
  tenantId: TenantId,
  place: RegistrarPlace,
): Promise<RegistrationReadingRow | undefined> {
  return db
    .selectFrom('registration_readings')
    .selectAll()
    .where((eb) => eb.and(keyOf(tenantId, place)))
    .executeTakeFirst();
}

function toReading(row: RegistrationReadingRow): RegistrationReading {
  return {
    tenantId: row.tenant_id as TenantId,
    connectionId: row.connection_id as ConnectionId,
    place: { accountId: row.account_id, namespace: row.namespace } as RegistrarPlace,
    readAt: row.read_at ?? 0,
    dueAt: row.due_at ?? 0,
  };
}
