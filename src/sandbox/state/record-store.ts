/**
 * The records of one zone, with indices by id and name, the default order kept sorted, and each record's JSON made
 * once. Records are frozen: a change puts a new one in the old one's place, so a list taken before stays as it was.
 */
import type { DnsRecord } from '../records/record.ts';

export interface RecordEntry {
  readonly record: DnsRecord;
  /** Grows with each insertion; breaks ties of the default order, newest first. */
  readonly sequence: number;
  json: string | undefined;
}

export class RecordStore {
  readonly #byId = new Map<string, RecordEntry>();
  readonly #byName = new Map<string, RecordEntry[]>();
  #sorted: RecordEntry[] | undefined;
  #nextSequence = 1;

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): RecordEntry | undefined {
    return this.#byId.get(id);
  }

  /** All records of one name, in no promised order. */
  named(name: string): readonly RecordEntry[] {
    return this.#byName.get(name) ?? [];
  }

  names(): IterableIterator<string> {
    return this.#byName.keys();
  }

  entries(): IterableIterator<RecordEntry> {
    return this.#byId.values();
  }

  add(record: DnsRecord): RecordEntry {
    const entry: RecordEntry = { record, sequence: this.#nextSequence, json: undefined };
    this.#nextSequence += 1;
    this.put(entry);
    return entry;
  }

  /** The new form of a record that is there; it keeps its place among equals. */
  replace(old: RecordEntry, record: DnsRecord): RecordEntry {
    this.remove(old);
    const entry: RecordEntry = { record, sequence: old.sequence, json: undefined };
    this.put(entry);
    return entry;
  }

  /** Puts an entry (back) in. */
  put(entry: RecordEntry): void {
    this.#byId.set(entry.record.id, entry);
    const named = this.#byName.get(entry.record.name);
    if (named === undefined) this.#byName.set(entry.record.name, [entry]);
    else named.push(entry);
    if (this.#sorted !== undefined) this.#sorted.splice(positionIn(this.#sorted, entry), 0, entry);
  }

  remove(entry: RecordEntry): void {
    this.#byId.delete(entry.record.id);
    const named = this.#byName.get(entry.record.name) ?? [];
    if (named.length <= 1) this.#byName.delete(entry.record.name);
    else named.splice(named.indexOf(entry), 1);
    if (this.#sorted !== undefined) this.#sorted.splice(positionIn(this.#sorted, entry), 1);
  }

  /** All records in the default order: type, then name, then newest first. Do not change the array. */
  sorted(): readonly RecordEntry[] {
    this.#sorted ??= [...this.#byId.values()].sort(byDefaultOrder);
    return this.#sorted;
  }

  /** For bulk loading: sorting once beats inserting in place. */
  dropOrder(): void {
    this.#sorted = undefined;
  }
}

export function byDefaultOrder(a: RecordEntry, b: RecordEntry): number {
  if (a.record.type !== b.record.type) return a.record.type < b.record.type ? -1 : 1;
  if (a.record.name !== b.record.name) return a.record.name < b.record.name ? -1 : 1;
  return b.sequence - a.sequence;
}

/** From this size on a store's records keep their JSON: below, making it again is cheap and the memory is not. */
const JSON_KEPT_RECORDS_MIN = 500;

/** Record as JSON text, made anew. */
export function jsonOf(entry: RecordEntry): string {
  return entry.json ?? JSON.stringify(entry.record);
}

/** Records of a list as JSON texts; in large zones each text is made once. */
export function jsonTexts(store: RecordStore, entries: readonly RecordEntry[]): string[] {
  if (store.size < JSON_KEPT_RECORDS_MIN) return entries.map(jsonOf);
  return entries.map((entry) => {
    entry.json ??= JSON.stringify(entry.record);
    return entry.json;
  });
}

/** Index of the entry, or where it belongs; entries never compare equal but to themselves. */
function positionIn(sorted: readonly RecordEntry[], entry: RecordEntry): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = sorted[middle];
    if (other !== undefined && byDefaultOrder(other, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
