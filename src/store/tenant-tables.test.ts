/** The list of tables that a tenant's end walks is the list of tables that there are. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Kysely } from 'kysely';
import { systemClock, systemRandom } from '../base/clock.ts';
import { sealForTests } from './contract/samples.ts';
import { openSqliteEngine } from './dialect-sqlite.ts';
import { migrate } from './migrate.ts';
import type { Schema } from './schema.ts';
import { TENANT_TABLES } from './tenant-tables.ts';

describe('tables of tenants', () => {
  it('are all listed, by their keys, each deleted before what it refers to', async () => {
    const engine = openSqliteEngine(':memory:', systemClock);
    const db = new Kysely<Schema>({ dialect: engine.dialect });
    const pace = { turnedAt: 0 };
    const parts = {
      clock: systemClock,
      random: systemRandom,
      seal: sealForTests,
      commitGroup: null,
      announce: null,
      pace,
    };
    await migrate({ db, writer: db, engine, ...parts });
    const tables = await db.introspection.getTables();
    const withTenants = tables.filter(({ columns }) => columns.some(({ name }) => name === 'tenant_id'));
    assert.deepEqual(
      withTenants.map(({ name }) => name).sort(),
      TENANT_TABLES.map(({ table }): string => table).sort(),
      'a new table of tenants belongs in src/store/tenant-tables.ts: is it exported, and what of it is a secret?',
    );
    for (const { table, key, hidden = [] } of TENANT_TABLES) {
      const columns = tables.find(({ name }) => name === table)?.columns.map(({ name }) => name) ?? [];
      for (const column of [...key, ...hidden]) assert.ok(columns.includes(column), `${table}.${column}`);
      const secret = columns.filter((name) => /secret|cipher|wrapped|nonce|password/.test(name));
      const open = TENANT_TABLES.find((one) => one.table === table)?.name !== null;
      for (const column of open ? secret : [])
        assert.ok(hidden.includes(column) || column === 'secret', `${table}.${column} looks like a secret`);
    }
    await db.destroy();
  });
});
