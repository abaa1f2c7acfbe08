/**
 * The engine as a library: one call opens it, everything else hangs on a tenant.
 *
 * ```ts
 * await using zoneward = await openZoneward({ home: './data' });
 * const tenant = zoneward.tenant('acme');
 * const planned = await tenant.changes.plan('example.com', { file: 'example.com.yaml', text });
 * const applied = await tenant.changes.apply(planned);
 * ```
 *
 * Concurrent calls are safe; so are several processes on one store. `close` waits for what is being written.
 */
import { rm } from 'node:fs/promises';
import type { Clock, Random } from '../base/clock.ts';
import { isZonewardError, ZonewardError } from '../base/errors.ts';
import type { BudgetWait } from '../cloudflare/budget-gate.ts';
import type { IdempotencyStore } from '../domains/access/idempotency.ts';
import type { Principal } from '../domains/audit/model.ts';
import { ENVIRONMENT_NAMES } from '../domains/connections/parse-credential.ts';
import type { Vault } from '../domains/connections/ports.ts';
import type { Gauges } from '../domains/usage/gauges.ts';
import type { MessengerOptions } from '../outbound/messenger.ts';
import type { StoreCheck } from '../store/check-store.ts';
import type { Backup } from '../store/sqlite-backup.ts';
import type { KeyProvider } from '../vault/key-provider.ts';
import type { SecretFetcher } from '../vault/secret-references.ts';
import { type ApiKeys, openApiKeys } from './api-keys.ts';
import { type Config, type ConfigInput, type Environment, resolveConfig } from './config.ts';
import {
  type ConnectVisit,
  openConnectVisit,
  type TenantConnectSessions,
  tenantConnectSessions,
} from './connect-sessions.ts';
import { type Context, openContext } from './context.ts';
import { type Initialized, initHome } from './init.ts';
import { type Jobs, openJobs } from './jobs.ts';
import type { Logger } from './logger.ts';
import { type MovedStore, type MoveOptions, moveStore } from './move-store.ts';
import type { PlanWatch } from './plan-watch.ts';
import { openSignIns, type SignIns } from './sign-ins.ts';
import { type TenantAudit, tenantAudit } from './tenant-audit.ts';
import { type TenantCertificates, tenantCertificates } from './tenant-certificates.ts';
import { type TenantChanges, tenantChanges } from './tenant-changes.ts';
import { type TenantConnections, tenantConnections } from './tenant-connections.ts';
import { type TenantDrift, tenantDrift } from './tenant-drift.ts';
import { type TenantHostnames, tenantHostnames } from './tenant-hostnames.ts';
import { type TenantInventory, tenantInventory } from './tenant-inventory.ts';
import { parseTenant } from './tenant-name.ts';
import { type TenantPolicies, tenantPolicies } from './tenant-policies.ts';
import { type TenantProvisioning, tenantProvisioning } from './tenant-provisioning.ts';
import { tenantReach } from './tenant-reach.ts';
import { type TenantRegistrar, tenantRegistrar } from './tenant-registrar.ts';
import { type TenantRotations, tenantRotations } from './tenant-rotations.ts';
import { type TenantTemplates, tenantTemplates } from './tenant-templates.ts';
import { type TenantTls, tenantTls } from './tenant-tls.ts';
import { type TenantUsage, tenantUsage } from './tenant-usage.ts';
import { type TenantVerify, tenantVerify } from './tenant-verify.ts';
import { type TenantWebhooks, tenantWebhooks } from './tenant-webhooks.ts';
import { type TenantZoneLife, tenantZoneLife } from './tenant-zone-life.ts';
import { type TenantZones, tenantZones } from './tenant-zones.ts';
import { openTenants, type Tenants } from './tenants.ts';
import type { Tracing } from './tracing.ts';
import { type VaultKeys, vaultAdmin } from './vault-admin.ts';
import { runWorker, type SweepReport, sweepOnce, type WorkerOptions } from './worker.ts';

