/**
 * Asks the parent of a zone for its DS records (the `ParentDsAsker` port), at one of the parent's own nameservers and
 * never at a cache: what counts is what the registrar has published by now. Over UDP, and over TCP when cut.
 */
import type { DecodedPacket } from 'dns-packet';
import type { ParentDs, ParentDsAsker } from '../domains/tls/ports.ts';
import { CLOUDFLARE_BASE_URL, type Config } from './config.ts';
import { askWire, rcodeOf } from './dns-question.ts';
import { PARENTS_MAX, parentServers } from './parent-servers.ts';
import type { Address } from './soa-asker.ts';

const TIMEOUT_MS = 2_000;

export interface DsAskerOptions {
  /** Where the question goes instead of the parent's nameservers: a sandbox's DNS server. */
  readonly address?: Address;
  readonly timeoutMs?: number;
}

export function openDsAsker(options: DsAskerOptions = {}): ParentDsAsker {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  return {
    parentDs: async (zone, { signal }) => {
      const servers = options.address === undefined ? await parentServers(zone) : [options.address];
      for (const address of servers.slice(0, PARENTS_MAX)) {
        signal?.throwIfAborted();
        const found = dsIn(await askWire(address, { name: zone, type: 'DS' }, timeoutMs), zone);
        if (found !== null) return found;
      }
      return null;
    },
  };
}

/** Null with another Cloudflare than the real one and no DNS server named: its names are not the world's. */
export function parentAskerOf({
  baseUrl,
  dnsServer,
  parentDnsServer,
}: Pick<Config, 'baseUrl' | 'dnsServer' | 'parentDnsServer'>): ParentDsAsker | null {
  const address = parentDnsServer ?? dnsServer;
  if (address !== null) return openDsAsker({ address });
  return baseUrl === CLOUDFLARE_BASE_URL ? openDsAsker() : null;
}

/** A parent that does not delegate the zone at all has no DS for it either. */
const SPOKEN: ReadonlySet<unknown> = new Set(['NOERROR', 'NXDOMAIN']);

/** Null when this is no answer of the parent. */
function dsIn(answer: DecodedPacket | null, zone: string): ParentDs | null {
  if (answer === null || !answer.flag_aa || !SPOKEN.has(rcodeOf(answer))) return null;
  const records = (answer.answers ?? []).flatMap((record) => {
    if (record.type !== 'DS' || record.name.toLowerCase() !== zone) return [];
    const { keyTag, algorithm, digestType, digest } = record.data;
    const text = `${keyTag} ${algorithm} ${digestType} ${digest.toString('hex').toUpperCase()}`;
    return [{ text, ttl: record.ttl ?? 0 }];
  });
  if (records.length > 0)
    return {
      records: records.map(({ text }) => text).sort(),
      ttlSeconds: Math.max(...records.map(({ ttl }) => ttl)),
    };
  // The zone itself knows nothing of its DS: its "none" is not the parent's.
  const speaker = (answer.authorities ?? []).find((record) => record.type === 'SOA')?.name.toLowerCase();
  return speaker === undefined || speaker === zone ? null : { records: [], ttlSeconds: null };
}
