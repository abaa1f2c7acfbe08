/** Purchases of names, and provisionings of domains. */
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';
import { createTable } from './create-table.ts';

export const registrarMigration: Migration = {
  name: 'registrar',
  async up(trx, engine) {
    await createTable(trx, engine, 'purchases', ['tenant_id', 'id'], {
      tenant_id: 'text',
      id: 'text',
      account_id: 'text',
      namespace: 'text',
      domain: 'text',
      is_open: 'int',
      sent_at: 'int?',
      due_at: 'int?',
      created_at: 'int',
      version: 'int',
      data: 'text',
    });
    await createTable(trx, engine, 'provisionings', ['tenant_id', 'id'], {
      tenant_id: 'text',
      id: 'text',
      domain: 'text',
      is_open: 'int',
      due_at: 'int?',
      created_at: 'int',
      version: 'int',
      data: 'text',
    });
    for (const statement of [
      // Of all tenants: the money is the account's.
      sql`create unique index purchases_open on purchases (account_id, namespace, domain) where is_open = 1`,
      sql`create index purchases_of on purchases (tenant_id, created_at, id)`,
      sql`create index purchases_sent on purchases (tenant_id, sent_at)`,
      sql`create index purchases_due on purchases (due_at) where due_at is not null`,
      sql`create unique index provisionings_open on provisionings (tenant_id, domain) where is_open = 1`,
      sql`create index provisionings_due on provisionings (due_at) where due_at is not null`,
    ]) {
      await statement.execute(trx);
    }
  },
};
