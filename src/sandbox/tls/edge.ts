/**
 * What the edge serves for a host name: the certificate with the closest host, and of equal ones an uploaded before an
 * advanced before a total TLS before the universal one. [U] How Cloudflare orders what it does not document.
 */
import { proxyingZone } from '../dns/lookup.ts';
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';
import { customCertificates, customStatus } from './custom-certificates.ts';
import { activeHostname, hostnameServed } from './custom-hostnames.ts';
import { type Served, servedLeaf } from './issued.ts';
import { covers, packLeaves, packsOf } from './packs.ts';
import { uploadedKey } from './uploaded-keys.ts';

export interface EdgeHost {
  readonly zone: Zone;
  /** Undefined: no handshake succeeds. */
  readonly certificate: Served | undefined;
}

/** The zone that proxies for a host, and its certificate; undefined when the edge does not know the host. */
export function edgeHost(world: World, host: string): EdgeHost | undefined {
  const name = host.toLowerCase().replace(/\.$/, '');
  const zone = proxyingZone(world, name);
  if (zone !== undefined) return { zone, certificate: bestOf(world, zone, name) };
  const saas = activeHostname(world, name);
  if (saas === undefined) return undefined;
  return { zone: saas.zone, certificate: hostnameServed(world, saas.zone, saas.item) };
}

interface Candidate {
  readonly hosts: readonly string[];
  readonly served: () => Served;
}

const RANKS = ['advanced', 'total_tls', 'universal'] as const;

function bestOf(world: World, zone: Zone, name: string): Served | undefined {
  const candidates = [...uploaded(world, zone), ...issued(world, zone)];
  const exact = candidates.find(({ hosts }) => hosts.includes(name));
  return (exact ?? candidates.find(({ hosts }) => hosts.some((host) => covers(host, name))))?.served();
}

function uploaded(world: World, zone: Zone): readonly Candidate[] {
  return customCertificates(zone)
    .filter((item) => customStatus(world, item) === 'active')
    .sort((a, b) => b.priority - a.priority)
    .flatMap((item) => {
      const key = uploadedKey(item);
      return key === undefined ? [] : [{ hosts: item.hosts, served: () => ({ chain: item.chain, key }) }];
    });
}

/** Of a pack's two certificates the one that every client of today takes. */
function issued(world: World, zone: Zone): readonly Candidate[] {
  const packs = packsOf(world, zone);
  return RANKS.flatMap((rank) => packs.filter((pack) => pack.type === rank)).flatMap((pack) => {
    const leaf = packLeaves(world, zone, pack).find(({ signature }) => signature === 'ECDSAWithSHA256');
    return leaf === undefined ? [] : [{ hosts: leaf.hosts, served: () => servedLeaf(world, leaf) }];
  });
}
