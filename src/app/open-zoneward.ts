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
import type { Clock, Random } from '../base/clock.ts';
import { ZonewardError } from '../base/errors.ts';
import type { TenantId } from '../base/ids.ts';
import type { BudgetWait } from '../cloudflare/budget-gate.ts';
import type { Principal } from '../domains/audit/model.ts';
import type { Vault } from '../domains/connections/ports.ts';
import type { StoreCheck } from '../store/check-store.ts';
import type { KeyProvider } from '../vault/key-provider.ts';
import type { SecretFetcher } from '../vault/secret-references.ts';
import { type Config, type ConfigInput, type Environment, resolveConfig } from './config.ts';
import { openContext } from './context.ts';
import { type Initialized, initHome } from './init.ts';
import type { Logger } from './logger.ts';
import { type TenantAudit, tenantAudit } from './tenant-audit.ts';
import { type TenantChanges, tenantChanges } from './tenant-changes.ts';
import { type TenantConnections, tenantConnections } from './tenant-connections.ts';
import { type TenantDrift, tenantDrift } from './tenant-drift.ts';
import { type TenantInventory, tenantInventory } from './tenant-inventory.ts';
import { type TenantPolicies, tenantPolicies } from './tenant-policies.ts';
import { tenantReach } from './tenant-reach.ts';
import { type TenantUsage, tenantUsage } from './tenant-usage.ts';
import { type TenantZones, tenantZones } from './tenant-zones.ts';

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
}

export interface Tenant {
  readonly connections: TenantConnections;
  readonly zones: TenantZones;
  readonly inventory: TenantInventory;
  readonly drift: TenantDrift;
  readonly changes: TenantChanges;
  readonly policies: TenantPolicies;
  readonly audit: TenantAudit;
  readonly usage: TenantUsage;
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
    },
  ): Tenant;
  /** Examines the store's file and what must hold between its rows. Reads only. */
  checkStore(): Promise<StoreCheck>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openZoneward(options: ZonewardOptions = {}): Promise<Zoneward> {
  const environment = options.environment ?? process.env;
  const config = resolveConfig(options, environment);
  const initialized: Initialized =
    (options.init ?? true) ? await initHome(config, environment) : { home: config.home, keyCreated: null };
  const opened = await openContext({ ...options, config, environment });
  return {
    config,
    initialized,
    tenant: (name, { principal } = {}) => {
      const context = principal === undefined ? opened : { ...opened, principal };
      const tenantId = parseTenant(name);
      const reach = tenantReach(context, tenantId);
      const changes = tenantChanges(context, tenantId, reach);
      return {
        connections: tenantConnections(context, tenantId, reach),
        zones: tenantZones(context, tenantId, reach),
        inventory: tenantInventory(context, tenantId, reach),
        drift: tenantDrift(context, tenantId, { reach, plans: changes }),
        changes,
        policies: tenantPolicies(context, tenantId, reach),
        audit: tenantAudit(context, tenantId),
        usage: tenantUsage(context, tenantId, reach),
      };
    },
    checkStore: () => opened.store.check(),
    close: () => opened.close(),
    [Symbol.asyncDispose]: () => opened.close(),
  };
}

const TENANT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

function parseTenant(name: string): TenantId {
  if (TENANT.test(name)) return name as TenantId;
  throw new ZonewardError(`"${name.slice(0, 40)}" is not a tenant's name`, {
    code: 'tenant-invalid',
    kind: 'input',
    next: ['Use 1 to 128 letters, digits, "-", "_" or ".", beginning with a letter or digit.'],
  });
}
