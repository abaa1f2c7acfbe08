/**
 * One round of keeping a connection's zones in step with Cloudflare, for almost no calls: look for new zones now
 * and then, hear what the signals say, read the zones that moved or are due, and say when to come again. Who calls
 * it (a worker, a cron job, a serverless function) is no matter: what a round must know of the last one is stored.
 *
 * What a signal says is made durable (the zone is stale) before the signal is counted as heard, and a zone's
 * serial is taken before its read: a crash anywhere costs a read, never a missed change.
 */
import { isZonewardError, ZonewardError } from '../../../base/errors.ts';
import type { ZoneId } from '../../../base/ids.ts';
import { type Discovery, discoverZones } from '../discover-zones.ts';
import { driftEvent } from '../inventory-events.ts';
import type { Freshness, OutsideActor } from '../model.ts';
import { type SyncAllOutcome, type SyncFailure, syncAll } from '../sync-all.ts';
import type { SyncOutcome } from '../sync-zone.ts';
import { pollAuditLog } from './audit-signal.ts';
import { decideReads } from './decide-reads.ts';
import {
  actorOf,
  INITIAL_STATE,
  NO_MARK,
  type Round,
  type RoundInput,
  type RoundPorts,
  type RoundReport,
  type RoundZone,
  settingsOf,
} from './round.ts';
import { ROUND_PRINCIPAL, resumedEvent, sceneOf } from './round-events.ts';
import { backOff, isDue, pause, restOf, standingStill } from './round-pace.ts';
import { askSerials, serialSources, takeSerial } from './serial-signal.ts';

/** Zones that Cloudflare did not find when they were read: asked for by id, this many a round. */
const LOST_MAX = 20;
/** Where the audit log may not be read, it is tried again after this. */
const AUDIT_RETRY_MS = 6 * 3_600_000;
/** Of a zone that cannot be read: the pause after the first failure, doubled with each, and its limit. */
const ZONE_RETRY_MS = 60_000;
const ZONE_RETRY_MAX_MS = 3_600_000;
/** An actor that the audit log names late belongs to a revision no older than this. */
const LATE_NAME_MS = 900_000;

/**
 * Runs a round. Throws only for a bug or when `signal` aborts: a failing connection backs off, a dead credential
 * pauses, and the report says so. One round of a connection at a time; a second would only waste calls.
 */
export async function syncRound(ports: RoundPorts, input: RoundInput): Promise<RoundReport> {
  const round = await openRound(ports, input);
  const still = standingStill(round);
  if (still !== null) return still;
  try {
    // A long listing must not hold up what the signals say; only the first must come before.
    const isFirst = round.state.discoveredAt === null;
    if (isFirst) await discover(round);
    round.zones = await ownZones(round);
    await hear(round);
    await read(round);
    if (!isFirst) await discover(round);
  } catch (error) {
    input.signal?.throwIfAborted();
    if (!isZonewardError(error)) throw error;
    return error.kind === 'credentials' ? await pause(round, error) : await backOff(round, error);
  }
  if (round.state.failures > 0 || round.state.paused !== null) round.events.push(resumedEvent(round));
  round.state = { ...round.state, failures: 0, backOffUntil: null, paused: null };
  return restOf(round, { state: 'ran', reason: null, waitMs: nextWait(round) });
}

async function openRound(ports: RoundPorts, input: RoundInput): Promise<Round> {
  const { tenantId, id } = input.connection;
  return {
    ports,
    input,
    settings: settingsOf(input),
    now: ports.clock.now(),
    state: (await ports.states.load(tenantId, id)) ?? INITIAL_STATE,
    marks: new Map(await ports.states.marks(tenantId, id)),
    changedMarks: new Map(),
    zones: [],
    actors: new Map(),
    events: [],
    discovery: null,
    outcomes: [],
    failures: [],
    calls: 0,
    waiting: 0,
    silent: 0,
  };
}

/** The zones that this connection reads; another one may see them too. */
async function ownZones(round: Round): Promise<readonly RoundZone[]> {
  const { tenantId, id } = round.input.connection;
  const zones: RoundZone[] = [];
  const sources = new Map<string, readonly string[]>();
  for await (const page of round.ports.mirror.zonePages(tenantId, { connectionId: id })) {
    for (const { connectionId, facts, freshness, recordCount } of page) {
      if (connectionId !== id || facts.status === 'deleted') continue;
      const asked = serialSources(facts);
      const nameServers = sources.get(asked.join(' ')) ?? asked;
      sources.set(asked.join(' '), nameServers);
      zones.push({ zoneId: facts.id, name: facts.name, nameServers, recordCount, freshness });
    }
  }
  return zones;
}

