/** Custom certificates (§6.3): upload, list, replace, delete, order of priority. */
import { invalidBody } from '../api-error.ts';
import { LIST_PER_PAGE_DEFAULT, LIST_PER_PAGE_MAX } from '../constants.ts';
import type { AuditLabel, Call, Needs, Route } from '../http/call.ts';
import { ok, pageOf, pageQuery, type Reply } from '../http/envelope.ts';
import { newId } from '../ids.ts';
import {
  customCertificates,
  customStatus,
  customWire,
  type StoredCertificate,
} from '../tls/custom-certificates.ts';
import { covers } from '../tls/packs.ts';
import { readUpload, type UploadedCertificate } from '../tls/upload.ts';
import { keepKey } from '../tls/uploaded-keys.ts';
import {
  certificateExpired,
  certificateForeign,
  certificateNotFound,
  certificateQuotaExceeded,
  invalidCertificateField,
  keyMismatch,
  noCertificate,
  noPrivateKey,
} from './ssl-errors.ts';

const READ: Needs = { scope: 'zone', anyOf: ['SSL and Certificates Read', 'SSL and Certificates Write'] };
const WRITE: Needs = { scope: 'zone', anyOf: ['SSL and Certificates Write'] };
const COLLECTION = '/zones/{zone_id}/custom_certificates';
const ITEM = `${COLLECTION}/{certificate}`;
const PAGE = { perPageDefault: LIST_PER_PAGE_DEFAULT, perPageMax: LIST_PER_PAGE_MAX };
/** As zone objects say it in `meta.custom_certificate_quota`. */
const QUOTAS = { free: 0, pro: 0, business: 1, enterprise: 5 } as const;

function label(action: AuditLabel['action']): AuditLabel {
  return { product: 'custom_certificates', type: 'ssl.custom_certificate', action };
}

export const customCertificateRoutes: readonly Route[] = [
  { method: 'GET', path: COLLECTION, needs: READ, run: listCertificates },
  { method: 'POST', path: COLLECTION, needs: WRITE, audit: label('create'), run: upload },
  { method: 'PUT', path: `${COLLECTION}/prioritize`, needs: WRITE, audit: label('update'), run: prioritize },
  { method: 'GET', path: ITEM, needs: READ, run: (call) => ok(wireOf(call, existing(call))) },
  { method: 'PATCH', path: ITEM, needs: WRITE, audit: label('update'), run: replace },
  { method: 'DELETE', path: ITEM, needs: WRITE, audit: label('delete'), run: remove },
];

function wireOf({ world, zone }: Call, item: StoredCertificate): ReturnType<typeof customWire> {
  return customWire(world, zone, item);
}

function existing(call: Call): StoredCertificate {
  const found = customCertificates(call.zone).find((item) => item.id === call.param('certificate'));
  if (found === undefined) throw certificateNotFound();
  return found;
}

function byPriority(a: StoredCertificate, b: StoredCertificate): number {
  return b.priority - a.priority;
}

function listCertificates(call: Call): Reply {
  const { world, zone, query } = call;
  const status = query.get('status') ?? '';
  const found = customCertificates(zone)
    .filter((item) => status === '' || customStatus(world, item) === status)
    .sort(byPriority);
  const { items, info } = pageOf(found, pageQuery(query, PAGE));
  return ok(
    items.map((item) => wireOf(call, item)),
    { info },
  );
}

function upload(call: Call): Reply {
  const { world, zone } = call;
  const all = customCertificates(zone);
  if (all.length >= QUOTAS[zone.fields.plan]) throw certificateQuotaExceeded();
  const body = call.jsonObject();
  const read = readBody(call, body);
  const now = world.clock.stamp();
  const item: StoredCertificate = {
    id: newId(),
    type: oneOf(body, 'type', ['legacy_custom', 'sni_custom'], 'legacy_custom'),
    ...read,
    bundleMethod: oneOf(body, 'bundle_method', BUNDLES, 'ubiquitous'),
    ...optionsIn(body),
    priority: all.length,
    uploadedOn: now,
    modifiedOn: now,
    startedAtMs: world.clock.now(),
  };
  all.push(item);
  keepKey(item, keyIn(body));
  world.changed();
  const after = wireOf(call, item);
  Object.assign(call.auditNote, { resourceId: item.id, after });
  return ok(after);
}

