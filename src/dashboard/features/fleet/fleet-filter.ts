/** The TLS of all zones: what is said of each, and which a list shows. */
import type { TlsOverview } from '../../../client/index.ts';
import { readableName } from '../zones/names.ts';

export type ZoneTls = TlsOverview['items'][number];
export type Verdict = 'bad' | 'could-be-better' | 'good' | 'unseen';

export const VERDICTS: readonly (readonly [verdict: Verdict, label: string])[] = [
  ['bad', 'Something is bad'],
  ['could-be-better', 'Could be better'],
  ['good', 'All good'],
  ['unseen', 'Never looked at'],
];

export interface FleetFilter {
  readonly text: string;
  readonly verdict: string;
  /** Days within which a certificate ends. */
  readonly ends: string;
  readonly seen: string;
}

const DAY_MS = 86_400_000;

export function verdictOf({ findingsAt, bad, couldBeBetter }: ZoneTls): Verdict {
  if (findingsAt === null) return 'unseen';
  if (bad > 0) return 'bad';
  return couldBeBetter > 0 ? 'could-be-better' : 'good';
}

/** When the zone was looked at; null: never. The older of both looks: nothing in the row is older than this. */
export function seenAt({ readAt, findingsAt }: ZoneTls): string | null {
  if (readAt === null || findingsAt === null) return readAt ?? findingsAt;
  return Date.parse(readAt) < Date.parse(findingsAt) ? readAt : findingsAt;
}

export function matchesTls(zone: ZoneTls, filter: FleetFilter, now: number): boolean {
  const text = filter.text.trim().toLowerCase();
  const isNamed = text === '' || zone.zoneName.includes(text) || readableName(zone.zoneName).includes(text);
  return (
    isNamed &&
    (filter.verdict === '' || verdictOf(zone) === filter.verdict) &&
    (filter.ends === '' || endsWithin(zone, Number(filter.ends), now)) &&
    (filter.seen === '' || isOld(zone, now) === (filter.seen === 'old'))
  );
}

function endsWithin({ nextExpiry }: ZoneTls, days: number, now: number): boolean {
  return nextExpiry !== null && Date.parse(nextExpiry) - now <= days * DAY_MS;
}

/** Not looked at for a day, or never. */
function isOld(zone: ZoneTls, now: number): boolean {
  const at = seenAt(zone);
  return at === null || now - Date.parse(at) > DAY_MS;
}

const WEIGHTS: Readonly<Record<Verdict, number>> = { bad: 0, 'could-be-better': 1, unseen: 2, good: 3 };

/** What needs somebody first; then by the names that people read. */
export function orderFleet(zones: readonly ZoneTls[]): readonly ZoneTls[] {
  const { compare } = new Intl.Collator('en');
  return zones
    .map((zone) => ({ zone, weight: WEIGHTS[verdictOf(zone)], name: readableName(zone.zoneName) }))
    .sort((a, b) => a.weight - b.weight || b.zone.bad - a.zone.bad || compare(a.name, b.name))
    .map(({ zone }) => zone);
}

/** The engine's list for its warnings is the same; all others end unless somebody acts. */
const RENEWED_BY_CLOUDFLARE = /^(universal|advanced|total_tls|custom-hostname)$/;

/** What Cloudflare renews by itself; what was uploaded or made for an origin is its owner's to replace. */
export function renewsItself(type: string): boolean {
  return RENEWED_BY_CLOUDFLARE.test(type);
}
