/**
 * Webhooks: what happened, told to addresses that a tenant names, as the Standard Webhooks specification (1.0.0) says.
 * A delivery is one message on its way to one endpoint; it is written down in the transaction of the audit event that it
 * tells of, so that nothing that happened goes untold, and is sent at least once.
 *
 *     pending → delivered | failed | cancelled
 */
import type { Branded, TenantId } from '../../base/ids.ts';

export type EndpointId = Branded<string, 'EndpointId'>;
export type DeliveryId = Branded<string, 'DeliveryId'>;

/** Why nothing is sent to an endpoint: it said 410, it failed for days, a person turned it off. */
export type DisabledReason = 'gone' | 'failing' | 'by-hand';

export interface WebhookEndpoint {
  readonly id: EndpointId;
  readonly tenantId: TenantId;
  readonly url: string;
  readonly description: string;
  /** Event types, or families of them (`change_set.*`). Null: all. */
  readonly types: readonly string[] | null;
  /** Null while it takes messages. */
  readonly disabled: { readonly reason: DisabledReason; readonly at: number } | null;
  /** The version that the present secret was sealed under. */
  readonly secretVersion: number;
  /** Until then the secret before signs, too; null when there is none. */
  readonly previousSecretUntil: number | null;
  /** Since when every attempt has failed; null after one that did not. */
  readonly failingSince: number | null;
  /** Nothing is sent before: the endpoint asked for time, or is overloaded. */
  readonly holdUntil: number | null;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly version: number;
}

/** What is told. `body` is the text that is signed and sent, the same at every attempt. */
export interface Message {
  /** Of the event that it tells of, so that a receiver knows one that comes twice. */
  readonly id: string;
  readonly type: string;
  readonly body: string;
}

export type DeliveryState = 'pending' | 'delivered' | 'failed' | 'cancelled';

export interface Attempt {
  readonly at: number;
  /** Null when no answer came. */
  readonly status: number | null;
  readonly durationMs: number;
  /**
   * A code of ours, `timeout` or `address-refused` for example; null after an answer. `outcome-unknown`: under way, or its
   * sender ended in the middle of it; it may have arrived.
   */
  readonly error: string | null;
}

export interface Delivery {
  readonly id: DeliveryId;
  readonly tenantId: TenantId;
  readonly endpointId: EndpointId;
  /** Of the audit event; what is due is sent in this order. 0 for a test. */
  readonly sequence: number;
  readonly message: Message;
  readonly origin: 'event' | 'replay' | 'test';
  readonly state: DeliveryState;
  /** The next attempt; null once it has ended. */
  readonly dueAt: number | null;
  readonly attempts: readonly Attempt[];
  readonly createdAt: number;
  readonly finishedAt: number | null;
}
