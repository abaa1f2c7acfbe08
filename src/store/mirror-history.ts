/** The past of zones: what a range of revisions changed, one record's life, drift marks, and pruning. */

import { sql } from 'kysely';
import type { LineageId, RecordId, ZoneId } from '../base/ids.ts';
import type { RecordVersion } from '../domains/zones/model.ts';
import type { DriftMarks, MirrorHistory, RevisionRange } from '../domains/zones/ports.ts';
import type { ZoneKey } from './advance-zone.ts';
import { appendEvents } from './audit-trail.ts';
import { notFound, read, type StoreContext, write, yieldToLoop } from './context.ts';
import type { Reader } from './engine.ts';
import { MIRROR_COLUMNS, toMirrorRecord } from './record-row.ts';
import type { RecordVersionRow } from './schema.ts';
import { toRevision } from './zone-rows.ts';
import { isSeenBy } from './zone-sightings.ts';

const CHUNK_SIZE = 1_000;

export function openMirrorHistory(context: StoreContext): MirrorHistory {
  const { db } = context;
  return {
    async revisionsIn(tenantId, zoneId, range) {
      const rows = await db
        .selectFrom('zone_revisions')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('zone_id', '=', zoneId)
        .where('revision', '>', range.after)
        .where('revision', '<=', range.upTo)
        .orderBy('revision')
        .execute();
      return rows.map(toRevision);
    },
    versionsIn: (tenantId, zoneId, range) => readVersions(db, { tenantId, zoneId }, range),
    async recordVersions(tenantId, zoneId, recordId) {
      const lineageId = await lineageOf(db, { tenantId, zoneId }, recordId);
      if (lineageId === null) return [];
      const rows = await versionRows(db, { tenantId, zoneId })
        .where('lineage_id', '=', lineageId)
        .orderBy('from_revision')
        .execute();
      return rows.map(toVersion);
    },
    madeByUs: (tenantId, zoneId) => read(context, (trx) => recordsOfOurs(trx, { tenantId, zoneId })),
    async nameActor(tenantId, zoneId, revision, actor) {
      await write(context, (trx) =>
        trx
          .updateTable('zone_revisions')
          .set({
            actor: actor.actor,
            interface: actor.interface ?? null,
            changed_at: actor.changedAt ?? null,
          })
          .where('tenant_id', '=', tenantId)
          .where('zone_id', '=', zoneId)
          .where('revision', '=', revision)
          .where('origin', '=', 'outside')
          .where('actor', 'is', null)
          .execute(),
      );
    },
  };
}

async function recordsOfOurs(trx: Reader, zone: ZoneKey): Promise<ReadonlySet<RecordId>> {
  const revisions = await trx
    .selectFrom('zone_revisions as r')
    .innerJoin('zones as z', (on) =>
      on.onRef('z.tenant_id', '=', 'r.tenant_id').onRef('z.zone_id', '=', 'r.zone_id'),
    )
    .select('r.revision')
    .where('r.tenant_id', '=', zone.tenantId)
    .where('r.zone_id', '=', zone.zoneId)
    .where('r.origin', '=', 'change-set')
    .whereRef('r.revision', '>', 'z.oldest_revision')
    .execute();
  const ours = new Set(revisions.map(({ revision }) => revision));
  if (ours.size === 0) return new Set();
  const rows = trx
    .selectFrom('record_versions')
    .where('tenant_id', '=', zone.tenantId)
    .where('zone_id', '=', zone.zoneId);
  const firsts = await rows
    .select((eb) => ['lineage_id', eb.fn.min('from_revision').as('first')])
    .groupBy('lineage_id')
    .execute();
  const lineages = new Set(
    firsts.filter(({ first }) => ours.has(Number(first))).map((row) => row.lineage_id),
  );
  const current = await rows.select(['record_id', 'lineage_id']).where('to_revision', 'is', null).execute();
  return new Set(
    current.filter((row) => lineages.has(row.lineage_id)).map((row) => row.record_id as RecordId),
  );
}

export function openDriftMarks(context: StoreContext): DriftMarks {
  return {
    async unacknowledged(tenantId, { connectionId, zoneId }, { after = '', limit }) {
      const rows = await context.db
        .selectFrom('zones')
        .select(['zone_id', 'acknowledged_revision'])
        .where('tenant_id', '=', tenantId)
        .whereRef('outside_revision', '>', 'acknowledged_revision')
        .$if(connectionId !== undefined, (query) => query.where(isSeenBy(connectionId ?? '')))
        .$if(zoneId !== undefined, (query) => query.where('zone_id', '=', zoneId ?? ''))
        .where('zone_id', '>', after)
        .orderBy('zone_id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        zoneId: row.zone_id as ZoneId,
        acknowledged: row.acknowledged_revision,
      }));
    },
    async acknowledge(tenantId, zoneId, revision, events) {
      await write(context, async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('zones')
          .set((eb) => ({
            acknowledged_revision: eb
              .case()
              .when('acknowledged_revision', '<', revision)
              .then(revision)
              .else(eb.ref('acknowledged_revision'))
              .end(),
          }))
          .where('tenant_id', '=', tenantId)
          .where('zone_id', '=', zoneId)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) {
          throw notFound('zone-unknown', `The mirror does not hold the zone ${zoneId}.`);
        }
        await appendEvents(context, trx, tenantId, events);
      });
    },
  };
}

/** First the versions that began in the range, then those that only ended in it: none twice. */
async function* readVersions(
  db: Reader,
  zone: ZoneKey,
  range: RevisionRange,
): AsyncGenerator<readonly RecordVersion[]> {
  for (const column of ['from_revision', 'to_revision'] as const) {
    let revision = range.after;
    let recordId = '\u{10FFFF}';
    for (;;) {
      const rows = await versionRows(db, zone)
        .where(sql<boolean>`(${sql.ref(column)}, record_id) > (${revision}, ${recordId})`)
        .where(column, '<=', range.upTo)
        .$if(column === 'to_revision', (query) => query.where('from_revision', '<=', range.after))
        .orderBy(column)
        .orderBy('record_id')
        .limit(CHUNK_SIZE)
        .execute();
      if (rows.length > 0) yield rows.map(toVersion);
      const last = rows.at(-1);
      if (last === undefined || rows.length < CHUNK_SIZE) break;
      revision = last[column] ?? revision;
      recordId = last.record_id;
      await yieldToLoop();
    }
  }
}

async function lineageOf(db: Reader, zone: ZoneKey, recordId: RecordId): Promise<LineageId | null> {
  const newest = await db
    .selectFrom('record_versions')
    .select('lineage_id')
    .where('tenant_id', '=', zone.tenantId)
    .where('zone_id', '=', zone.zoneId)
    .where('record_id', '=', recordId)
    .orderBy('from_revision', 'desc')
    .limit(1)
    .executeTakeFirst();
  return newest === undefined ? null : (newest.lineage_id as LineageId);
}

function versionRows(db: Reader, zone: ZoneKey) {
  return db
    .selectFrom('record_versions')
    .select(MIRROR_COLUMNS)
    .select(['from_revision', 'to_revision'])
    .where('tenant_id', '=', zone.tenantId)
    .where('zone_id', '=', zone.zoneId);
}

type VersionRow = Pick<RecordVersionRow, 'from_revision' | 'to_revision'> &
  Parameters<typeof toMirrorRecord>[0];

function toVersion(row: VersionRow): RecordVersion {
  return { ...toMirrorRecord(row), fromRevision: row.from_revision, toRevision: row.to_revision };
}
