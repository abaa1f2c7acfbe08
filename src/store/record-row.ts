/** A record of the mirror as a row, and back. */
import type { LineageId, RecordId } from '../base/ids.ts';
import type { LiveRecord } from '../dns/live-record.ts';
import { type RecordFields, typeOf } from '../dns/record.ts';
import type { MirrorRecord } from '../domains/zones/model.ts';
import type { Cell } from './insert-many.ts';
import type { RecordVersionRow } from './schema.ts';
import { fromJson, searchKey, showable, toJson } from './text.ts';

export const VERSION_COLUMNS: readonly (keyof RecordVersionRow)[] = [
  'tenant_id',
  'zone_id',
  'record_id',
  'from_revision',
  'to_revision',
  'lineage_id',
  'content_hash',
  'type',
  'name_key',
  'content_key',
  'comment_key',
  'fields',
  'received',
  'read_only',
  'modified_on',
];

/** The columns that `toMirrorRecord` reads. */
export type MirrorColumn = 'record_id' | 'lineage_id' | 'fields' | 'received' | 'read_only' | 'modified_on';

export const MIRROR_COLUMNS: readonly MirrorColumn[] = [
  'record_id',
  'lineage_id',
  'fields',
  'received',
  'read_only',
  'modified_on',
];

export interface NewVersion {
  readonly tenantId: string;
  readonly zoneId: string;
  readonly fromRevision: number;
  readonly lineageId: LineageId;
  readonly hash: string;
  readonly record: LiveRecord;
}

/** The cells of an open version, in the order of `VERSION_COLUMNS`. */
export function toVersionCells(version: NewVersion): Cell[] {
  const { record } = version;
  const { fields } = record;
  return [
    version.tenantId,
    version.zoneId,
    record.id,
    version.fromRevision,
    null,
    version.lineageId,
    version.hash,
    typeOf(fields.rdata),
    searchKey(fields.name),
    searchKey(contentOf(record)),
    fields.comment === '' ? null : searchKey(fields.comment),
    packFields(fields),
    toJson(record.received),
    record.readOnly === null ? null : showable(record.readOnly),
    record.modifiedOn,
  ];
}

export function toMirrorRecord(row: Pick<RecordVersionRow, MirrorColumn>): MirrorRecord {
  return {
    lineageId: row.lineage_id as LineageId,
    record: {
      id: row.record_id as RecordId,
      fields: unpackFields(row.fields),
      received: fromJson(row.received),
      readOnly: row.read_only,
      modifiedOn: row.modified_on,
    },
  };
}

/** What a person searches by: Cloudflare's `content`, as received. Empty when it sent none. */
export function contentOf(record: LiveRecord): string {
  const content = record.received['content'];
  return typeof content === 'string' ? content : '';
}

/** Fields at their default are left out: most records have a name, data, a TTL, and nothing else. */
function packFields(fields: RecordFields): string {
  const { name, rdata, ttl, proxied, comment, tags, settings, privateRouting } = fields;
  return toJson({
    name,
    rdata,
    ttl: ttl === 'auto' ? undefined : ttl,
    proxied: proxied || undefined,
    comment: comment === '' ? undefined : comment,
    tags: tags.length === 0 ? undefined : tags,
    settings: settings.length === 0 ? undefined : settings,
    privateRouting: privateRouting || undefined,
  });
}

function unpackFields(text: string): RecordFields {
  const packed = fromJson<Partial<RecordFields> & Pick<RecordFields, 'name' | 'rdata'>>(text);
  return {
    name: packed.name,
    rdata: packed.rdata,
    ttl: packed.ttl ?? 'auto',
    proxied: packed.proxied ?? false,
    comment: packed.comment ?? '',
    tags: packed.tags ?? [],
    settings: packed.settings ?? [],
    privateRouting: packed.privateRouting ?? false,
  };
}
