/** Which zones a list shows. */
import type { Zone } from '../../../client/index.ts';
import { readableName } from './names.ts';

export interface ZoneFilter {
  readonly text: string;
  readonly status: string;
  readonly connection: string;
  readonly tag: string;
  readonly drift: string;
  readonly freshness: string;
}

/** What is known of a zone besides itself. */
export interface ZoneSides {
  /** Tags of its connection. */
  readonly tags: readonly string[];
  /** Differences from what was last applied; null when it is not known. */
  readonly drift: number | null;
}

const DAY_MS = 86_400_000;

export type Freshness = 'fresh' | 'old' | 'stale' | 'never' | 'unreadable';

/** `unreadable`: no connection can read it any more; `stale`: known to have changed since; `old`: not verified for a day. */
export function freshnessOf({ freshness }: Pick<Zone, 'freshness'>, now: number): Freshness {
  if (freshness.unreadable !== null) return 'unreadable';
  if (freshness.verifiedAt === null) return 'never';
  if (freshness.staleSince !== null) return 'stale';
  return now - Date.parse(freshness.verifiedAt) > DAY_MS ? 'old' : 'fresh';
}

export function matchesZone(zone: Zone, sides: ZoneSides, filter: ZoneFilter, now: number): boolean {
  const text = filter.text.trim().toLowerCase();
  return (
    (text === '' || zone.name.includes(text) || readableName(zone.name).includes(text) || zone.id === text) &&
    (filter.status === '' || zone.status === filter.status || (filter.status === 'paused' && zone.paused)) &&
    (filter.connection === '' || zone.connectionId === filter.connection) &&
    (filter.tag === '' || sides.tags.includes(filter.tag)) &&
    (filter.drift === '' || (filter.drift === 'yes') === (sides.drift ?? 0) > 0) &&
    (filter.freshness === '' || freshnessOf(zone, now) === filter.freshness)
  );
}

/** By the names that people read. */
export function orderZones(zones: readonly Zone[]): readonly Zone[] {
  const { compare } = new Intl.Collator('en');
  return zones
    .map((zone) => ({ zone, name: readableName(zone.name) }))
    .sort((a, b) => compare(a.name, b.name))
    .map(({ zone }) => zone);
}
