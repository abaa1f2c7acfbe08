/**
 * DNSSEC of a zone as a life: switched on it is signed and `pending` until the parent publishes its DS, then
 * `active`; switched off it is `pending-disabled`, still signed, until the parent has no DS any more, then `disabled`.
 * What the parent publishes is said by the world outside (`setParentDs`).
 */
import type { DNSSEC } from 'cloudflare/resources/dns/dnssec';
import { bookOf } from '../registrar/books.ts';
import { family } from '../state/family.ts';
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';
import {
  ALGORITHM,
  DIGEST_TYPE,
  dnskeyRdata,
  dsDigest,
  dsText,
  KSK_FLAGS,
  keyTag,
  makeZoneKeys,
  type StoredKey,
  type ZoneKeys,
} from './dnssec-keys.ts';

export type DnssecStatus = NonNullable<DNSSEC['status']>;

/** What the parent publishes: nothing, the zone's own DS, or a list of DS texts (`tag algorithm type digest`). */
export type ParentDs = 'none' | 'published' | readonly string[];

export interface DnssecFlags {
  dnssec_multi_signer: boolean;
  dnssec_presigned: boolean;
  dnssec_use_nsec3: boolean;
}

interface DnssecState {
  /** Null: never switched on, or deleted since. */
  status: DnssecStatus | null;
  modifiedOn: string | null;
  flags: DnssecFlags;
  keys: ZoneKeys | null;
  parentDs: ParentDs;
  /** True once DELETE was called; then the status is shown as disabled. */
  deleted: boolean;
  /** When it was last switched on or off. */
  switchedAtMs: number;
}

/** The object of the API. The SDK's type has no null for `status`, but it occurs for zones that never had DNSSEC. */
export type DnssecWire = Omit<DNSSEC, 'status'> & { readonly status: DnssecStatus | null };

const OFF: DnssecFlags = { dnssec_multi_signer: false, dnssec_presigned: false, dnssec_use_nsec3: false };

function stateOf(zone: Zone): DnssecState {
  return family<DnssecState>(zone.fields.bag, 'dnssec', () => ({
    status: null,
    modifiedOn: null,
    flags: { ...OFF },
    keys: null,
    parentDs: 'none',
    deleted: false,
    switchedAtMs: 0,
  }));
}

/** The zone's keys while it is signed. */
export function signingKeys(world: World, zone: Zone): ZoneKeys | undefined {
  if (zone.fields.bag['dnssec'] === undefined) return undefined;
  const { status, keys } = settled(world, zone);
  return status === null || status === 'disabled' || keys === null ? undefined : keys;
}

/** Looks at the parent and lets the status follow. */
function settled(world: World, zone: Zone): DnssecState {
  const state = stateOf(zone);
  const next = nextStatus(world, zone, state);
  if (next !== state.status) {
    state.status = next;
    state.modifiedOn = world.clock.stamp();
    world.changed();
  }
  return state;
}

/** [U] What Cloudflare makes of a DS that is gone, or is somebody else's, while DNSSEC is on. */
function nextStatus(world: World, zone: Zone, state: DnssecState): DnssecState['status'] {
  const { status, keys } = state;
  if (status === null || status === 'disabled' || keys === null) return status;
  const atParent = parentDsTexts(world, zone);
  if (status === 'pending-disabled') return atParent.length === 0 ? 'disabled' : status;
  if (atParent.length === 0) return 'pending';
  return atParent.includes(dsText(zone.name, keys.ksk)) ? 'active' : 'error';
}

/** [U] How long our own registrar takes to publish a DS, or to take it back. */
const DS_BY_REGISTRAR_MS = 60_000;

/** DS texts that the parent publishes. For a name at our own registrar they follow the switch by themselves. */
export function parentDsTexts(world: World, zone: Zone): readonly string[] {
  const { parentDs, keys, status, switchedAtMs } = stateOf(zone);
  const own = keys === null ? [] : [dsText(zone.name, keys.ksk)];
  if (parentDs === 'published') return own;
  if (parentDs !== 'none') return parentDs.map((text) => text.trim().replace(/\s+/g, ' ').toUpperCase());
  if (!isRegisteredHere(world, zone)) return [];
  const isWanted = status !== null && status !== 'disabled' && status !== 'pending-disabled';
  const hasFollowed = world.clock.now() - switchedAtMs >= DS_BY_REGISTRAR_MS;
  return isWanted === hasFollowed ? own : [];
}

