import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Kysely, sql } from 'kysely';
import { withDatabase } from '../../test/kit/postgres.ts';
import { systemClock, systemRandom } from '../base/clock.ts';
import type { StoreContext } from './context.ts';
import { refuses } from './contract/fixture.ts';
import { sealForTests } from './contract/samples.ts';
import { openPostgresEngine } from './dialect-postgres.ts';
import { openSqliteEngine } from './dialect-sqlite.ts';
import type { Engine } from './engine.ts';
import { MIGRATIONS, type Migration, migrate } from './migrate.ts';
import type { Schema } from './schema.ts';

function contextOn(engine: Engine): StoreContext {
  const db = new Kysely<Schema>({ dialect: engine.dialect });
  const pace = { turnedAt: 0 };
  return {
    db,
    writer: db,
    engine,
    commitGroup: null,
    clock: systemClock,
    random: systemRandom,
    seal: sealForTests,
    announce: null,
    pace,
  };
}

type Work = (context: StoreContext) => Promise<void>;

/** Each runs the work on a store without tables. */
const ENGINES: Readonly<Record<string, (work: Work) => Promise<void>>> = {
  async SQLite(work) {
    const context = contextOn(openSqliteEngine(':memory:', systemClock));
    await work(context);
    await context.db.destroy();
  },
  PostgreSQL: (work) =>
    withDatabase(async (url) => {
      const context = contextOn(await openPostgresEngine(url, systemClock));
      await work(context).finally(() => context.db.destroy());
    }),
};

async function applied({ db }: StoreContext): Promise<string[]> {
  const rows = await db.selectFrom('store_migrations').select('name').orderBy('number').execute();
  return rows.map((row) => row.name);
}

const second: Migration = {
  name: 'second',
  up: async (trx) => {
    await sql`create table second_table (id text)`.execute(trx);
  },
};
const failing: Migration = {
  name: 'failing',
  up: async (trx) => {
    await sql`create table third_table (id text)`.execute(trx);
    throw new Error('step failed');
  },
};

const KNOWN = MIGRATIONS.map(({ name }) => name);

for (const [name, withContext] of Object.entries(ENGINES))
  describe(`migrations on ${name}`, () => {
    it('apply once, in order, and only what is missing', () =>
      withContext(async (context) => {
        await migrate(context);
        await migrate(context);
        await migrate(context, [...MIGRATIONS, second]);
        assert.deepEqual(await applied(context), [...KNOWN, 'second']);
      }));

    it('leave the store as it was when one fails', () =>
      withContext(async (context) => {
        await migrate(context);
        await assert.rejects(migrate(context, [...MIGRATIONS, second, failing]), /step failed/);
        assert.deepEqual(await applied(context), KNOWN);
        await assert.rejects(sql`select * from second_table`.execute(context.db));
      }));

    it('know of every zone that its reader sees it', () =>
      withContext(async (context) => {
        const before = KNOWN.indexOf('zone-sightings');
        await migrate(context, MIGRATIONS.slice(0, before));
        await sql`insert into zones (tenant_id, zone_id, connection_id, name, status, facts, revision, record_count,
      outside_revision, acknowledged_revision, oldest_revision, first_seen_at, seen_at)
      values ('t', 'z', 'con_a', 'a.example', 'active', '{}', 0, 0, 0, 0, 0, 1, 1)`.execute(context.db);
        await migrate(context);
        const seen = await context.db.selectFrom('zone_sightings').selectAll().execute();
        assert.deepEqual(
          seen.map((row) => ({ ...row })),
          [{ tenant_id: 't', zone_id: 'z', connection_id: 'con_a', refused_at: null }],
        );
      }));

    it('refuse a store that a newer version has moved on', () =>
      withContext(async (context) => {
        await migrate(context, [...MIGRATIONS, second]);
        await refuses('store-newer', () => migrate(context));
      }));
  });
