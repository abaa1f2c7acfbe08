/** One Cloudflare client for each credential and owner, made at first use and closed with the context. */
import { createHash } from 'node:crypto';
import type { Clock, Random } from '../base/clock.ts';
import type { ConnectionId, TenantId } from '../base/ids.ts';
import { createAddressLimiter } from '../cloudflare/address-limiter.ts';
import type { BudgetWait } from '../cloudflare/budget-gate.ts';
import { type Cloudflare, createCloudflare } from '../cloudflare/cloudflare.ts';
import type { BudgetStore, CallReport, UsageSink } from '../cloudflare/ports.ts';
import type { Credential } from '../domains/connections/model.ts';
import type { Inspection } from '../domains/connections/ports.ts';
import type { UsageBuffer } from '../store/buffer-usage.ts';
import type { Config } from './config.ts';

/** Longer than any test of a credential takes, waits for budget included. */
const INSPECTION_MS = 3_600_000;

/** In whose name a client calls: the usage log keeps its calls apart. */
export interface Owner {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId | null;
}

export interface ClientPoolOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly budgetStore: BudgetStore;
  readonly usage: UsageBuffer;
  readonly onWait?: (wait: BudgetWait) => void;
  readonly fetch?: typeof fetch;
}

export interface ClientPool {
  clientFor(owner: Owner, credential: Credential): Cloudflare;
  /** A client of its own that also remembers its calls, for testing a credential. */
  inspect(owner: Owner, credential: Credential): Inspection;
  close(): Promise<void>;
}

export function openClientPool(options: ClientPoolOptions): ClientPool {
  const clients = new Map<string, Cloudflare>();
  let inspections: readonly { readonly client: Cloudflare; readonly openedAt: number }[] = [];
  const closeOld = async (now: number): Promise<void> => {
    const old = inspections.filter(({ openedAt }) => openedAt < now - INSPECTION_MS);
    inspections = inspections.filter((one) => !old.includes(one));
    await Promise.all(old.map(({ client }) => client.close()));
  };
  // Cloudflare counts requests a second for each client address: all credentials of this process share it.
  const addressLimiter = createAddressLimiter({ clock: options.clock });
  const open = (credential: Credential, usage: UsageSink): Cloudflare =>
    createCloudflare({
      addressLimiter,
      credential,
      usage,
      baseUrl: options.config.baseUrl,
      clock: options.clock,
      random: options.random,
      budgetStore: options.budgetStore,
      ...(options.onWait === undefined ? {} : { onWait: options.onWait }),
      ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
    });
  return {
    clientFor: (owner, credential) => {
      const key = `${owner.tenantId} ${owner.connectionId} ${digestOf(credential)}`;
      let client = clients.get(key);
      if (client === undefined) {
        client = open(credential, options.usage.sinkFor(owner.tenantId, owner.connectionId));
        clients.set(key, client);
      }
      return client;
    },
    inspect: (owner, credential) => {
      const sink = options.usage.sinkFor(owner.tenantId, owner.connectionId);
      const calls: CallReport[] = [];
      const client = open(credential, {
        report: (call) => {
          calls.push(call);
          // A test asks what is allowed: a no is an answer there, and no failure of the connection.
          sink.report(call.status === 403 ? { ...call, error: null } : call);
        },
      });
      const openedAt = options.clock.now();
      // What cannot be given back to the budget runs out there by itself.
      void closeOld(openedAt).catch(() => undefined);
      inspections = [...inspections, { client, openedAt }];
      return { inspector: client.inspector, reader: client.zones, calls: () => calls };
    },
    close: async () => {
      const inspecting = inspections.map(({ client }) => client);
      inspections = [];
      await Promise.all([...clients.values(), ...inspecting].map((client) => client.close()));
      clients.clear();
    },
  };
}

/** Tells credentials apart in memory without keeping them. */
function digestOf(credential: Credential): string {
  const secret = credential.kind === 'global-key' ? credential.key : credential.token;
  return createHash('sha256').update(secret.reveal()).digest('base64url');
}
