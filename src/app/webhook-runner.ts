/**
 * Sends what is due to webhooks, until it is told to stop. Every process that works may do it: an endpoint is one
 * sender's at a time, by a lease in the store, so nothing comes out of order and one that is killed is relieved.
 */
import { newId } from '../base/ids.ts';
import { type DeliverPorts, deliverNext } from '../domains/webhooks/deliver.ts';
import { openSecrets } from '../domains/webhooks/endpoints.ts';
import type { Context } from './context.ts';
import { attempt, type OnWorkerEvent } from './sweeper.ts';

const POLL_EVERY_MS = 1_000;
/** Endpoints that are sent to at once. */
const SENDERS_MAX = 4;
/** A store that fails is left alone for so long. */
const FAILED_WAIT_MS = 5_000;

export function deliverPorts(context: Context): DeliverPorts {
  const { messenger, clock, random } = context;
  const store = context.store.webhooks;
  return {
    store,
    messenger,
    clock,
    random,
    openSecrets: async (endpoint) =>
      openSecrets({ store, vault: await context.vault() }, endpoint, clock.now()),
  };
}

export async function runWebhooks(
  context: Context,
  { signal, onEvent }: { readonly signal: AbortSignal; readonly onEvent: OnWorkerEvent },
): Promise<void> {
  const senders = Array.from({ length: SENDERS_MAX }, () => runSender(context, { signal, onEvent }));
  await Promise.all(senders);
}

async function runSender(
  context: Context,
  { signal, onEvent }: { readonly signal: AbortSignal; readonly onEvent: OnWorkerEvent },
): Promise<void> {
  const send = sender(context, onEvent, signal);
  while (!signal.aborted) {
    const sent = await attempt(onEvent, NOBODY, send, signal);
    if (sent !== null && sent > 0) continue;
    await context.clock.sleep(sent === null ? FAILED_WAIT_MS : POLL_EVERY_MS, signal).catch(() => undefined);
  }
}

/** Everything that is due now, once. @returns how many attempts were made. */
export async function sendDueWebhooks(
  context: Context,
  { signal, onEvent }: { readonly signal: AbortSignal; readonly onEvent: OnWorkerEvent },
): Promise<number> {
  const send = sender(context, onEvent, signal);
  let all = 0;
  while (!signal.aborted) {
    const sent = (await attempt(onEvent, NOBODY, send, signal)) ?? 0;
    if (sent === 0) break;
    all += sent;
  }
  return all;
}

const NOBODY = { tenantId: null, connection: null };

/** One claim; 0 when nothing is due. */
function sender(context: Context, onEvent: OnWorkerEvent, signal: AbortSignal): () => Promise<number> {
  const holder = `webhooks ${context.holder} ${newId<string>('run', context).slice(-6)}`;
  const ports: DeliverPorts = {
    ...deliverPorts(context),
    onDisabled: ({ tenantId, id, disabled }) =>
      onEvent({
        kind: 'told',
        tenantId,
        connection: null,
        message: `webhook ${id} is disabled: ${disabled?.reason}`,
      }),
  };
  return async () => (await deliverNext(ports, holder, signal)) ?? 0;
}
