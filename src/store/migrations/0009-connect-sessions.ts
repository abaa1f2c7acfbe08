/** Connect sessions: links with which a customer gives a credential. */
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';
import { createTable } from './create-table.ts';

export const connectSessionsMigration: Migration = {
  name: 'connect-sessions',
  async up(trx, engine) {
    await createTable(trx, engine, 'connect_sessions', ['id'], {
      id: 'text',
      tenant_id: 'text',
      secret_hash: 'text',
      expires_at: 'int',
      version: 'int',
      data: 'text',
    });
    await sql`create index connect_sessions_of on connect_sessions (tenant_id, id)`.execute(trx);
    await sql`create index connect_sessions_expiry on connect_sessions (expires_at)`.execute(trx);
  },
};
