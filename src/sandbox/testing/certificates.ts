/** Certificates for tests to upload, and handshakes to look at what is served. */
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { connect, type TLSSocket } from 'node:tls';
import type { Sandbox } from '../index.ts';
import { pem } from '../tls/der.ts';
import { signCertificate } from '../tls/x509.ts';

export interface Upload {
  /** PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly privateKey: string;
}

/** A self-signed certificate of some hosts, good from a day before `nowMs` for 60 days. */
export function makeUpload(
  hosts: readonly string[],
  options: { readonly kind?: 'ec' | 'rsa'; readonly nowMs?: number } = {},
): Upload {
  const { kind = 'ec', nowMs = Date.now() } = options;
  const { privateKey, publicKey } =
    kind === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const certificate = signCertificate(
    {
      issuer: 'Uploaded by a test',
      subject: hosts[0] ?? '',
      spki: publicKey.export({ type: 'spki', format: 'der' }),
      serial: Buffer.from([0x41, ...Array.from({ length: 9 }, () => Math.floor(Math.random() * 256))]),
      notBeforeMs: nowMs - 86_400_000,
      notAfterMs: nowMs + 60 * 86_400_000,
      hosts,
      isAuthority: false,
    },
    privateKey,
  );
  return {
    certificate: pem(certificate),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

export interface Handshake {
  readonly certificate: X509Certificate;
  readonly protocol: string | null;
  /** Whether the given authorities vouch for it under that name. */
  readonly trusted: boolean;
}

/** A handshake for a name with a sandbox that serves TLS. Rejects when it is refused. */
export function shakeHands(
  sandbox: Sandbox,
  servername: string,
  options: { readonly ca?: string; readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3' } = {},
): Promise<Handshake> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect(
      { port: sandbox.port, host: sandbox.host, servername, rejectUnauthorized: false, ...options },
      () => {
        const certificate = new X509Certificate(socket.getPeerCertificate().raw);
        resolve({ certificate, protocol: socket.getProtocol(), trusted: socket.authorized });
        socket.destroy();
      },
    );
    socket.on('error', reject);
  });
}
