/**
 * The wired objects: one store, one vault, one Cloudflare client for each credential in use. Use cases take their
 * ports from here; nothing outside this room sees it.
 */
import os from 'node:os';
import { type Clock, type Random, systemClock, systemRandom } from '../base/clock.ts';
import type { ConnectionId, TenantId, ZoneId } from '../base/ids.ts';
import type { BudgetWait } from '../cloudflare/budget-gate.ts';
import type { Cloudflare } from '../cloudflare/cloudflare.ts';
import { sealEvent } from '../domains/audit/chain.ts';
import type { Principal } from '../domains/audit/model.ts';
import type { CallOptions } from '../domains/cloudflare-call.ts';
import { credentialOf } from '../domains/connections/credential-of.ts';
import type { Connection, Credential } from '../domains/connections/model.ts';
import type { OpenInspection, SecretReferences, Vault } from '../domains/connections/ports.ts';
import { messageOf, wants } from '../domains/webhooks/announce.ts';
import type { Messenger } from '../domains/webhooks/ports.ts';
import { readZone, type ZoneReading } from '../domains/zones/read-zone.ts';
import { readerStanding } from '../domains/zones/reader-standing.ts';
import type { SyncPorts } from '../domains/zones/sync-zone.ts';
import { createMessenger, type MessengerOptions } from '../outbound/messenger.ts';
import { bufferUsage } from '../store/buffer-usage.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { recordHash } from '../store/record-hash.ts';
import type { KeyProvider } from '../vault/key-provider.ts';
import { openSecretReferences, type SecretFetcher } from '../vault/secret-references.ts';
import { openVault } from '../vault/vault.ts';
import { type Owner, openClientPool } from './client-pool.ts';
import type { Config, Environment } from './config.ts';
import { type Logger, SILENT } from './logger.ts';
import { once } from './once.ts';
import type { PlanWatch } from './plan-watch.ts';
import { secretFetchers } from './secret-fetchers.ts';
import { openTracing, type Tracing } from './tracing.ts';
import { openVaultKeys } from './vault-keys.ts';

export interface ContextOptions {
  readonly config: Config;
  readonly environment: Environment;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
  readonly principal?: Principal;
  /** The host's own vault, instead of ours. */
  readonly vault?: Vault;
  /** The host's own place for vault keys, instead of those of the configuration. */
  readonly vaultKeys?: KeyProvider;
  /** More schemes of secret references, by scheme. */
  readonly secretFetchers?: Readonly<Record<string, SecretFetcher>>;
  /** Told when a call waits for the shared budget. */
  readonly onWait?: (wait: BudgetWait) => void;
  readonly fetch?: typeof fetch;
  /** The host's own traces, instead of those that the environment asks for. */
  readonly tracing?: Tracing;
  /** How webhooks leave, in tests: names without a network, certificates of an authority of their own. */
  readonly webhookTransport?: Pick<MessengerOptions, 'lookup' | 'ca' | 'timeoutMs'>;
}

/** As receivers of webhooks see who posts. */
const USER_AGENT = 'zoneward-webhooks/1';

/** A connection with its client: what a use case needs to talk to Cloudflare. */
export interface LinkedConnection {
  readonly connection: Connection;
  readonly cloudflare: Cloudflare;
}

export interface Context {
  readonly config: Config;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly principal: Principal;
  /** Who watches the plans that are made here; absent: nobody. */
  readonly planWatch?: PlanWatch;
  /** Who holds a lock, for others to see. */
  readonly holder: string;
  readonly store: Store;
  readonly references: SecretReferences;
  /** Posts to the addresses of webhooks. */
  readonly messenger: Messenger;
  readonly tracing: Tracing;
  /** Opened at the first use: what needs no saved secret needs no key. */
  vault(): Promise<Vault>;
  vaultKeys(): Promise<KeyProvider>;
  /** The client of a credential; the same for all that use it, so that they share one budget. */
  clientFor(owner: Owner, credential: Credential): Cloudflare;
  /** A client for a credential that need not be saved, with a record of its calls. */
  openInspection(tenantId: TenantId, connectionId?: ConnectionId): OpenInspection;
  link(connection: Connection): Promise<LinkedConnection>;
  /** `by`: who reads, for the audit trail; absent: whoever this context is for. */
  syncPorts(linked: LinkedConnection, by?: Principal): SyncPorts;
  readZone(linked: LinkedConnection, zoneId: ZoneId, options: CallOptions): Promise<ZoneReading>;
  /** Makes the calls of the last second readable in the usage log. */
  flushUsage(): Promise<void>;
  close(): Promise<void>;
}

