/** TLS of many zones on the terminal and in JSON. */
import { type TlsOverview, toUnicode } from '../../app/re-exports.ts';
import type { Output } from '../output/output.ts';
import { isoTime, relativeTime } from '../output/time.ts';

export function formatFleet(out: Output, list: readonly TlsOverview[]): string {
  if (list.length === 0) return 'No zones.\n';
  return out.table<TlsOverview>(
    [
      { title: 'zone', cell: ({ zone }) => toUnicode(zone.facts.name), shrinksTo: 16 },
      { title: 'bad', cell: ({ bad, findingsAt }) => (findingsAt === null ? '?' : String(bad)) },
      {
        title: 'could be better',
        cell: ({ couldBeBetter, findingsAt }) => (findingsAt === null ? '?' : String(couldBeBetter)),
      },
      {
        title: 'certificates',
        cell: ({ certificates, moving, readAt }) =>
          readAt === null ? '?' : `${certificates}${moving === 0 ? '' : ` (${moving} under way)`}`,
      },
      { title: 'next end', cell: ({ nextExpiry }) => isoTime(nextExpiry)?.slice(0, 10) ?? '' },
      {
        title: 'seen',
        cell: ({ readAt, findingsAt }) => {
          const at = readAt ?? findingsAt;
          return at === null ? 'never' : relativeTime(at, out.now());
        },
      },
    ],
    list,
  );
}

export function fleetJson(list: readonly TlsOverview[]): Record<string, unknown> {
  return {
    zones: list.map(({ zone, ...one }) => ({
      zone: zone.facts.name,
      ...one,
      readAt: isoTime(one.readAt),
      findingsAt: isoTime(one.findingsAt),
      nextExpiry: isoTime(one.nextExpiry),
    })),
  };
}
