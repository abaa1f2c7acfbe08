/** Certificate signing requests (PKCS #10, RFC 2986): the key that is to be certified, and the proof that it is held. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { elementsOf } from './der.ts';

export interface SigningRequest {
  readonly key: KeyObject;
  /** DER of the SubjectPublicKeyInfo. */
  readonly spki: Buffer;
  readonly keyType: 'rsa' | 'ec';
}

/** Signature algorithms by the hex of their OID. */
const HASHES: Readonly<Record<string, string>> = {
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
};

/** Undefined when the text is no signing request, its key is of another kind, or its signature does not fit. */
export function parseSigningRequest(text: string): SigningRequest | undefined {
  const base64 = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([^-]+)-----END/.exec(text)?.[1];
  if (base64 === undefined) return undefined;
  const outer = elementsOf(Buffer.from(base64, 'base64'))?.[0];
  const [info, algorithm, signature] = (outer && elementsOf(outer.content)) ?? [];
  if (info === undefined || algorithm === undefined || signature === undefined) return undefined;
  const spki = elementsOf(info.content)?.[2]?.whole;
  const hash = HASHES[elementsOf(algorithm.content)?.[0]?.content.toString('hex') ?? ''];
  if (spki === undefined || hash === undefined) return undefined;
  try {
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const keyType = key.asymmetricKeyType;
    if (keyType !== 'rsa' && keyType !== 'ec') return undefined;
    return verify(hash, info.whole, key, signature.content.subarray(1)) ? { key, spki, keyType } : undefined;
  } catch {
    return undefined;
  }
}
