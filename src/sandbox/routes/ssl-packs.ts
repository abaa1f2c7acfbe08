/** Certificate packs (§6.2): list, order, restart, delete, quota. */
import type { QuotaGetResponse } from 'cloudflare/resources/ssl/certificate-packs';
import { LIST_PER_PAGE_DEFAULT, LIST_PER_PAGE_MAX } from '../constants.ts';
import type { AuditLabel, Call, Needs, Route } from '../http/call.ts';
import { ok, pageOf, pageQuery, type Reply } from '../http/envelope.ts';
import { newId } from '../ids.ts';
import { isRecordName, toAscii } from '../records/names.ts';
import { isEntitled } from '../state/family.ts';
import type { Zone } from '../state/zone.ts';
import { type Pack, packState, packStatus, packsOf, packWire, packWires, restart } from '../tls/packs.ts';
import {
  invalidOrder,
  needsCertificateManager,
  packNotDeletable,
  packNotFound,
  packNotRestartable,
  packQuotaExceeded,
} from './ssl-errors.ts';

const READ: Needs = { scope: 'zone', anyOf: ['SSL and Certificates Read', 'SSL and Certificates Write'] };
const WRITE: Needs = { scope: 'zone', anyOf: ['SSL and Certificates Write'] };
const PACKS = '/zones/{zone_id}/ssl/certificate_packs';
const PAGE = { perPageDefault: LIST_PER_PAGE_DEFAULT, perPageMax: LIST_PER_PAGE_MAX };
const HOSTS_MAX = 50;
/** [U] */
const ADVANCED_PACKS_MAX = 100;

function label(action: AuditLabel['action']): AuditLabel {
  return { product: 'ssl', type: 'ssl.certificate_pack', action };
}

export const sslPackRoutes: readonly Route[] = [
  { method: 'GET', path: PACKS, needs: READ, run: listPacks },
  { method: 'POST', path: `${PACKS}/order`, needs: WRITE, audit: label('create'), run: orderPack },
  { method: 'GET', path: `${PACKS}/quota`, needs: READ, run: getQuota },
  { method: 'GET', path: `${PACKS}/{pack}`, needs: READ, run: getPack },
  { method: 'PATCH', path: `${PACKS}/{pack}`, needs: WRITE, audit: label('update'), run: patchPack },
  { method: 'DELETE', path: `${PACKS}/{pack}`, needs: WRITE, audit: label('delete'), run: deletePack },
];

/** Active packs only, unless all are asked for. Nothing here is ever deployed to staging. */
function listPacks({ world, zone, query }: Call): Reply {
  const all = query.get('deploy') === 'staging' ? [] : packWires(world, zone);
  const shown = query.get('status') === 'all' ? all : all.filter((pack) => pack.status === 'active');
  const { items, info } = pageOf(shown, pageQuery(query, PAGE));
  return ok(items, { info });
}

function getPack(call: Call): Reply {
  const found = packWires(call.world, call.zone).find((pack) => pack.id === call.param('pack'));
  if (found === undefined) throw packNotFound();
  return ok(found);
}

function getQuota({ world, zone }: Call): Reply {
  const allocated = isEntitled(zone, 'advanced-certificate-manager') ? ADVANCED_PACKS_MAX : 0;
  const result: QuotaGetResponse = { advanced: { allocated, used: advancedPacks(world, zone) } };
  return ok(result);
}

function advancedPacks(world: Call['world'], zone: Zone): number {
  return packsOf(world, zone).filter((pack) => pack.type === 'advanced' && pack.deletedAtMs === undefined)
    .length;
}

function orderPack(call: Call): Reply {
  const { world, zone } = call;
  if (!isEntitled(zone, 'advanced-certificate-manager')) throw needsCertificateManager();
  const pack = readOrder(call);
  if (advancedPacks(world, zone) >= ADVANCED_PACKS_MAX) throw packQuotaExceeded();
  packState(zone).ordered.push(pack);
  world.changed();
  const after = packWire(world, zone, pack);
  Object.assign(call.auditNote, { resourceId: pack.id, after });
  return ok(after);
}

