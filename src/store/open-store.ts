/**
 * The store: everything that Zoneward keeps, behind the ports that the domains declare. Nothing outside this
 * room sees a row or a query.
 */
import { Kysely } from 'kysely';
import type { Clock, Random } from '../base/clock.ts';
import { ZonewardError } from '../base/errors.ts';
import type { BudgetStore } from '../cloudflare/ports.ts';
import type { IdempotencyStore } from '../domains/access/idempotency.ts';
import type { ApiKeyStore, SignInStore } from '../domains/access/ports.ts';
import type { AuditTrail, SealEvent } from '../domains/audit/ports.ts';
import type { PolicyStore } from '../domains/changes/policy.ts';
import type { ChangeJournal, Locks } from '../domains/changes/ports.ts';
import type { ConnectSessionStore } from '../domains/connect/ports.ts';
import type {
  AlertStates,
  ConnectionStore,
  ConnectionSweep,
  RotationStore,
  SealedSecretRows,
  VaultHeaderStore,
} from '../domains/connections/ports.ts';
import type { JobStore, WakeUps } from '../domains/jobs/ports.ts';
import type { TenantRows } from '../domains/offboarding/ports.ts';
import type { ProvisioningStore } from '../domains/provisioning/ports.ts';
import type { PurchaseStore, RegistrationMirror } from '../domains/registrar/ports.ts';
import type { TemplateStore } from '../domains/templates/ports.ts';
import type { TlsSnapshots } from '../domains/tls/ports.ts';
import type { GaugeReader } from '../domains/usage/gauges.ts';
import type { Announce, WebhookStore } from '../domains/webhooks/ports.ts';
import type { InventorySettingsStore } from '../domains/zones/inventory-settings.ts';
import type { RecordList, ZoneList } from '../domains/zones/list-ports.ts';
import type {
  DriftMarks,
  MirrorHistory,
  RecordFinder,
  ZoneMirror,
  ZoneSightings,
} from '../domains/zones/ports.ts';
import type { OwnWrites, SyncStateStore } from '../domains/zones/signals/ports.ts';
import { openApiKeyStore } from './api-key-store.ts';
import { openAuditTrail } from './audit-trail.ts';
import { openBudgetStore } from './budget-store.ts';
import { openChangeJournal } from './change-journal.ts';
import { checkStore, type StoreCheck } from './check-store.ts';
import { openCommitGroup } from './commit-group.ts';
import { openConnectSessionStore } from './connect-session-store.ts';
import { openConnectionStore } from './connection-store.ts';
import { type StoreContext, storeError } from './context.ts';
import type { CopiedTable, CopyOptions } from './copy-store.ts';
import { openSqliteEngine } from './dialect-sqlite.ts';
import type { Engine } from './engine.ts';
import { openGauges } from './gauges.ts';
import { openIdempotencyStore } from './idempotency-store.ts';
import { openInventorySettings } from './inventory-settings.ts';
import { openJobStore } from './job-store.ts';
import { migrate } from './migrate.ts';
import { openDriftMarks, openMirrorHistory } from './mirror-history.ts';
import { type MirrorRetention, openMirrorRetention } from './mirror-retention.ts';
import { openPolicyStore } from './policy-store.ts';
import { isPostgresUrl, withoutPassword } from './postgres-url.ts';
import { openProvisioningStore } from './provisioning-store.ts';
import { openPurchaseStore } from './purchase-store.ts';
import { openRecordFinder } from './record-finder.ts';
import { openRecordList } from './record-list.ts';
import { openRegistrationStore } from './registration-store.ts';
import { openRotationStore } from './rotation-store.ts';
import type { Schema } from './schema.ts';
import { ensureStoreId, openSettings, type StoreSettings } from './settings.ts';
import { openSignInStore } from './sign-in-store.ts';
import type { Backup } from './sqlite-backup.ts';
import { openAlertStates, openConnectionSweep, openWorkerLease, type WorkerLease } from './sweep-rows.ts';
import { openOwnWrites, openSyncStates } from './sync-states.ts';
import { openTemplateStore } from './template-store.ts';
import { openTenantRows } from './tenant-rows.ts';
import { openTlsSnapshots } from './tls-snapshot-store.ts';
import { openUsageLog, type PrunableUsageLog } from './usage-log.ts';
import { openSealedSecretRows, openVaultHeader } from './vault-rows.ts';
import { openWebhookStore } from './webhook-store.ts';
import { openZoneList } from './zone-list.ts';
import { openZoneLocks } from './zone-locks.ts';
import { openZoneMirror } from './zone-mirror.ts';
import { openZoneSightings } from './zone-sightings.ts';

