/** Webhooks: endpoints, what is on its way to them, and secrets that belong to no connection. */
import { sql } from 'kysely';
import type { Engine, Trx } from '../engine.ts';
import type { Migration } from '../migrate.ts';
import { createTable } from './create-table.ts';

export const webhooksMigration: Migration = {
  name: 'webhooks',
  async up(trx, engine) {
    await unbindSecrets(trx, engine);
    await createTable(trx, engine, 'webhook_endpoints', ['tenant_id', 'id'], {
      tenant_id: 'text',
      id: 'text',
      is_enabled: 'int',
      hold_until: 'int?',
      holder: 'text?',
      lease_until: 'int?',
      created_at: 'int',
      version: 'int',
      data: 'text',
    });
    await createTable(trx, engine, 'webhook_deliveries', ['tenant_id', 'id'], {
      tenant_id: 'text',
      id: 'text',
      endpoint_id: 'text',
      sequence: 'int',
      type: 'text',
      state: 'text',
      due_at: 'int?',
      created_at: 'int',
      finished_at: 'int?',
      data: 'text',
    });
    for (const statement of [
      sql`create index webhook_deliveries_due on webhook_deliveries (due_at) where due_at is not null`,
      sql`create index webhook_deliveries_of on webhook_deliveries (tenant_id, endpoint_id, sequence)`,
      sql`create index webhook_deliveries_ended on webhook_deliveries (finished_at) where finished_at is not null`,
    ]) {
      await statement.execute(trx);
    }
  },
};

/** A sealed secret may be an endpoint's, too; so its table lets go of the connections. */
async function unbindSecrets(trx: Trx, engine: Engine): Promise<void> {
  const columns = 'tenant_id, connection_id, field, key_id, wrapped_key, nonce, ciphertext, version';
  await createTable(trx, engine, 'sealed_secrets_unbound', ['tenant_id', 'connection_id', 'field'], {
    tenant_id: 'text',
    connection_id: 'text',
    field: 'text',
    key_id: 'text',
    wrapped_key: 'text',
    nonce: 'text',
    ciphertext: 'text',
    version: 'int',
  });
  for (const statement of [
    `insert into sealed_secrets_unbound (${columns}) select ${columns} from sealed_secrets`,
    'drop table sealed_secrets',
    'alter table sealed_secrets_unbound rename to sealed_secrets',
    'create index sealed_secrets_under on sealed_secrets (key_id)',
  ]) {
    await sql.raw(statement).execute(trx);
  }
}
