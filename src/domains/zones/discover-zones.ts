/**
 * Discovery: which zones a connection sees, and what became of those that it saw before.
 *
 * A zone is called deleted only on Cloudflare's own word about it: the listing was whole and did not name it, and
 * asked for by its id Cloudflare said that it does not exist. A credential that lost its rights makes zones
 * `outOfReach`, never deleted: unreadable, where no other connection can read them. Nor is a zone deleted that another
 * connection of the tenant sees: that one reads it then.
 *
 * Whoever discovers, the audit trail is told what was found, also of a listing that broke off: the mirror knows those
 * zones from then on, and no later discovery would call them new.
 */
import type { Clock } from '../../base/clock.ts';
import { isZonewardError } from '../../base/errors.ts';
import type { AccountId, ConnectionId, TenantId, ZoneId } from '../../base/ids.ts';
import type { Principal } from '../audit/model.ts';
import type { AuditTrail } from '../audit/ports.ts';
import type { CallOptions, Lane } from '../cloudflare-call.ts';
import { discoveryEvents } from './inventory-events.ts';
import type { ZoneFacts, ZoneStatus } from './model.ts';
import type { ZoneMirror, ZoneReader, ZoneSightings } from './ports.ts';

/** A listing that shifts between its pages is read again, this often at most. */
const LISTINGS_MAX = 4;
/**
 * Zones that the listing did not name are asked for one by one; the rest waits for the next round. So many refusals
 * in a row mean that the credential lost its rights; asking on would tell nothing new.
 */
const DOUBTS = { asked: 50, refusals: 3 };

export interface DiscoverPorts {
  readonly reader: ZoneReader;
  readonly mirror: ZoneMirror;
  /** Hands a zone over to another connection when this one loses it. Absent: the tenant has no other. */
  readonly sightings?: ZoneSightings;
  readonly trail: Pick<AuditTrail, 'append'>;
  readonly clock: Clock;
}

export interface DiscoverInput {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly accountId: AccountId | null;
  /** Who discovers, for the audit trail. */
  readonly principal: Principal;
  /** The zones of a credential that may not list: each is asked for by its id. Empty: all that it sees. */
  readonly zoneIds?: readonly ZoneId[];
  readonly lane?: Lane;
  readonly signal?: AbortSignal;
}

/** As much of a zone as fits into memory 100,000 times. */
export type ZoneMention = Pick<ZoneFacts, 'id' | 'name' | 'status'>;

export interface StatusMove {
  readonly facts: ZoneFacts;
  readonly from: ZoneStatus;
}

export interface Discovery {
  /** Zones that the connection sees now. */
  readonly seen: number;
  /** Seen for the first time. */
  readonly appeared: readonly ZoneMention[];
  /** Marked deleted now; the mirror and its history stay. */
  readonly vanished: readonly ZoneFacts[];
  /** Not in the listing, and Cloudflare does not say that they are gone. What is known of them stays. */
  readonly outOfReach: readonly ZoneFacts[];
  /** Of these, the ones that somebody could read until now. */
  readonly unreadable: readonly ZoneFacts[];
  /** This connection does not see them any more and another one does, and reads them from now on. */
  readonly handedOver: readonly ZoneFacts[];
  readonly statusMoves: readonly StatusMove[];
  /** Zones whose `modifiedOn` moved since they were last seen, new ones included. */
  readonly touched: readonly ZoneId[];
  /** Seen, and until now read through another connection. */
  readonly shared: number;
  /** False when the listing kept shifting between its pages; then nothing was called vanished. */
  readonly complete: boolean;
  readonly calls: number;
}

interface Progress {
  /** Ids already taken in, also by an earlier listing of this discovery. */
  readonly taken: Set<ZoneId>;
  readonly appeared: ZoneMention[];
  readonly vanished: ZoneFacts[];
  readonly outOfReach: ZoneFacts[];
  readonly unreadable: ZoneFacts[];
  readonly handedOver: ZoneFacts[];
  readonly statusMoves: StatusMove[];
  readonly touched: ZoneId[];
  shared: number;
  calls: number;
}

/**
 * Reads the connection's zones into the mirror, page by page, and tells the audit trail. Throws what the reader throws
 * for the connection as a whole (`credentials`, `permission`, `temporary`); what was read until then stays, and is
 * told. Safe to repeat.
 */
export async function discoverZones(ports: DiscoverPorts, input: DiscoverInput): Promise<Discovery> {
  const progress: Progress = {
    taken: new Set(),
    appeared: [],
    vanished: [],
    outOfReach: [],
    unreadable: [],
    handedOver: [],
    statusMoves: [],
    touched: [],
    shared: 0,
    calls: 0,
  };
  try {
    const complete = await discoverInto(ports, input, progress);
    const { taken, ...found } = progress;
    return { ...found, seen: taken.size, complete };
  } finally {
    const events = discoveryEvents({ ...input, at: ports.clock.now() }, progress);
    if (events.length > 0) await ports.trail.append(input.tenantId, events);
  }
}

/** @returns false when the listing kept shifting between its pages; then nothing was called vanished. */
async function discoverInto(
  ports: DiscoverPorts,
  input: DiscoverInput,
  progress: Progress,
): Promise<boolean> {
  const { zoneIds = [] } = input;
  if (zoneIds.length > 0) {
    await askOneByOne(ports, input, progress, zoneIds);
    return true;
  }
  const listed = await readListing(ports, input, progress);
  if (listed === null) return false;
  await askOneByOne(ports, input, progress, await missingFrom(listed, ports, input), DOUBTS);
  return true;
}

