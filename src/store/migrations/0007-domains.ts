/** Uses of templates, and registrations as a mirror. */
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';
import { createTable } from './create-table.ts';

export const domainsMigration: Migration = {
  name: 'domains',
  async up(trx, engine) {
    await createTable(trx, engine, 'template_uses', ['tenant_id', 'id'], {
      tenant_id: 'text',
      id: 'text',
      zone_id: 'text',
      change_set_id: 'text',
      created_at: 'int',
      data: 'text',
    });
    await createTable(trx, engine, 'registrations', ['tenant_id', 'account_id', 'namespace', 'domain'], {
      tenant_id: 'text',
      account_id: 'text',
      namespace: 'text',
      domain: 'text',
      data: 'text',
    });
    await createTable(trx, engine, 'registration_readings', ['tenant_id', 'account_id', 'namespace'], {
      tenant_id: 'text',
      account_id: 'text',
      namespace: 'text',
      connection_id: 'text',
      read_at: 'int?',
      due_at: 'int?',
    });
    for (const statement of [
      sql`create index template_uses_of on template_uses (tenant_id, zone_id, created_at)`,
      sql`create index registration_readings_due on registration_readings (due_at) where due_at is not null`,
    ]) {
      await statement.execute(trx);
    }
  },
};
