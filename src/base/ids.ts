/**
 * Branded identifiers. A brand is given only by the parsers and makers here, so that a zone's id cannot be
 * passed where a record's is wanted. Our own ids sort by the time they were made.
 */
import type { Clock, Random } from './clock.ts';

declare const brand: unique symbol;
export type Branded<T, Name extends string> = T & { readonly [brand]: Name };

export type TenantId = Branded<string, 'TenantId'>;
export type ConnectionId = Branded<string, 'ConnectionId'>;
export type ChangeSetId = Branded<string, 'ChangeSetId'>;
export type EventId = Branded<string, 'EventId'>;
/** Ours: follows one record through the successive ids that Cloudflare gives it. */
export type LineageId = Branded<string, 'LineageId'>;
/** Cloudflare's: 32 lower-case hex digits. */
export type AccountId = Branded<string, 'AccountId'>;
export type ZoneId = Branded<string, 'ZoneId'>;
export type RecordId = Branded<string, 'RecordId'>;

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** `prefix_` + 10 characters of time + 16 of chance, in Crockford's base 32. */
export function newId<Id extends string>(prefix: string, sources: { clock: Clock; random: Random }): Id {
  let rest = sources.clock.now();
  let time = '';
  for (let i = 0; i < 10; i += 1) {
    time = ALPHABET[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  let chance = '';
  for (const byte of sources.random.bytes(16)) chance += ALPHABET[byte % 32];
  return `${prefix}_${time}${chance}` as Id;
}

/** The id of what there is once for something else: another prefix, the same rest. */
export function idBeside<Id extends string>(prefix: string, other: string): Id {
  return `${prefix}${other.slice(other.indexOf('_'))}` as Id;
}

/** True for an id as Cloudflare writes it: 32 lower-case hex digits. */
export function isCloudflareId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}
