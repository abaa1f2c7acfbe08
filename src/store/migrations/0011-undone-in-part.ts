/** Change sets that were taken back in part. Those from before are told as they were: as a whole. */
import type { Migration } from '../migrate.ts';

export const undoneInPartMigration: Migration = {
  name: 'undone-in-part',
  async up(trx, engine) {
    for (const name of ['undoes_in_part', 'undone_in_part']) {
      await trx.schema
        .alterTable('change_sets')
        .addColumn(name, engine.integer, (column) => column.notNull().defaultTo(0))
        .execute();
    }
  },
};
