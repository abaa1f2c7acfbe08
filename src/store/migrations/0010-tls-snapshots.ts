/** What was last seen of a zone's TLS: for views over many zones without a call, and for following certificates. */
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';
import { createTable } from './create-table.ts';

export const tlsSnapshotsMigration: Migration = {
  name: 'tls-snapshots',
  async up(trx, engine) {
    await createTable(trx, engine, 'tls_snapshots', ['tenant_id', 'zone_id'], {
      tenant_id: 'text',
      zone_id: 'text',
      read_at: 'int?',
      due_at: 'int?',
      version: 'int',
      data: 'text',
    });
    await sql`create index tls_snapshots_due on tls_snapshots (due_at) where due_at is not null`.execute(trx);
  },
};
