/**
 * A self-signed certificate, made afresh for each start. Node can make keys and sign, but not issue X.509, so the
 * certificate is put together from DER here: P-256, SHA-256, localhost, the bound address and Cloudflare's own name.
 */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { isIP, isIPv4 } from 'node:net';
import { ipv4Bytes, ipv6Bytes } from '../records/ip.ts';
import { bitString, commonName, OID, oid, pem, sequence, tagged, time } from '../tls/der.ts';

export interface Certificate {
  /** PEM. */
  readonly key: string;
  /** PEM. */
  readonly cert: string;
}

const VALID_DAYS = 825;

/** A certificate that is its own authority: clients trust it by its PEM. */
export function selfSigned(host: string, nowMs: number = Date.now()): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const name = commonName('Zoneward sandbox');
  const serial = createHash('sha256').update(spki).digest().subarray(0, 16);
  // A leading byte below 0x80 keeps the number positive and its encoding minimal.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, serial),
    algorithm,
    name,
    sequence(time(nowMs - 86_400_000), time(nowMs + VALID_DAYS * 86_400_000)),
    name,
    spki,
    tagged(0xa3, sequence(altNames(host), authority())),
  );
  const signature = sign('sha256', body, privateKey);
  const certificate = sequence(body, algorithm, bitString(signature));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem(certificate),
  };
}

function altNames(host: string): Buffer {
  const names = [
    tagged(0x82, Buffer.from('api.cloudflare.com')),
    tagged(0x82, Buffer.from('localhost')),
    tagged(0x87, ipv4Bytes('127.0.0.1')),
    tagged(0x87, ipv6Bytes('::1')),
  ];
  if (host !== '127.0.0.1' && host !== '::1' && host !== 'localhost') {
    const address = isIP(host) === 0 ? undefined : isIPv4(host) ? ipv4Bytes(host) : ipv6Bytes(host);
    names.push(address === undefined ? tagged(0x82, Buffer.from(host)) : tagged(0x87, address));
  }
  return sequence(oid(OID.subjectAltName), tagged(0x04, sequence(...names)));
}

function authority(): Buffer {
  const isAuthority = sequence(tagged(0x01, Buffer.from([0xff])));
  return sequence(oid(OID.basicConstraints), tagged(0x01, Buffer.from([0xff])), tagged(0x04, isAuthority));
}