/** The ids of a listing that was whole: no id twice, one total, and as many ids. Null when none was. */
async function readListing(
  ports: DiscoverPorts,
  input: DiscoverInput,
  progress: Progress,
): Promise<Set<ZoneId> | null> {
  for (let listing = 0; listing < LISTINGS_MAX; listing += 1) {
    const ids = new Set<ZoneId>();
    const totals = new Set<number>();
    let rows = 0;
    for await (const page of ports.reader.listZones(input.accountId, callOptions(input))) {
      progress.calls += 1;
      rows += page.zones.length;
      totals.add(page.totalCount);
      for (const { id } of page.zones) ids.add(id);
      await takeIn(ports, input, progress, page.zones);
    }
    if (rows === ids.size && totals.size === 1 && totals.has(ids.size)) return ids;
  }
  return null;
}

async function missingFrom(
  listed: ReadonlySet<ZoneId>,
  ports: DiscoverPorts,
  input: DiscoverInput,
): Promise<ZoneId[]> {
  const missing: ZoneId[] = [];
  for await (const zones of ports.mirror.zonePages(input.tenantId)) {
    for (const { facts, connectionId } of zones) {
      const ours = connectionId === input.connectionId && facts.status !== 'deleted';
      if (ours && !listed.has(facts.id)) missing.push(facts.id);
    }
  }
  return missing;
}

/** Asks Cloudflare about zones by id: those that a listing did not name, or all of a scoped credential. */
async function askOneByOne(
  ports: DiscoverPorts,
  input: DiscoverInput,
  progress: Progress,
  zoneIds: readonly ZoneId[],
  limits = { asked: Number.POSITIVE_INFINITY, refusals: Number.POSITIVE_INFINITY },
): Promise<void> {
  let refusals = 0;
  for (const [index, zoneId] of zoneIds.entries()) {
    const tired = index >= limits.asked || refusals >= limits.refusals;
    const verdict = tired ? 'refused' : await askFor(ports, input, progress, zoneId);
    refusals = verdict === 'refused' ? refusals + 1 : 0;
    if (verdict === 'seen') continue;
    const zone = await ports.mirror.getZone(input.tenantId, zoneId);
    if (zone === null || zone.connectionId !== input.connectionId || zone.facts.status === 'deleted')
      continue;
    if (verdict === 'refused') {
      await takeRefusal(ports, input, progress, zone.facts);
      continue;
    }
    const others = (await ports.sightings?.unsee(input.tenantId, input.connectionId, zoneId)) ?? [];
    if (others.length > 0) {
      progress.handedOver.push(zone.facts);
      continue;
    }
    const facts: ZoneFacts = { ...zone.facts, status: 'deleted' };
    await ports.mirror.putZones(input.tenantId, input.connectionId, [facts], ports.clock.now());
    progress.vanished.push(facts);
  }
}

async function takeRefusal(
  { sightings, clock }: DiscoverPorts,
  { tenantId, connectionId }: DiscoverInput,
  progress: Progress,
  zone: ZoneFacts,
): Promise<void> {
  const refusal = { reason: 'not-seen', at: clock.now() } as const;
  const became = await sightings?.refuse(tenantId, connectionId, zone.id, refusal);
  if (became === 'handed-over') progress.handedOver.push(zone);
  else progress.outOfReach.push(zone);
  if (became === 'unreadable') progress.unreadable.push(zone);
}

async function askFor(
  ports: DiscoverPorts,
  input: DiscoverInput,
  progress: Progress,
  zoneId: ZoneId,
): Promise<'seen' | 'gone' | 'refused'> {
  progress.calls += 1;
  try {
    await takeIn(ports, input, progress, [await ports.reader.getZone(zoneId, callOptions(input))]);
    return 'seen';
  } catch (error) {
    if (isZonewardError(error) && error.kind === 'not-found') return 'gone';
    if (isZonewardError(error) && error.kind === 'permission') return 'refused';
    throw error;
  }
}

/** Puts zones that Cloudflare showed into the mirror and notes what is new about them. */
async function takeIn(
  ports: DiscoverPorts,
  input: DiscoverInput,
  progress: Progress,
  zones: readonly ZoneFacts[],
): Promise<void> {
  const known = await ports.mirror.getZones(
    input.tenantId,
    zones.map(({ id }) => id),
  );
  for (const facts of zones) {
    if (progress.taken.has(facts.id)) continue;
    progress.taken.add(facts.id);
    const before = known.get(facts.id);
    if (before !== undefined && before.connectionId !== input.connectionId) progress.shared += 1;
    if (before === undefined)
      progress.appeared.push({ id: facts.id, name: facts.name, status: facts.status });
    else if (before.facts.status !== facts.status)
      progress.statusMoves.push({ facts, from: before.facts.status });
    if (before?.facts.modifiedOn !== facts.modifiedOn || before === undefined)
      progress.touched.push(facts.id);
  }
  if (zones.length > 0) {
    await ports.mirror.putZones(input.tenantId, input.connectionId, zones, ports.clock.now());
  }
}

function callOptions(input: DiscoverInput): CallOptions {
  const lane = input.lane ?? 'sync';
  return input.signal === undefined ? { lane } : { lane, signal: input.signal };
}
