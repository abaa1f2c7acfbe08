/** Zones that no connection can read, and which connections were refused. Until now neither was noted. */
import type { Migration } from '../migrate.ts';

export const unreadableZonesMigration: Migration = {
  name: 'unreadable-zones',
  async up(trx, engine) {
    await trx.schema.alterTable('zones').addColumn('unreadable_since', engine.integer).execute();
    await trx.schema.alterTable('zones').addColumn('unreadable_reason', engine.text).execute();
    await trx.schema.alterTable('zone_sightings').addColumn('refused_at', engine.integer).execute();
  },
};
