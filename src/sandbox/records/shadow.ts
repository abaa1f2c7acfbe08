/**
 * Shadow metadata: records at or below a delegation in the zone are stored but not served. On request, `meta` tells
 * which NS records shadow a record, and how many records an NS record shadows.
 */
import type { RecordEntry } from '../state/record-store.ts';
import type { Zone } from '../state/zone.ts';
import { ancestorsWithin } from './names.ts';
import type { DnsRecord } from './record.ts';

export function withShadowMeta(zone: Zone, entry: RecordEntry): DnsRecord {
  const { record } = entry;
  if (record.type === 'NS' && record.name !== zone.name) {
    return { ...record, meta: { ...record.meta, shadowed_records_count: shadowedCount(zone, record.name) } };
  }
  const shadowedBy = delegationsOver(zone, record.name).map((ns) => ns.record.id);
  return shadowedBy.length === 0 ? record : { ...record, meta: { ...record.meta, shadowed_by: shadowedBy } };
}

/** NS records below the apex at the name or above it. */
export function delegationsOver(zone: Zone, name: string): readonly RecordEntry[] {
  if (name === zone.name) return [];
  return [name, ...ancestorsWithin(name, zone.name)].flatMap((above) =>
    zone.records.named(above).filter((entry) => entry.record.type === 'NS'),
  );
}

function shadowedCount(zone: Zone, delegation: string): number {
  let count = 0;
  for (const { record } of zone.records.entries()) {
    const inside = record.name === delegation ? record.type !== 'NS' : record.name.endsWith(`.${delegation}`);
    if (inside) count += 1;
  }
  return count;
}
