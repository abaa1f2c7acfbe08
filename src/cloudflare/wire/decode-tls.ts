/** Certificates and custom hostnames as Cloudflare tells them (cloudflare-api §6.2, §6.3), read leniently. */
import { createHash, X509Certificate } from 'node:crypto';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import type {
  CertificatePack,
  CustomCertificate,
  CustomHostname,
  HostnameSsl,
  OriginCertificate,
  OriginPullCertificate,
  Proof,
} from '../../domains/tls/model.ts';
import { isObject } from '../envelope.ts';

export function decodePack(pack: JsonObject): CertificatePack {
  const expiries = objects(pack['certificates']).flatMap(({ expires_on: at }) => timeOf(at) ?? []);
  return {
    id: text(pack['id']) ?? '',
    type: text(pack['type']) ?? 'unknown',
    status: text(pack['status']) ?? 'unknown',
    hosts: texts(pack['hosts']),
    authority: text(pack['certificate_authority']),
    validationMethod: text(pack['validation_method']),
    validityDays: number(pack['validity_days']),
    expiresAt: expiries.length === 0 ? null : Math.min(...expiries),
    proofs: objects(pack['validation_records']).flatMap(proofOf),
    delegations: objects(pack['dcv_delegation_records']).flatMap(proofOf),
    errors: messagesOf(pack['validation_errors']),
  };
}

export function decodeCustomCertificate(wire: JsonObject): CustomCertificate {
  return {
    id: text(wire['id']) ?? '',
    status: text(wire['status']) ?? 'unknown',
    hosts: texts(wire['hosts']),
    issuer: text(wire['issuer']) ?? 'unknown',
    expiresAt: timeOf(wire['expires_on']),
    bundleMethod: text(wire['bundle_method']),
    priority: number(wire['priority']) ?? 0,
  };
}

export function decodeOriginCertificate(wire: JsonObject): OriginCertificate {
  const certificate = text(wire['certificate']);
  const parsed = certificate === null ? null : parseCertificate(certificate);
  return {
    id: text(wire['id']) ?? '',
    hosts: texts(wire['hostnames']),
    expiresAt: timeOf(wire['expires_on']) ?? (parsed === null ? null : timeOf(parsed.validTo)),
    validityDays: number(wire['requested_validity']),
    keySha256: parsed === null ? null : sha256(parsed.publicKey.export({ type: 'spki', format: 'der' })),
    certificate,
  };
}

export function decodeHostname(wire: JsonObject): CustomHostname {
  const { ownership_verification: dns, ownership_verification_http: http, ssl } = wire;
  return {
    id: text(wire['id']) ?? '',
    hostname: text(wire['hostname']) ?? '',
    status: text(wire['status']) ?? 'pending',
    origin: text(wire['custom_origin_server']),
    ssl: isObject(ssl) ? decodeSsl(ssl) : null,
    ownership: [dns, http].filter(isObject).flatMap(proofOf),
    errors: messagesOf(wire['verification_errors']),
  };
}

function decodeSsl(ssl: JsonObject): HostnameSsl {
  const { settings } = ssl;
  // Some answers carry the first record beside the list of all.
  const listed = objects(ssl['validation_records']);
  return {
    status: text(ssl['status']) ?? 'initializing',
    method: text(ssl['method']),
    authority: text(ssl['certificate_authority']),
    wildcard: ssl['wildcard'] === true,
    minTls: isObject(settings) ? text(settings['min_tls_version']) : null,
    expiresAt: timeOf(ssl['expires_on']),
    proofs: (listed.length > 0 ? listed : [ssl]).flatMap(proofOf),
    errors: messagesOf(ssl['validation_errors']),
  };
}

export function decodeOriginPull(
  level: OriginPullCertificate['level'],
  wire: JsonObject,
): OriginPullCertificate {
  const certificate = text(wire['certificate']);
  const parsed = certificate === null ? null : parseCertificate(certificate);
  return {
    id: text(wire['id']) ?? text(wire['cert_id']) ?? '',
    level,
    status: text(wire['status']) ?? 'unknown',
    issuer: text(wire['issuer']) ?? 'unknown',
    sha256: parsed === null ? null : sha256(parsed.raw),
    expiresAt: timeOf(wire['expires_on']),
  };
}

function proofOf(record: JsonObject): Proof[] {
  const { txt_name: txt, txt_value: value, http_url: url, http_body: body, emails } = record;
  const { cname, cname_target: target, type, name, value: owned } = record;
  if (typeof txt === 'string') return [{ kind: 'txt', name: txt, value: text(value) ?? '' }];
  if (type === 'txt' && typeof name === 'string') return [{ kind: 'txt', name, value: text(owned) ?? '' }];
  if (typeof url === 'string') return [{ kind: 'http', url, body: text(body) ?? '' }];
  if (typeof cname === 'string' && typeof target === 'string')
    return [{ kind: 'cname', name: cname, target }];
  return Array.isArray(emails) ? [{ kind: 'email', addresses: texts(emails) }] : [];
}

/** Messages are texts in some families and objects in others. */
function messagesOf(value: JsonValue | undefined): string[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly JsonValue[]).flatMap((one) => {
    const message = isObject(one) ? one['message'] : one;
    return typeof message === 'string' ? [message] : [];
  });
}

function parseCertificate(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function objects(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter(isObject) : [];
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function texts(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]).map(String) : [];
}

function number(value: JsonValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

function timeOf(value: JsonValue | undefined): number | null {
  // Origin CA writes Go's form: `2039-01-01 05:20:00 +0000 UTC`.
  const time = typeof value === 'string' ? Date.parse(value.replace(/ UTC$/, '')) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
