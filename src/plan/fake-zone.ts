/**
 * A small model of one zone at Cloudflare, for tests: batches in Cloudflare's order (deletes, patches, puts,
 * posts), each operation checked when it runs, all in one transaction (cloudflare-api §4.5, §4.7). Strict where
 * the documentation and what was seen differ: what passes here passes there.
 */
import type { RecordId } from '../base/ids.ts';
import type { LiveRecord } from '../dns/live-record.ts';
import { isProxiableType, type RecordFields, typeOf } from '../dns/record.ts';
import { describeRecord, recordKey } from '../dns/record-key.ts';
import { fieldsOfWire, liveOf, recordId, ZONE } from './fixtures.ts';
import type { BatchBody } from './plan.ts';

export class Refusal extends Error {
  readonly code: number;

  constructor(code: number, what: string) {
    super(`${code}: ${what}`);
    this.code = code;
  }
}

export interface FakeAnswer {
  readonly deletes: readonly LiveRecord[];
  readonly patches: readonly LiveRecord[];
  readonly puts: readonly LiveRecord[];
  readonly posts: readonly LiveRecord[];
}

/** Ids are never used twice, not even by another zone object: Cloudflare does not either. */
let nextNumber = 1_000_000;

export class FakeZone {
  #records: Map<RecordId, LiveRecord>;
  #tick = 0;
  readonly #operationsMax: number;
  readonly #quota: number;

  constructor(
    records: readonly LiveRecord[],
    limits: { readonly operationsMax?: number; readonly quota?: number } = {},
  ) {
    this.#records = new Map(records.map((record) => [record.id, record]));
    this.#operationsMax = limits.operationsMax ?? 3500;
    this.#quota = limits.quota ?? Number.POSITIVE_INFINITY;
  }

  get records(): LiveRecord[] {
    return [...this.#records.values()];
  }

  /** All or nothing; throws `Refusal` at the first operation that Cloudflare would refuse. */
  batch(body: BatchBody): FakeAnswer {
    const before = new Map(this.#records);
    try {
      return this.#run(body);
    } catch (error) {
      this.#records = before;
      throw error;
    }
  }

  #run({ deletes, patches, puts, posts }: BatchBody): FakeAnswer {
    const operations = deletes.length + patches.length + puts.length + posts.length;
    if (operations > this.#operationsMax) throw new Refusal(10_021, `${operations} operations`);
    if (puts.length > 0) throw new Refusal(10_021, 'this model has no puts');
    return {
      deletes: deletes.map(({ id }) => this.#delete(id as RecordId)),
      patches: patches.map((patch) => {
        const before = this.#get(`${patch['id']}` as RecordId);
        return this.#write({ ...before.fields, ...fieldsOfWire(patch) }, before);
      }),
      puts: [],
      posts: posts.map((post) => this.#write(fieldsOfWire(post) as RecordFields, null)),
    };
  }

  #get(id: RecordId): LiveRecord {
    const record = this.#records.get(id);
    if (record === undefined) throw new Refusal(81_044, `no record ${id}`);
    return record;
  }

  #delete(id: RecordId): LiveRecord {
    const record = this.#get(id);
    this.#records.delete(id);
    this.#checkDelegation(record.fields);
    return record;
  }

  #write(fields: RecordFields, before: LiveRecord | null): LiveRecord {
    this.#checkBeside(fields, before);
    if (before !== null && typeOf(before.fields.rdata) !== typeOf(fields.rdata)) {
      throw new Refusal(10_021, `the type of ${describeRecord(before.fields)} cannot be changed`);
    }
    if (before === null && this.#records.size >= this.#quota) throw new Refusal(81_045, 'quota exceeded');
    this.#tick += 1;
    const modifiedOn = `2026-10-02T00:00:00.${`${this.#tick}`.padStart(6, '0')}Z`;
    const number = before === null ? nextNumber++ : Number.parseInt(before.id, 16);
    const id = before?.id ?? recordId(number);
    const stored = { ...liveOf(fields, number), id, modifiedOn };
    const record = { ...stored, received: { ...stored.received, id, modified_on: modifiedOn } };
    this.#records.set(record.id, record);
    if (before !== null) this.#checkDelegation(before.fields);
    return record;
  }

  #at(name: string, except: LiveRecord | null): RecordFields[] {
    return this.records.flatMap((record) =>
      record.fields.name === name && record.id !== except?.id ? [record.fields] : [],
    );
  }

  #checkBeside(fields: RecordFields, before: LiveRecord | null): void {
    const type = typeOf(fields.rdata);
    const others = this.#at(fields.name, before);
    const key = recordKey(fields);
    if (others.some((other) => recordKey(other) === key)) throw new Refusal(81_058, describeRecord(fields));
    const addresses = others.filter((other) => isProxiableType(typeOf(other.rdata)));
    if (type === 'CNAME' && addresses.length > 0) throw new Refusal(81_053, describeRecord(fields));
    if (isProxiableType(type) && addresses.some((other) => other.rdata.type === 'CNAME')) {
      throw new Refusal(81_054, describeRecord(fields));
    }
    const delegates = (one: RecordFields): boolean => one.rdata.type === 'NS' || one.rdata.type === 'DS';
    if (fields.name !== ZONE && others.some((other) => delegates(other) !== delegates(fields))) {
      throw new Refusal(81_056, describeRecord(fields));
    }
    if (type === 'DS' && !others.some((other) => other.rdata.type === 'NS')) {
      throw new Refusal(10_021, `${describeRecord(fields)} has no NS beside it`);
    }
  }

  /** After an NS record went from its name: a DS record may not be left alone there. */
  #checkDelegation({ name, rdata }: RecordFields): void {
    if (rdata.type !== 'NS') return;
    const left = this.#at(name, null).map((fields) => fields.rdata.type);
    if (left.includes('DS') && !left.includes('NS'))
      throw new Refusal(10_021, `${name} DS is left without NS`);
  }
}
