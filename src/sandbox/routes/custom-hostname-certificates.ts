/**
 * Certificates that the owner of a zone brings for a custom hostname: one, or a bundle of an RSA and an ECDSA one, of
 * which each can be replaced and one of two deleted.
 */
import type { Call, Needs, Route } from '../http/call.ts';
import { JSON_TYPE, ok, type Reply } from '../http/envelope.ts';
import { newId } from '../ids.ts';
import {
  type BroughtCertificate,
  hostnamesOf,
  hostnameWire,
  type StoredHostname,
  type StoredSsl,
} from '../tls/custom-hostnames.ts';
import { fingerprintOf } from '../tls/issued.ts';
import { covers } from '../tls/packs.ts';
import { readUpload } from '../tls/upload.ts';
import { keepKey } from '../tls/uploaded-keys.ts';
import {
  broughtNotGranted,
  hostnameCertificateNotFound,
  hostnameNotFound,
  invalidHostnameField,
  kindMismatch,
  lastCertificate,
  pairInvalid,
} from './custom-hostname-errors.ts';
import { certificateExpired, keyMismatch, noCertificate, noPrivateKey } from './ssl-errors.ts';

type Body = Readonly<Record<string, unknown>>;

const WRITE: Needs = { scope: 'zone', anyOf: ['SSL and Certificates Write'] };
const ITEM =
  '/zones/{zone_id}/custom_hostnames/{hostname}/certificate_pack/{pack}/certificates/{certificate}';
const BUNDLE_MAX = 2;

export const customHostnameCertificateRoutes: readonly Route[] = [
  {
    method: 'PUT',
    path: ITEM,
    needs: WRITE,
    audit: { product: 'custom_hostnames', type: 'ssl.custom_hostname', action: 'update' },
    run: replaceCertificate,
  },
  {
    method: 'DELETE',
    path: ITEM,
    needs: WRITE,
    audit: { product: 'custom_hostnames', type: 'ssl.custom_hostname', action: 'delete' },
    run: deleteCertificate,
  },
];

/** What a body's `ssl` brings; undefined when it brings nothing. */
export function readBrought(
  call: Call,
  ssl: Body,
  hostname: string,
): readonly BroughtCertificate[] | undefined {
  const bundle = ssl['custom_cert_bundle'];
  const sent = bundle ?? (ssl['custom_certificate'] === undefined ? undefined : [ssl]);
  if (sent === undefined) return undefined;
  if (call.zone.fields.plan !== 'enterprise') throw broughtNotGranted();
  if (!Array.isArray(sent) || sent.length === 0 || sent.length > BUNDLE_MAX) {
    throw invalidHostnameField('/ssl/custom_cert_bundle');
  }
  const brought = sent.map((item: unknown) => readCertificate(call, (item ?? {}) as Body, hostname));
  const kinds = new Set(brought.map(({ keyKind }) => keyKind));
  if (kinds.size < brought.length) throw pairInvalid('/ssl/custom_cert_bundle');
  return brought;
}

function readCertificate(call: Call, body: Body, hostname: string): BroughtCertificate {
  const { custom_certificate: certificate, custom_key: key } = body;
  const read = readUpload(certificate, key ?? null);
  if (read === 'no-certificate') throw noCertificate();
  if (read === 'no-key') throw noPrivateKey();
  if (read === 'key-mismatch') throw keyMismatch();
  if (read.expiresAtMs <= call.world.clock.now()) throw certificateExpired();
  if (!read.hosts.some((host) => covers(host, hostname))) {
    throw invalidHostnameField('/ssl/custom_certificate');
  }
  const made: BroughtCertificate = {
    id: newId(),
    chain: String(certificate),
    keyKind: read.keyKind,
    hosts: read.hosts,
    issuer: read.issuer,
    signature: read.signature,
    serialNumber: read.serialNumber,
    fingerprint: fingerprintOf(read.pem),
    issuedOn: read.issuedOn,
    expiresOn: read.expiresOn,
  };
  keepKey(made, String(key));
  return made;
}

/** The certificate that the path names, and what it stands in. */
function named(call: Call): {
  item: StoredHostname;
  ssl: StoredSsl;
  brought: readonly BroughtCertificate[];
  certificate: BroughtCertificate;
} {
  const item = hostnamesOf(call.world, call.zone).find((known) => known.id === call.param('hostname'));
  if (item === undefined) throw hostnameNotFound();
  const { ssl } = item;
  const brought = ssl?.brought ?? [];
  const certificate = brought.find(({ id }) => id === call.param('certificate'));
  if (ssl === null || ssl.id !== call.param('pack') || certificate === undefined) {
    throw hostnameCertificateNotFound();
  }
  return { item, ssl, brought, certificate };
}

function replaceCertificate(call: Call): Reply {
  const { world, zone } = call;
  const { item, ssl, brought, certificate } = named(call);
  const before = hostnameWire(world, zone, item);
  const made = readCertificate(call, call.jsonObject(), item.hostname);
  if (made.keyKind !== certificate.keyKind) throw kindMismatch();
  ssl.brought = brought.map((known) => (known === certificate ? made : known));
  ssl.startedAtMs = world.clock.now();
  world.changed();
  const after = hostnameWire(world, zone, item);
  Object.assign(call.auditNote, { resourceId: item.id, before, after });
  return ok(after);
}

/** As a custom hostname's own, the answer has no envelope. */
function deleteCertificate(call: Call): Reply {
  const { world, zone } = call;
  const { item, ssl, brought, certificate } = named(call);
  if (brought.length === 1) throw lastCertificate();
  const before = hostnameWire(world, zone, item);
  ssl.brought = brought.filter((known) => known !== certificate);
  world.changed();
  Object.assign(call.auditNote, { resourceId: item.id, before, after: hostnameWire(world, zone, item) });
  return { status: 200, body: JSON.stringify({ id: item.id }), contentType: JSON_TYPE };
}
