/**
 * A full read of one zone into the mirror: what was seen is put, what is gone is taken out, as the next revision.
 *
 * Never a false deletion. A record is gone only when a *consistent* read does not show it:
 * - a single page is one answer of Cloudflare, so a whole one is consistent (but an empty one, where the mirror
 *   holds records, is asked for once more);
 * - of several pages, a whole pass can still hide a record: one that was read is deleted, the list moves up, and a
 *   new one at the end keeps the total. So two whole passes in a row must show the same ids. Then nothing that was
 *   there throughout is missing from them: for the first pass to hide it, an id of that pass must have been gone
 *   by its end, and ids do not come back, so the second pass would differ.
 *
 * Never a list from before our last write, as a change from outside. For an hour after one, a list that
 * shows a record that we took out, or an earlier form of one that we changed, is old and read again; one that misses
 * a record that we wrote must do so twice. So nobody plans on such a list what is done already. Nor a list from before
 * one that we have read: a record's time of change does not go back, whoever changed it. Nor one from before a write
 * of another tenant of this store, which this tenant may not have read yet.
 *
 * Never our own write as a change from outside: while a batch of ours to this zone is open, its effect may be in
 * the list and not in the mirror, so nothing is concluded (`own-write-open`); one that was decided during the read
 * has moved the mirror, which refuses the revision (`mirror-moved`), and the zone is read again.
 */
import type { Clock } from '../../base/clock.ts';
import { isZonewardError, ZonewardError } from '../../base/errors.ts';
import type { RecordId, TenantId, ZoneId } from '../../base/ids.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import { toUnicode } from '../../dns/name.ts';
import type { CallOptions, Lane } from '../cloudflare-call.ts';
import { knownZone } from './known-zone.ts';
import type { OutsideActor, RevisionOrigin, Verification, Zone } from './model.ts';
import type { OpenWrites, RecordHash, ShownList, ZoneMirror, ZoneReader } from './ports.ts';
import { type ReadPass, readPass } from './read-pass.ts';

/** The first pass and three more. */
const PASSES_MAX = 4;
/** No list is thought to be older than this. */
const LIST_AGE_MAX_MS = 3_600_000;
/** Before a list that is old, or may be, is read again. */
const OLD_LIST_PAUSE_MS = 1_000;

export interface SyncPorts {
  readonly reader: ZoneReader;
  readonly mirror: ZoneMirror;
  readonly openWrites: OpenWrites;
  /** The one that the mirror uses too. */
  readonly hash: RecordHash;
  readonly clock: Clock;
  /** Keeps book of what the credential behind `reader` may not read. Absent: nobody does. */
  readonly standing?: ReaderStanding;
}

export interface SyncZoneInput {
  readonly tenantId: TenantId;
  readonly zoneId: ZoneId;
  /** Who is known to have changed the zone since the last read; written into the revision if there is one. */
  readonly actor?: OutsideActor;
  /**
   * Takes the zone's serial (null: no answer). Asked before each pass, and after one of several pages, where a
   * serial that moved means that the list may have.
   */
  readonly takeSerial?: () => Promise<number | null>;
  readonly lane?: Lane;
  readonly signal?: AbortSignal;
}

export interface SyncOutcome {
  readonly zoneId: ZoneId;
  /** The mirror's revision afterwards. */
  readonly revision: number;
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly recordCount: number;
  readonly calls: number;
  /** False when the list kept shifting: what was seen is in the mirror, nothing was taken out, the zone is stale. */
  readonly consistent: boolean;
  /** The last list still showed a record as it was before a write that is known; never with `consistent`. */
  readonly outdated: boolean;
  /** The zone's first read: its records are no change of anybody's. */
  readonly firstRead: boolean;
  /** When the zone had last been verified before this read; null before the first. Milliseconds. */
  readonly verifiedBefore: number | null;
  /** The serial taken before the read that the mirror now shows; null when none was. */
  readonly serial: number | null;
}

/** What one read builds up. */
interface Work {
  zone: Zone;
  /** The mirror's hashes as of the last reading of it; not copied, because there may be 200,000. */
  hashes: ReadonlyMap<RecordId, string>;
  /** Hashes of what this work has put since. */
  readonly put: Map<RecordId, string>;
  revision: number;
  created: number;
  updated: number;
  calls: number;
  /** This pass showed a record as it was before a write that is known. */
  outdated: boolean;
}

/** Whether a credential can read zones, as its reads show. */
export interface ReaderStanding {
  /** Cloudflare refused it the zone's records. */
  refused(zone: Zone): Promise<void>;
  /** It read a zone that was unreadable. */
  regained(zone: Zone): Promise<void>;
}

/**
 * Reads the zone and brings the mirror up to it. Throws what the reader throws, `zone-unknown` (not-found) for a
 * zone that the mirror does not hold, and for reads that must wait `own-write-open` or `zone-busy` (temporary).
 * Ended early by any of these, the mirror is as before or a part of the way, never wrong; safe to repeat.
 */
