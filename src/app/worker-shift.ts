/**
 * One worker's time under the lease: what is due when, and what is under way. A bounded number of things at once,
 * each by itself; nothing here needs to outlive the process.
 */
import type { ConnectionId, TenantId } from '../base/ids.ts';
import { plural } from '../plan/change-text.ts';
import type { Context } from './context.ts';
import { dueErrands } from './due-domains.ts';
import { attempt, type OnWorkerEvent, type Sweeper } from './sweeper.ts';

/** How often new and changed connections are noticed. */
const REFRESH_MS = 20_000;
const SWEEP_EVERY_MS = 300_000;
const HOUSE_EVERY_MS = 3_600_000;
/** How often it is looked whether a process left a change set open. */
const RECOVER_EVERY_MS = 60_000;
/** A paused connection is looked at again after this: someone may have given it a new credential. */
const PAUSED_LOOK_MS = 60_000;
/** After a round that could not even begin (no secret, say). */
const FAILED_WAIT_MS = 300_000;
/** The first rounds of many connections are spread out: so long for each of them, and no longer in all. */
const SPREAD_EACH_MS = 100;
const SPREAD_MAX_MS = 60_000;
const IN_FLIGHT_MAX = 8;
export const ROTATIONS_MAX: number = 50;

interface Place {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly label: string;
  roundAt: number;
  sweepAt: number;
  /** Of the credential; not sooner than this, whatever its last test says. */
  testAt: number;
}

export class Shift {
  readonly #context: Context;
  readonly #sweeper: Sweeper;
  readonly #signal: AbortSignal;
  readonly #onEvent: OnWorkerEvent;
  readonly #places = new Map<string, Place>();
  readonly #running = new Map<string, Promise<void>>();
  #refreshAt = 0;
  /** How many connections were last told of. */
  #told = -1;
  #houseAt = 0;
  #recoverAt = 0;

  constructor(
    context: Context,
    sweeper: Sweeper,
    { signal, onEvent }: { readonly signal: AbortSignal; readonly onEvent: OnWorkerEvent },
  ) {
    this.#context = context;
    this.#sweeper = sweeper;
    this.#signal = signal;
    this.#onEvent = onEvent;
  }

  /** Starts what is due and fits; waits for none of it. */
  async tick(): Promise<void> {
    const now = this.#context.clock.now();
    if (now >= this.#refreshAt) await this.#refresh(now);
    for (const rotation of await this.#context.store.rotations.due(now, ROTATIONS_MAX)) {
      const of = { tenantId: rotation.tenantId, connection: this.#labelOf(rotation) };
      this.#start(`rotation ${rotation.id}`, of, () => this.#sweeper.carryOn(rotation));
    }
    for (const { key, tenantId, run } of await dueErrands(this.#context)) {
      this.#start(key, { tenantId, connection: null }, () => run(this.#signal));
    }
    if (now >= this.#recoverAt) {
      this.#recoverAt = now + RECOVER_EVERY_MS;
      for (const tenantId of await this.#context.store.journal.unsettled())
        this.#start(`recovery ${tenantId}`, { tenantId, connection: null }, () =>
          this.#sweeper.recover(tenantId, this.#signal),
        );
    }
    for (const [key, place] of this.#places) {
      if (place.roundAt > now && place.sweepAt > now) continue;
      const of = { tenantId: place.tenantId, connection: place.label };
      this.#start(`connection ${key}`, of, () => this.#visit(place, now));
    }
    if (now < this.#houseAt) return;
    this.#houseAt = now + HOUSE_EVERY_MS;
    const tenants = new Set([...this.#places.values()].map(({ tenantId }) => tenantId));
    const none = { tenantId: null, connection: null };
    this.#start('house', none, () => this.#sweeper.keepHouse(tenants));
  }

  /** Waits for what is under way; its signal has been aborted. */
  async end(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  /** One connection: what time brought, its test where it is due, its round. */
  async #visit(place: Place, now: number): Promise<void> {
    const { tenantId, connectionId, label } = place;
    const of = { tenantId, connection: label };
    const load = () => this.#context.store.connections.get(tenantId, connectionId);
    let connection = await load();
    if (connection === null) return;
    if (place.sweepAt <= now) {
      place.sweepAt = now + SWEEP_EVERY_MS;
      const before = connection;
      const swept = await attempt(this.#onEvent, of, () => this.#sweeper.sweep(before), this.#signal);
      connection = swept?.connection ?? connection;
      if (place.testAt <= now && this.#sweeper.needsTest(connection)) {
        place.testAt = now + HOUSE_EVERY_MS;
        const old = connection;
        await attempt(this.#onEvent, of, () => this.#sweeper.test(old, this.#signal), this.#signal);
        connection = (await load()) ?? connection;
      }
    }
    if (place.roundAt > now) return;
    place.roundAt = now + FAILED_WAIT_MS;
    const current = connection;
    const report = await attempt(
      this.#onEvent,
      of,
      () => this.#sweeper.round(current, this.#signal),
      this.#signal,
    );
    const { clock } = this.#context;
    if (report !== null) place.roundAt = report.nextDueAt ?? clock.now() + PAUSED_LOOK_MS;
  }

  /** New connections come in a little apart, those that are gone go. */
  async #refresh(now: number): Promise<void> {
    this.#refreshAt = now + REFRESH_MS;
    const present = new Set<string>();
    for await (const chunk of this.#context.store.connections.all()) {
      for (const { tenantId, id: connectionId, label } of chunk) {
        const key = keyOf({ tenantId, connectionId });
        present.add(key);
        if (this.#places.has(key)) continue;
        const spreadMs = Math.min(SPREAD_MAX_MS, this.#places.size * SPREAD_EACH_MS);
        const roundAt = now + Math.round(this.#context.random.next() * spreadMs);
        this.#places.set(key, { tenantId, connectionId, label, roundAt, sweepAt: now, testAt: now });
      }
    }
    for (const key of this.#places.keys()) if (!present.has(key)) this.#places.delete(key);
    const count = this.#places.size;
    if (count === this.#told) return;
    this.#told = count;
    const message =
      count === 0 ? 'there is no saved connection yet' : `looking after ${plural(count, 'connection')}`;
    this.#onEvent({ kind: 'worker', tenantId: null, connection: null, message });
  }

  #labelOf(of: { readonly tenantId: TenantId; readonly connectionId: ConnectionId }): string {
    return this.#places.get(keyOf(of))?.label ?? of.connectionId;
  }

  #start(
    key: string,
    of: { readonly tenantId: TenantId | null; readonly connection: string | null },
    work: () => Promise<unknown>,
  ): void {
    if (this.#running.has(key) || this.#running.size >= IN_FLIGHT_MAX) return;
    const done = attempt(this.#onEvent, of, work, this.#signal).then(() => {
      this.#running.delete(key);
    });
    this.#running.set(key, done);
  }
}

function keyOf({ tenantId, connectionId }: Pick<Place, 'tenantId' | 'connectionId'>): string {
  return `${tenantId} ${connectionId}`;
}
