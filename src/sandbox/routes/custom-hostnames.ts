/** Custom hostnames (§6.3). A create is 201, a change 202, and the answer of a delete has no envelope. */
import type { FallbackOriginGetResponse, QuotaGetResponse } from 'cloudflare/resources/custom-hostnames';
import { LIST_PER_PAGE_DEFAULT, LIST_PER_PAGE_MAX } from '../constants.ts';
import type { AuditLabel, Call, Needs, Route } from '../http/call.ts';
import { JSON_TYPE, ok, pageOf, pageQuery, type Reply } from '../http/envelope.ts';
import { newId } from '../ids.ts';
import { isEntitled } from '../state/family.ts';
import type { Zone } from '../state/zone.ts';
import {
  hostnameStatus,
  hostnamesOf,
  hostnameWire,
  type StoredFallback,
  type StoredHostname,
  saasState,
  sslStatus,
} from '../tls/custom-hostnames.ts';
import { deploymentAt } from '../tls/timeline.ts';
import { readHostname, readOrigin, readOriginHost, readSsl } from './custom-hostname-body.ts';
import {
  duplicateHostname,
  fallbackNotFound,
  hostnameNotFound,
  prohibitedHostname,
  saasNotGranted,
  saasQuotaExceeded,
} from './custom-hostname-errors.ts';
import { isHeld } from './zone-holds.ts';

const READ: Needs = { scope: 'zone', anyOf: ['SSL and Certificates Read', 'SSL and Certificates Write'] };
const WRITE: Needs = { scope: 'zone', anyOf: ['SSL and Certificates Write'] };
const COLLECTION = '/zones/{zone_id}/custom_hostnames';
const ITEM = `${COLLECTION}/{hostname}`;
const FALLBACK = `${COLLECTION}/fallback_origin`;
const PAGE = { perPageDefault: LIST_PER_PAGE_DEFAULT, perPageMax: LIST_PER_PAGE_MAX };
/** [U] What a zone with the entitlement has without further agreement. */
const HOSTNAMES_MAX = 100;
/** [U] */
const HARD_CAP = 50_000;

function label(action: AuditLabel['action'], type = 'ssl.custom_hostname'): AuditLabel {
  return { product: 'custom_hostnames', type, action };
}

export const customHostnameRoutes: readonly Route[] = [
  { method: 'GET', path: COLLECTION, needs: READ, run: listHostnames },
  { method: 'POST', path: COLLECTION, needs: WRITE, audit: label('create'), run: addHostname },
  { method: 'GET', path: `${COLLECTION}/quota`, needs: READ, run: getQuota },
  { method: 'GET', path: FALLBACK, needs: READ, run: getFallback },
  {
    method: 'PUT',
    path: FALLBACK,
    needs: WRITE,
    audit: label('update', 'ssl.fallback_origin'),
    run: setFallback,
  },
  {
    method: 'DELETE',
    path: FALLBACK,
    needs: WRITE,
    audit: label('delete', 'ssl.fallback_origin'),
    run: deleteFallback,
  },
  { method: 'GET', path: ITEM, needs: READ, run: (call) => ok(wireOf(call, existing(call))) },
  { method: 'PATCH', path: ITEM, needs: WRITE, audit: label('update'), run: changeHostname },
  { method: 'DELETE', path: ITEM, needs: WRITE, audit: label('delete'), run: deleteHostname },
];

function wireOf({ world, zone }: Call, item: StoredHostname): ReturnType<typeof hostnameWire> {
  return hostnameWire(world, zone, item);
}

function existing(call: Call): StoredHostname {
  const found = hostnamesOf(call.world, call.zone).find((item) => item.id === call.param('hostname'));
  if (found === undefined) throw hostnameNotFound();
  return found;
}

function listHostnames(call: Call): Reply {
  const { world, zone, query } = call;
  const text = (name: string): string => (query.get(name) ?? '').toLowerCase();
  const contained = text('hostname') || text('hostname.contain');
  const found = hostnamesOf(world, zone).filter((item) => {
    const exact = text('hostname.exact');
    if (contained !== '' && !item.hostname.includes(contained)) return false;
    if (exact !== '' && item.hostname !== exact) return false;
    if (!item.hostname.startsWith(text('hostname.startsWith'))) return false;
    if (text('id') !== '' && item.id !== text('id')) return false;
    if (text('ssl_status') !== '' && sslStatus(world, zone, item) !== text('ssl_status')) return false;
    if (text('hostname_status') !== '' && hostnameStatus(world, zone, item) !== text('hostname_status'))
      return false;
    if (text('custom_origin_server') !== '' && item.originServer !== text('custom_origin_server'))
      return false;
    if (text('wildcard') !== '' && String(item.ssl?.wildcard ?? false) !== text('wildcard')) return false;
    const authority = text('certificate_authority');
    if (authority !== '' && item.ssl?.authority !== authority) return false;
    return text('ssl') === '' || (item.ssl === null ? '0' : '1') === text('ssl');
  });
  const { items, info } = pageOf(ordered(call, found), pageQuery(query, PAGE));
  return ok(
    items.map((item) => wireOf(call, item)),
    { info },
  );
}

