/** Certificates that a client uploads, with their key: read with node's X.509 parser and checked against each other. */
import { createPrivateKey, X509Certificate } from 'node:crypto';

export interface UploadedCertificate {
  readonly hosts: readonly string[];
  readonly issuer: string;
  readonly signature: string;
  readonly serialNumber: string;
  /** RFC 3339, whole seconds. */
  readonly expiresOn: string;
  readonly expiresAtMs: number;
  /** The first certificate of what was sent, PEM. */
  readonly pem: string;
  /** RFC 3339, whole seconds. */
  readonly issuedOn: string;
  readonly keyKind: 'ec' | 'rsa';
}

export type UploadProblem = 'no-certificate' | 'no-key' | 'key-mismatch';

/** `privateKey` undefined: it is not checked. */
export function readUpload(certificate: unknown, privateKey: unknown): UploadedCertificate | UploadProblem {
  const parsed = typeof certificate === 'string' ? parseCertificate(certificate) : undefined;
  if (parsed === undefined) return 'no-certificate';
  if (privateKey !== undefined) {
    try {
      if (typeof privateKey !== 'string') return 'no-key';
      if (!parsed.checkPrivateKey(createPrivateKey(privateKey))) return 'key-mismatch';
    } catch {
      return 'no-key';
    }
  }
  const expiresAtMs = Date.parse(parsed.validTo);
  return {
    hosts: hostsOf(parsed),
    issuer: commonNameIn(parsed.issuer) ?? parsed.issuer,
    signature: signatureName(parsed),
    serialNumber: BigInt(`0x${parsed.serialNumber}`).toString(),
    expiresOn: isoSeconds(expiresAtMs),
    expiresAtMs,
    pem: parsed.toString(),
    issuedOn: isoSeconds(Date.parse(parsed.validFrom)),
    keyKind: keyKindOf(parsed),
  };
}

function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function keyKindOf(certificate: X509Certificate): 'ec' | 'rsa' {
  return certificate.publicKey.asymmetricKeyType === 'ec' ? 'ec' : 'rsa';
}

function parseCertificate(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text);
  } catch {
    return undefined;
  }
}

/** DNS names of the certificate, or its common name. */
function hostsOf(certificate: X509Certificate): readonly string[] {
  const names = (certificate.subjectAltName ?? '')
    .split(', ')
    .filter((item) => item.startsWith('DNS:'))
    .map((item) => item.slice(4).toLowerCase());
  if (names.length > 0) return [...new Set(names)];
  const name = commonNameIn(certificate.subject ?? '');
  return name === undefined ? [] : [name.toLowerCase()];
}

function commonNameIn(name: string): string | undefined {
  return /(?:^|\n)CN=(.+)/.exec(name)?.[1];
}

function signatureName(certificate: X509Certificate): string {
  return keyKindOf(certificate) === 'ec' ? 'ECDSAWithSHA256' : 'SHA256WithRSA';
}
