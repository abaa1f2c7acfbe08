/**
 * The worker: everything that is done without anybody asking. One worker of a store at a time does it; others wait
 * with a lease to take over. All that it must remember lies in the store, so one that is killed costs nothing.
 *
 * Connections are swept every few minutes, their zones' rounds come when they are due (with jitter, and later and
 * later while one fails), rotations at the moment that they name. What a process that is gone left open is settled within
 * a minute of the end of its lease, and gone on with where that needs nobody's look (`domains/changes/recover.ts`).
 */
import type { ConnectionId, TenantId } from '../base/ids.ts';
import type { Connection } from '../domains/connections/model.ts';
import type { RoundReport } from '../domains/zones/signals/round.ts';
import type { WorkerLeaseHeld } from '../store/sweep-rows.ts';
import type { Context } from './context.ts';
import { dueErrands } from './due-domains.ts';
import { attempt, type OnWorkerEvent, openSweeper, type Sweeper } from './sweeper.ts';
import { runWebhooks, sendDueWebhooks } from './webhook-runner.ts';
import { ROTATIONS_MAX, Shift } from './worker-shift.ts';

export interface WorkerOptions {
  readonly signal?: AbortSignal;
  readonly onEvent?: OnWorkerEvent;
}

/** What one sweep did. */
export interface SweepReport {
  /** False: another worker holds the store, and nothing was done. */
  readonly ran: boolean;
  readonly connections: readonly {
    readonly connectionId: ConnectionId;
    readonly tenantId: TenantId;
    readonly label: string;
    readonly state: Connection['state'];
    /** What was told for the first time. */
    readonly told: readonly string[];
    /** Null where it could not be tried. */
    readonly round: RoundReport | null;
  }[];
  readonly rotations: number;
  readonly callsForgotten: number;
  /** Attempts to deliver what was due to webhooks. */
  readonly webhooksSent: number;
}

const LEASE_MS = 60_000;
const LEASE_RENEW_MS = 20_000;
/** How often a worker that waits looks whether the lease is free. */
const LEASE_WAIT_MS = 15_000;
const TICK_MS = 2_000;

/** Does everything that is due, once. Waits for none of it to become due. */
export async function sweepOnce(context: Context, options: WorkerOptions = {}): Promise<SweepReport> {
  const { signal, onEvent = () => {} } = options;
  const nothing: SweepReport = {
    ran: false,
    connections: [],
    rotations: 0,
    callsForgotten: 0,
    webhooksSent: 0,
  };
  const lease = await context.store.workerLease.acquire(holderOf(context), LEASE_MS);
  if (lease === null) return nothing;
  const sweeper = openSweeper(context, onEvent);
  const renewing = keepLease(context, lease, signal);
  try {
    // Before the rounds, which cannot read a zone while a write to it is open.
    for (const tenantId of await context.store.journal.unsettled()) {
      const of = { tenantId, connection: null };
      await attempt(onEvent, of, () => sweeper.recover(tenantId, renewing.signal), renewing.signal);
    }
    const connections: SweepReport['connections'][number][] = [];
    for await (const chunk of context.store.connections.all()) {
      for (const connection of chunk) {
        if (renewing.signal.aborted) break;
        connections.push(await sweepOne(context, sweeper, connection, { signal: renewing.signal, onEvent }));
      }
    }
    const due = await context.store.rotations.due(context.clock.now(), ROTATIONS_MAX);
    for (const rotation of due) {
      const of = { tenantId: rotation.tenantId, connection: rotation.connectionId };
      await attempt(onEvent, of, () => sweeper.carryOn(rotation), renewing.signal);
    }
    for (const { tenantId, run } of await dueErrands(context)) {
      const of = { tenantId, connection: null };
      await attempt(onEvent, of, () => run(renewing.signal), renewing.signal);
    }
    const tenants = new Set(connections.map(({ tenantId }) => tenantId));
    const none = { tenantId: null, connection: null };
    const callsForgotten = (await attempt(onEvent, none, () => sweeper.keepHouse(tenants))) ?? 0;
    const webhooksSent = await sendDueWebhooks(context, { signal: renewing.signal, onEvent });
    return { ran: true, connections, rotations: due.length, callsForgotten, webhooksSent };
  } finally {
    await renewing.stop();
    await lease.release();
    await sweeper.close();
  }
}

