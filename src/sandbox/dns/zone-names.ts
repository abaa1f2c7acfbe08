/** Which names a zone has, and what stands at each. */
import type { DnsRecord } from '../records/record.ts';
import type { Zone } from '../state/zone.ts';

export function recordsNamed(zone: Zone, name: string): readonly DnsRecord[] {
  return zone.records.named(name).map((entry) => entry.record);
}

/** Whether the zone has the name itself, also as one that only has names below it; wildcards do not count. */
export function nameExists(zone: Zone, name: string): boolean {
  return name === zone.name || recordsNamed(zone, name).length > 0 || hasNamesBelow(zone, name);
}

export function hasNamesBelow(zone: Zone, name: string): boolean {
  const suffix = `.${name}`;
  for (const other of zone.records.names()) if (other.endsWith(suffix)) return true;
  return false;
}
