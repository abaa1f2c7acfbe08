/**
 * X.509 certificates (RFC 5280), as far as the sandbox issues them. Node can make keys and sign, but not issue, so the
 * certificate is put together from DER here.
 */
import { type KeyObject, sign } from 'node:crypto';
import { isIP, isIPv4 } from 'node:net';
import { ipv4Bytes, ipv6Bytes } from '../records/ip.ts';
import { bitString, commonName, NULL, OID, oid, sequence, tagged, time } from './der.ts';

export interface CertificateContent {
  /** Common names. */
  readonly issuer: string;
  readonly subject: string;
  /** DER of the certified key. */
  readonly spki: Buffer;
  /** At most 20 bytes, the first below 0x80. */
  readonly serial: Buffer;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Host names and addresses. */
  readonly hosts: readonly string[];
  /** Whether it may sign others. */
  readonly isAuthority: boolean;
}

/** The certificate as DER, signed with SHA-256 by an EC or RSA key. */
export function signCertificate(content: CertificateContent, key: KeyObject): Buffer {
  const algorithm =
    key.asymmetricKeyType === 'rsa'
      ? sequence(oid(OID.sha256WithRsa), NULL)
      : sequence(oid(OID.ecdsaWithSha256));
  const extensions = [
    ...(content.hosts.length === 0 ? [] : [altNames(content.hosts)]),
    ...(content.isAuthority ? [authority()] : []),
  ];
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, content.serial),
    algorithm,
    commonName(content.issuer),
    sequence(time(content.notBeforeMs), time(content.notAfterMs)),
    commonName(content.subject),
    content.spki,
    ...(extensions.length === 0 ? [] : [tagged(0xa3, sequence(...extensions))]),
  );
  return sequence(body, algorithm, bitString(sign('sha256', body, key)));
}

/** A serial number of bytes that are all the same for the same digest: positive, and minimal in its encoding. */
export function serialFrom(digest: Buffer): Buffer {
  const serial = Buffer.from(digest);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

function altNames(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) => {
    if (isIP(host) === 0) return tagged(0x82, Buffer.from(host));
    return tagged(0x87, isIPv4(host) ? ipv4Bytes(host) : ipv6Bytes(host));
  });
  return sequence(oid(OID.subjectAltName), tagged(0x04, sequence(...names)));
}

function authority(): Buffer {
  const isAuthority = sequence(tagged(0x01, Buffer.from([0xff])));
  return sequence(oid(OID.basicConstraints), tagged(0x01, Buffer.from([0xff])), tagged(0x04, isAuthority));
}