export interface ZonewardOptions extends ConfigInput {
  /** Default: the process's environment. Pass `{}` to read nothing from it. */
  readonly environment?: Environment;
  /** Makes the home folder and the vault key where they are missing. Default true. */
  readonly init?: boolean;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
  /** Who acts, for the audit trail. Default: `library:user@host`. */
  readonly principal?: Principal;
  /** The host's own secret store in place of the vault. */
  readonly vault?: Vault;
  /** The host's own place for vault keys, in place of those that ZONEWARD_VAULT_KEYS names. */
  readonly vaultKeys?: KeyProvider;
  /** More schemes of secret references beside `env:` and `file:`: how to fetch what stands after the colon. */
  readonly secretFetchers?: Readonly<Record<string, SecretFetcher>>;
  /** Told when a call waits for the shared budget of its credential. */
  readonly onWait?: (wait: BudgetWait) => void;
  readonly fetch?: typeof fetch;
  /** Traces through an OpenTelemetry that the host has set up: `tracingOn(api)`. Default: what `OTEL_…` asks for. */
  readonly tracing?: Tracing;
  /** How webhooks leave, in tests: names without a network, certificates of an authority of their own. */
  readonly webhookTransport?: Pick<MessengerOptions, 'lookup' | 'ca' | 'timeoutMs'>;
}

export interface Tenant {
  readonly connections: TenantConnections & TenantRotations;
  readonly zones: TenantZones & TenantZoneLife & TenantVerify;
  readonly inventory: TenantInventory;
  readonly drift: TenantDrift;
  readonly changes: TenantChanges;
  readonly policies: TenantPolicies;
  readonly tls: TenantTls;
  readonly templates: TenantTemplates;
  readonly certificates: TenantCertificates;
  readonly hostnames: TenantHostnames;
  readonly registrar: TenantRegistrar;
  readonly provisioning: TenantProvisioning;
  readonly audit: TenantAudit;
  readonly usage: TenantUsage;
  readonly webhooks: TenantWebhooks;
  readonly connectSessions: TenantConnectSessions;
}

