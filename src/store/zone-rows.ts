/** Zones and revisions as rows, and back. */
import type { ChangeSetId, ConnectionId, TenantId, ZoneId } from '../base/ids.ts';
import type { Revision, RevisionOrigin, Unreadable, Zone, ZoneFacts } from '../domains/zones/model.ts';
import type { Cell } from './insert-many.ts';
import type { RevisionRow, ZoneRow } from './schema.ts';
import { fromJson, toJson } from './text.ts';

export const ZONE_COLUMNS: readonly (keyof ZoneRow)[] = [
  'tenant_id',
  'zone_id',
  'connection_id',
  'name',
  'status',
  'facts',
  'revision',
  'record_count',
  'outside_revision',
  'acknowledged_revision',
  'oldest_revision',
  'first_seen_at',
  'seen_at',
];

/** The cells of a zone not seen before, in the order of `ZONE_COLUMNS`. */
export function newZoneCells(
  tenantId: TenantId,
  connectionId: ConnectionId,
  facts: ZoneFacts,
  at: number,
): Cell[] {
  return [tenantId, facts.id, connectionId, facts.name, facts.status, toJson(facts), 0, 0, 0, 0, 0, at, at];
}

export function toZone(row: ZoneRow): Zone {
  return {
    tenantId: row.tenant_id as TenantId,
    connectionId: row.connection_id as ConnectionId,
    // The status stands in its column: a zone that vanished keeps the facts that were last told.
    facts: { ...fromJson<ZoneFacts>(row.facts), status: row.status as ZoneFacts['status'] },
    revision: row.revision,
    recordCount: row.record_count,
    freshness: {
      verifiedAt: row.verified_at,
      signal: row.signal as Zone['freshness']['signal'],
      staleSince: row.stale_since,
      unreadable:
        row.unreadable_since === null
          ? null
          : {
              since: row.unreadable_since,
              reason: row.unreadable_reason as Unreadable['reason'],
            },
    },
  };
}

export function toRevision(row: RevisionRow): Revision {
  return {
    zoneId: row.zone_id as ZoneId,
    revision: row.revision,
    at: row.at,
    origin: toOrigin(row),
    created: row.created,
    updated: row.updated,
    deleted: row.deleted,
  };
}

function toOrigin(row: RevisionRow): RevisionOrigin {
  if (row.origin === 'change-set') {
    return { kind: 'change-set', changeSetId: (row.change_set_id ?? '') as ChangeSetId };
  }
  if (row.origin !== 'outside') return { kind: 'first-read' };
  return {
    kind: 'outside',
    actor: row.actor,
    ...(row.interface === null ? {} : { interface: row.interface }),
    ...(row.changed_at === null ? {} : { changedAt: row.changed_at }),
  };
}