function isRegisteredHere(world: World, zone: Zone): boolean {
  const account = world.account(zone.accountId);
  const registrations = account === undefined ? [] : bookOf(account, 'live').registrations;
  return registrations.some((item) => item.domain === zone.name && item.pending === null);
}

/** What the world outside does at the registrar. */
export function setParentDs(world: World, zone: Zone, parentDs: ParentDs): void {
  stateOf(zone).parentDs = parentDs;
  settled(world, zone);
  world.changed();
}

export function isMultiSigner(zone: Zone): boolean {
  return zone.fields.bag['dnssec'] !== undefined && stateOf(zone).flags.dnssec_multi_signer;
}

/** Whether what does not exist is denied with hashed names. */
export function usesNsec3(zone: Zone): boolean {
  return zone.fields.bag['dnssec'] !== undefined && stateOf(zone).flags.dnssec_use_nsec3;
}

export function dnssecStatus(world: World, zone: Zone): DnssecStatus | null {
  return settled(world, zone).status;
}

/** Switches on or off, and stores flags. Checked by the caller. */
export function changeDnssec(
  world: World,
  zone: Zone,
  change: { readonly status?: 'active' | 'disabled'; readonly flags: Partial<DnssecFlags> },
): void {
  const state = settled(world, zone);
  const isOn = state.status !== null && state.status !== 'disabled' && state.status !== 'pending-disabled';
  Object.assign(state.flags, change.flags);
  if (change.status === 'active' && !isOn) {
    state.keys ??= makeZoneKeys();
    state.status = 'pending';
    state.deleted = false;
    state.switchedAtMs = world.clock.now();
  }
  if (change.status === 'disabled' && isOn) {
    state.status = 'pending-disabled';
    state.switchedAtMs = world.clock.now();
  }
  state.modifiedOn = world.clock.stamp();
  settled(world, zone);
  world.zoneChanged(zone, { content: true, fields: false });
}

/** Forgets keys and flags. */
export function deleteDnssec(world: World, zone: Zone): void {
  const { parentDs } = stateOf(zone);
  zone.fields.bag['dnssec'] = {
    status: null,
    modifiedOn: null,
    flags: { ...OFF },
    keys: null,
    parentDs: parentDs === 'published' ? 'none' : parentDs,
    deleted: true,
    switchedAtMs: 0,
  } satisfies DnssecState;
  world.zoneChanged(zone, { content: true, fields: false });
}

export function dnssecWire(world: World, zone: Zone): DnssecWire {
  const state = settled(world, zone);
  const { flags } = state;
  if (state.keys === null || state.status === null || state.status === 'disabled') {
    return {
      ...NO_KEY,
      status: state.deleted ? 'disabled' : state.status,
      modified_on: state.modifiedOn,
      ...flags,
    };
  }
  return { status: state.status, ...keyWire(zone, state.keys.ksk), modified_on: state.modifiedOn, ...flags };
}

const NO_KEY = {
  flags: null,
  algorithm: null,
  key_type: null,
  digest_type: null,
  digest_algorithm: null,
  digest: null,
  ds: null,
  key_tag: null,
  public_key: null,
} satisfies Partial<DNSSEC>;

function keyWire(zone: Zone, ksk: StoredKey): Partial<DNSSEC> {
  const digest = dsDigest(zone.name, ksk);
  return {
    flags: KSK_FLAGS,
    algorithm: String(ALGORITHM),
    key_type: 'ECDSAP256SHA256',
    digest_type: String(DIGEST_TYPE),
    digest_algorithm: 'SHA256',
    digest,
    ds: `${zone.name}. 3600 IN DS ${dsText(zone.name, ksk)}`,
    key_tag: keyTag(dnskeyRdata(ksk)),
    public_key: ksk.publicKey,
  };
}
