/** The certificate that `tls` serves: self-signed, and made afresh for each start. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { DAY_MS } from '../constants.ts';
import { pem } from '../tls/der.ts';
import { serialFrom, signCertificate } from '../tls/x509.ts';

export interface Certificate {
  /** PEM. */
  readonly key: string;
  /** PEM. */
  readonly cert: string;
}

const VALID_DAYS = 825;
/** The last is for clients whose base URL cannot be changed: they are led here by a hosts file or a proxy. */
const ALWAYS_NAMED: readonly string[] = ['localhost', '127.0.0.1', '::1', 'api.cloudflare.com'];
const SERIAL_BYTES = 16;

/** A certificate that is its own authority: clients trust it by its PEM. */
export function selfSigned(host: string, nowMs: number = Date.now()): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const serial = serialFrom(createHash('sha256').update(spki).digest().subarray(0, SERIAL_BYTES));
  // Of several sandboxes that one client trusts each has a name of its own.
  const name = `Zoneward sandbox ${serial.toString('hex', 0, 4)}`;
  const certificate = signCertificate(
    {
      issuer: name,
      subject: name,
      spki,
      serial,
      notBeforeMs: nowMs - DAY_MS,
      notAfterMs: nowMs + VALID_DAYS * DAY_MS,
      hosts: [...new Set([...ALWAYS_NAMED, host])],
      isAuthority: true,
    },
    privateKey,
  );
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem(certificate),
  };
}