function ordered(call: Call, items: readonly StoredHostname[]): readonly StoredHostname[] {
  const order = call.query.get('order');
  if (order !== 'ssl' && order !== 'ssl_status') return items;
  const sign = call.query.get('direction') === 'desc' ? -1 : 1;
  const key = (item: StoredHostname): string =>
    order === 'ssl' ? String(item.ssl !== null) : (sslStatus(call.world, call.zone, item) ?? '');
  return [...items].sort((a, b) => sign * (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

function allocated(zone: Zone): number {
  if (!isEntitled(zone, 'ssl-for-saas')) return 0;
  return zone.fields.plan === 'enterprise' ? HARD_CAP : HOSTNAMES_MAX;
}

function getQuota({ world, zone }: Call): Reply {
  const used = hostnamesOf(world, zone).length;
  const quota = allocated(zone);
  const result: QuotaGetResponse = {
    allocated: quota,
    exceeded: used > quota,
    hard_cap: quota === 0 ? 0 : HARD_CAP,
    used,
  };
  return ok(result);
}

function addHostname(call: Call): Reply {
  const { world, zone } = call;
  const quota = allocated(zone);
  if (quota === 0) throw saasNotGranted();
  const body = call.jsonObject();
  const hostname = readHostname(body['hostname'], zone);
  // A hold of another account covers custom hostnames too.
  if (isHeld(world, hostname, zone.accountId)) throw prohibitedHostname();
  const all = hostnamesOf(world, zone);
  if (all.some((item) => item.hostname === hostname && item.deletedAtMs === undefined))
    throw duplicateHostname();
  if (all.length >= quota) throw saasQuotaExceeded();
  const item: StoredHostname = {
    id: newId(),
    hostname,
    createdAt: world.clock.stamp(),
    createdAtMs: world.clock.now(),
    ...readOrigin(call, body),
    ssl: readSsl(call, body['ssl'], { old: null, hostname }),
  };
  saasState(zone).hostnames.push(item);
  world.changed();
  const after = wireOf(call, item);
  Object.assign(call.auditNote, { resourceId: item.id, after });
  return ok(after, { status: 201 });
}

/** Sending the present `ssl` again restarts a validation that has timed out. */
function changeHostname(call: Call): Reply {
  const { world, zone } = call;
  const item = existing(call);
  const before = wireOf(call, item);
  const body = call.jsonObject();
  const origin = readOrigin(call, body);
  const ssl = readSsl(call, body['ssl'], { old: item.ssl, hostname: item.hostname });
  const wasTimedOut = sslStatus(world, zone, item) === 'validation_timed_out';
  Object.assign(item, origin);
  item.ssl = ssl !== null && wasTimedOut ? { ...ssl, startedAtMs: world.clock.now(), timedOut: false } : ssl;
  world.changed();
  const after = wireOf(call, item);
  Object.assign(call.auditNote, { resourceId: item.id, before, after });
  return ok(after, { status: 202 });
}

function deleteHostname(call: Call): Reply {
  const item = existing(call);
  Object.assign(call.auditNote, { resourceId: item.id, before: wireOf(call, item) });
  item.deletedAtMs ??= call.world.clock.now();
  call.world.changed();
  return { status: 200, body: JSON.stringify({ id: item.id }), contentType: JSON_TYPE };
}

function fallbackWire({ world }: Call, fallback: StoredFallback): FallbackOriginGetResponse {
  const status = deploymentAt(world.clock.now(), fallback);
  return {
    origin: fallback.origin,
    status: status === 'deleted' ? 'pending_deletion' : status,
    errors: [],
    created_at: fallback.createdAt,
    updated_at: fallback.updatedAt,
  };
}

function fallbackOf(call: Call): StoredFallback {
  const { fallback } = saasState(call.zone);
  if (fallback === null || deploymentAt(call.world.clock.now(), fallback) === 'deleted')
    throw fallbackNotFound();
  return fallback;
}

function getFallback(call: Call): Reply {
  return ok(fallbackWire(call, fallbackOf(call)));
}

function setFallback(call: Call): Reply {
  const { world, zone } = call;
  if (allocated(zone) === 0) throw saasNotGranted();
  const origin = readOriginHost(zone, call.jsonObject()['origin']);
  const now = world.clock.stamp();
  const fallback = {
    origin,
    createdAt: saasState(zone).fallback?.createdAt ?? now,
    updatedAt: now,
    startedAtMs: world.clock.now(),
  };
  saasState(zone).fallback = fallback;
  world.changed();
  const after = fallbackWire(call, fallback);
  Object.assign(call.auditNote, { resourceId: zone.id, after });
  return ok(after);
}

function deleteFallback(call: Call): Reply {
  const { world, zone } = call;
  const fallback = { ...fallbackOf(call), updatedAt: world.clock.stamp(), deletedAtMs: world.clock.now() };
  saasState(zone).fallback = fallback;
  world.changed();
  call.auditNote.resourceId = zone.id;
  return ok(fallbackWire(call, fallback));
}
