/** What webhooks need: a store whose outbox fills with the audit trail, and someone who posts. */
import type { TenantId } from '../../base/ids.ts';
import type { Secret } from '../../base/secret.ts';
import type { AuditEvent, NewEvent } from '../audit/model.ts';
import type { SealedSecret } from '../connections/ports.ts';
import type {
  Attempt,
  Delivery,
  DeliveryId,
  DeliveryState,
  EndpointId,
  Message,
  WebhookEndpoint,
} from './model.ts';

/** What the store asks in the transaction that appends an event. Pure. */
export interface Announce {
  /** Null for what is told to nobody. */
  messageOf(event: AuditEvent): Message | null;
  wants(endpoint: Pick<WebhookEndpoint, 'types'>, type: string): boolean;
}

export interface SealedPair {
  readonly current: SealedSecret;
  /** While two sign. */
  readonly previous: SealedSecret | null;
}

/** What has been claimed: nobody else sends to this endpoint until the lease runs out. */
export interface ClaimedEndpoint {
  readonly endpoint: WebhookEndpoint;
  /** Due, in the order of their events. */
  readonly deliveries: readonly Delivery[];
}

/**
 * Endpoints and what is on its way to them. Writes commit with their audit events. Deliveries of events are made by the
 * store itself, in the transaction that appends the event (`Announce`).
 */
export interface WebhookStore {
  /** Refuses (`conflict`, code `webhooks-too-many`) more than `most` of a tenant. */
  create(
    endpoint: WebhookEndpoint,
    sealed: SealedSecret,
    most: number,
    events: readonly NewEvent[],
  ): Promise<void>;
  get(tenantId: TenantId, id: EndpointId): Promise<WebhookEndpoint | null>;
  /** Oldest first. */
  list(tenantId: TenantId): Promise<readonly WebhookEndpoint[]>;
  /**
   * Refuses (`conflict`, code `webhook-moved`) unless the stored version is `endpoint.version - 1`. With `sealed`, that
   * becomes the present secret and the present one the previous. One that is disabled cancels what is pending.
   */
  update(endpoint: WebhookEndpoint, sealed: SealedSecret | null, events: readonly NewEvent[]): Promise<void>;
  /** Deletes it with its secrets and its log. False, and nothing is written, when there is none. */
  remove(tenantId: TenantId, id: EndpointId, events: readonly NewEvent[]): Promise<boolean>;
  secrets(tenantId: TenantId, id: EndpointId): Promise<SealedPair | null>;

  /** Puts deliveries of its own into the log: tests and replays. */
  enqueue(deliveries: readonly Delivery[], events: readonly NewEvent[]): Promise<void>;
  delivery(tenantId: TenantId, endpointId: EndpointId, id: DeliveryId): Promise<Delivery | null>;
  /** Newest first, older than `before`. */
  deliveries(
    tenantId: TenantId,
    endpointId: EndpointId,
    filter: { readonly state?: DeliveryState; readonly type?: string; readonly before?: DeliveryId },
    limit: number,
  ): Promise<readonly Delivery[]>;

  /**
   * Takes the endpoint whose delivery is due longest and that nobody holds, with up to `limit` of what is due. Null
   * when there is none. Leases run on the store's time.
   */
  claim(holder: string, leaseMs: number, limit: number): Promise<ClaimedEndpoint | null>;
  /** Writes an attempt down with what it led to. False when the lease was lost: the work goes on elsewhere. */
  record(delivery: Delivery, holder: string): Promise<boolean>;
  /** Gives the endpoint back. */
  release(endpoint: Pick<WebhookEndpoint, 'tenantId' | 'id'>, holder: string): Promise<void>;
  /** Removes what ended before `before`. @returns how many. */
  prune(before: number): Promise<number>;
  /** Over all tenants, for gauges. */
  counts(): Promise<{ readonly pending: number; readonly oldestDueAt: number | null }>;
}

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal?: AbortSignal;
}

export interface Posted extends Omit<Attempt, 'at'> {
  /** What the endpoint asked for by `Retry-After`. */
  readonly retryAfterMs: number | null;
}

/**
 * Posts to an address that a stranger named. Connects to the very address that was checked, follows no redirect, bounds
 * time and size, and gives nothing of the answer but its status. Never throws: what failed is `error`.
 */
export interface Messenger {
  post(post: Post): Promise<Posted>;
  /** Why this address can never be posted to; null when it may be tried. Resolves nothing. */
  refusal(url: string): string | null;
}

/** Opens the secrets that sign, the present one first. */
export type OpenSecrets = (endpoint: WebhookEndpoint) => Promise<readonly Secret[]>;
