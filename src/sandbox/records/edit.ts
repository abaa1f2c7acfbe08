/**
 * Writes to the records of a zone. An `Edit` is one transaction: operations are checked and done one after the other,
 * and when one is refused, `rollBack` leaves the zone as it was. `commit` moves the serial.
 */
import type { Behaviour } from '../constants.ts';
import type { RecordEntry } from '../state/record-store.ts';
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';
import { type BuildContext, newRecord, overwrittenRecord, patchedRecord, type RecordBody } from './build.ts';
import { assertMayLeave, assertNoConflict } from './conflicts.ts';
import type { DnsRecord } from './record.ts';
import { quotaExceeded, recordMissing } from './record-errors.ts';

/** One done step: what was there before, what is there now. */
interface Step {
  readonly before: RecordEntry | undefined;
  readonly after: RecordEntry | undefined;
}

export class Edit {
  readonly #world: World;
  readonly #zone: Zone;
  readonly #context: BuildContext;
  readonly #steps: Step[] = [];

  constructor(world: World, zone: Zone) {
    this.#world = world;
    this.#zone = zone;
    this.#context = { zone, behaviour: world.behaviour, now: world.clock.stamp() };
  }

  get #behaviour(): Behaviour {
    return this.#world.behaviour;
  }

  /** With `quotesCount: false` a text that differs in its quotes alone is the same, as in a zone file. */
  create(body: RecordBody, options: { readonly quotesCount: boolean } = { quotesCount: true }): RecordEntry {
    const zone = this.#zone;
    const record = newRecord(this.#context, body);
    const behaviour = options.quotesCount
      ? this.#behaviour
      : { ...this.#behaviour, txtIdentityIsDecoded: true };
    assertNoConflict(zone, record, { behaviour, self: undefined });
    if (zone.records.size >= zone.recordQuota) throw quotaExceeded();
    const after = zone.records.add(record);
    this.#steps.push({ before: undefined, after });
    return after;
  }

  overwrite(id: string, body: RecordBody): RecordEntry {
    const before = this.#existing(id);
    return this.#replace(before, overwrittenRecord(this.#context, before.record, body));
  }

  patch(id: string, body: RecordBody): RecordEntry {
    const before = this.#existing(id);
    return this.#replace(before, patchedRecord(this.#context, before.record, body));
  }

  delete(id: string): RecordEntry {
    const before = this.#existing(id);
    assertMayLeave(this.#zone, before, this.#behaviour);
    this.#zone.records.remove(before);
    this.#steps.push({ before, after: undefined });
    return before;
  }

  /** Ends the transaction: serial, zone and listeners follow. */
  commit(): void {
    if (this.#steps.length === 0) return;
    const content = this.#behaviour.serialMovesForNotes || this.#steps.some(changesContent);
    this.#world.zoneChanged(this.#zone, { content, fields: false });
  }

  rollBack(): void {
    for (const { before, after } of this.#steps.reverse()) {
      if (after !== undefined) this.#zone.records.remove(after);
      if (before !== undefined) this.#zone.records.put(before);
    }
    this.#steps.length = 0;
  }

  #existing(id: string): RecordEntry {
    const entry = this.#zone.records.get(id);
    if (entry === undefined) throw recordMissing();
    return entry;
  }

  #replace(before: RecordEntry, record: DnsRecord): RecordEntry {
    if (record.name !== before.record.name) assertMayLeave(this.#zone, before, this.#behaviour);
    assertNoConflict(this.#zone, record, { behaviour: this.#behaviour, self: before });
    const after = this.#zone.records.replace(before, record);
    this.#steps.push({ before, after });
    return after;
  }
}

/** Runs `work` as one transaction. */
export function inTransaction<T>(world: World, zone: Zone, work: (edit: Edit) => T): T {
  const edit = new Edit(world, zone);
  try {
    const result = work(edit);
    edit.commit();
    return result;
  } catch (error) {
    edit.rollBack();
    throw error;
  }
}

/** False when only comment, tags or times differ. */
function changesContent({ before, after }: Step): boolean {
  if (before === undefined || after === undefined) return true;
  return contentOf(before.record) !== contentOf(after.record);
}

function contentOf(record: DnsRecord): string {
  const { name, content, priority, proxied, ttl, data, settings } = record;
  return JSON.stringify([name, content, priority, proxied, ttl, data, settings]);
}