export async function syncZone(ports: SyncPorts, input: SyncZoneInput): Promise<SyncOutcome> {
  await refuseOpenWrite(ports, input);
  const work = await startWork(ports, input);
  const { zone } = work;
  try {
    const outcome = await readThrough(ports, input, work);
    if (zone.freshness.unreadable !== null) await ports.standing?.regained(zone);
    return outcome;
  } catch (error) {
    if (isZonewardError(error) && error.kind === 'permission') await ports.standing?.refused(zone);
    throw error;
  }
}

async function readThrough(ports: SyncPorts, input: SyncZoneInput, work: Work): Promise<SyncOutcome> {
  let previous: ReadPass | null = null;
  for (let passes = 1; passes <= PASSES_MAX; passes += 1) {
    const startedAt = ports.clock.now();
    const serial = (await input.takeSerial?.()) ?? null;
    try {
      const pass = await readOnce(ports, input, work);
      const whole = pass.whole && (pass.pages === 1 || serial === ((await input.takeSerial?.()) ?? null));
      const gone = missingFrom(pass, work);
      const shown = { records: pass.pending, missing: gone, times: pass.times };
      const { pending, unconfirmed } = await sortOut(ports, input, work, shown);
      const proven = !unconfirmed && (gone.length === 0 || (pass.pages === 1 && pass.times.size > 0));
      const right = whole && !work.outdated;
      const consistent = right && (proven || (previous !== null && sameIds(previous, pass)));
      if (consistent || passes === PASSES_MAX) {
        return await settle(ports, input, work, { pending, gone, consistent, startedAt, serial });
      }
      if (work.outdated || unconfirmed) await ports.clock.sleep(OLD_LIST_PAUSE_MS, input.signal);
      previous = right ? pass : null;
    } catch (error) {
      if (!isZonewardError(error) || error.code !== 'mirror-moved') throw error;
      const { created, updated, calls } = work;
      Object.assign(work, await startWork(ports, input), { created, updated, calls });
    }
  }
  throw new ZonewardError(
    `Zone ${toUnicode(work.zone.facts.name)} kept changing in the mirror while it was read`,
    {
      code: 'zone-busy',
      kind: 'temporary',
      next: ['Try again when the changes under way are done.'],
      details: { zoneId: input.zoneId, calls: work.calls },
    },
  );
}

async function startWork(ports: SyncPorts, input: SyncZoneInput): Promise<Work> {
  const zone = await knownZone(ports.mirror, input.tenantId, input.zoneId);
  const hashes = await ports.mirror.recordHashes(input.tenantId, input.zoneId);
  const counts = { created: 0, updated: 0, calls: 0 };
  return { zone, hashes, put: new Map(), revision: zone.revision, ...counts, outdated: false };
}

async function readOnce(ports: SyncPorts, input: SyncZoneInput, work: Work): Promise<ReadPass> {
  const counted: ZoneReader['listRecords'] = async function* (zoneId, options) {
    for await (const page of ports.reader.listRecords(zoneId, options)) {
      work.calls += 1;
      yield page;
    }
  };
  const counting = { reader: { listRecords: counted }, hash: ports.hash };
  const hashOf = (id: RecordId): string | undefined => work.put.get(id) ?? work.hashes.get(id);
  work.outdated = false;
  return readPass(counting, input.zoneId, hashOf, callOptions(input), async (records) => {
    const { pending } = await sortOut(ports, input, work, { records, missing: [] });
    const latest = (await ports.mirror.getZone(input.tenantId, input.zoneId)) ?? work.zone;
    await advance(ports, input, work, { records: pending, gone: [], freshness: latest.freshness });
  });
}

/** Leaves out what is older than a write that is known, and notes that the pass showed it. */
async function sortOut(
  ports: SyncPorts,
  { tenantId, zoneId }: SyncZoneInput,
  work: Work,
  { records, ...rest }: Omit<ShownList, 'shown'> & { readonly records: ReadonlyMap<RecordId, LiveRecord> },
): Promise<{ readonly pending: ReadonlyMap<RecordId, LiveRecord>; readonly unconfirmed: boolean }> {
  const list = { ...rest, shown: [...records.values()] };
  const since = ports.clock.now() - LIST_AGE_MAX_MS;
  const { outdated, unconfirmed } = await ports.mirror.doubts(tenantId, zoneId, list, since);
  if (outdated.size > 0) work.outdated = true;
  const pending = new Map([...records].filter(([id]) => !outdated.has(id)));
  return { pending: outdated.size === 0 ? records : pending, unconfirmed: unconfirmed.size > 0 };
}

