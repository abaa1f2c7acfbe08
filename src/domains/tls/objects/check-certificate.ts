/**
 * A certificate with its chain and key, examined before it leaves the house: that the key fits, that it is in force,
 * that it covers a name of the zone, and that the chain stands in its order (leaf first, each signed by the next).
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Problem } from '../../../base/problem.ts';
import type { Secret } from '../../../base/secret.ts';
import type { DomainName } from '../../../dns/name.ts';
import { error } from './order-certificate.ts';

/** Longer chains do not exist; a bundle of roots does. */
const CHAIN_MAX = 10;
const SOON_MS = 14 * 86_400_000;

export interface CertificateFiles {
  readonly certificate: { readonly text: string; readonly file: string };
  /** Absent: it is given when the certificate is sent, and held against `keySha256` then. */
  readonly key?: { readonly secret: Secret; readonly file: string };
}

export interface CheckedCertificate {
  /** Lower case, sorted. */
  readonly hosts: readonly string[];
  /** RFC 3339, UTC, whole seconds. */
  readonly expiresOn: string;
  /** SHA-256 (hex) of the public key. */
  readonly keySha256: string;
  /** SHA-256 (hex) of the certificate. */
  readonly sha256: string;
  /** The chain as it was given, PEM, without anything else that stood in the file. */
  readonly pem: string;
}

export type Checked =
  | { readonly ok: true; readonly value: CheckedCertificate; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
const KEY_BLOCK = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** `zone` null: it need not cover anything (client certificates). */
export function checkCertificate(
  { certificate, key }: CertificateFiles,
  { zone, now }: { readonly zone: DomainName | null; readonly now: number },
): Checked {
  const { file } = certificate;
  const chain = parseChain(certificate.text);
  const [leaf] = chain ?? [];
  if (chain === null || leaf === undefined)
    return refuse(error('certificate-invalid', unreadableWhy(certificate.text), { file, next: PEM_NEXT }));
  const secret = key === undefined ? undefined : parseKey(key.secret);
  if (secret === null) return refuse(unreadableKey(key?.file ?? ''));
  const problems = [
    ...(secret === undefined ? [] : keyFaults(leaf, secret, chain, file)),
    ...dateFaults(leaf, now, file),
    ...(zone === null ? [] : hostFaults(leaf, zone, file)),
    ...chainFaults(chain, file),
  ];
  if (problems.some(({ severity }) => severity === 'error')) return { ok: false, problems };
  return {
    ok: true,
    problems,
    value: {
      hosts: hostsOf(leaf),
      expiresOn: `${new Date(leaf.validTo).toISOString().slice(0, 19)}Z`,
      keySha256: keyHash(leaf.publicKey),
      sha256: createHash('sha256').update(leaf.raw).digest('hex'),
      pem: chain.map((one) => one.toString()).join(''),
    },
  };
}

export function unreadableKey(file: string): Problem {
  return error('key-invalid', 'it holds no private key that can be read', {
    file,
    next: 'Give the unencrypted key as PEM: openssl pkey -in key.pem -out plain.pem',
  });
}

const PEM_NEXT = 'Give PEM: the certificate first, then its intermediates, in one file.';

function refuse(problem: Problem): Checked {
  return { ok: false, problems: [problem] };
}

function unreadableWhy(text: string): string {
  if (KEY_BLOCK.test(text)) return 'it holds a private key and no certificate';
  return 'it holds no certificate that can be read';
}

function parseChain(text: string): readonly X509Certificate[] | null {
  const blocks = text.match(BLOCK) ?? [];
  if (blocks.length === 0 || blocks.length > CHAIN_MAX) return null;
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return null;
  }
}

function parseKey(secret: Secret): KeyObject | null {
  try {
    return createPrivateKey(secret.reveal());
  } catch {
    return null;
  }
}

function keyFaults(
  leaf: X509Certificate,
  key: KeyObject,
  chain: readonly X509Certificate[],
  file: string,
): Problem[] {
  if (leaf.checkPrivateKey(key)) return [];
  const hash = keyHash(createPublicKey(key));
  const at = chain.findIndex(({ publicKey }) => keyHash(publicKey) === hash);
  const next =
    at > 0
      ? `The key belongs to certificate ${at + 1} of the file: put that one first.`
      : 'Give the key that the certificate was made with.';
  return [error('key-mismatch', 'the certificate does not belong to the private key', { file, next })];
}

function dateFaults(leaf: X509Certificate, now: number, file: string): Problem[] {
  const from = Date.parse(leaf.validFrom);
  const until = Date.parse(leaf.validTo);
  const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
  if (until <= now)
    return [
      error('certificate-expired', `the certificate expired on ${day(until)}`, {
        file,
        next: 'Give a new one.',
      }),
    ];
  if (from > now)
    return [error('certificate-not-yet-valid', `the certificate is valid from ${day(from)} only`, { file })];
  if (until - now >= SOON_MS) return [];
  const message = `the certificate expires on ${day(until)} already`;
  return [{ ...error('certificate-expires-soon', message, { file }), severity: 'warning' }];
}

function hostFaults(leaf: X509Certificate, zone: DomainName, file: string): Problem[] {
  const hosts = hostsOf(leaf);
  const fits = hosts.some((host) => host === zone || host.endsWith(`.${zone}`));
  if (fits) return [];
  const told = hosts.length === 0 ? 'no host name' : hosts.join(', ');
  return [
    error('certificate-of-another-zone', `the certificate is for ${told}, and for no name of ${zone}`, {
      file,
      next: 'Upload it to the zone of its names.',
    }),
  ];
}

function chainFaults(chain: readonly X509Certificate[], file: string): Problem[] {
  for (const [index, one] of chain.entries()) {
    const above = chain[index + 1];
    if (above === undefined || one.checkIssued(above)) continue;
    const message = `certificate ${index + 2} of the file did not issue certificate ${index + 1}`;
    return [
      error('chain-order', message, {
        file,
        next: 'Order them: the certificate first, then each one’s issuer.',
      }),
    ];
  }
  return [];
}

/** DNS names of the certificate, or its common name where it has none. */
function hostsOf(certificate: X509Certificate): string[] {
  const names = (certificate.subjectAltName ?? '')
    .split(', ')
    .filter((item) => item.startsWith('DNS:'))
    .map((item) => item.slice(4).toLowerCase());
  const common = /(?:^|\n)CN=(.+)/.exec(certificate.subject ?? '')?.[1]?.toLowerCase();
  if (names.length > 0) return [...new Set(names)].sort();
  return common === undefined ? [] : [common];
}

function keyHash(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}
