/**
 * SOA serials as a signal: a zone whose own nameserver tells another serial than before the last read has moved.
 * Costs no API call. Which changes move the serial is undocumented (comments and tags seem not to), so the rolling
 * verification stays.
 */
import type { ZoneId } from '../../../base/ids.ts';
import type { ZoneFacts } from '../model.ts';
import type { SoaAsker, ZoneMark } from './ports.ts';
import type { RoundZone } from './round.ts';

export interface SerialSignal {
  /** Zones whose serial is not the one of their last read. */
  readonly moved: readonly ZoneId[];
  /** Serials of zones that had none: from now on a difference tells. */
  readonly first: ReadonlyMap<ZoneId, number>;
  /** Zones that no nameserver of theirs answered for. */
  readonly silent: number;
}

export async function askSerials(
  soa: SoaAsker,
  zones: readonly RoundZone[],
  marks: ReadonlyMap<ZoneId, ZoneMark>,
  signal?: AbortSignal,
): Promise<SerialSignal> {
  const asked = zones.filter(({ nameServers }) => nameServers.length > 0);
  const serials = await soa.serials(asked, signal === undefined ? {} : { signal });
  const moved: ZoneId[] = [];
  const first = new Map<ZoneId, number>();
  for (const [zoneId, serial] of serials) {
    const before = marks.get(zoneId)?.serial ?? null;
    if (before === null) first.set(zoneId, serial);
    else if (before !== serial) moved.push(zoneId);
  }
  return { moved, first, silent: asked.length - serials.size };
}

/** The zone's serial now; null without an answer. */
export async function takeSerial(
  soa: SoaAsker,
  zone: RoundZone,
  signal?: AbortSignal,
): Promise<number | null> {
  if (zone.nameServers.length === 0) return null;
  const serials = await soa.serials([zone], signal === undefined ? {} : { signal });
  return serials.get(zone.zoneId) ?? null;
}

/** The nameservers that tell the zone's serial: Cloudflare answers for active and pending zones; a partial zone lives elsewhere. */
export function serialSources({ nameServers, type, status }: ZoneFacts): readonly string[] {
  return type === 'full' && status !== 'deleted' ? nameServers : [];
}
