/** The service: API keys, answers kept for idempotency keys, jobs. */
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';
import { createTable } from './create-table.ts';

export const serviceMigration: Migration = {
  name: 'service',
  async up(trx, engine) {
    await createTable(trx, engine, 'api_keys', ['id'], {
      id: 'text',
      tenant_id: 'text?',
      secret_hash: 'text',
      created_at: 'int',
      last_used_at: 'int?',
      revoked_at: 'int?',
      data: 'text',
    });
    await createTable(trx, engine, 'idempotent_requests', ['tenant_id', 'caller', 'key'], {
      tenant_id: 'text',
      caller: 'text',
      key: 'text',
      fingerprint: 'text',
      holder: 'text?',
      held_until: 'int',
      expires_at: 'int',
      answer: 'text?',
    });
    await createTable(trx, engine, 'jobs', ['tenant_id', 'id'], {
      tenant_id: 'text',
      id: 'text',
      kind: 'text',
      state: 'text',
      dedupe_key: 'text?',
      holder: 'text?',
      due_at: 'int',
      lease_until: 'int?',
      finished_at: 'int?',
      cancel_requested: 'int',
      version: 'int',
      data: 'text',
    });
    for (const statement of [
      sql`create index api_keys_of on api_keys (tenant_id, created_at)`,
      sql`create index idempotent_requests_expiry on idempotent_requests (expires_at)`,
      sql`create unique index jobs_dedupe on jobs (tenant_id, dedupe_key)
        where dedupe_key is not null and finished_at is null`,
      sql`create index jobs_due on jobs (due_at) where finished_at is null`,
    ]) {
      await statement.execute(trx);
    }
  },
};
