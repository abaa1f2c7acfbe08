/**
 * Brings the tables to the shape that this version expects: numbered steps, forward only, all under one lock
 * and each recorded. A store that a newer version has moved on is refused, never guessed at.
 */
import { type Kysely, sql } from 'kysely';
import { isZonewardError, ZonewardError } from '../base/errors.ts';
import { type StoreContext, write } from './context.ts';
import type { Engine, Trx } from './engine.ts';
import { firstMigration } from './migrations/0001-first.ts';
import { rotationsMigration } from './migrations/0002-rotations.ts';
import { zoneSightingsMigration } from './migrations/0003-zone-sightings.ts';
import { serviceMigration } from './migrations/0004-service.ts';
import { registrarMigration } from './migrations/0005-registrar.ts';
import { webhooksMigration } from './migrations/0006-webhooks.ts';
import { domainsMigration } from './migrations/0007-domains.ts';
import { signInsMigration } from './migrations/0008-sign-ins.ts';
import { connectSessionsMigration } from './migrations/0009-connect-sessions.ts';
import { tlsSnapshotsMigration } from './migrations/0010-tls-snapshots.ts';
import { undoneInPartMigration } from './migrations/0011-undone-in-part.ts';
import { unreadableZonesMigration } from './migrations/0012-unreadable-zones.ts';
import { openChangeSetsMigration } from './migrations/0013-open-change-sets.ts';
import type { Schema } from './schema.ts';

export interface Migration {
  readonly name: string;
  up(trx: Trx, engine: Engine): Promise<void>;
}

/** In order; the nth has number n. Append only: a released step never changes. */
export const MIGRATIONS: readonly Migration[] = [
  firstMigration,
  rotationsMigration,
  zoneSightingsMigration,
  serviceMigration,
  registrarMigration,
  webhooksMigration,
  domainsMigration,
  signInsMigration,
  connectSessionsMigration,
  tlsSnapshotsMigration,
  undoneInPartMigration,
  unreadableZonesMigration,
  openChangeSetsMigration,
];

/** Applies what is missing, in one transaction: after a failure the store is as it was. */
export async function migrate(
  context: StoreContext,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  const { db, engine, clock } = context;
  if ((await currentVersion(db, engine)) === migrations.length) return;
  await write(context, (trx) =>
    engine.withLock(trx, 'migrations', async () => {
      await createMigrationsTable(trx, engine);
      const rows = await trx.selectFrom('store_migrations').select('number').execute();
      const applied = rows.length;
      refuseNewer(applied, migrations.length);
      for (const [index, migration] of migrations.entries()) {
        if (index < applied) continue;
        await migration.up(trx, engine);
        await trx
          .insertInto('store_migrations')
          .values({ number: index + 1, name: migration.name, applied_at: clock.now() })
          .execute();
      }
    }),
  );
}

/** How many steps the store has seen; 0 for a new one, or when that cannot be read without the lock. */
async function currentVersion(db: Kysely<Schema>, engine: Engine): Promise<number> {
  try {
    const row = await db
      .selectFrom('store_migrations')
      .select((eb) => eb.fn.countAll().as('count'))
      .executeTakeFirstOrThrow();
    return Number(row.count);
  } catch (error) {
    if (isZonewardError(error) || engine.faultOf(error) !== null) throw error;
    return 0;
  }
}

async function createMigrationsTable(trx: Trx, engine: Engine): Promise<void> {
  await trx.schema
    .createTable('store_migrations')
    .ifNotExists()
    .addColumn('number', engine.integer, (column) => column.primaryKey())
    .addColumn('name', engine.text, (column) => column.notNull())
    .addColumn('applied_at', engine.integer, (column) => column.notNull())
    .modifyEnd(sql`${engine.tableSuffix}`)
    .execute();
}

function refuseNewer(applied: number, known: number): void {
  if (applied <= known) return;
  throw new ZonewardError(
    `The store is of a newer version of Zoneward (schema ${applied}; this one knows up to ${known}).`,
    {
      code: 'store-newer',
      kind: 'input',
      next: ['Run the newer version of Zoneward, or open another store with ZONEWARD_STORE.'],
      details: { storeSchema: applied, knownSchema: known },
    },
  );
}