async function sweepOne(
  context: Context,
  sweeper: Sweeper,
  connection: Connection,
  { signal, onEvent }: { readonly signal: AbortSignal; readonly onEvent: OnWorkerEvent },
): Promise<SweepReport['connections'][number]> {
  const { tenantId, id: connectionId, label } = connection;
  const of = { tenantId, connection: label };
  const swept = await attempt(onEvent, of, () => sweeper.sweep(connection), signal);
  let current = swept?.connection ?? connection;
  if (sweeper.needsTest(current)) {
    current = (await attempt(onEvent, of, () => sweeper.test(current, signal), signal)) ?? current;
  }
  const round = await attempt(onEvent, of, () => sweeper.round(current, signal), signal);
  const { state = current.state } = (await context.store.connections.get(tenantId, connectionId)) ?? {};
  return { connectionId, tenantId, label, state, told: swept?.told ?? [], round };
}

/** Works until `signal` aborts; then ends what is under way at its next safe point, and returns. */
export async function runWorker(context: Context, options: WorkerOptions = {}): Promise<void> {
  const { signal = new AbortController().signal, onEvent = () => {} } = options;
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const sending = runWebhooks(context, { signal: either, onEvent });
  try {
    await workInTurn(context, { signal, onEvent });
  } finally {
    failed.abort();
    await sending;
  }
}

async function workInTurn(
  context: Context,
  { signal, onEvent }: { readonly signal: AbortSignal; readonly onEvent: OnWorkerEvent },
): Promise<void> {
  let waiting = false;
  while (!signal.aborted) {
    const lease = await context.store.workerLease.acquire(holderOf(context), LEASE_MS);
    if (lease === null) {
      if (!waiting) say(onEvent, 'another worker is at work on this store; waiting to take over');
      waiting = true;
      await pause(context, LEASE_WAIT_MS, signal);
      continue;
    }
    waiting = false;
    say(onEvent, 'at work');
    await workUnder(context, lease, { signal, onEvent });
  }
}

async function workUnder(
  context: Context,
  lease: WorkerLeaseHeld,
  { signal, onEvent }: { readonly signal: AbortSignal; readonly onEvent: OnWorkerEvent },
): Promise<void> {
  const renewing = keepLease(context, lease, signal);
  const sweeper = openSweeper(context, onEvent);
  const shift = new Shift(context, sweeper, { signal: renewing.signal, onEvent });
  try {
    while (!renewing.signal.aborted) {
      await attempt(onEvent, { tenantId: null, connection: null }, () => shift.tick(), renewing.signal);
      await pause(context, TICK_MS, renewing.signal);
    }
    if (!signal.aborted) say(onEvent, 'another worker took over; waiting');
  } finally {
    await shift.end();
    await renewing.stop();
    await lease.release();
    await sweeper.close();
  }
}

/** Renews the lease until stopped; its signal aborts with the caller's, and when the lease is lost. */
function keepLease(
  context: Context,
  lease: WorkerLeaseHeld,
  signal: AbortSignal | undefined,
): { readonly signal: AbortSignal; stop(): Promise<void> } {
  const lost = new AbortController();
  const stopped = new AbortController();
  const either = AbortSignal.any([lost.signal, ...(signal === undefined ? [] : [signal])]);
  const renew = async (): Promise<void> => {
    for (;;) {
      await pause(context, LEASE_RENEW_MS, AbortSignal.any([stopped.signal, either]));
      if (stopped.signal.aborted || either.aborted) return;
      // A store that is busy for a moment is no lost lease; the next renewal comes before it runs out.
      const held = await lease.renew(LEASE_MS).catch(() => true);
      if (!held) lost.abort();
    }
  };
  const renewing = renew();
  return {
    signal: either,
    stop: async () => {
      stopped.abort();
      await renewing;
    },
  };
}

/** Sleeps; an abort only ends it early. */
async function pause(context: Context, ms: number, signal: AbortSignal): Promise<void> {
  await context.clock.sleep(ms, signal).catch(() => undefined);
}

function holderOf(context: Context): string {
  return `worker ${context.holder}`;
}

function say(onEvent: OnWorkerEvent, message: string): void {
  onEvent({ kind: 'worker', tenantId: null, connection: null, message });
}
