/**
 * Full reads of many zones, several in flight: the first sync of an account, or a round of verification.
 *
 * It goes on where it stopped: zones verified since a given moment are left out. What fails for one zone is
 * collected and the rest goes on; what would fail for every zone (a dead credential, Cloudflare out of reach)
 * stops the rest and says why. Zones that wait are taken from the mirror page by page; what grows with the account
 * is one line of figures for each zone that was read.
 */
import { isZonewardError, type ZonewardError } from '../../base/errors.ts';
import type { ConnectionId, TenantId, ZoneId } from '../../base/ids.ts';
import type { Lane } from '../cloudflare-call.ts';
import type { Zone } from './model.ts';
import { type SyncOutcome, type SyncPorts, type SyncZoneInput, syncZone } from './sync-zone.ts';

/** Reads in flight by default; the shared budget allows about four calls a second. */
const IN_FLIGHT = 8;
/** Zones looked up at once. */
const ZONES_PER_PAGE = 400;
/** So many zones in a row that could not be read for a passing reason: Cloudflare is out of reach. */
const TEMPORARY_MAX = 5;

export interface SyncAllInput {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  /** Only these, in this order; absent: all zones of the connection that are not deleted. */
  readonly zoneIds?: readonly ZoneId[];
  /** Leaves out zones that were verified at or after this moment and are neither stale nor unreadable. */
  readonly verifiedSince?: number;
  readonly inFlight?: number;
  /** More to say to the read of one zone: who changed it, how to take its serial. */
  readonly about?: (zoneId: ZoneId) => Pick<SyncZoneInput, 'actor' | 'takeSerial'>;
  readonly lane?: Lane;
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: SyncProgress) => void;
}

/** A zone is read, or failed. Waiting for the budget shows as time between two of these. */
export type SyncProgress = SyncCounts & { readonly zoneId: ZoneId; readonly name: string } & (
    | { readonly kind: 'read'; readonly outcome: SyncOutcome }
    | { readonly kind: 'failed'; readonly error: unknown }
  );

export interface SyncCounts {
  /** Zones read or failed so far. */
  readonly done: number;
  readonly total: number;
  /** Reads of records so far, those of failed zones not counted. */
  readonly calls: number;
  readonly elapsedMs: number;
  /** How long the rest takes at the pace so far; null before the first zone. */
  readonly remainingMs: number | null;
}

export interface SyncFailure {
  readonly zoneId: ZoneId;
  readonly name: string;
  readonly error: unknown;
}

export interface SyncAllOutcome extends SyncCounts {
  readonly outcomes: readonly SyncOutcome[];
  readonly failures: readonly SyncFailure[];
  /** Left out because they were verified recently. */
  readonly skipped: number;
  /** Why it ended before all zones were tried; null when it did not. */
  readonly stopped: ZonewardError | null;
}

interface Waiting {
  readonly zoneId: ZoneId;
  readonly name: string;
}

/** What the workers share. */
interface Run {
  readonly queue: AsyncGenerator<Waiting>;
  readonly total: number;
  readonly startedAt: number;
  readonly outcomes: SyncOutcome[];
  readonly failures: SyncFailure[];
  readonly stop: AbortController;
  calls: number;
  temporaryInRow: number;
  stopped: ZonewardError | null;
}

/**
 * Reads the zones. Throws only when `signal` aborts (with its reason) or for a bug; safe to repeat, and a repeat
 * with the same `verifiedSince` goes on where this one stopped.
 */
export async function syncAll(ports: SyncPorts, input: SyncAllInput): Promise<SyncAllOutcome> {
  let total = 0;
  let skipped = 0;
  for await (const page of zonesToRead(ports, input)) {
    total += page.wanted.length;
    skipped += page.skipped;
  }
  const run: Run = {
    queue: queueOf(ports, input, total),
    total,
    startedAt: ports.clock.now(),
    outcomes: [],
    failures: [],
    stop: new AbortController(),
    calls: 0,
    temporaryInRow: 0,
    stopped: null,
  };
  const workers = Math.max(1, Math.min(input.inFlight ?? IN_FLIGHT, total));
  await Promise.all(Array.from({ length: workers }, () => work(ports, input, run)));
  input.signal?.throwIfAborted();
  const { outcomes, failures, stopped } = run;
  return { ...countsOf(ports, run), outcomes, failures, skipped, stopped };
}

