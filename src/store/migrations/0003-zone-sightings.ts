/** Which connections see a zone. So far each zone was noted for its reader alone. */
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';
import { createTable } from './create-table.ts';

export const zoneSightingsMigration: Migration = {
  name: 'zone-sightings',
  async up(trx, engine) {
    await createTable(
      trx,
      engine,
      'zone_sightings',
      ['tenant_id', 'zone_id', 'connection_id'],
      { tenant_id: 'text', zone_id: 'text', connection_id: 'text' },
      (builder) =>
        builder.addForeignKeyConstraint('zone_sightings_zone', ['tenant_id', 'zone_id'], 'zones', [
          'tenant_id',
          'zone_id',
        ]),
    );
    await sql`create index zone_sightings_by on zone_sightings (tenant_id, connection_id, zone_id)`.execute(
      trx,
    );
    await sql`insert into zone_sightings (tenant_id, zone_id, connection_id)
      select tenant_id, zone_id, connection_id from zones`.execute(trx);
  },
};