export interface Zoneward {
  readonly config: Config;
  /** What opening had to make. */
  readonly initialized: Initialized;
  /** Tenants need no creation; each sees its own rows only. The name is yours: letters, digits, `-`, `_`, `.`. */
  tenant(
    name: string,
    options?: {
      /** Who acts through it, for the audit trail: an API key, a signed-in person. */
      readonly principal?: Principal;
      /**
       * Whether the environment's credential is this tenant's to use while it has no connection. Default: only for
       * the tenant `local`, so that no customer of a product borrows the credential of the machine.
       */
      readonly environmentCredential?: boolean;
      /** Told zone by zone of the plans that are made through it. */
      readonly planWatch?: PlanWatch;
    },
  ): Tenant;
  readonly tracing: Tracing;
  readonly apiKeys: ApiKeys;
  /** Tenants as a whole: listed, exported, erased. */
  readonly tenants: Tenants;
  /** What the secret of a connect session opens; null for one that opens nothing, whatever the reason. */
  connectVisit(secret: string): Promise<ConnectVisit | null>;
  /** Sessions of people at the dashboard. */
  readonly signIns: SignIns;
  /** Work that goes on after its request was answered. */
  readonly jobs: Jobs;
  /** Answers that a repeated request gets again. */
  readonly idempotency: IdempotencyStore;
  /** The keys of the vault: status, add, promote, rewrap, retire. */
  readonly keys: VaultKeys;
  /** Does once, for all tenants, what a worker does: states, reminders, rotations, rounds of zones, pruning. */
  sweep(options?: WorkerOptions): Promise<SweepReport>;
  /** Does it until `signal` aborts. One worker of a store works; others wait to take over. */
  work(options?: WorkerOptions): Promise<void>;
  /** How the store stands over all tenants, for a monitor. Names nobody. */
  gauges(): Promise<Gauges>;
  /** What is on its way to webhooks, over all tenants. */
  webhookGauges(): Promise<{ readonly pending: number; readonly oldestDueAt: number | null }>;
  /** Reads from the store and opens the vault's key. Throws what is wrong with either. */
  checkReady(): Promise<void>;
  /** Examines the store's file and what must hold between its rows. Reads only. */
  checkStore(): Promise<StoreCheck>;
  /** Copies a store in a SQLite file, in use or not, into a new file. The keys are to be kept apart from it. */
  backUpStore(path: string): Promise<Backup>;
  /** Copies a store in a SQLite file into an empty PostgreSQL database, and examines it there. Leaves it as it is. */
  moveStore(url: string, options?: MoveOptions): Promise<MovedStore>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openZoneward(options: ZonewardOptions = {}): Promise<Zoneward> {
  const environment = options.environment ?? process.env;
  const config = resolveConfig(options, environment);
  const initialized: Initialized =
    (options.init ?? true) ? await initHome(config, environment) : { home: config.home, keyCreated: null };
  const opened = await openContext({ ...options, config, environment });
  await proveKeys(opened, options, initialized);
  const tenant: Zoneward['tenant'] = (name, options = {}) => {
    const { principal, planWatch, environmentCredential = name === LOCAL_TENANT } = options;
    const context: Context = {
      ...opened,
      ...(principal === undefined ? {} : { principal }),
      ...(planWatch === undefined ? {} : { planWatch }),
      ...(environmentCredential ? {} : { environment: withoutCredential(environment) }),
    };
    const tenantId = parseTenant(name);
    const reach = tenantReach(context, tenantId);
    const changes = tenantChanges(context, tenantId, reach);
    const tls = tenantTls(context, tenantId, reach);
    const registrar = tenantRegistrar(context, tenantId, reach);
    const templates = tenantTemplates(context, tenantId, { reach, plans: changes });
    return {
      connections: {
        ...tenantConnections(context, tenantId, reach),
        ...tenantRotations(context, tenantId, reach),
      },
      zones: {
        ...tenantZones(context, tenantId, reach),
        ...tenantZoneLife(context, tenantId, reach),
        ...tenantVerify(context, tenantId, { reach, tls }),
      },
      inventory: tenantInventory(context, tenantId, { reach, plans: changes }),
      drift: tenantDrift(context, tenantId, { reach, plans: changes }),
      changes,
      policies: tenantPolicies(context, tenantId, reach),
      tls,
      templates,
      certificates: tenantCertificates(context, tenantId, { reach, plans: changes }),
      hostnames: tenantHostnames(context, tenantId, { reach, plans: changes }),
      registrar,
      provisioning: tenantProvisioning(context, tenantId, {
        reach,
        changes,
        registrar,
        templates,
        tls,
      }),
      audit: tenantAudit(context, tenantId),
      usage: tenantUsage(context, tenantId, reach),
      webhooks: tenantWebhooks(context, tenantId),
      connectSessions: tenantConnectSessions(context, tenantId, reach),
    };
  };
  return {
    config,
    initialized,
    tenant,
    tracing: opened.tracing,
    apiKeys: openApiKeys(opened),
    tenants: openTenants(opened),
    connectVisit: (secret) =>
      openConnectVisit({ ...opened, environment: withoutCredential(environment) }, secret),
    signIns: openSignIns(opened),
    jobs: openJobs(opened, (name, options) =>
      tenant(name, { ...options, environmentCredential: name === LOCAL_TENANT }),
    ),
    idempotency: opened.store.idempotency,
    keys: vaultAdmin(opened),
    sweep: (work) => sweepOnce(opened, work),
    work: (work) => runWorker(opened, work),
    webhookGauges: () => opened.store.webhooks.counts(),
    gauges: async () => {
      await opened.flushUsage();
      return opened.store.gauges.read(opened.clock.now());
    },
    checkReady: async () => {
      await opened.store.settings.get('ready');
      await opened.vault();
    },
    checkStore: () => opened.store.check(),
    backUpStore: (path) => opened.store.backUp(path),
    moveStore: (url, options = {}) => moveStore(opened, url, options),
    close: () => opened.close(),
    [Symbol.asyncDispose]: () => opened.close(),
  };
}

/**
 * A store that has sealed anything does not start without its keys: a wrong one must not show first when a secret
 * is needed. A store that never has asks for none.
 */
async function proveKeys(
  opened: Context,
  { vault }: ZonewardOptions,
  { keyCreated }: Initialized,
): Promise<void> {
  try {
    if (vault === undefined && (await opened.store.vaultHeader.read()) !== null) await opened.vault();
  } catch (error) {
    await opened.close();
    // Made a moment ago, as for a first start: this store began elsewhere, and its own key belongs in that place.
    if (keyCreated !== null) await rm(keyCreated, { force: true });
    throw isZonewardError(error) && error.code === 'vault-key-missing' ? keyLost(error) : error;
  }
}

/** Making a new key, which is said elsewhere, would open nothing here. */
function keyLost({ message, details }: ZonewardError): ZonewardError {
  return new ZonewardError(`${message} This store holds secrets that need it.`, {
    code: 'vault-key-missing',
    kind: 'internal',
    next: [
      'restore the key from your backup, or point at it: ZONEWARD_VAULT_KEYS, ZONEWARD_VAULT_KEY_FILE',
      'if it is lost: begin with another store (ZONEWARD_STORE) and add the credentials anew',
    ],
    details,
  });
}

/** The tenant that the environment's credential belongs to, wherever several tenants are served. */
export const LOCAL_TENANT = 'local';

function withoutCredential(environment: Environment): Environment {
  const names: readonly string[] = Object.values(ENVIRONMENT_NAMES);
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !names.includes(name)));
}