export interface StoreOptions {
  /** `sqlite:PATH`, `sqlite::memory:` for one that ends with its process, or `postgres://…`: a secret. */
  readonly url: string;
  /** On PostgreSQL: connections for writing, and as many for reading; opened when needed. Default 5. */
  readonly pool?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly seal: SealEvent;
  /** Fills the outbox of webhooks. Without it nothing is told to them. */
  readonly announce?: Announce;
}

export interface Store {
  /** Made with the store and never changed. */
  readonly id: string;
  readonly mirror: ZoneMirror & ZoneSightings & MirrorHistory & DriftMarks & RecordFinder & MirrorRetention;
  readonly zoneList: ZoneList;
  readonly recordList: RecordList;
  readonly journal: ChangeJournal;
  readonly locks: Locks;
  readonly audit: AuditTrail;
  readonly connections: ConnectionStore & ConnectionSweep;
  readonly rotations: RotationStore;
  readonly alerts: AlertStates;
  /** Lets one worker of the store at a time do what a schedule asks for. */
  readonly workerLease: WorkerLease;
  readonly usage: PrunableUsageLog;
  readonly gauges: GaugeReader;
  readonly budget: BudgetStore;
  readonly sync: SyncStateStore;
  readonly ownWrites: OwnWrites;
  readonly inventory: InventorySettingsStore;
  readonly sealedSecrets: SealedSecretRows;
  readonly vaultHeader: VaultHeaderStore;
  readonly policies: PolicyStore;
  readonly settings: StoreSettings;
  readonly apiKeys: ApiKeyStore;
  readonly signIns: SignInStore;
  readonly idempotency: IdempotencyStore;
  readonly jobs: JobStore;
  readonly wakeUps: WakeUps;
  readonly purchases: PurchaseStore;
  readonly provisionings: ProvisioningStore;
  readonly tlsSnapshots: TlsSnapshots;
  readonly webhooks: WebhookStore;
  readonly connectSessions: ConnectSessionStore;
  /** A tenant as a whole, for its end. */
  readonly tenants: TenantRows;
  readonly templates: TemplateStore;
  readonly registrations: RegistrationMirror;
  /** Examines the file and what must hold between rows. Reads only; takes time with the size of the store. */
  check(): Promise<StoreCheck>;
  /**
   * Copies the store, in use or not, into a new file. On PostgreSQL, throws `backup-by-pg-dump`, which names
   * the command.
   */
  backUp(path: string): Promise<Backup>;
  /** Copies everything into an empty PostgreSQL database. See `copy-store.ts`. */
  copyTo(url: string, options?: CopyOptions): Promise<readonly CopiedTable[]>;
  /** Waits for running transactions. Calls that come later throw. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens the store, makes it when it is not there, and brings its tables up to date. Several processes of one
 * machine may have the same SQLite store open, and those of many machines the same one on PostgreSQL. Throws
 * `ZonewardError`: `store-url-invalid`, `store-newer`, `store-busy`; of a file, `store-folder-missing`,
 * `store-on-network`, `store-not-writable`, `store-damaged`; of a server, `store-unreachable`, `store-denied`,
 * `store-no-database`, `store-server-too-old`, `store-encoding`, `store-read-only`.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  return openStoreOn(await openEngine(options), options);
}

/** The same on an engine that the caller opened, and which `close` closes. */
export async function openStoreOn(
  engine: Engine,
  options: Omit<StoreOptions, 'url' | 'pool'>,
): Promise<Store> {
  const writer = new Kysely<Schema>({ dialect: engine.dialect });
  const db = engine.readerDialect === null ? writer : new Kysely<Schema>({ dialect: engine.readerDialect });
  const { clock, random, seal } = options;
  const context: StoreContext = {
    db,
    writer,
    engine,
    commitGroup: engine.hasOneWriter ? openCommitGroup(writer) : null,
    clock,
    random,
    seal,
    announce: options.announce ?? null,
    pace: { turnedAt: performance.now() },
  };
  try {
    await migrate(context);
    return await assemble(context);
  } catch (error) {
    await closeAll(context);
    throw storeError(engine, error);
  }
}

async function assemble(context: StoreContext): Promise<Store> {
  const settings = openSettings(context);
  const close = (): Promise<void> => closeAll(context);
  return {
    id: await ensureStoreId(context, settings),
    mirror: {
      ...openZoneMirror(context),
      ...openZoneSightings(context),
      ...openMirrorHistory(context),
      ...openDriftMarks(context),
      ...openRecordFinder(context),
      ...openMirrorRetention(context),
    },
    zoneList: openZoneList(context),
    recordList: openRecordList(context),
    journal: openChangeJournal(context),
    locks: openZoneLocks(context),
    audit: openAuditTrail(context),
    connections: { ...openConnectionStore(context), ...openConnectionSweep(context) },
    rotations: openRotationStore(context),
    alerts: openAlertStates(context),
    workerLease: openWorkerLease(context),
    usage: openUsageLog(context),
    gauges: openGauges(context),
    budget: openBudgetStore(context),
    sync: openSyncStates(context),
    ownWrites: openOwnWrites(context),
    inventory: openInventorySettings(context),
    sealedSecrets: openSealedSecretRows(context),
    vaultHeader: openVaultHeader(context),
    policies: openPolicyStore(context),
    settings,
    apiKeys: openApiKeyStore(context),
    signIns: openSignInStore(context),
    idempotency: openIdempotencyStore(context),
    jobs: openJobStore(context),
    wakeUps: context.engine.wakeUps,
    purchases: openPurchaseStore(context),
    provisionings: openProvisioningStore(context),
    tlsSnapshots: openTlsSnapshots(context),
    webhooks: openWebhookStore(context),
    connectSessions: openConnectSessionStore(context),
    tenants: openTenantRows(context),
    templates: openTemplateStore(context),
    registrations: openRegistrationStore(context),
    check: () => checkStore(context),
    backUp: (path) => context.engine.backUp(path),
    copyTo: async (url, options) => {
      const { copyToPostgres } = await import('./copy-store.ts');
      return copyToPostgres(context, url, options);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The reader before the writer: who closes last folds the log into the file. */
async function closeAll({ db, writer, engine, commitGroup }: StoreContext): Promise<void> {
  await engine.wakeUps.close();
  await commitGroup?.idle();
  if (db !== writer) await db.destroy();
  await writer.destroy();
}

async function openEngine({ url, pool, clock }: StoreOptions): Promise<Engine> {
  if (isPostgresUrl(url)) {
    // Whoever stays with a file does not wait for the driver.
    const { openPostgresEngine } = await import('./dialect-postgres.ts');
    return openPostgresEngine(url, clock, pool);
  }
  const path = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : '';
  if (path !== '') return openSqliteEngine(path, clock);
  throw new ZonewardError(`This is not a store that Zoneward can open: ${withoutPassword(url)}`, {
    code: 'store-url-invalid',
    kind: 'input',
    next: ['Set ZONEWARD_STORE to sqlite:PATH (for example sqlite:./zoneward.db), or to postgres://…'],
  });
}