async function discover(round: Round): Promise<void> {
  const { ports, input, settings } = round;
  if (!isDue(round.state.discoveredAt, settings.discoverEveryMs, round.now)) return;
  const { tenantId, id, accountId, zoneIds } = input.connection;
  const discovery = await discoverZones(ports, {
    tenantId,
    connectionId: id,
    accountId,
    zoneIds,
    principal: ROUND_PRINCIPAL,
    ...(input.signal === undefined ? {} : { signal: input.signal }),
  });
  round.calls += discovery.calls;
  round.discovery = discovery;
  await markDiscovered(round, discovery);
  await saveState(round, { discoveredAt: round.now });
}

/**
 * A zone that came back is read again. `modifiedOn` is a signal for zones that have no better one: it also moves
 * with settings, and costs a read for nothing then.
 */
async function markDiscovered(round: Round, discovery: Discovery): Promise<void> {
  const back = new Set(
    discovery.statusMoves.filter(({ from }) => from === 'deleted').map(({ facts }) => facts.id),
  );
  const blind = (zoneId: ZoneId): boolean =>
    round.state.auditLog !== 'readable' && (round.marks.get(zoneId)?.serial ?? null) === null;
  const stale = discovery.touched.filter((zoneId) => back.has(zoneId) || blind(zoneId));
  round.zones = await ownZones(round);
  await markStale(round, new Set(stale), 'modified-on');
  round.waiting += discovery.appeared.length + stale.length;
}

/** Asks the audit log, and the nameservers: at every round, or now and then where the audit log can be read. */
async function hear(round: Round): Promise<void> {
  await hearAuditLog(round);
  const every = round.state.auditLog === 'readable' ? round.settings.serialFallbackMs : 0;
  if (round.ports.soa === null || !isDue(round.state.soaAskedAt, every, round.now)) return;
  const read = round.zones.filter(({ freshness }) => freshness.verifiedAt !== null);
  const heard = await askSerials(round.ports.soa, read, round.marks, round.input.signal);
  round.silent = heard.silent;
  await markStale(round, new Set(heard.moved), 'soa-serial');
  for (const [zoneId, serial] of heard.first) setMark(round, zoneId, { serial });
  await saveState(round, { soaAskedAt: round.now });
}

async function hearAuditLog(round: Round): Promise<void> {
  const { ports, input, state } = round;
  if (ports.auditLog === null) return;
  if (state.auditLog === 'refused' && !isDue(state.auditTriedAt, AUDIT_RETRY_MS, round.now)) return;
  const { tenantId, accountId, tokenId } = input.connection;
  const options = { lane: 'sync' as const, ...(input.signal === undefined ? {} : { signal: input.signal }) };
  const heard = await pollAuditLog(
    { auditLog: ports.auditLog, ownWrites: ports.ownWrites, clock: ports.clock },
    { tenantId, accountId, tokenId, state, options },
  );
  round.calls += heard.calls;
  for (const [zoneId, actor] of heard.outside) round.actors.set(zoneId, actor);
  await markStale(round, new Set(heard.outside.keys()), 'audit-log');
  // Only we wrote, and the log would tell of others: the serial that we caused is taken as it comes.
  for (const zoneId of heard.own) if (round.marks.has(zoneId)) setMark(round, zoneId, { serial: null });
  await saveState(round, heard.state);
}

async function read(round: Round): Promise<void> {
  const { ports, input, settings } = round;
  const decision = decideReads(
    round.zones.map(({ zoneId, freshness, recordCount }) => ({
      zoneId,
      verifiedAt: freshness.verifiedAt,
      // One that came back in sight is read at once; one whose reads are refused waits for its `retryAt`.
      staleSince: freshness.staleSince ?? freshness.unreadable?.since ?? null,
      recordCount,
      retryAt: round.marks.get(zoneId)?.retryAt ?? null,
    })),
    {
      now: round.now,
      verifyWithinMs: settings.verifyWithinMs,
      callsMax: settings.callsPerRoundMax,
      roundMs: settings.signalEveryMs,
    },
  );
  // Counted anew: what the first discovery brought is among the candidates.
  round.waiting = decision.waiting;
  if (decision.reads.length === 0) return;
  const byId = new Map(round.zones.map((zone) => [zone.zoneId, zone]));
  const { soa } = ports;
  const result = await syncAll(ports, {
    tenantId: input.connection.tenantId,
    connectionId: input.connection.id,
    zoneIds: decision.reads,
    about: (zoneId) => {
      const zone = byId.get(zoneId);
      return {
        ...actorOf(round.actors.get(zoneId)),
        ...(soa === null || zone === undefined
          ? {}
          : { takeSerial: () => takeSerial(soa, zone, input.signal) }),
      };
    },
    ...(input.signal === undefined ? {} : { signal: input.signal }),
    ...(input.onProgress === undefined ? {} : { onProgress: input.onProgress }),
  });
  await takeResults(round, result, byId);
}

