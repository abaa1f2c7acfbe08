/**
 * Denial with hashed names (RFC 5155), for zones that ask for it: made at request time like the other kind, and as
 * narrow as can be (RFC 7129, appendix B). A record that covers a name spans from the hash before it to the hash
 * behind it, so nobody walks the zone. A name that is missing takes three records: the closest name above it that
 * exists, the next one down that does not, and the wildcard that could have answered.
 */
import { createHash } from 'node:crypto';
import { ancestorsWithin } from '../records/names.ts';
import { TYPE_NUMBERS, u8, u16, wireName } from '../records/wire.ts';
import type { Zone } from '../state/zone.ts';
import { typeBitmaps } from './canonical.ts';
import type { RRset } from './rrset.ts';
import { nameExists } from './zone-names.ts';

const SHA1 = 1;
const HASH_BYTES = 20;
/** [U] How often Cloudflare hashes, and with which salt. RFC 9276 wants: once, with none. */
const MORE_ITERATIONS = 0;
const SALT: Buffer = Buffer.alloc(0);
const BASE32HEX = '0123456789abcdefghijklmnopqrstuv';

/** How the zone hashes: RDATA of its NSEC3PARAM record. */
export function nsec3Param(): Buffer {
  return Buffer.concat([u8(SHA1), u8(0), u16(MORE_ITERATIONS), u8(SALT.length), SALT]);
}

/** A name that exists, and the types that it has. */
export function nsec3Matching(zone: Zone, at: Denied): RRset {
  const hash = hashOf(at.name);
  return nsec3(zone, { hash, next: shifted(hash, 1), types: at.types, ttlSeconds: at.ttlSeconds });
}

export interface Denied {
  readonly name: string;
  readonly types: readonly number[];
  readonly ttlSeconds: number;
}

/** What proves that a name does not exist, and neither does a wildcard for it. `typesOf` tells an existing name's. */
export function nsec3Missing(
  zone: Zone,
  missing: { readonly name: string; readonly ttlSeconds: number },
  typesOf: (name: string) => readonly number[],
): readonly RRset[] {
  const name = missing.name.toLowerCase();
  const { ttlSeconds } = missing;
  const chain = [name, ...ancestorsWithin(name, zone.name), zone.name];
  const at = chain.findIndex((above) => nameExists(zone, above));
  const encloser = chain[at] ?? zone.name;
  const nextCloser = chain[at - 1] ?? name;
  return [
    nsec3Matching(zone, { name: encloser, types: typesOf(encloser), ttlSeconds }),
    covering(zone, nextCloser, ttlSeconds),
    covering(zone, `*.${encloser}`, ttlSeconds),
  ];
}

function covering(zone: Zone, name: string, ttlSeconds: number): RRset {
  const hash = hashOf(name);
  return nsec3(zone, { hash: shifted(hash, -1), next: shifted(hash, 1), types: [], ttlSeconds });
}

function nsec3(
  zone: Zone,
  made: { hash: Buffer; next: Buffer; types: readonly number[]; ttlSeconds: number },
): RRset {
  return {
    name: `${base32hex(made.hash)}.${zone.name}`,
    type: TYPE_NUMBERS.NSEC3,
    ttlSeconds: made.ttlSeconds,
    rdatas: [Buffer.concat([nsec3Param(), u8(HASH_BYTES), made.next, typeBitmaps(made.types)])],
  };
}

function hashOf(name: string): Buffer {
  let hash: Buffer = wireName(name.toLowerCase());
  for (let round = 0; round <= MORE_ITERATIONS; round += 1) {
    hash = createHash('sha1').update(hash).update(SALT).digest();
  }
  return hash;
}

/** The hash that comes right before or after; the circle of hashes has no end. */
function shifted(hash: Buffer, by: 1 | -1): Buffer {
  const size = 1n << BigInt(HASH_BYTES * 8);
  const value = (BigInt(`0x${hash.toString('hex')}`) + BigInt(by) + size) % size;
  return Buffer.from(value.toString(16).padStart(HASH_BYTES * 2, '0'), 'hex');
}

/** Five bits a digit; twenty bytes come out even. */
function base32hex(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? []).map((five) => BASE32HEX[Number.parseInt(five, 2)]).join('');
}