const METHODS = ['txt', 'http', 'email'] as const;
const VALIDITIES = [14, 30, 90, 365] as const;
const AUTHORITIES = ['google', 'lets_encrypt', 'ssl_com'] as const;
/** [U] Which authority issues for how long. */
const VALIDITIES_OF = { google: [14, 30, 90], lets_encrypt: [90], ssl_com: [14, 30, 90, 365] } as const;

function readOrder(call: Call): Pack {
  const { zone, world } = call;
  const body = call.jsonObject();
  if (body['type'] !== 'advanced') throw invalidOrder('type must be "advanced"', '/type');
  const method = METHODS.find((known) => known === body['validation_method']);
  if (method === undefined)
    throw invalidOrder(`validation_method must be one of ${METHODS.join(', ')}`, '/validation_method');
  const validityDays = VALIDITIES.find((known) => known === body['validity_days']);
  if (validityDays === undefined)
    throw invalidOrder(`validity_days must be one of ${VALIDITIES.join(', ')}`, '/validity_days');
  const authority = AUTHORITIES.find((known) => known === body['certificate_authority']);
  if (authority === undefined)
    throw invalidOrder(
      `certificate_authority must be one of ${AUTHORITIES.join(', ')}`,
      '/certificate_authority',
    );
  if (!(VALIDITIES_OF[authority] as readonly number[]).includes(validityDays))
    throw invalidOrder(`${authority} does not issue for ${validityDays} days`, '/validity_days');
  const branding = body['cloudflare_branding'] === true;
  const hosts = readHosts(body['hosts'], zone);
  if (method !== 'txt' && hosts.some((host) => host.startsWith('*.')))
    throw invalidOrder('Wildcard hosts need validation_method txt', '/validation_method');
  return {
    id: newId(),
    type: 'advanced',
    // A branded certificate has a host of Cloudflare's besides.
    hosts: branding ? [...hosts, `sni.cloudflaressl.com`] : hosts,
    authority,
    method,
    validityDays,
    branding,
    startedAtMs: world.clock.now(),
  };
}

function readHosts(value: unknown, zone: Zone): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) throw invalidOrder('hosts must not be empty', '/hosts');
  if (value.length > HOSTS_MAX) throw invalidOrder(`At most ${HOSTS_MAX} hosts are allowed`, '/hosts');
  const hosts = value.map((item: unknown) => {
    const host = typeof item === 'string' ? toAscii(item) : undefined;
    const inside = host === zone.name || host?.endsWith(`.${zone.name}`) === true;
    if (host === undefined || !inside || !isRecordName(host))
      throw invalidOrder(`${String(item)} is no host name of this zone`, '/hosts');
    return host;
  });
  if (!hosts.includes(zone.name))
    throw invalidOrder(`hosts must contain the zone apex ${zone.name}`, '/hosts');
  return [...new Set(hosts)];
}

function orderedPack(call: Call): Pack {
  const { world, zone } = call;
  const pack = packsOf(world, zone).find((item) => item.id === call.param('pack'));
  if (pack === undefined) throw packNotFound();
  return pack;
}

/** With a branding flag it is changed; without, a validation that has timed out starts again. */
function patchPack(call: Call): Reply {
  const { world, zone } = call;
  const pack = orderedPack(call);
  const before = packWire(world, zone, pack);
  const branding = (call.json() as { cloudflare_branding?: unknown } | undefined)?.cloudflare_branding;
  if (typeof branding === 'boolean' && branding !== pack.branding) pack.branding = branding;
  else if (packStatus(world, zone, pack) === 'validation_timed_out') restart(world, zone, pack);
  else if (typeof branding !== 'boolean') throw packNotRestartable();
  world.changed();
  const after = packWire(world, zone, pack);
  Object.assign(call.auditNote, { resourceId: pack.id, before, after });
  return ok(after);
}

function deletePack(call: Call): Reply {
  const { world, zone } = call;
  const pack = orderedPack(call);
  if (pack.type !== 'advanced') throw packNotDeletable(pack.type);
  Object.assign(call.auditNote, { resourceId: pack.id, before: packWire(world, zone, pack) });
  pack.deletedAtMs ??= world.clock.now();
  world.changed();
  return ok({ id: pack.id });
}
