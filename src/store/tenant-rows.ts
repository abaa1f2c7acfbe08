/** A tenant as a whole: counted, read for an export, erased. The one place that walks all tables. */
import { type RawBuilder, sql } from 'kysely';
import type { TenantId } from '../base/ids.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { ExportedRows, TenantRows } from '../domains/offboarding/ports.ts';
import { appendEvents, EMPTIED, findHead } from './audit-trail.ts';
import { type StoreContext, write, yieldToLoop } from './context.ts';
import type { Reader, Trx } from './engine.ts';
import { CHAIN_TABLES, TENANT_TABLES, type TenantTable } from './tenant-tables.ts';

const CHUNK_SIZE = 1_000;

export function openTenantRows(context: StoreContext): TenantRows {
  const { db, engine } = context;
  return {
    async counts(tenantId) {
      const found: Record<string, number> = {};
      for (const table of await tablesWithTenants(context)) {
        const count = await countOf(context, table, tenantId);
        if (count > 0) found[table] = count;
      }
      return found;
    },
    read: (tenantId) => readAll(context, tenantId),
    underWay: (tenantId) => underWay(db, tenantId),
    shut: (tenantId) => write(context, (trx) => shut(trx, tenantId)),
    erase: (tenantId) => eraseAll(context, tenantId),
    bury: (tenantId, as, events) =>
      write(context, (trx) =>
        engine.withLock(trx, `audit:${tenantId}`, async () => {
          const head = await findHead(trx, tenantId);
          await trx
            .updateTable('audit_events')
            .set({ tenant_id: as, ...EMPTIED })
            .where('tenant_id', '=', tenantId)
            .execute();
          await trx
            .updateTable('audit_heads')
            .set({ tenant_id: as })
            .where('tenant_id', '=', tenantId)
            .execute();
          await appendEvents(context, trx, as, events(head));
          return head;
        }),
      ),
    scrub: () => engine.scrub(context.writer),
  };
}

/**
 * In a file of our own also those that nobody listed: what is not known is erased all the same. In a database, a table
 * that we do not know may be someone else's.
 */
async function tablesWithTenants({ db, engine }: StoreContext): Promise<readonly string[]> {
  const listed = TENANT_TABLES.map(({ table }): string => table);
  if (engine.changeMark === null) return listed;
  const tables = await db.introspection.getTables();
  const found = tables.filter(({ columns }) => columns.some(({ name }) => name === 'tenant_id'));
  const strange = found.map(({ name }) => name).filter((name) => !listed.includes(name));
  return [...new Set([...strange, ...listed])];
}

async function countOf({ db }: StoreContext, table: string, tenantId: TenantId): Promise<number> {
  const query = sql<{
    count: number;
  }>`select count(*) as count from ${sql.table(table)} where tenant_id = ${tenantId}`;
  const { rows } = await query.execute(db);
  return Number(rows[0]?.count ?? 0);
}

async function* readAll(context: StoreContext, tenantId: TenantId): AsyncGenerator<ExportedRows> {
  for (const table of TENANT_TABLES.toReversed()) {
    if (table.name === null) continue;
    for await (const rows of readTable(context, table, tenantId))
      yield { name: table.name, rows: rows.map((row) => shown(row, table)) };
  }
  const rows = await settingsOf(context.db, tenantId);
  if (rows.length > 0) yield { name: 'settings', rows };
}

async function* readTable(
  { db }: StoreContext,
  { table, key }: TenantTable,
  tenantId: TenantId,
): AsyncGenerator<readonly Row[]> {
  const columns = sql.join(key.map((column) => sql.ref(column)));
  let after: readonly (string | number | null)[] | null = null;
  for (;;) {
    const beyond: RawBuilder<unknown> =
      after === null ? sql`` : sql`and (${columns}) > (${sql.join(after.map((value) => sql.val(value)))})`;
    const page = sql<Row>`select * from ${sql.table(table)} where tenant_id = ${tenantId}
      ${beyond} order by ${columns} limit ${sql.lit(CHUNK_SIZE)}`;
    const rows: readonly Row[] = (await page.execute(db)).rows;
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < CHUNK_SIZE) return;
    after = key.map((column) => last[column] ?? null);
    await yieldToLoop();
  }
}

type Row = Readonly<Record<string, string | number | null>>;

/** JSON that is kept as text goes out as what it is. */
function shown(row: Row, { hidden = [] }: TenantTable): JsonObject {
  return Object.fromEntries(
    Object.entries(row)
      .filter(([column]) => column !== 'tenant_id' && !hidden.includes(column))
      .map(([column, value]) => [column, typeof value === 'string' ? unpacked(value) : value]),
  );
}

