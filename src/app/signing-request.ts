/**
 * Keys and signing requests (PKCS #10, RFC 2986) for Origin CA certificates. The key is made here and given back to
 * who asked; Zoneward neither sends nor keeps it.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { InvalidInputError } from '../base/problem.ts';
import { Secret } from '../base/secret.ts';

export type KeyType = 'ecc' | 'rsa';

export interface MadeRequest {
  /** PKCS #8, PEM. */
  readonly key: Secret;
  /** PEM. */
  readonly csr: string;
}

export interface ReadRequest {
  readonly keyType: KeyType;
  /** The DNS names that it asks for: subject alternative names, or the common name where there are none. */
  readonly hosts: readonly string[];
  /** SHA-256 (hex) of the public key. */
  readonly keySha256: string;
}

const RSA_BITS = 2_048;
const OID = {
  commonName: '2.5.4.3',
  extensionRequest: '1.2.840.113549.1.9.14',
  subjectAltName: '2.5.29.17',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  rsaWithSha256: '1.2.840.113549.1.1.11',
} as const;

/** A new key, and a request for these hosts signed with it. */
export async function makeSigningRequest(hosts: readonly string[], keyType: KeyType): Promise<MadeRequest> {
  const { privateKey } =
    keyType === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: RSA_BITS })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = new Secret(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  return { key, csr: await signRequest(privateKey, hosts) };
}

/** A request signed with a key that the caller holds. */
export async function requestFor(key: Secret, hosts: readonly string[]): Promise<string> {
  return signRequest(createPrivateKey(key.reveal()), hosts);
}

async function signRequest(key: KeyObject, hosts: readonly string[]): Promise<string> {
  const { csr, schema, x509 } = await load();
  const { AsnConvert, OctetString } = schema;
  const names = hosts.map((host) => new x509.GeneralName({ dNSName: host }));
  const extensions = new x509.Extensions([
    new x509.Extension({
      extnID: OID.subjectAltName,
      extnValue: new OctetString(AsnConvert.serialize(new x509.SubjectAlternativeName(names))),
    }),
  ]);
  const attribute = new x509.Attribute({
    type: OID.extensionRequest,
    values: [AsnConvert.serialize(extensions)],
  });
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const info = new csr.CertificationRequestInfo({
    version: 0,
    subject: new x509.Name([
      new x509.RelativeDistinguishedName([
        new x509.AttributeTypeAndValue({
          type: OID.commonName,
          value: new x509.AttributeValue({ utf8String: hosts[0] ?? '' }),
        }),
      ]),
    ]),
    subjectPKInfo: AsnConvert.parse(spki, x509.SubjectPublicKeyInfo),
    attributes: new csr.Attributes([attribute]),
  });
  const signed = AsnConvert.serialize(info);
  const rsa = key.asymmetricKeyType === 'rsa';
  const request = new csr.CertificationRequest({
    certificationRequestInfo: info,
    signatureAlgorithm: new x509.AlgorithmIdentifier({
      algorithm: rsa ? OID.rsaWithSha256 : OID.ecdsaWithSha256,
      ...(rsa ? { parameters: new Uint8Array([5, 0]).buffer } : {}),
    }),
    signature: new Uint8Array(sign('sha256', Buffer.from(signed), key)).buffer,
  });
  return pemOf(Buffer.from(AsnConvert.serialize(request)));
}

const REQUEST = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END/;

/** Reads a request that the caller made. Throws `InvalidInputError` for what is none. */
export async function readSigningRequest(text: string, file: string): Promise<ReadRequest> {
  const { csr, schema, x509 } = await load();
  const { AsnConvert } = schema;
  const base64 = REQUEST.exec(text)?.[1];
  if (base64 === undefined) throw noRequest(file, 'it holds no CERTIFICATE REQUEST block');
  try {
    const { certificationRequestInfo: info } = AsnConvert.parse(
      Buffer.from(base64, 'base64'),
      csr.CertificationRequest,
    );
    const key = createPublicKey({
      key: Buffer.from(AsnConvert.serialize(info.subjectPKInfo)),
      format: 'der',
      type: 'spki',
    });
    const kind = key.asymmetricKeyType;
    if (kind !== 'rsa' && kind !== 'ec') throw noRequest(file, `its key is of type ${kind ?? 'unknown'}`);
    const asked = info.attributes.find(({ type }) => type === OID.extensionRequest)?.values[0];
    const extensions = asked === undefined ? [] : AsnConvert.parse(asked, x509.Extensions);
    const names = extensions.find(({ extnID }) => extnID === OID.subjectAltName)?.extnValue;
    const hosts =
      names === undefined
        ? info.subject.flatMap((part) =>
            part.flatMap(({ type, value }) => (type === OID.commonName ? [value.toString()] : [])),
          )
        : AsnConvert.parse(names.buffer, x509.SubjectAlternativeName).flatMap(({ dNSName }) => dNSName ?? []);
    const spki = key.export({ type: 'spki', format: 'der' });
    const keySha256 = createHash('sha256').update(spki).digest('hex');
    return {
      keyType: kind === 'rsa' ? 'rsa' : 'ecc',
      keySha256,
      hosts: [...hosts].map((host) => host.toLowerCase()),
    };
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    throw noRequest(file, 'it cannot be read as PKCS #10');
  }
}

function noRequest(file: string, why: string): InvalidInputError {
  return new InvalidInputError(`${file} is no certificate signing request; nothing was sent.`, [
    {
      code: 'csr-invalid',
      severity: 'error',
      message: why,
      next: 'Give a PEM file with an RSA or ECC key, or leave the key to Zoneward: --key-file FILE',
      position: { file },
    },
  ]);
}

/** Loaded when a request is made: few commands need it. */
async function load() {
  const [csr, schema, x509] = await Promise.all([
    import('@peculiar/asn1-csr'),
    import('@peculiar/asn1-schema'),
    import('@peculiar/asn1-x509'),
  ]);
  return { csr, schema, x509 };
}

function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE REQUEST-----', ...lines, '-----END CERTIFICATE REQUEST-----', ''].join(
    '\n',
  );
}
