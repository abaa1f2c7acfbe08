/** The nameservers of the zone above a name: who publishes its delegation and its DS. */
import { lookup, resolveNs } from 'node:dns/promises';
import type { DomainName } from '../dns/name.ts';
import type { Address } from './soa-asker.ts';

export const DNS_PORT = 53;
/** Nameservers of the parent that are tried. */
export const PARENTS_MAX = 3;

/** Of the nearest name above that has nameservers. Empty when the system's resolver does not answer. */
export async function parentServers(zone: DomainName): Promise<Address[]> {
  const labels = zone.split('.').slice(1);
  for (let at = 0; at < labels.length; at += 1) {
    const names = await resolveNs(labels.slice(at).join('.')).catch(() => []);
    if (names.length === 0) continue;
    const found = await Promise.all(
      names.slice(0, PARENTS_MAX).map((name) =>
        lookup(name).then(
          ({ address }) => address,
          () => null,
        ),
      ),
    );
    return found.flatMap((host) => (host === null ? [] : [{ host, port: DNS_PORT }]));
  }
  return [];
}