function unpacked(text: string): JsonValue {
  if (!/^[[{]/.test(text)) return text;
  try {
    return withoutFingerprint(JSON.parse(text) as JsonValue);
  } catch {
    return text;
  }
}

/** A connection's row repeats it inside. */
function withoutFingerprint(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { fingerprint: _, ...rest } = value as JsonObject;
  return rest;
}

/** Settings of a tenant are named `what:tenant`. */
async function settingsOf(db: Reader, tenantId: TenantId): Promise<{ key: string; value: JsonValue }[]> {
  const rows = await db.selectFrom('store_settings').selectAll().execute();
  return rows
    .filter(({ key }) => key.endsWith(`:${tenantId}`))
    .map(({ key, value }) => ({ key: key.slice(0, -tenantId.length - 1), value: unpacked(value) }));
}

async function underWay(db: Reader, tenantId: TenantId): Promise<readonly string[]> {
  const applying = await db
    .selectFrom('change_sets')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('status', 'in', ['applying', 'unknown'])
    .execute();
  const sent = await db
    .selectFrom('batches')
    .select('change_set_id as id')
    .where('tenant_id', '=', tenantId)
    .where('is_open', '=', 1)
    .execute();
  const rotating = await db
    .selectFrom('rotations')
    .select('connection_id as id')
    .where('tenant_id', '=', tenantId)
    .where('is_open', '=', 1)
    .execute();
  const buying = await db
    .selectFrom('purchases')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('is_open', '=', 1)
    .where('sent_at', 'is not', null)
    .execute();
  const ids = new Set([...applying, ...sent].map(({ id }) => id));
  return [
    ...[...ids].map((id) => `change set ${id} is being applied`),
    ...rotating.map(({ id }) => `the token of connection ${id} is being replaced`),
    ...buying.map(({ id }) => `purchase ${id} is under way`),
  ];
}

const ACTING_TABLES = [
  'sealed_secrets',
  'minters',
  'connect_sessions',
  'api_keys',
  'webhook_deliveries',
  'webhook_endpoints',
  'jobs',
] as const;

/** What could still act goes first, at once. @returns the rows that are gone, by table. */
async function shut(trx: Trx, tenantId: TenantId): Promise<Record<string, number>> {
  await trx
    .deleteFrom('sign_ins')
    .where('api_key_id', 'in', (keys) =>
      keys.selectFrom('api_keys').select('id').where('tenant_id', '=', tenantId),
    )
    .execute();
  const gone: Record<string, number> = {};
  for (const table of ACTING_TABLES) {
    const { numDeletedRows } = await trx
      .deleteFrom(table)
      .where('tenant_id', '=', tenantId)
      .executeTakeFirst();
    if (numDeletedRows > 0n) gone[table] = Number(numDeletedRows);
  }
  return gone;
}

async function eraseAll(context: StoreContext, tenantId: TenantId): Promise<Record<string, number>> {
  const leases = await leasesOf(context.db, tenantId);
  const gone: Record<string, number> = {};
  for (const table of await tablesWithTenants(context)) {
    if (CHAIN_TABLES.includes(table)) continue;
    const count = await eraseTable(context, table, tenantId);
    if (count > 0) gone[table] = count;
  }
  await write(context, async (trx) => {
    for (const { key } of await settingsOf(trx, tenantId))
      await trx.deleteFrom('store_settings').where('key', '=', `${key}:${tenantId}`).execute();
    for (const name of leases) await trx.deleteFrom('zone_leases').where('zone_id', '=', name).execute();
  });
  return gone;
}

/** Leases have no tenant: they are named by zones and change sets. Those of zones that another tenant has, too, stay. */
async function leasesOf(db: Reader, tenantId: TenantId): Promise<readonly string[]> {
  const changeSets = await db
    .selectFrom('change_sets')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .execute();
  const zones = await db
    .selectFrom('zones')
    .select('zone_id')
    .where('tenant_id', '=', tenantId)
    .where('zone_id', 'not in', (others) =>
      others.selectFrom('zones').select('zone_id').where('tenant_id', '<>', tenantId),
    )
    .execute();
  return [...changeSets.map(({ id }) => id), ...zones.map(({ zone_id }) => zone_id)];
}

/** In pieces, so that nobody else waits long for the write lock. */
async function eraseTable(context: StoreContext, table: string, tenantId: TenantId): Promise<number> {
  const key = TENANT_TABLES.find((one) => one.table === table)?.key ?? null;
  if (key === null || key.length === 0)
    return write(context, async (trx) => {
      const { numAffectedRows } =
        await sql`delete from ${sql.table(table)} where tenant_id = ${tenantId}`.execute(trx);
      return Number(numAffectedRows ?? 0);
    });
  const columns = sql.join(key.map((column) => sql.ref(column)));
  let count = 0;
  for (;;) {
    const deleted = await write(context, async (trx) => {
      const { numAffectedRows } = await sql`delete from ${sql.table(table)} where tenant_id = ${tenantId}
        and (${columns}) in (select ${columns} from ${sql.table(table)}
        where tenant_id = ${tenantId} limit ${sql.lit(CHUNK_SIZE)})`.execute(trx);
      return Number(numAffectedRows ?? 0);
    });
    count += deleted;
    if (deleted < CHUNK_SIZE) return count;
  }
}
