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
import { blockedSince, isoSeconds } from './packs.ts';
import {
  CERTIFICATE_MS,
  DELETION_MS,
  INITIALIZING_MS,
  issuedAtMs,
  statusAt,
  VALIDATION_MS,
} from './timeline.ts';

type Ssl = NonNullable<CustomHostname['ssl']>;

export interface StoredSsl {
  readonly id: string;
  method: NonNullable<Ssl['method']>;
  authority: 'google' | 'lets_encrypt' | 'ssl_com' | 'digicert';
  bundleMethod: NonNullable<Ssl['bundle_method']>;
  wildcard: boolean;
  settings: NonNullable<Ssl['settings']>;
  startedAtMs: number;
  timedOut?: boolean;
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
  return statusAt(world.clock.now(), { ...item.ssl, deletedAtMs, blockedSinceMs: blockedSince(zone) });
}

export function hostnameWire(world: World, zone: Zone, item: StoredHostname): CustomHostname {
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

function sslWire(world: World, zone: Zone, item: StoredHostname, ssl: StoredSsl): Ssl {
  const status = sslStatus(world, zone, item) ?? 'initializing';
  const hosts = ssl.wildcard ? [item.hostname, `*.${item.hostname}`] : [item.hostname];
  const now = world.clock.now();
  const isIssued = now - ssl.startedAtMs >= CERTIFICATE_MS && status === 'active';
  const issued = issuedAtMs(now, ssl, VALIDITY_MS);
  return {
    id: ssl.id,
    type: 'dv',
    method: ssl.method,
    status,
    certificate_authority: ssl.authority,
    bundle_method: ssl.bundleMethod,
    wildcard: ssl.wildcard,
    settings: ssl.settings,
    ...(isIssued
      ? {
          hosts,
          issuer: ssl.authority === 'lets_encrypt' ? 'LetsEncrypt' : 'GoogleTrustServices',
          serial_number: BigInt(`0x${idFrom(`serial:${ssl.id}:${issued}`)}`).toString(),
          signature: 'ECDSAWithSHA256',
          uploaded_on: isoSeconds(issued),
          expires_on: isoSeconds(issued + VALIDITY_MS),
        }
      : {}),
    ...(status === 'pending_validation' ? { validation_records: recordsOf(item, ssl) } : {}),
    ...(status === 'validation_timed_out'
      ? { validation_errors: [{ message: 'The validation of this hostname timed out.' }] }
      : {}),
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
