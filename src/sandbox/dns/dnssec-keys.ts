/**
 * Keys of a signed zone: one ECDSA P-256 pair (algorithm 13, RFC 6605) that signs the keys and one that signs the
 * zone; as DNSKEY, as DS (RFC 4034 §5), and as the numbers that the API shows. Kept as text, so they survive a restart.
 */
import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { u8, u16, wireName } from '../records/wire.ts';

export const ALGORITHM = 13;
export const DIGEST_TYPE = 2;
export const KSK_FLAGS = 257;
export const ZSK_FLAGS = 256;
const PROTOCOL = 3;
const POINT_BYTES = 64;

export interface StoredKey {
  readonly flags: typeof KSK_FLAGS | typeof ZSK_FLAGS;
  /** PKCS #8, base64. */
  readonly privateKey: string;
  /** The point's two coordinates, base64: the public key field of a DNSKEY. */
  readonly publicKey: string;
}

export interface ZoneKeys {
  readonly ksk: StoredKey;
  readonly zsk: StoredKey;
}

export function makeZoneKeys(): ZoneKeys {
  return { ksk: makeKey(KSK_FLAGS), zsk: makeKey(ZSK_FLAGS) };
}

function makeKey(flags: StoredKey['flags']): StoredKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return {
    flags,
    privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    publicKey: spki.subarray(spki.length - POINT_BYTES).toString('base64'),
  };
}

const opened = new WeakMap<StoredKey, KeyObject>();

export function privateKeyOf(key: StoredKey): KeyObject {
  const known = opened.get(key);
  if (known !== undefined) return known;
  const made = createPrivateKey({
    key: Buffer.from(key.privateKey, 'base64'),
    format: 'der',
    type: 'pkcs8',
  });
  opened.set(key, made);
  return made;
}

/** RDATA of the key's DNSKEY record (RFC 4034 §2.1). */
export function dnskeyRdata(key: StoredKey): Buffer {
  return Buffer.concat([u16(key.flags), u8(PROTOCOL), u8(ALGORITHM), Buffer.from(key.publicKey, 'base64')]);
}

/** RFC 4034, appendix B. */
export function keyTag(rdata: Buffer): number {
  let sum = 0;
  for (const [index, byte] of rdata.entries()) sum += index % 2 === 0 ? byte << 8 : byte;
  return (sum + (sum >> 16)) & 0xffff;
}

/** SHA-256 over owner and DNSKEY, upper-case hex. */
export function dsDigest(zoneName: string, key: StoredKey): string {
  return createHash('sha256')
    .update(wireName(zoneName.toLowerCase()))
    .update(dnskeyRdata(key))
    .digest('hex')
    .toUpperCase();
}

/** `key tag, algorithm, digest type, digest`: what belongs into the parent. */
export function dsText(zoneName: string, key: StoredKey): string {
  return `${keyTag(dnskeyRdata(key))} ${ALGORITHM} ${DIGEST_TYPE} ${dsDigest(zoneName, key)}`;
}
