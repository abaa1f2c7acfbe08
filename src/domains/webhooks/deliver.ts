/**
 * Delivering: what is due is sent, endpoint by endpoint, in the order of its events. An attempt is noted before its post,
 * as one whose outcome is unknown, and again with what came of it. A message whose sender dies in between is sent again:
 * at least once, receivers know it by its id, and the log tells of both attempts.
 */
import type { Clock, Random } from '../../base/clock.ts';
import type { Secret } from '../../base/secret.ts';
import { disabledEvent } from './endpoints.ts';
import type { Delivery, WebhookEndpoint } from './model.ts';
import type { ClaimedEndpoint, Messenger, OpenSecrets, WebhookStore } from './ports.ts';
import { afterAttempt, type Outcome } from './schedule.ts';
import { signedHeaders } from './sign.ts';

/** Longer than one attempt may take. */
const LEASE_MS = 60_000;
const DELIVERIES_MAX = 50;
const OUTCOME_UNKNOWN = 'outcome-unknown';
/** Who acts where nobody asked. */
const PRINCIPAL = 'zoneward';

export interface DeliverPorts {
  readonly store: WebhookStore;
  readonly messenger: Messenger;
  readonly openSecrets: OpenSecrets;
  readonly clock: Clock;
  readonly random: Random;
  /** Told of an endpoint that takes no messages any more. */
  readonly onDisabled?: (endpoint: WebhookEndpoint) => void;
}

/** Sends what is due to one endpoint. Null when nothing is due anywhere; else how many were tried. */
export async function deliverNext(
  ports: DeliverPorts,
  holder: string,
  signal: AbortSignal,
): Promise<number | null> {
  const claimed = await ports.store.claim(holder, LEASE_MS, DELIVERIES_MAX);
  if (claimed === null) return null;
  try {
    return await deliverAll(ports, claimed, { holder, signal });
  } finally {
    await ports.store.release(claimed.endpoint, holder);
  }
}

async function deliverAll(
  ports: DeliverPorts,
  { endpoint: first, deliveries }: ClaimedEndpoint,
  { holder, signal }: { readonly holder: string; readonly signal: AbortSignal },
): Promise<number> {
  const { store, clock } = ports;
  const from = clock.now();
  const signing = signingSecrets(ports);
  let tried = 0;
  for (const claimed of deliveries) {
    // What is left when the lease may run out is somebody's next claim.
    if (signal.aborted || clock.now() - from > LEASE_MS / 2) break;
    // As they are now: a person may have changed the address or the secret since the message before this one.
    const endpoint = await store.get(first.tenantId, first.id);
    if (endpoint === null || !takesMessages(endpoint, clock.now())) break;
    const delivery = await store.delivery(first.tenantId, first.id, claimed.id);
    if (delivery?.state !== 'pending') continue;
    const secrets = await signing(endpoint);
    if (!(await store.record(underWay(delivery, clock.now()), holder))) break;
    const next = await attempt(ports, endpoint, { delivery, secrets, signal });
    // Stopped in the middle of the post: it may have arrived, and is sent again.
    if (next === null || !(await store.record(next.delivery, holder))) break;
    tried += 1;
    await keepEndpoint(ports, endpoint, next.endpoint);
  }
  return tried;
}

/** Stays in the log as it is when the sender is killed, or stopped, before it knows more. */
function underWay(delivery: Delivery, at: number): Delivery {
  const attempt = { at, status: null, durationMs: 0, error: OUTCOME_UNKNOWN };
  return { ...delivery, attempts: [...delivery.attempts, attempt] };
}

function takesMessages({ disabled, holdUntil }: WebhookEndpoint, now: number): boolean {
  return disabled === null && (holdUntil ?? 0) <= now;
}

/** The vault is asked again only when the endpoint has changed, or the secret before has run out. */
function signingSecrets({ openSecrets, clock }: DeliverPorts): OpenSecrets {
  let known: { readonly of: string; readonly secrets: readonly Secret[] } | null = null;
  return async (endpoint) => {
    const { version, previousSecretUntil } = endpoint;
    const of = `${version} ${previousSecretUntil !== null && previousSecretUntil > clock.now()}`;
    if (known?.of !== of) known = { of, secrets: await openSecrets(endpoint) };
    return known.secrets;
  };
}

/** One attempt, by itself. Null when `signal` broke it off. */
export async function attempt(
  { messenger, clock, random }: Pick<DeliverPorts, 'messenger' | 'clock' | 'random'>,
  endpoint: WebhookEndpoint,
  {
    delivery,
    secrets,
    signal,
  }: { readonly delivery: Delivery; readonly secrets: readonly Secret[]; readonly signal?: AbortSignal },
): Promise<Outcome | null> {
  const { id, body } = delivery.message;
  const at = clock.now();
  const posted = await messenger.post({
    url: endpoint.url,
    headers: { 'content-type': 'application/json', ...signedHeaders({ id, at, body }, secrets) },
    body,
    ...(signal === undefined ? {} : { signal }),
  });
  if (signal?.aborted === true && posted.status === null) return null;
  return afterAttempt(endpoint, delivery, posted, { at, random });
}

/** Writes down what an attempt changes about its endpoint, where it changes anything. */
export async function keepEndpoint(
  { store, clock, onDisabled }: Pick<DeliverPorts, 'store' | 'clock' | 'onDisabled'>,
  endpoint: WebhookEndpoint,
  change: Pick<WebhookEndpoint, 'failingSince' | 'holdUntil' | 'disabled'>,
): Promise<WebhookEndpoint> {
  const same =
    change.failingSince === endpoint.failingSince &&
    change.holdUntil === endpoint.holdUntil &&
    change.disabled === endpoint.disabled;
  if (same) return endpoint;
  const next: WebhookEndpoint = { ...endpoint, ...change, version: endpoint.version + 1 };
  const ends = next.disabled !== null && endpoint.disabled === null;
  const events = ends ? [disabledEvent(next, { at: clock.now(), principal: PRINCIPAL })] : [];
  try {
    await store.update(next, null, events);
  } catch {
    // Edited or removed by a person meanwhile: theirs stands, and the next attempt finds out again.
    return (await store.get(endpoint.tenantId, endpoint.id)) ?? next;
  }
  if (ends) onDisabled?.(next);
  return next;
}
