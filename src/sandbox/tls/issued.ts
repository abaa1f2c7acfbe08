/**
 * Certificates of the simulated public authorities, as the edge serves them. A certificate is issued when somebody
 * first wants to see it, from what the API shows of it (hosts, moments, serial number), and is then kept: the same
 * bytes for everybody, also after a restart. Each authority signs like with like: RSA keys by an RSA key.
 */
import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { DAY_MS } from '../constants.ts';
import { family } from '../state/family.ts';
import type { World } from '../state/world.ts';
import { authorityKey, type KeyKind } from './authority-keys.ts';
import { pem } from './der.ts';
import { serialFrom, signCertificate } from './x509.ts';

export type Authority = 'google' | 'lets_encrypt' | 'ssl_com' | 'digicert';
export type Signature = 'ECDSAWithSHA256' | 'SHA256WithRSA';

/** As the API names issuers. */
export const ISSUERS: Readonly<Record<Authority, string>> = {
  google: 'GoogleTrustServices',
  lets_encrypt: 'LetsEncrypt',
  ssl_com: 'SSLCorporation',
  digicert: 'DigiCert',
};
const KINDS: Readonly<Record<Signature, KeyKind>> = { ECDSAWithSHA256: 'ec', SHA256WithRSA: 'rsa' };
const SERIAL_BYTES = 16;
const ROOT_YEARS_MS = 3650 * DAY_MS;

export interface Leaf {
  /** What it is issued for; another one under the same name replaces it. */
  readonly slot: string;
  readonly authority: Authority;
  readonly signature: Signature;
  readonly hosts: readonly string[];
  /** Whole seconds count. */
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

export interface Served {
  /** PEM: the certificate, and the authority's behind it. */
  readonly chain: string;
  /** PEM. */
  readonly key: string;
}

/** The certificate's serial number, known before it is issued. */
export function leafSerial({ slot, signature, issuedAtMs }: Leaf): Buffer {
  const digest = createHash('sha256').update(`serial:${slot}:${signature}:${issuedAtMs}`).digest();
  return serialFrom(digest.subarray(0, SERIAL_BYTES));
}

/** As the API writes serial numbers. */
export function serialText(serial: Buffer): string {
  return BigInt(`0x${serial.toString('hex')}`).toString();
}

interface Kept {
  readonly issuedAtMs: number;
  readonly pem: string;
}

/** The certificate, PEM. */
export function leafPem(world: World, leaf: Leaf): string {
  const shelf = family<Record<string, Kept>>(world.bag, 'issued_certificates', () => ({}));
  const place = `${leaf.slot}:${leaf.signature}`;
  const known = shelf[place];
  if (known !== undefined && known.issuedAtMs === leaf.issuedAtMs) return known.pem;
  const kind = KINDS[leaf.signature];
  const made = pem(
    signCertificate(
      {
        issuer: rootName(leaf.authority, kind),
        subject: leaf.hosts[0] ?? '',
        spki: spkiOf(world, 'edge', kind),
        serial: leafSerial(leaf),
        notBeforeMs: leaf.issuedAtMs,
        notAfterMs: leaf.expiresAtMs,
        hosts: leaf.hosts,
        isAuthority: false,
      },
      authorityKey(world, leaf.authority, kind),
    ),
  );
  shelf[place] = { issuedAtMs: leaf.issuedAtMs, pem: made };
  world.changed();
  return made;
}

/** SHA-256 over the certificate, as the API writes it: lower-case hex. */
export function fingerprintOf(certificatePem: string): string {
  return new X509Certificate(certificatePem).fingerprint256.replaceAll(':', '').toLowerCase();
}

/** What the edge sends in a handshake. */
export function servedLeaf(world: World, leaf: Leaf): Served {
  const kind = KINDS[leaf.signature];
  const key = authorityKey(world, 'edge', kind).export({ type: 'pkcs8', format: 'pem' }).toString();
  return { chain: leafPem(world, leaf) + rootPem(world, leaf.authority, kind), key };
}

/** The authorities' own certificates: what a client of the edge has to trust. Only those that have signed something. */
export function trustedRoots(world: World): string {
  const keys = family<Record<string, string>>(world.bag, 'authority_keys', () => ({}));
  const roots = (Object.keys(ISSUERS) as Authority[]).flatMap((authority) =>
    (['ec', 'rsa'] as const)
      .filter((kind) => keys[`${authority}:${kind}`] !== undefined)
      .map((kind) => rootPem(world, authority, kind)),
  );
  return roots.join('');
}

function rootName(authority: Authority, kind: KeyKind): string {
  return `${ISSUERS[authority]} ${kind.toUpperCase()} (sandbox)`;
}

const ROOTS_FROM_MS = Date.UTC(2020, 0, 1);

function rootPem(world: World, authority: Authority, kind: KeyKind): string {
  const shelf = family<Record<string, string>>(world.bag, 'authority_certificates', () => ({}));
  const place = `${authority}:${kind}`;
  const known = shelf[place];
  if (known !== undefined) return known;
  const name = rootName(authority, kind);
  const spki = spkiOf(world, authority, kind);
  const made = pem(
    signCertificate(
      {
        issuer: name,
        subject: name,
        spki,
        serial: serialFrom(createHash('sha256').update(spki).digest().subarray(0, SERIAL_BYTES)),
        notBeforeMs: ROOTS_FROM_MS,
        notAfterMs: ROOTS_FROM_MS + 5 * ROOT_YEARS_MS,
        hosts: [],
        isAuthority: true,
      },
      authorityKey(world, authority, kind),
    ),
  );
  shelf[place] = made;
  world.changed();
  return made;
}

function spkiOf(world: World, name: string, kind: KeyKind): Buffer {
  return createPublicKey(authorityKey(world, name, kind)).export({ type: 'spki', format: 'der' });
}