const BUNDLES = ['ubiquitous', 'optimal', 'force'] as const;
type Facts = Pick<
  StoredCertificate,
  'hosts' | 'issuer' | 'signature' | 'expiresOn' | 'expiresAtMs' | 'chain'
>;

/** Certificate and key. The key may be missing when it belongs to a signing request made at Cloudflare. */
function readBody(call: Call, body: Readonly<Record<string, unknown>>): Facts {
  const { private_key: key, custom_csr_id: csr } = body;
  if (key === undefined && csr === undefined) throw noPrivateKey();
  const read = readUpload(body['certificate'], key);
  if (read === 'no-certificate') throw noCertificate();
  if (read === 'no-key') throw noPrivateKey();
  if (read === 'key-mismatch') throw keyMismatch();
  assertUsable(call, read);
  const { hosts, issuer, signature, expiresOn, expiresAtMs } = read;
  return { hosts, issuer, signature, expiresOn, expiresAtMs, chain: String(body['certificate']) };
}

/** Absent when it belongs to a signing request made at Cloudflare. */
function keyIn(body: Readonly<Record<string, unknown>>): string | undefined {
  const { private_key: key } = body;
  return typeof key === 'string' ? key : undefined;
}

function assertUsable({ world, zone }: Call, read: UploadedCertificate): void {
  if (read.expiresAtMs <= world.clock.now()) throw certificateExpired();
  const fits = read.hosts.some(
    (host) => host === zone.name || host.endsWith(`.${zone.name}`) || covers(host, zone.name),
  );
  if (!fits) throw certificateForeign();
}

function optionsIn(
  body: Readonly<Record<string, unknown>>,
): Pick<StoredCertificate, 'geo' | 'policy' | 'csrId'> {
  const { policy, custom_csr_id: csrId, geo_restrictions: geo } = body;
  return {
    ...(typeof policy === 'string' ? { policy } : {}),
    ...(typeof csrId === 'string' ? { csrId } : {}),
    ...(geo === undefined || geo === null ? {} : { geo: readGeo(geo) }),
  };
}

function readGeo(value: unknown): NonNullable<StoredCertificate['geo']> {
  const body = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return { label: oneOf(body, 'label', ['us', 'eu', 'highest_security'], undefined, 'geo_restrictions') };
}

function oneOf<T extends string>(
  body: Readonly<Record<string, unknown>>,
  field: string,
  values: readonly T[],
  absent: T | undefined,
  shown: string = field,
): T {
  const found = values.find((known) => known === (body[field] ?? absent));
  if (found === undefined) throw invalidCertificateField(shown);
  return found;
}

/** What is not sent stays; another certificate is rolled out afresh. */
function replace(call: Call): Reply {
  const { world } = call;
  const item = existing(call);
  const before = wireOf(call, item);
  const body = call.jsonObject();
  if (body['certificate'] !== undefined) {
    Object.assign(item, readBody(call, body), { startedAtMs: world.clock.now() });
    keepKey(item, keyIn(body));
  }
  item.bundleMethod = oneOf(body, 'bundle_method', BUNDLES, item.bundleMethod);
  Object.assign(item, optionsIn(body));
  item.modifiedOn = world.clock.stamp();
  world.changed();
  const after = wireOf(call, item);
  Object.assign(call.auditNote, { resourceId: item.id, before, after });
  return ok(after);
}

function remove(call: Call): Reply {
  const item = existing(call);
  Object.assign(call.auditNote, { resourceId: item.id, before: wireOf(call, item) });
  const all = customCertificates(call.zone);
  all.splice(all.indexOf(item), 1);
  call.world.changed();
  return ok({ id: item.id });
}

/** The certificate with the highest number wins when several cover a host. */
function prioritize(call: Call): Reply {
  const wanted = call.jsonObject()['certificates'];
  if (!Array.isArray(wanted)) throw invalidBody('certificates must be an array', '/certificates');
  const all = customCertificates(call.zone);
  const changes = (wanted as { id?: unknown; priority?: unknown }[]).map(({ id, priority }) => {
    const item = all.find((known) => known.id === id);
    if (item === undefined) throw certificateNotFound();
    if (typeof priority !== 'number') throw invalidCertificateField('priority');
    return { item, priority };
  });
  for (const { item, priority } of changes) item.priority = priority;
  call.world.changed();
  return ok([...all].sort(byPriority).map((item) => wireOf(call, item)));
}
