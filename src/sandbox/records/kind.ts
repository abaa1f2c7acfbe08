/** What a record type is to the sandbox, and the helpers that types share. */
import type { RecordData, RecordType } from './record.ts';
import { invalidField, missingField } from './record-errors.ts';

/** What a client sent for the value of a record, unread. */
export interface KindInput {
  readonly content: unknown;
  readonly data: unknown;
  readonly priority: unknown;
  /** The zone's name in punycode, for `@` as a target. */
  readonly zone: string;
}

/** The value as stored. */
export interface KindValue {
  readonly content: string;
  readonly data?: RecordData;
  readonly priority?: number;
}

export interface RecordKind {
  readonly type: RecordType;
  /** Reads and normalises. Throws an `ApiError` of the family. */
  read(input: KindInput): KindValue;
  rdata(value: KindValue): Buffer;
  /** The RDATA part of a master-file line, names absolute with trailing dot. */
  master(value: KindValue): string;
  /** From the tokens of a master-file line, names already absolute. Undefined when there are too few or many. */
  fromMaster(tokens: readonly string[]): Omit<KindInput, 'zone'> | undefined;
  /** May a record with this content be proxied? */
  proxiable(content: string): boolean;
}

/** A priority from a number or digits; required. */
export function readPriority(value: unknown): number {
  if (value === undefined || value === null) throw missingField('priority');
  const number = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > 0xffff) {
    throw invalidField('priority', 'must be between 0 and 65535');
  }
  return number;
}

export function absolute(name: string): string {
  return name.endsWith('.') ? name : `${name}.`;
}