async function takeResults(
  round: Round,
  result: SyncAllOutcome,
  byId: ReadonlyMap<ZoneId, RoundZone>,
): Promise<void> {
  round.calls += result.calls;
  round.outcomes = result.outcomes;
  round.failures = result.failures;
  for (const outcome of result.outcomes) {
    const zone = byId.get(outcome.zoneId);
    if (outcome.consistent)
      setMark(round, outcome.zoneId, { serial: outcome.serial, failures: 0, retryAt: null });
    else delayZone(round, outcome.zoneId);
    const changes = outcome.created + outcome.updated + outcome.deleted;
    const actor = round.actors.get(outcome.zoneId);
    if (changes === 0 && actor !== undefined) await nameLate(round, outcome, actor);
    if (changes === 0 || outcome.firstRead || zone === undefined) continue;
    round.events.push(driftEvent(sceneOf(round), zone, outcome, actor));
  }
  for (const { zoneId, error } of result.failures) {
    // A change of ours under way is no failure of the zone, nor is a dead credential.
    const ours = isZonewardError(error) && error.code === 'own-write-open';
    if (!ours && result.stopped === null) delayZone(round, zoneId);
  }
  await saveMarks(round);
  await askForLost(round, result.failures);
  if (result.stopped !== null) throw result.stopped;
}

/** The read found nothing, so the change was seen before the audit log told of it: the revision gets its name now. */
async function nameLate(round: Round, outcome: SyncOutcome, actor: OutsideActor): Promise<void> {
  const { tenantId } = round.input.connection;
  const [latest] = await round.ports.mirror.revisions(tenantId, outcome.zoneId, 1);
  if (latest?.origin.kind !== 'outside' || latest.origin.actor !== null) return;
  if (Math.abs(latest.at - (actor.changedAt ?? latest.at)) > LATE_NAME_MS) return;
  await round.ports.history.nameActor(tenantId, outcome.zoneId, latest.revision, actor);
}

/** A zone that cannot be read, or never holds still, is tried again later and later. */
function delayZone(round: Round, zoneId: ZoneId): void {
  const failures = (round.marks.get(zoneId)?.failures ?? 0) + 1;
  const delayMs = Math.min(ZONE_RETRY_MAX_MS, ZONE_RETRY_MS * 2 ** (failures - 1));
  setMark(round, zoneId, { failures, retryAt: round.now + delayMs });
}

/** Zones that were deleted under us: Cloudflare is asked about each before it is called so. */
async function askForLost(round: Round, failures: readonly SyncFailure[]): Promise<void> {
  const lost = failures
    .filter(({ error }) => error instanceof ZonewardError && error.kind === 'not-found')
    .map(({ zoneId }) => zoneId)
    .slice(0, LOST_MAX);
  if (lost.length === 0) return;
  const { tenantId, id, accountId } = round.input.connection;
  const scope = { tenantId, connectionId: id, accountId, zoneIds: lost };
  const found = await discoverZones(round.ports, { ...scope, principal: ROUND_PRINCIPAL });
  round.calls += found.calls;
}

async function markStale(
  round: Round,
  zoneIds: ReadonlySet<ZoneId>,
  signal: Freshness['signal'],
): Promise<void> {
  if (zoneIds.size === 0) return;
  const { tenantId } = round.input.connection;
  const zones: RoundZone[] = [];
  for (const zone of round.zones) {
    const { verifiedAt, staleSince } = zone.freshness;
    if (!zoneIds.has(zone.zoneId) || verifiedAt === null || staleSince !== null) {
      zones.push(zone);
      continue;
    }
    const freshness: Freshness = { ...zone.freshness, signal, staleSince: round.now };
    await round.ports.mirror.setFreshness(tenantId, zone.zoneId, freshness);
    zones.push({ ...zone, freshness });
  }
  round.zones = zones;
}

function setMark(round: Round, zoneId: ZoneId, change: Partial<typeof NO_MARK>): void {
  const mark = { ...NO_MARK, ...round.marks.get(zoneId), ...change };
  round.marks.set(zoneId, mark);
  round.changedMarks.set(zoneId, mark);
}

async function saveMarks(round: Round): Promise<void> {
  if (round.changedMarks.size === 0) return;
  await round.ports.states.putMarks(round.input.connection.tenantId, round.changedMarks);
  round.changedMarks.clear();
}

/** Marks first: what they hold is what the state calls heard. */
async function saveState(round: Round, change: Partial<Round['state']>): Promise<void> {
  await saveMarks(round);
  round.state = { ...round.state, ...change };
  await round.ports.states.save(round.input.connection.tenantId, round.input.connection.id, round.state);
}

/**
 * Counted from the beginning of the round, when the signals were heard: sooner than their bound, and never two
 * connections in step. At once when zones wait to be read: the budget holds reads back, not we.
 */
function nextWait(round: Round): number {
  if (round.waiting > 0) return 0;
  const waitMs = round.settings.signalEveryMs * (0.8 + 0.2 * round.ports.random.next());
  return Math.max(0, Math.round(round.now + waitMs - round.ports.clock.now()));
}
