/** Rotations, the credentials that mint, and which alerts of a connection stand. */
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';
import { createTable, type TableBuilder } from './create-table.ts';

const ofConnection = (name: string) => (builder: TableBuilder) =>
  builder.addForeignKeyConstraint(name, ['tenant_id', 'connection_id'], 'connections', ['tenant_id', 'id']);

export const rotationsMigration: Migration = {
  name: 'rotations',
  async up(trx, engine) {
    await createTable(
      trx,
      engine,
      'rotations',
      ['tenant_id', 'id'],
      {
        tenant_id: 'text',
        id: 'text',
        connection_id: 'text',
        is_open: 'int',
        due_at: 'int?',
        started_at: 'int',
        version: 'int',
        data: 'text',
      },
      ofConnection('rotations_connection'),
    );
    for (const statement of [
      sql`create unique index rotations_open on rotations (tenant_id, connection_id) where is_open = 1`,
      sql`create index rotations_of on rotations (tenant_id, connection_id, started_at, id)`,
      sql`create index rotations_due on rotations (due_at) where due_at is not null`,
    ]) {
      await statement.execute(trx);
    }
    await createTable(
      trx,
      engine,
      'minters',
      ['tenant_id', 'connection_id'],
      { tenant_id: 'text', connection_id: 'text', kind: 'text', email: 'text?' },
      ofConnection('minters_connection'),
    );
    await createTable(
      trx,
      engine,
      'alert_states',
      ['tenant_id', 'connection_id'],
      { tenant_id: 'text', connection_id: 'text', standing: 'text' },
      ofConnection('alert_states_connection'),
    );
  },
};