/** Zones that are to be read, page by page; the others are counted. A second walk meets what the first one met, or less. */
async function* zonesToRead(
  ports: SyncPorts,
  input: SyncAllInput,
): AsyncGenerator<{ readonly wanted: readonly Waiting[]; readonly skipped: number }> {
  const since = input.verifiedSince ?? Number.POSITIVE_INFINITY;
  for await (const zones of zonesAskedFor(ports, input)) {
    const wanted: Waiting[] = [];
    let skipped = 0;
    for (const { facts, freshness } of zones) {
      if (facts.status === 'deleted') continue;
      const doubted = freshness.staleSince !== null || freshness.unreadable !== null;
      const fresh = !doubted && (freshness.verifiedAt ?? -1) >= since;
      if (fresh) skipped += 1;
      else wanted.push({ zoneId: facts.id, name: facts.name });
    }
    yield { wanted, skipped };
  }
}

async function* zonesAskedFor(
  ports: SyncPorts,
  { tenantId, connectionId, zoneIds }: SyncAllInput,
): AsyncGenerator<readonly Zone[]> {
  if (zoneIds === undefined) {
    yield* ports.mirror.zonePages(tenantId, { connectionId });
    return;
  }
  for (let start = 0; start < zoneIds.length; start += ZONES_PER_PAGE) {
    const ids = zoneIds.slice(start, start + ZONES_PER_PAGE);
    const known = await ports.mirror.getZones(tenantId, ids);
    yield ids.map((zoneId) => known.get(zoneId)).filter((zone) => zone !== undefined);
  }
}

/** What waits, one by one, for workers that ask for it at the same time. */
async function* queueOf(ports: SyncPorts, input: SyncAllInput, total: number): AsyncGenerator<Waiting> {
  let left = total;
  for await (const { wanted } of zonesToRead(ports, input)) {
    for (const zone of wanted) {
      // A zone that another process found meanwhile is not of this run.
      if (left === 0) return;
      left -= 1;
      yield zone;
    }
  }
}

/** Takes zones from the queue until it is empty or the run is stopped. */
async function work(ports: SyncPorts, input: SyncAllInput, run: Run): Promise<void> {
  const signal =
    input.signal === undefined ? run.stop.signal : AbortSignal.any([input.signal, run.stop.signal]);
  while (!signal.aborted) {
    const { value: zone, done } = await run.queue.next();
    if (done === true) return;
    try {
      const outcome = await syncZone(ports, {
        tenantId: input.tenantId,
        zoneId: zone.zoneId,
        ...input.about?.(zone.zoneId),
        lane: input.lane ?? 'sync',
        signal,
      });
      run.outcomes.push(outcome);
      run.calls += outcome.calls;
      run.temporaryInRow = 0;
      input.onProgress?.({ kind: 'read', ...zone, outcome, ...countsOf(ports, run) });
    } catch (error) {
      if (signal.aborted) return;
      run.failures.push({ ...zone, error });
      stopIfHopeless(run, error);
      input.onProgress?.({ kind: 'failed', ...zone, error, ...countsOf(ports, run) });
    }
  }
}

/** Notes a failure that every further zone would meet too. An unknown error is a bug and comes through. */
function stopIfHopeless(run: Run, error: unknown): void {
  if (!isZonewardError(error)) {
    run.stop.abort();
    throw error;
  }
  const ours = error.code === 'own-write-open' || error.code === 'zone-busy';
  run.temporaryInRow = error.kind === 'temporary' && !ours ? run.temporaryInRow + 1 : 0;
  if (error.kind !== 'credentials' && run.temporaryInRow < TEMPORARY_MAX) return;
  run.stopped ??= error;
  run.stop.abort();
}

function countsOf(ports: SyncPorts, run: Run): SyncCounts {
  const done = run.outcomes.length + run.failures.length;
  const elapsedMs = Math.max(0, ports.clock.now() - run.startedAt);
  const remainingMs = done === 0 ? null : Math.round((elapsedMs / done) * (run.total - done));
  return { done, total: run.total, calls: run.calls, elapsedMs, remainingMs };
}
