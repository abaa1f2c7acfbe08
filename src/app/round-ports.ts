/** What a round of a connection needs (`syncRound`), and where its serials are asked for. */
import type { RoundPorts } from '../domains/zones/signals/round.ts';
import { ROUND_PRINCIPAL } from '../domains/zones/signals/round-events.ts';
import { CLOUDFLARE_BASE_URL, type Config } from './config.ts';
import type { Context, LinkedConnection } from './context.ts';
import { NO_ACCOUNT } from './environment-connection.ts';
import { type OpenSoaAsker, openSoaAsker } from './soa-asker.ts';

/** `soa` null: serials are not asked. */
export function roundPorts(context: Context, linked: LinkedConnection, soa: OpenSoaAsker | null): RoundPorts {
  const { store, random } = context;
  const { connection, cloudflare } = linked;
  return {
    ...context.syncPorts(linked, ROUND_PRINCIPAL),
    sightings: store.mirror,
    history: store.mirror,
    ownWrites: store.ownWrites,
    states: store.sync,
    trail: store.audit,
    // The log is an account's: without one there is nothing to ask.
    auditLog: connection.accountId === NO_ACCOUNT ? null : cloudflare.auditLog,
    soa,
    random,
  };
}

/**
 * Asks the zones' own nameservers, or the DNS server of the configuration. Null with another Cloudflare than the
 * real one and no server named: the names in it are not the world's, and must not be asked there.
 */
export function openSoa({ baseUrl, dnsServer }: Pick<Config, 'baseUrl' | 'dnsServer'>): OpenSoaAsker | null {
  if (dnsServer !== null) return openSoaAsker({ address: dnsServer });
  return baseUrl === CLOUDFLARE_BASE_URL ? openSoaAsker() : null;
}
