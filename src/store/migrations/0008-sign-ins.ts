/** Sessions at the dashboard, and the links that begin them. */
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';
import { createTable } from './create-table.ts';

export const signInsMigration: Migration = {
  name: 'sign-ins',
  async up(trx, engine) {
    await createTable(trx, engine, 'sign_ins', ['secret_hash'], {
      secret_hash: 'text',
      kind: 'text',
      api_key_id: 'text',
      created_at: 'int',
      used_at: 'int',
      expires_at: 'int',
    });
    await sql`create index sign_ins_expiry on sign_ins (expires_at)`.execute(trx);
  },
};
