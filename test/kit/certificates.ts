/** Certificates for tests, signed here: a leaf alone, or a leaf with the authority that issued it. */
import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Certificate,
  Extension,
  Extensions,
  GeneralName,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import { Secret } from '../../src/base/secret.ts';

export interface MadeCertificate {
  readonly certificate: { readonly text: string; readonly file: string };
  readonly key: { readonly secret: Secret; readonly file: string };
}

export interface MadeChain extends MadeCertificate {
  readonly leaf: string;
  readonly issuer: string;
}

const DAY_MS = 86_400_000;
const OID = {
  commonName: '2.5.4.3',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  rsaWithSha256: '1.2.840.113549.1.1.11',
} as const;

export type KeyForm = 'ec' | 'rsa-pkcs1' | 'rsa-pkcs8';

/** Self-signed. `days` may be negative: then it has expired already. */
export function makeCertificate(
  hosts: readonly string[],
  days = 90,
  now: number = Date.now(),
  form: KeyForm = 'ec',
): MadeCertificate {
  const key = newKey(form);
  const subject = hosts[0] ?? 'client';
  return made(
    issue({ subject, key, issuer: subject, issuerKey: key, hosts, until: now + days * DAY_MS }),
    key,
    form,
  );
}

/** A leaf and the authority that signed it. */
export function makeChain(hosts: readonly string[]): MadeChain {
  const authority = newKey();
  const key = newKey();
  const until = Date.now() + 90 * DAY_MS;
  const issuer = issue({
    subject: 'Test Authority',
    key: authority,
    issuer: 'Test Authority',
    issuerKey: authority,
    hosts: [],
    until,
  });
  const leaf = issue({
    subject: hosts[0] ?? 'none',
    key,
    issuer: 'Test Authority',
    issuerKey: authority,
    hosts,
    until,
  });
  return { ...made(`${leaf}${issuer}`, key), leaf, issuer };
}

export function secretOf(text: string): MadeCertificate['key'] {
  return { secret: new Secret(text), file: 'key.pem' };
}

function made(text: string, key: KeyObject, form: KeyForm = 'ec'): MadeCertificate {
  const type = form === 'rsa-pkcs1' ? 'pkcs1' : 'pkcs8';
  return {
    certificate: { text, file: 'crt.pem' },
    key: secretOf(key.export({ type, format: 'pem' }).toString()),
  };
}

function newKey(form: KeyForm = 'ec'): KeyObject {
  if (form !== 'ec') return generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

function issue(of: {
  readonly subject: string;
  readonly key: KeyObject;
  readonly issuer: string;
  readonly issuerKey: KeyObject;
  readonly hosts: readonly string[];
  readonly until: number;
}): string {
  const serial = randomBytes(16);
  serial[0] = 0x40;
  const spki = createPublicKey(of.key).export({ type: 'spki', format: 'der' });
  const body = new TBSCertificate({
    version: Version.v3,
    serialNumber: new Uint8Array(serial).buffer,
    signature: algorithmOf(of.issuerKey),
    issuer: nameOf(of.issuer),
    validity: new Validity({ notBefore: new Date(of.until - 400 * DAY_MS), notAfter: new Date(of.until) }),
    subject: nameOf(of.subject),
    subjectPublicKeyInfo: AsnConvert.parse(spki, SubjectPublicKeyInfo),
    extensions: new Extensions([of.hosts.length === 0 ? authorityExtension() : namesExtension(of.hosts)]),
  });
  const signed = AsnConvert.serialize(body);
  const certificate = new Certificate({
    tbsCertificate: body,
    signatureAlgorithm: algorithmOf(of.issuerKey),
    signatureValue: new Uint8Array(sign('sha256', Buffer.from(signed), of.issuerKey)).buffer,
  });
  const base64 = Buffer.from(AsnConvert.serialize(certificate)).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.match(/.{1,64}/g)?.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function algorithmOf(key: KeyObject): AlgorithmIdentifier {
  if (key.asymmetricKeyType !== 'rsa') return new AlgorithmIdentifier({ algorithm: OID.ecdsaWithSha256 });
  return new AlgorithmIdentifier({
    algorithm: OID.rsaWithSha256,
    parameters: new Uint8Array([5, 0]).buffer,
  });
}

function nameOf(text: string): Name {
  const value = new AttributeValue({ utf8String: text });
  return new Name([
    new RelativeDistinguishedName([new AttributeTypeAndValue({ type: OID.commonName, value })]),
  ]);
}

function namesExtension(hosts: readonly string[]): Extension {
  const names = new SubjectAlternativeName(hosts.map((host) => new GeneralName({ dNSName: host })));
  return new Extension({
    extnID: OID.subjectAltName,
    extnValue: new OctetString(AsnConvert.serialize(names)),
  });
}

function authorityExtension(): Extension {
  const value = AsnConvert.serialize(new BasicConstraints({ cA: true }));
  return new Extension({ extnID: OID.basicConstraints, critical: true, extnValue: new OctetString(value) });
}
