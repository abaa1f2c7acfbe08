/** Reading of custom hostname bodies: the name, its origin, and what certificate it is to have. */
import type { Call } from '../http/call.ts';
import { newId } from '../ids.ts';
import { isRecordName, toAscii } from '../records/names.ts';
import type { Zone } from '../state/zone.ts';
import type { StoredHostname, StoredSsl } from '../tls/custom-hostnames.ts';
import { readBrought } from './custom-hostname-certificates.ts';
import {
  invalidHostname,
  invalidHostnameField,
  invalidMethod,
  invalidType,
  metadataNotGranted,
  originWithoutRecord,
  prohibitedHostname,
  sniNotGranted,
} from './custom-hostname-errors.ts';

type Body = Readonly<Record<string, unknown>>;

/** [U] Names that nobody may add. */
const PROHIBITED = /(?:^|\.)(?:cloudflare\.com|workers\.dev|pages\.dev|localhost|invalid|test)$/;

export function readHostname(value: unknown, zone: Zone): string {
  const name = typeof value === 'string' ? toAscii(value.trim().replace(/\.$/, '')) : undefined;
  if (name === undefined || !name.includes('.') || name.includes('*') || !isRecordName(name)) {
    throw invalidHostname();
  }
  if (PROHIBITED.test(name) || name === zone.name) throw prohibitedHostname();
  return name;
}

/** Origin, SNI and metadata: what was sent of them. */
export function readOrigin(
  call: Call,
  body: Body,
): Pick<StoredHostname, 'metadata' | 'originServer' | 'originSni'> {
  const { zone } = call;
  const { custom_metadata: metadata, custom_origin_server: server, custom_origin_sni: sni } = body;
  const isEnterprise = zone.fields.plan === 'enterprise';
  if (metadata !== undefined && !isEnterprise) throw metadataNotGranted();
  if (sni !== undefined && !isEnterprise) throw sniNotGranted();
  if (sni !== undefined && typeof sni !== 'string') throw invalidHostnameField('/custom_origin_sni');
  return {
    ...(metadata === undefined ? {} : { metadata: readMetadata(metadata) }),
    ...(server === undefined ? {} : { originServer: readOriginHost(zone, server) }),
    ...(sni === undefined ? {} : { originSni: sni }),
  };
}

function readMetadata(value: unknown): Readonly<Record<string, string>> {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap || !Object.values(value).every((item) => typeof item === 'string')) {
    throw invalidHostnameField('/custom_metadata');
  }
  return value as Record<string, string>;
}

/** An origin must have an address record or a CNAME in the zone. */
export function readOriginHost(zone: Zone, value: unknown): string {
  const host = typeof value === 'string' ? toAscii(value.replace(/\.$/, '')) : undefined;
  const known =
    host !== undefined &&
    zone.records.named(host).some(({ record }) => ['A', 'AAAA', 'CNAME'].includes(record.type));
  if (host === undefined || !known) throw originWithoutRecord(String(value));
  return host;
}

const METHODS = ['http', 'txt', 'email'] as const;
const BUNDLES = ['ubiquitous', 'optimal', 'force'] as const;
const AUTHORITIES = ['google', 'lets_encrypt', 'ssl_com', 'digicert'] as const;

/** Over what was there; a change of method, authority or certificate starts its course again. */
export function readSsl(
  call: Call,
  value: unknown,
  at: { readonly old: StoredSsl | null; readonly hostname: string },
): StoredSsl | null {
  const { old } = at;
  if (value === undefined) return old;
  if (value === null) return null;
  if (typeof value !== 'object' || Array.isArray(value)) throw invalidHostnameField('/ssl');
  const body = value as Body;
  if (body['type'] !== undefined && body['type'] !== 'dv') throw invalidType();
  const method = METHODS.find((known) => known === (body['method'] ?? old?.method ?? 'http'));
  if (method === undefined) throw invalidMethod();
  const wildcard = body['wildcard'] ?? old?.wildcard ?? false;
  if (typeof wildcard !== 'boolean') throw invalidHostnameField('/ssl/wildcard');
  const authority = AUTHORITIES.find(
    (known) => known === (body['certificate_authority'] ?? old?.authority ?? 'google'),
  );
  if (authority === undefined) throw invalidHostnameField('/ssl/certificate_authority');
  const bundleMethod = BUNDLES.find(
    (known) => known === (body['bundle_method'] ?? old?.bundleMethod ?? 'ubiquitous'),
  );
  if (bundleMethod === undefined) throw invalidHostnameField('/ssl/bundle_method');
  const brought = readBrought(call, body, at.hostname);
  const isSame =
    brought === undefined &&
    old !== null &&
    old.method === method &&
    old.authority === authority &&
    old.wildcard === wildcard;
  const present = brought ?? old?.brought;
  return {
    id: old?.id ?? newId(),
    method,
    authority,
    bundleMethod,
    wildcard,
    settings: readSslSettings(body['settings'], old),
    startedAtMs: isSame ? old.startedAtMs : call.world.clock.now(),
    ...(isSame && old.timedOut === true ? { timedOut: true } : {}),
    ...(present === undefined ? {} : { brought: present }),
  };
}

const SWITCH = ['on', 'off'];
const SSL_SETTINGS: Readonly<Record<string, readonly string[]>> = {
  early_hints: SWITCH,
  http2: SWITCH,
  min_tls_version: ['1.0', '1.1', '1.2', '1.3'],
  tls_1_3: SWITCH,
};

function readSslSettings(value: unknown, old: StoredSsl | null): StoredSsl['settings'] {
  if (value === undefined || value === null) return old?.settings ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) throw invalidHostnameField('/ssl/settings');
  for (const [name, sent] of Object.entries(value)) {
    const fits =
      name === 'ciphers' ? Array.isArray(sent) : SSL_SETTINGS[name]?.includes(String(sent)) === true;
    if (!fits) throw invalidHostnameField(`/ssl/settings/${name}`);
  }
  return { ...old?.settings, ...(value as StoredSsl['settings']) };
}
