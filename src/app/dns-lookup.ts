/**
 * Asks the DNS (the `NameLookup` port) through the system's library. With a DNS server configured (a sandbox's),
 * questions for records go there, and none for delegations anywhere.
 */
import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { DomainName } from '../dns/name.ts';
import type { NameLookup } from '../domains/provisioning/ports.ts';
import type { Config } from './config.ts';

const TIMEOUT_MS = 2_000;
const TRIES = 2;
/** Answers that say "there is nothing", as opposed to no answer. */
const NOTHING = new Set(['ENODATA', 'ENOTFOUND']);

export function openNameLookup({ dnsServer }: Pick<Config, 'dnsServer'>): NameLookup {
  const only = dnsServer === null ? null : addressOf(dnsServer.host, dnsServer.port);
  return {
    // A sandbox's server answers for zones that nobody delegates: it knows no delegation.
    nameServers: (domain) => (only === null ? ask(null, domain, 'NS') : Promise.resolve(null)),
    records: async (server, name, type) => {
      const address = only ?? (await resolveServer(server));
      return address === null ? null : ask(address, name, type);
    },
  };
}

function addressOf(host: string, port: number): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** An address with an optional port, or a server's name. Null when the name has no address. */
async function resolveServer(server: string): Promise<string | null> {
  const bare = server.replace(/^\[(.*)\](:\d+)?$/, '$1');
  if (isIP(bare) !== 0 || isIP(server.split(':')[0] ?? '') === 4) return server;
  return lookup(server).then(
    ({ address }) => address,
    () => null,
  );
}

/** Null when nobody answered, or with a failure. */
async function ask(server: string | null, name: DomainName, type: string): Promise<readonly string[] | null> {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  if (server !== null) resolver.setServers([server]);
  try {
    return await query(resolver, name, type);
  } catch (error) {
    return NOTHING.has((error as NodeJS.ErrnoException).code ?? '') ? [] : null;
  }
}

async function query(resolver: Resolver, name: DomainName, type: string): Promise<readonly string[]> {
  const plain = (host: string): string => host.toLowerCase().replace(/\.$/, '');
  switch (type) {
    case 'A':
      return resolver.resolve4(name);
    case 'AAAA':
      return (await resolver.resolve6(name)).map((address) => address.toLowerCase());
    case 'NS':
      return (await resolver.resolveNs(name)).map(plain);
    case 'CNAME':
      return (await resolver.resolveCname(name)).map(plain);
    case 'MX':
      return (await resolver.resolveMx(name)).map(
        ({ priority, exchange }) => `${priority} ${plain(exchange) || '.'}`,
      );
    case 'TXT':
      return (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
    default:
      throw new Error(`bug: ${type} is not looked up`);
  }
}
