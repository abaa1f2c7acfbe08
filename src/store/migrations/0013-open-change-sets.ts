/** Change sets that are not settled are looked for over all tenants, and are few among many. */
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

export const openChangeSetsMigration: Migration = {
  name: 'open-change-sets',
  async up(trx) {
    await sql`create index change_sets_open on change_sets (status) where status in ('applying', 'unknown')`.execute(
      trx,
    );
  },
};
