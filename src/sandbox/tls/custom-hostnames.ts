/**
 * Custom hostnames (SSL for SaaS): names of a zone owner's customers. A name becomes active, and its certificate is
 * issued, over the clock, unless validations fail in this zone (`setValidation`).
 */
import type { CustomHostname } from 'cloudflare/resources/custom-hostnames/custom-hostnames';
import { DAY_MS } from '../constants.ts';
import { idFrom } from '../ids.ts';
import { family } from '../state/family.ts';
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';
import {
  type Authority,
  fingerprintOf,
  ISSUERS,
  type Leaf,
  leafPem,
  leafSerial,
  type Served,
  serialText,
  servedLeaf,
} from './issued.ts';
import { blockedSince, isoSeconds, wholeSeconds } from './packs.ts';
import {
  CERTIFICATE_MS,
  DELETION_MS,
  deploymentAt,
  INITIALIZING_MS,
  issuedAtMs,
  statusAt,
  VALIDATION_MS,
} from './timeline.ts';
import { uploadedKey } from './uploaded-keys.ts';

type Ssl = NonNullable<CustomHostname['ssl']>;

/** One certificate of a custom hostname. [U] The SDK does not know this list; the API of today shows it. */
interface CertificateWire {
  readonly id: string;
  readonly issuer: string;
  readonly serial_number: string;
  readonly signature: string;
  readonly issued_on: string;
  readonly expires_on: string;
  readonly fingerprint_sha256: string;
}

type SslWire = Ssl & { readonly certificates?: readonly CertificateWire[] };

/** The object of the API: the SDK's, and what it leaves out. */
export type HostnameWire = Omit<CustomHostname, 'ssl'> & { readonly ssl?: SslWire };

/** A certificate that the owner of the zone has brought. */
export interface BroughtCertificate {
  readonly id: string;
  /** As uploaded, PEM. The key stands in `uploaded-keys.ts`. */
  readonly chain: string;
  readonly keyKind: 'ec' | 'rsa';
  readonly hosts: readonly string[];
  readonly issuer: string;
  readonly signature: string;
  readonly serialNumber: string;
  readonly fingerprint: string;
  readonly issuedOn: string;
  readonly expiresOn: string;
}

export interface StoredSsl {
  readonly id: string;
  method: NonNullable<Ssl['method']>;
  authority: Authority;
  bundleMethod: NonNullable<Ssl['bundle_method']>;
  wildcard: boolean;
  settings: NonNullable<Ssl['settings']>;
  startedAtMs: number;
  timedOut?: boolean;
  /** Instead of one that is issued: one, or one for each kind of key. */
  brought?: readonly BroughtCertificate[];
}

export interface StoredHostname {
  readonly id: string;
  readonly hostname: string;
  readonly createdAt: string;
  /** When the check of ownership began. */
  createdAtMs: number;
  metadata?: Readonly<Record<string, string>>;
  originServer?: string;
  originSni?: string;
  /** Null: no certificate was asked for. */
  ssl: StoredSsl | null;
  deletedAtMs?: number;
}

export interface StoredFallback {
  readonly origin: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly startedAtMs: number;
  readonly deletedAtMs?: number;
}

interface SaasState {
  hostnames: StoredHostname[];
  fallback: StoredFallback | null;
}

export function saasState(zone: Zone): SaasState {
  return family<SaasState>(zone.fields.bag, 'custom_hostnames', () => ({ hostnames: [], fallback: null }));
}

/** Those that are not gone for good. */
export function hostnamesOf(world: World, zone: Zone): readonly StoredHostname[] {
  const now = world.clock.now();
  const state = saasState(zone);
  state.hostnames = state.hostnames.filter(
    ({ deletedAtMs }) => deletedAtMs === undefined || now - deletedAtMs < DELETION_MS,
  );
  return state.hostnames;
}

export function hostnameStatus(
  world: World,
  zone: Zone,
  item: StoredHostname,
): CustomHostname['status'] & string {
  if (item.deletedAtMs !== undefined) return 'pending_deletion';
  const provedAtMs = item.createdAtMs + INITIALIZING_MS + VALIDATION_MS;
  const blocked = blockedSince(zone) ?? Number.POSITIVE_INFINITY;
  return world.clock.now() >= provedAtMs && blocked >= provedAtMs ? 'active' : 'pending';
}

export function sslStatus(
  world: World,
  zone: Zone,
  item: StoredHostname,
): NonNullable<Ssl['status']> | undefined {
  if (item.ssl === null) return undefined;
  const { deletedAtMs } = item;
  if (item.ssl.brought !== undefined) return deploymentAt(world.clock.now(), { ...item.ssl, deletedAtMs });
  return statusAt(world.clock.now(), { ...item.ssl, deletedAtMs, blockedSinceMs: blockedSince(zone) });
}

/** The custom hostname of that name that is served. */
export function activeHostname(
  world: World,
  name: string,
): { readonly zone: Zone; readonly item: StoredHostname } | undefined {
  for (const zone of world.zones.values()) {
    if (zone.fields.bag['custom_hostnames'] === undefined) continue;
    const item = hostnamesOf(world, zone).find((known) => isServed(known, name));
    if (item !== undefined && hostnameStatus(world, zone, item) === 'active') return { zone, item };
  }
  return undefined;
}

function isServed({ hostname, ssl }: StoredHostname, name: string): boolean {
  return hostname === name || (ssl?.wildcard === true && name.slice(name.indexOf('.') + 1) === hostname);
}