export async function openContext(options: ContextOptions): Promise<Context> {
  const { config, environment, logger = SILENT } = options;
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const tracing = options.tracing ?? (await openTracing(environment));
  const messenger = createMessenger({
    userAgent: USER_AGENT,
    allowed: config.webhookAllow,
    ...options.webhookTransport,
  });
  const store = await openStore({
    url: config.storeUrl.reveal(),
    pool: config.storePool,
    clock,
    random,
    seal: sealEvent,
    announce: { messageOf, wants },
  });
  const usage = bufferUsage(store.usage, clock, {
    onError: (error) => logger.warn('the usage log could not be written', { error: String(error) }),
  });
  const fetchers = { ...secretFetchers(environment), ...options.secretFetchers };
  const references = openSecretReferences({ environment, fetchers });
  const watched = {
    ...usage,
    sinkFor: (...of: Parameters<typeof usage.sinkFor>) => tracing.watch(usage.sinkFor(...of)),
  };
  const clients = openClientPool({ ...options, clock, random, budgetStore: store.budget, usage: watched });
  const vaultKeys = once(async () => options.vaultKeys ?? openVaultKeys(config, environment, random));
  const vault = once(async () => {
    if (options.vault !== undefined) return options.vault;
    const { id: storeId, vaultHeader: header } = store;
    return openVault({ keys: await vaultKeys(), storeId, header, clock, random });
  });
  // A secret that is only named needs no vault, so none is opened for it.
  const lazyVault = { open: async (...input: Parameters<Vault['open']>) => (await vault()).open(...input) };

  const context: Context = {
    config,
    environment,
    clock,
    random,
    logger,
    principal: options.principal ?? `library:${os.userInfo().username}@${os.hostname()}`,
    holder: `${os.hostname()}:${process.pid}`,
    store,
    references,
    messenger,
    tracing,
    vault,
    vaultKeys,
    clientFor: (owner, credential) => clients.clientFor(owner, credential),
    openInspection: (tenantId, connectionId) => (credential) =>
      clients.inspect({ tenantId, connectionId: connectionId ?? null }, credential),
    link: async (connection) => {
      const credential = await credentialOf(
        { store: store.connections, vault: lazyVault, references },
        connection,
      );
      const { tenantId, id: connectionId } = connection;
      return { connection, cloudflare: clients.clientFor({ tenantId, connectionId }, credential) };
    },
    syncPorts: ({ connection, cloudflare }, by) => ({
      reader: cloudflare.zones,
      mirror: store.mirror,
      openWrites: store.journal,
      hash: recordHash,
      clock,
      standing: readerStanding(
        { sightings: store.mirror, trail: store.audit, clock },
        { connectionId: connection.id, principal: by ?? context.principal },
      ),
    }),
    readZone: (linked, zoneId, call) =>
      readZone(
        { ...context.syncPorts(linked), trail: store.audit },
        {
          tenantId: linked.connection.tenantId,
          zoneId,
          principal: context.principal,
          lane: call.lane,
          ...(call.signal === undefined ? {} : { signal: call.signal }),
        },
      ),
    flushUsage: () => usage.flush(),
    // Clients first: what they give back and report on closing still belongs in the store.
    close: () => closeAll([clients, usage, store, tracing]),
  };
  return context;
}

/** One after another. One that fails leaves no other open: what is open keeps the process alive. Throws the first failure. */
async function closeAll(parts: readonly { close(): Promise<void> }[]): Promise<void> {
  const failures: unknown[] = [];
  for (const part of parts) await part.close().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
