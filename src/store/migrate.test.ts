import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Kysely, sql } from 'kysely';
import { systemClock, systemRandom } from '../base/clock.ts';
import type { StoreContext } from './context.ts';
import { refuses } from './contract/fixture.ts';
import { sealForTests } from './contract/samples.ts';
import { openSqliteEngine } from './dialect-sqlite.ts';
import { MIGRATIONS, type Migration, migrate } from './migrate.ts';
import type { Schema } from './schema.ts';

function inMemory(): StoreContext {
  const engine = openSqliteEngine(':memory:', systemClock);
  const db = new Kysely<Schema>({ dialect: engine.dialect });
  const pace = { turnedAt: 0 };
  return { db, writer: db, engine, clock: systemClock, random: systemRandom, seal: sealForTests, pace };
}

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

describe('migrations', () => {
  it('apply once, in order, and only what is missing', async () => {
    const context = inMemory();
    await migrate(context);
    await migrate(context);
    await migrate(context, [...MIGRATIONS, second]);
    assert.deepEqual(await applied(context), ['first', 'rotations', 'second']);
    await context.db.destroy();
  });

  it('leave the store as it was when one fails', async () => {
    const context = inMemory();
    await migrate(context);
    await assert.rejects(migrate(context, [...MIGRATIONS, second, failing]), /step failed/);
    assert.deepEqual(await applied(context), ['first', 'rotations']);
    await assert.rejects(sql`select * from second_table`.execute(context.db));
    await context.db.destroy();
  });

  it('refuse a store that a newer version has moved on', async () => {
    const context = inMemory();
    await migrate(context, [...MIGRATIONS, second]);
    await refuses('store-newer', () => migrate(context));
    await context.db.destroy();
  });
});
