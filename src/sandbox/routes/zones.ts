/** Zones (§3): list, create, get, patch, delete, activation check. */
import { getDomain } from 'tldts';
import { allows, type Caller, legacyPermissions, zoneResource } from '../auth/caller.ts';
import { ZONES_PER_PAGE_DEFAULT, ZONES_PER_PAGE_MAX } from '../constants.ts';
import type { AuditLabel, Call, Needs, Route } from '../http/call.ts';
import { ok, pageOf, pageQuery, type Reply } from '../http/envelope.ts';
import { isRecordName, toAscii } from '../records/names.ts';
import { developmentModeSeconds } from '../settings/zone-settings.ts';
import { DNS_SETTINGS_BAG } from '../state/dns-settings.ts';
import type { Zone, ZoneType, ZoneWire } from '../state/zone.ts';
import { checkActivation, createZone } from '../state/zone-life.ts';
import {
  checkTooEarly,
  invalidZoneField,
  invalidZoneName,
  notRegistrable,
  onePropertyOnly,
  permissionDenied,
  planNotEntitled,
  zoneExists,
  zoneHeld,
} from './zone-errors.ts';
import { selectZones } from './zone-filters.ts';
import { isHeld } from './zone-holds.ts';

const READ: Needs = { scope: 'zone', anyOf: ['Zone Read', 'Zone Write'] };
const WRITE: Needs = { scope: 'zone', anyOf: ['Zone Write'] };

function label(action: AuditLabel['action']): AuditLabel {
  return { product: 'zones', type: 'zone', action };
}

export const zoneRoutes: readonly Route[] = [
  { method: 'GET', path: '/zones', needs: { scope: 'any' }, run: listZones },
  { method: 'POST', path: '/zones', needs: { scope: 'any' }, audit: label('create'), run: postZone },
  { method: 'GET', path: '/zones/{zone_id}', needs: READ, run: getZone },
  { method: 'PATCH', path: '/zones/{zone_id}', needs: WRITE, audit: label('update'), run: patchZone },
  { method: 'DELETE', path: '/zones/{zone_id}', needs: WRITE, audit: label('delete'), run: deleteZone },
  {
    method: 'PUT',
    path: '/zones/{zone_id}/activation_check',
    needs: WRITE,
    audit: label('update'),
    run: activationCheck,
  },
];

/** Every zone that the caller may read; one without zone permission gets an empty list. */
function listZones(call: Call): Reply {
  const visible = visibleZones(call.caller, call.world.zonesInOrder());
  const selected = selectZones(call.world, visible, call.query);
  const wanted = pageQuery(call.query, {
    perPageDefault: ZONES_PER_PAGE_DEFAULT,
    perPageMax: ZONES_PER_PAGE_MAX,
  });
  const { items, info } = pageOf(selected, wanted);
  return ok(
    items.map((zone) => zoneWire(call, zone)),
    { info, infoPlace: 'after-result' },
  );
}

const LIST_GROUPS = ['Zone Read', 'Zone Write'] as const;

/** Zones that the caller may list. Who may list all of an account and is denied nothing is asked once for it. */
function visibleZones(caller: Caller, zones: readonly Zone[]): readonly Zone[] {
  const denials = caller.token?.policies.some((policy) => policy.effect === 'deny') ?? false;
  const whole = new Set(
    denials
      ? []
      : [...caller.accountIds].filter((accountId) =>
          allows(caller, LIST_GROUPS, { kind: 'zone', zoneId: '*', accountId }),
        ),
  );
  return zones.filter((zone) => whole.has(zone.accountId) || allows(caller, LIST_GROUPS, zoneResource(zone)));
}

/** The zone object as this caller sees it. */
export function zoneWire(call: Call, zone: Zone): ZoneWire {
  const account = call.world.account(zone.accountId);
  if (account === undefined) throw new Error(`Zone ${zone.id} has no account`);
  zone.fields.developmentMode = developmentModeSeconds(call.world, zone);
  const { caller } = call;
  const owner =
    caller.kind === 'global-key'
      ? { id: caller.user?.id ?? null, type: 'user' as const, email: caller.user?.email ?? null }
      : { id: null, type: 'user' as const, email: null };
  return zone.wire(account, owner, legacyPermissions(caller, zone));
}

