/**
 * The life of a zone: made as pending with a nameserver pair; active once the registrar shows that pair (first looked
 * at after a minute, then at growing intervals, or on `activation_check`); moved when it shows others; free zones that
 * stay pending or moved are deleted; deleted zones are purged.
 */
import { createHash } from 'node:crypto';
import {
  DELETED_ZONE_PURGE_MS,
  FIRST_ACTIVATION_CHECK_MS,
  MOVED_FREE_ZONE_LIFE_MS,
  NAME_SERVER_FIRST,
  NAME_SERVER_SECOND,
  NAME_SERVER_SUFFIX,
  PENDING_FREE_ZONE_LIFE_MS,
  type PlanName,
  SERIAL_START,
} from '../constants.ts';
import { newId } from '../ids.ts';
import type { World } from './world.ts';
import { type Delegation, Zone, type ZoneStatus, type ZoneType } from './zone.ts';

export interface NewZone {
  readonly id?: string;
  /** Punycode, lower case. */
  readonly name: string;
  readonly accountId: string;
  readonly type?: ZoneType;
  readonly plan?: PlanName;
  readonly status?: Exclude<ZoneStatus, 'deleted'>;
  readonly recordQuota?: number | undefined;
  readonly delegation?: Delegation;
  readonly createdOn?: string;
}

/** Makes a zone and puts it into the world. The caller has checked name and account. */
export function createZone(world: World, wanted: NewZone): Zone {
  const createdOn = wanted.createdOn ?? world.clock.stamp();
  const status = wanted.status ?? 'pending';
  const type = wanted.type ?? 'full';
  const zone = new Zone({
    id: wanted.id ?? newId(),
    name: wanted.name,
    accountId: wanted.accountId,
    type,
    status,
    paused: false,
    plan: wanted.plan ?? 'free',
    recordQuota: wanted.recordQuota,
    nameServers: assignNameServers(world, wanted.name, wanted.accountId),
    originalNameServers: null,
    originalRegistrar: null,
    originalDnshost: null,
    vanityNameServers: [],
    developmentMode: 0,
    createdOn,
    modifiedOn: createdOn,
    activatedOn: status === 'active' ? createdOn : null,
    verificationKey: `${hashNumber(wanted.name, 1)}-${hashNumber(wanted.name, 2)}`,
    serial: SERIAL_START + (hashNumber(`${wanted.accountId}:${wanted.name}`, 0) % 1_000_000),
    delegation: wanted.delegation ?? world.defaultDelegation,
    createdAtMs: Date.parse(createdOn),
    scanFindings: [],
    scanReview: [],
    bag: {},
  });
  world.addZone(zone);
  return zone;
}

/** A pair by name and account; another one when the zone was there before. */
function assignNameServers(world: World, name: string, accountId: string): readonly string[] {
  const earlier = [...world.deletedZones.values(), ...world.zonesNamed(name)].filter(
    (zone) => zone.name === name,
  );
  const hash = hashNumber(`${accountId}:${name}`, 3) + earlier.length * 7;
  const first = NAME_SERVER_FIRST[hash % NAME_SERVER_FIRST.length] ?? 'ada';
  const second = NAME_SERVER_SECOND[Math.floor(hash / 16) % NAME_SERVER_SECOND.length] ?? 'bob';
  const other = NAME_SERVER_SECOND[(NAME_SERVER_SECOND.indexOf(second) + earlier.length) % 16] ?? second;
  return [`${first}.${NAME_SERVER_SUFFIX}`, `${other}.${NAME_SERVER_SUFFIX}`];
}

function hashNumber(text: string, part: number): number {
  return createHash('sha256')
    .update(text)
    .digest()
    .readUInt32BE(part * 4);
}

/** Whether the parent publishes the zone's assigned pair. */
function isDelegatedHere(zone: Zone): boolean {
  const { delegation, nameServers } = zone.fields;
  if (typeof delegation === 'string') return delegation === 'assigned';
  const seen = new Set(delegation.map((host) => host.toLowerCase().replace(/\.$/, '')));
  return nameServers.every((host) => seen.has(host));
}

/** Looks at the registrar and moves the zone's status accordingly. */
export function checkActivation(world: World, zone: Zone): void {
  const { fields } = zone;
  const here = isDelegatedHere(zone);
  if ((fields.status === 'pending' || fields.status === 'moved') && here) {
    fields.status = 'active';
    fields.activatedOn ??= world.clock.stamp();
    fields.movedAtMs = undefined;
  } else if (fields.status === 'active' && !here && fields.type === 'full') {
    fields.status = 'moved';
    fields.movedAtMs = world.clock.now();
  } else {
    return;
  }
  world.zoneChanged(zone, { content: false, fields: true });
}

const SWEEP_INTERVAL_MS = 1000;
const lastSweeps = new WeakMap<World, number>();

/** Lets every zone's life catch up with the clock; at most once per second of sandbox time. */
export function sweepZones(world: World): void {
  const now = world.clock.now();
  const last = lastSweeps.get(world);
  if (last !== undefined && now >= last && now - last < SWEEP_INTERVAL_MS) return;
  lastSweeps.set(world, now);
  for (const zone of world.zones.values()) sweepZone(world, zone, now);
  for (const zone of world.deletedZones.values()) {
    if (now - (zone.fields.deletedAtMs ?? now) >= DELETED_ZONE_PURGE_MS) world.deletedZones.delete(zone.id);
  }
}

function sweepZone(world: World, zone: Zone, now: number): void {
  const { fields } = zone;
  if (fields.status === 'active') {
    if (fields.delegation !== 'assigned' && fields.type === 'full') checkActivation(world, zone);
    return;
  }
  const age = now - fields.createdAtMs;
  if (fields.status === 'pending' && age >= FIRST_ACTIVATION_CHECK_MS) checkActivation(world, zone);
  if (fields.status === 'moved') checkActivation(world, zone);
  const free = fields.plan === 'free';
  if (free && fields.status === 'pending' && age >= PENDING_FREE_ZONE_LIFE_MS) remove(world, zone);
  const movedFor = now - (fields.movedAtMs ?? now);
  if (free && fields.status === 'moved' && movedFor >= MOVED_FREE_ZONE_LIFE_MS) remove(world, zone);
}

function remove(world: World, zone: Zone): void {
  world.dropZone(zone);
  world.changed();
}
