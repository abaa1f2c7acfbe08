/**
 * Cloudflare as one credential sees it: the room's front door. Joins transport, budget and wire formats to the
 * ports that the capabilities declare.
 *
 * ```
 * const cloudflare = createCloudflare({ credential, clock, random, budgetStore });
 * for await (const page of cloudflare.zones.listZones(accountId, { lane: 'interactive' })) …
 * await cloudflare.close(); // gives unused budget back
 * ```
 *
 * Nothing is sent and nothing loaded before the first call. Concurrent calls are safe. One object for each
 * credential and process is enough; several work, and share the budget through the store.
 */
import { type Clock, type Random, systemClock, systemRandom } from '../base/clock.ts';
import type { RecordQuotaReader, RecordWriter } from '../domains/changes/ports.ts';
import type { Credential } from '../domains/connections/model.ts';
import type { CredentialInspector, TokenIssuer } from '../domains/connections/ports.ts';
import type { ZoneMaker } from '../domains/provisioning/ports.ts';
import type { Registrar } from '../domains/registrar/ports.ts';
import type { SettingsReader, SettingsWriter, TlsReader, ZoneObjects } from '../domains/tls/ports.ts';
import type { ZoneReader } from '../domains/zones/ports.ts';
import type { AuditLogReader } from '../domains/zones/signals/ports.ts';
import { type AddressLimiter, createAddressLimiter } from './address-limiter.ts';
import { type Api, createApi } from './api.ts';
import type { Fetch } from './attempt.ts';
import { createAuditLogReader } from './audit-log-reader.ts';
import { budgetKeyOf } from './auth.ts';
import { CLOUDFLARE_BASE_URL, parseBaseUrl } from './base-url.ts';
import { BudgetGate, type BudgetWait } from './budget-gate.ts';
import { createMemoryBudgetStore } from './budget-store-memory.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { createCredentialInspector } from './credential-inspector.ts';
import type { BudgetStore, UsageSink } from './ports.ts';
import { createRecordWriter } from './record-writer.ts';
import { createRegistrar } from './registrar.ts';
import { createTlsReader } from './tls-reader.ts';
import { createTokenIssuer } from './token-issuer.ts';
import { createTransport, DEFAULT_TIMEOUT_MS } from './transport.ts';
import { createZoneMaker } from './zone-maker.ts';
import { createZoneObjects } from './zone-objects.ts';
import { createZoneReader } from './zone-reader.ts';
import { createZoneSettings } from './zone-settings.ts';

export type { BudgetWait } from './budget-gate.ts';

/** Long enough for a block of five minutes and the window after it. */
export const BUDGET_WAIT_MAX_MS = 900_000;

export interface CloudflareOptions {
  readonly credential: Credential;
  /** Default: the real API. Only http and https. */
  readonly baseUrl?: string;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Shared by all processes that may use the credential. Default: in memory, for one process alone. */
  readonly budgetStore?: BudgetStore;
  /** Whose budget it is, if not the credential's own: see `mergeBudget`. */
  readonly budgetKey?: string;
  /** One for all credentials of the process. Default: its own. */
  readonly addressLimiter?: AddressLimiter;
  readonly usage?: UsageSink;
  readonly fetch?: Fetch;
  /** Told when a call waits for the budget, each time it looks again. Must not throw. */
  readonly onWait?: (wait: BudgetWait) => void;
  /** For one attempt, in real time. A write that takes longer is unanswered. */
  readonly timeoutMs?: number;
  /** A longer wait for budget is refused (`cloudflare-rate-limited`) instead of waited for. */
  readonly budgetWaitMaxMs?: number;
}

export interface Cloudflare {
  readonly zones: ZoneReader;
  readonly records: RecordWriter & RecordQuotaReader;
  readonly settings: SettingsReader & SettingsWriter;
  readonly tls: TlsReader;
  readonly objects: ZoneObjects;
  readonly auditLog: AuditLogReader;
  /** Also inspects other credentials than this one's, each on its own budget. */
  readonly inspector: Required<CredentialInspector>;
  /** Also makes and deletes tokens with other credentials than this one's, each on its own budget. */
  readonly tokens: TokenIssuer;
  readonly registrar: Registrar;
  readonly zoneMaker: ZoneMaker;
  /** Calls by route, for what has no port of its own yet. */
  readonly api: Api;
  /** Calls that could be made now, as far as this process knows; null before the first answer. */
  budgetLeft(): number | null;
  /**
   * The user behind the credential is known (`GET /user`): from now on all credentials of that user share one
   * budget, as they do at Cloudflare. Charges so far move along; other processes follow by themselves.
   */
  mergeBudget(userId: string): Promise<void>;
  /** Gives unused budget back. Calls made afterwards are refused as not sent. Safe to repeat. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Throws `base-url-invalid`; a malformed credential shows at the first call, before anything is sent. */
export function createCloudflare(options: CloudflareOptions): Cloudflare {
  const shared = sharedParts(options);
  const own = openClient(shared, options.credential, options.budgetKey);
  const others = new Map<string, Client>();
  const apiFor = (credential: Credential): Api => {
    const key = budgetKeyOf(credential);
    if (key === own.key) return own.api;
    const known = others.get(key) ?? openClient(shared, credential);
    others.set(key, known);
    return known.api;
  };
  const close = async (): Promise<void> => {
    await own.gate.close();
    for (const { gate } of others.values()) await gate.close();
  };
  const tls = createTlsReader(own.api);
  return {
    zones: createZoneReader(own.api),
    records: createRecordWriter(own.api),
    settings: createZoneSettings(own.api),
    tls,
    objects: createZoneObjects(own.api, tls),
    auditLog: createAuditLogReader(own.api),
    inspector: createCredentialInspector({ apiFor, clock: shared.clock }),
    tokens: createTokenIssuer({ apiFor }),
    registrar: createRegistrar(own.api),
    zoneMaker: createZoneMaker(own.api),
    api: own.api,
    budgetLeft: () => own.gate.left,
    mergeBudget: (userId) => own.gate.merge(`user:${userId}`),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What all credentials have in common. */
function sharedParts(options: CloudflareOptions) {
  const clock = options.clock ?? systemClock;
  return {
    baseUrl: parseBaseUrl(options.baseUrl ?? CLOUDFLARE_BASE_URL),
    clock,
    random: options.random ?? systemRandom,
    budgetStore: options.budgetStore ?? createMemoryBudgetStore({ clock }),
    address: options.addressLimiter ?? createAddressLimiter({ clock }),
    usage: options.usage ?? null,
    fetch: options.fetch ?? globalThis.fetch,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    waitMaxMs: options.budgetWaitMaxMs ?? BUDGET_WAIT_MAX_MS,
    onWait: options.onWait,
  };
}

interface Client {
  /** Of the credential, whatever budget it uses. */
  readonly key: string;
  readonly api: Api;
  readonly gate: BudgetGate;
}

function openClient(
  shared: ReturnType<typeof sharedParts>,
  credential: Credential,
  budgetKey?: string,
): Client {
  const { clock, random, budgetStore, baseUrl, waitMaxMs, onWait } = shared;
  const key = budgetKeyOf(credential);
  const gate = new BudgetGate({
    store: budgetStore,
    key: budgetKey ?? key,
    clock,
    random,
    waitMaxMs,
    ...(onWait === undefined ? {} : { onWait }),
  });
  const breaker = new CircuitBreaker({ clock });
  return { key, gate, api: createApi(createTransport({ ...shared, credential, gate, breaker }), baseUrl) };
}