/** Puts what changed, takes out what is gone, and says how fresh the zone now is. */
async function settle(
  ports: SyncPorts,
  input: SyncZoneInput,
  work: Work,
  read: {
    readonly pending: ReadonlyMap<RecordId, LiveRecord>;
    readonly gone: readonly RecordId[];
    readonly consistent: boolean;
    readonly startedAt: number;
    readonly serial: number | null;
  },
): Promise<SyncOutcome> {
  const gone = read.consistent ? read.gone : [];
  const latest = await ports.mirror.getZone(input.tenantId, input.zoneId);
  const freshness = freshnessAfter(work.zone, latest ?? work.zone, read);
  await advance(ports, input, work, { records: read.pending, gone, freshness });
  return {
    zoneId: input.zoneId,
    revision: work.revision,
    created: work.created,
    updated: work.updated,
    deleted: gone.length,
    recordCount: countOf(work) - gone.length,
    calls: work.calls,
    consistent: read.consistent,
    outdated: work.outdated,
    firstRead: work.zone.freshness.verifiedAt === null,
    verifiedBefore: work.zone.freshness.verifiedAt,
    serial: read.consistent ? read.serial : null,
  };
}

/** A signal that came while we read tells of something that the read may not have seen: it stays. */
function freshnessAfter(
  before: Zone,
  latest: Zone,
  read: { readonly consistent: boolean; readonly startedAt: number },
): Verification {
  const { staleSince } = latest.freshness;
  if (!read.consistent) return { ...latest.freshness, staleSince: staleSince ?? read.startedAt };
  const cameMeanwhile = staleSince !== before.freshness.staleSince;
  return { verifiedAt: read.startedAt, signal: 'full-read', staleSince: cameMeanwhile ? staleSince : null };
}

async function advance(
  ports: SyncPorts,
  input: SyncZoneInput,
  work: Work,
  step: {
    readonly records: ReadonlyMap<RecordId, LiveRecord>;
    readonly gone: readonly RecordId[];
    readonly freshness: Verification;
  },
): Promise<void> {
  await refuseOpenWrite(ports, input);
  work.revision = await ports.mirror.advance(input.tenantId, input.zoneId, {
    baseRevision: work.revision,
    delta: { put: [...step.records.values()].map((record) => ({ record })), gone: step.gone },
    origin: originOf(work.zone, input),
    freshness: step.freshness,
    at: ports.clock.now(),
  });
  for (const [id, record] of step.records) {
    if (work.put.has(id) || work.hashes.has(id)) work.updated += 1;
    else work.created += 1;
    work.put.set(id, ports.hash(record));
  }
}

function originOf(zone: Zone, input: SyncZoneInput): RevisionOrigin {
  if (zone.freshness.verifiedAt === null) return { kind: 'first-read' };
  return { kind: 'outside', ...(input.actor ?? { actor: null }) };
}

/** Of another tenant's change nothing is told but that there is one. */
async function refuseOpenWrite(ports: SyncPorts, { tenantId, zoneId }: SyncZoneInput): Promise<void> {
  const open = await ports.openWrites.openBatches(zoneId);
  if (open.length === 0) return;
  const zone = toUnicode((await knownZone(ports.mirror, tenantId, zoneId)).facts.name);
  const own = open.find((entry) => entry.tenantId === tenantId)?.changeSetId;
  const what = own === undefined ? 'A change' : `Change set ${own}`;
  const next =
    own === undefined
      ? 'If it stays so for minutes, tell whoever runs this store: the process that made it may be gone, and its change set waits to be resumed.'
      : `If the process that made it is gone: zoneward changes resume ${own}`;
  throw new ZonewardError(`${what} to zone ${zone} is under way; what a read shows now may be its doing`, {
    code: 'own-write-open',
    kind: 'temporary',
    next: ['Try again when the change is done.', next],
    details: { zoneId, ...(own === undefined ? {} : { changeSetId: own }) },
  });
}

function missingFrom(pass: ReadPass, { hashes, put }: Work): RecordId[] {
  const missing: RecordId[] = [];
  for (const id of hashes.keys()) if (!pass.times.has(id)) missing.push(id);
  for (const id of put.keys()) if (!pass.times.has(id) && !hashes.has(id)) missing.push(id);
  return missing;
}

/** Records in the mirror after what was put, and before what is gone is taken out. */
function countOf({ hashes, put }: Work): number {
  let count = hashes.size;
  for (const id of put.keys()) if (!hashes.has(id)) count += 1;
  return count;
}

function sameIds(a: ReadPass, b: ReadPass): boolean {
  if (a.times.size !== b.times.size) return false;
  for (const id of a.times.keys()) if (!b.times.has(id)) return false;
  return true;
}

function callOptions(input: SyncZoneInput): CallOptions {
  const lane = input.lane ?? 'sync';
  return input.signal === undefined ? { lane } : { lane, signal: input.signal };
}
