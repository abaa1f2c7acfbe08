/**
 * SOA serials as a signal: a zone whose own nameserver tells another serial than before the last read has moved.
 * Costs no API call. Which changes move the serial is undocumented (comments and tags seem not to), so the rolling
 * verification stays.
 */
import type { ZoneId } from '../../../base/ids.ts';
import type { Zone } from '../model.ts';
import type { SoaAsker, ZoneMark } from './ports.ts';

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
  zones: readonly Zone[],
  marks: ReadonlyMap<ZoneId, ZoneMark>,
  signal?: AbortSignal,
): Promise<SerialSignal> {
  const asked = zones.filter(hasNameServers);
  const questions = asked.map(({ facts }) => ({
    zoneId: facts.id,
    name: facts.name,
    nameServers: facts.nameServers,
  }));
  const serials = await soa.serials(questions, signal === undefined ? {} : { signal });
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
export async function takeSerial(soa: SoaAsker, zone: Zone, signal?: AbortSignal): Promise<number | null> {
  if (!hasNameServers(zone)) return null;
  const { id, name, nameServers } = zone.facts;
  const question = { zoneId: id, name, nameServers };
  const serials = await soa.serials([question], signal === undefined ? {} : { signal });
  return serials.get(id) ?? null;
}

/** Cloudflare answers for active and pending zones; a partial zone lives elsewhere. */
function hasNameServers({ facts }: Zone): boolean {
  return facts.nameServers.length > 0 && facts.type === 'full' && facts.status !== 'deleted';
}