/** What the edge sends for it; undefined while there is no certificate. */
export function hostnameServed(world: World, zone: Zone, item: StoredHostname): Served | undefined {
  if (item.ssl === null || sslStatus(world, zone, item) !== 'active') return undefined;
  const { brought } = item.ssl;
  const own = brought?.find(({ keyKind }) => keyKind === 'ec') ?? brought?.[0];
  if (own !== undefined) {
    const key = uploadedKey(own);
    return key === undefined ? undefined : { chain: own.chain, key };
  }
  const leaf = leafOf(world, item, item.ssl);
  return leaf === undefined ? undefined : servedLeaf(world, leaf);
}

export function hostnameWire(world: World, zone: Zone, item: StoredHostname): HostnameWire {
  const status = hostnameStatus(world, zone, item);
  const token = idFrom(`ownership:${item.id}`);
  return {
    id: item.id,
    hostname: item.hostname,
    ...(item.ssl === null ? {} : { ssl: sslWire(world, zone, item, item.ssl) }),
    ...(item.metadata === undefined ? {} : { custom_metadata: item.metadata }),
    ...(item.originServer === undefined ? {} : { custom_origin_server: item.originServer }),
    ...(item.originSni === undefined ? {} : { custom_origin_sni: item.originSni }),
    status,
    ...(status === 'pending'
      ? {
          verification_errors: ['custom hostname does not CNAME to this zone.'],
          ownership_verification: {
            type: 'txt',
            name: `_cf-custom-hostname.${item.hostname}`,
            value: token,
          },
          ownership_verification_http: {
            http_url: `http://${item.hostname}/.well-known/cf-custom-hostname-challenge/${item.id}`,
            http_body: token,
          },
        }
      : {}),
    created_at: item.createdAt,
  };
}

const VALIDITY_MS = 90 * DAY_MS;

function sslWire(world: World, zone: Zone, item: StoredHostname, ssl: StoredSsl): SslWire {
  const status = sslStatus(world, zone, item) ?? 'initializing';
  const leaf = status === 'active' && ssl.brought === undefined ? leafOf(world, item, ssl) : undefined;
  return {
    id: ssl.id,
    type: 'dv',
    method: ssl.method,
    status,
    certificate_authority: ssl.authority,
    bundle_method: ssl.bundleMethod,
    wildcard: ssl.wildcard,
    settings: ssl.settings,
    ...(leaf === undefined ? {} : leafFields(world, leaf)),
    ...(ssl.brought === undefined ? {} : broughtFields(ssl.brought)),
    ...(status === 'pending_validation' ? { validation_records: recordsOf(item, ssl) } : {}),
    ...(status === 'validation_timed_out'
      ? { validation_errors: [{ message: 'The validation of this hostname timed out.' }] }
      : {}),
  };
}

/** The certificate that is issued for it, once one is. */
function leafOf(world: World, item: StoredHostname, ssl: StoredSsl): Leaf | undefined {
  const now = world.clock.now();
  if (now - ssl.startedAtMs < CERTIFICATE_MS) return undefined;
  const issued = wholeSeconds(issuedAtMs(now, ssl, VALIDITY_MS));
  return {
    slot: ssl.id,
    authority: ssl.authority,
    signature: 'ECDSAWithSHA256',
    hosts: ssl.wildcard ? [item.hostname, `*.${item.hostname}`] : [item.hostname],
    issuedAtMs: issued,
    expiresAtMs: issued + VALIDITY_MS,
  };
}

function leafFields(world: World, leaf: Leaf): Partial<SslWire> {
  const facts = {
    issuer: ISSUERS[leaf.authority],
    serial_number: serialText(leafSerial(leaf)),
    signature: leaf.signature,
    expires_on: isoSeconds(leaf.expiresAtMs),
  };
  const issuedOn = isoSeconds(leaf.issuedAtMs);
  const certificate = {
    id: idFrom(`certificate:${leaf.slot}:${leaf.signature}:${leaf.issuedAtMs}`),
    ...facts,
    issued_on: issuedOn,
    fingerprint_sha256: fingerprintOf(leafPem(world, leaf)),
  };
  return { hosts: [...leaf.hosts], ...facts, uploaded_on: issuedOn, certificates: [certificate] };
}

function broughtFields(brought: readonly BroughtCertificate[]): Partial<SslWire> {
  const [first] = brought;
  if (first === undefined) return {};
  const facts = ({ issuer, serialNumber, signature, expiresOn }: BroughtCertificate) => ({
    issuer,
    serial_number: serialNumber,
    signature,
    expires_on: expiresOn,
  });
  return {
    hosts: [...first.hosts],
    ...facts(first),
    custom_certificate: first.chain,
    certificates: brought.map((item) => ({
      id: item.id,
      ...facts(item),
      issued_on: item.issuedOn,
      fingerprint_sha256: item.fingerprint,
    })),
  };
}

function recordsOf(item: StoredHostname, ssl: StoredSsl): NonNullable<Ssl['validation_records']> {
  const token = idFrom(`validation:${ssl.id}:${ssl.startedAtMs}`);
  switch (ssl.method) {
    case 'txt':
      return [{ status: 'pending', txt_name: `_acme-challenge.${item.hostname}`, txt_value: token }];
    case 'http':
      return [
        {
          status: 'pending',
          http_url: `http://${item.hostname}/.well-known/acme-challenge/${token}`,
          http_body: `${token}.${idFrom(`thumbprint:${ssl.id}`)}`,
        },
      ];
    case 'email':
      return [{ status: 'pending', emails: [`admin@${item.hostname}`] }];
    default:
      return ssl.method satisfies never;
  }
}