function postZone(call: Call): Reply {
  const body = call.jsonObject();
  const name = readZoneName(body['name']);
  const account = body['account'];
  const accountId =
    typeof account === 'object' && account !== null ? (account as { id?: unknown }).id : undefined;
  if (typeof accountId !== 'string' || !mayCreate(call, accountId)) throw permissionDenied();
  const type = readType(body['type']);
  if (call.world.zonesNamed(name).some((zone) => zone.accountId === accountId)) throw zoneExists(name);
  if (isHeld(call.world, name, accountId)) throw zoneHeld(name);
  // Subdomain zones exist on Enterprise only, which a new zone is not.
  if (getDomain(name, { allowPrivateDomains: true }) !== name) throw notRegistrable(name);
  const zone = createZone(call.world, { name, accountId, type });
  inheritDnsSettings(call, zone);
  call.auditNote.resourceId = zone.id;
  call.world.changed();
  // The answer of a create is in the caller's eyes, so the zone's own rights must be read after it exists.
  call.resolve({ zone });
  return ok(zoneWire(call, zone), { infoPlace: 'after-result' });
}

/** New zones start with the account's defaults, when it has any. */
function inheritDnsSettings(call: Call, zone: Zone): void {
  const kept = call.world.account(zone.accountId)?.bag[DNS_SETTINGS_BAG] as
    | { zone_defaults: unknown }
    | undefined;
  if (kept !== undefined) zone.fields.bag[DNS_SETTINGS_BAG] = kept.zone_defaults;
}

/** Zone Write on all zones of the account. */
function mayCreate(call: Call, accountId: string): boolean {
  return (
    call.world.account(accountId) !== undefined &&
    allows(call.caller, ['Zone Write'], { kind: 'zone', zoneId: '*', accountId })
  );
}

/** A valid name in punycode, lower case. */
function readZoneName(value: unknown): string {
  const shown = typeof value === 'string' ? value.trim() : '';
  const name = toAscii(shown.endsWith('.') ? shown.slice(0, -1) : shown);
  if (name === undefined || !name.includes('.') || name.includes('*') || !isRecordName(name)) {
    throw invalidZoneName(shown);
  }
  return name;
}

const ZONE_TYPES: readonly ZoneType[] = ['full', 'partial', 'secondary', 'internal'];

function readType(value: unknown): ZoneType {
  if (value === undefined || value === null) return 'full';
  const type = ZONE_TYPES.find((known) => known === value);
  if (type === undefined) throw invalidZoneField('type');
  return type;
}

function getZone(call: Call): Reply {
  return ok(zoneWire(call, call.zone), { infoPlace: 'after-result' });
}

function patchZone(call: Call): Reply {
  const body = call.jsonObject();
  const keys = ['paused', 'type', 'vanity_name_servers', 'plan'].filter((key) => body[key] !== undefined);
  if (keys.length > 1) throw onePropertyOnly();
  const { zone } = call;
  const before = zoneWire(call, zone);
  if (body['paused'] !== undefined) {
    if (typeof body['paused'] !== 'boolean') throw invalidZoneField('paused');
    zone.fields.paused = body['paused'];
  }
  if (body['type'] !== undefined) {
    const type = readType(body['type']);
    if (type !== zone.fields.type && zone.fields.plan !== 'enterprise')
      throw planNotEntitled('changing the type');
    zone.fields.type = type;
  }
  if (body['vanity_name_servers'] !== undefined) zone.fields.vanityNameServers = readVanity(call);
  if (keys.length > 0) call.world.zoneChanged(zone, { content: body['paused'] !== undefined, fields: true });
  const after = zoneWire(call, zone);
  Object.assign(call.auditNote, { before, after });
  return ok(after, { infoPlace: 'after-result' });
}

function readVanity(call: Call): readonly string[] {
  const { plan } = call.zone.fields;
  if (plan !== 'business' && plan !== 'enterprise') throw planNotEntitled('vanity nameservers');
  const hosts = call.jsonObject()['vanity_name_servers'];
  if (!Array.isArray(hosts) || !hosts.every((host) => typeof host === 'string')) {
    throw invalidZoneField('vanity_name_servers');
  }
  return hosts;
}

function deleteZone(call: Call): Reply {
  const { zone } = call;
  call.auditNote.before = zoneWire(call, zone);
  call.world.dropZone(zone);
  call.world.changed();
  return ok({ id: zone.id }, { infoPlace: 'after-result' });
}

/** Looks at the registrar at once; too early after the last time is refused. */
function activationCheck(call: Call): Reply {
  const { zone, world } = call;
  const now = world.clock.now();
  const last = zone.fields.lastActivationCheckMs;
  const interval = zone.limits.activationCheckIntervalSeconds;
  if (last !== undefined && now >= last && now - last < interval * 1000) throw checkTooEarly(interval);
  zone.fields.lastActivationCheckMs = now;
  checkActivation(world, zone);
  world.changed();
  return ok({ id: zone.id }, { infoPlace: 'after-result' });
}
