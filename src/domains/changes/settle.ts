/**
 * Settling: finding out what became of a request that got no answer. Nothing is sent again here; the zone is
 * read until `judge` can tell, at most a few times, and the journal takes the verdict down.
 */
import type { Clock } from '../../base/clock.ts';
import { isZonewardError } from '../../base/errors.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import type { PlacedChange } from '../../plan/batch.ts';
import type { NewEvent, Principal } from '../audit/model.ts';
import type { ZoneReader } from '../zones/ports.ts';
import { deltaOfReading } from './answer.ts';
import { judge, type Reading, type Verdict } from './judge.ts';
import type { BatchEntry, OperationOutcome } from './model.ts';
import type { ChangeJournal } from './ports.ts';
import { readRecords } from './read-records.ts';

/** How long a request may still land after it was sent without an answer. At least the request timeout. */
export const QUIET_PERIOD_MS = 90_000;
const BETWEEN_READINGS_MS = 2_000;
const READINGS_MAX = 4;

export interface SettlePorts {
  readonly reader: ZoneReader;
  readonly journal: ChangeJournal;
  readonly clock: Clock;
  readonly quietPeriodMs?: number;
  /** Told when settling waits, so that a person knows why. */
  readonly onWait?: (waitMs: number) => void;
  /** Called before each wait, so that the zone's lock outlasts it. */
  readonly keepLease?: () => Promise<unknown>;
}

export interface Settled {
  /** `unknown`: Cloudflare could not be read; the entry stays as it is. */
  readonly state: 'landed' | 'not-landed' | 'mixed' | 'unknown';
  readonly outcomes: readonly OperationOutcome[];
  /** The zone as it was read last. */
  readonly records: readonly LiveRecord[];
}

/**
 * Reads until the fate of `entry` is known and writes it down. The caller holds the zone's lock. What readings after
 * the quiet period cannot tell, no later one will: it is closed as `mixed`, its operations `unknown`, so that the
 * zone can be written to again.
 */
export async function settleBatch(
  ports: SettlePorts,
  entry: BatchEntry,
  changes: readonly PlacedChange[],
  principal: Principal,
): Promise<Settled> {
  const verdict = await readUntilDecided(ports, entry, changes);
  if (!verdict.decided) return { state: 'unknown', outcomes: [], records: [] };
  const state = verdict.state === 'unknown' ? 'mixed' : verdict.state;
  const now = ports.clock.now();
  const delta = deltaOfReading(changes, verdict.outcomes, verdict.records);
  const touched = delta.put.length + delta.gone.length > 0;
  await ports.journal.recordOutcome(
    entry,
    { state, decidedAt: now, decidedBy: 'reading', ray: null, auditLogId: null, faults: [] },
    verdict.outcomes,
    touched
      ? {
          delta,
          origin: { kind: 'change-set', changeSetId: entry.changeSetId },
          // The zone was read just before the request; what else this reading shows is not in the mirror.
          freshness: { verifiedAt: entry.sentAt, signal: 'own-write', staleSince: null },
          at: now,
        }
      : null,
    [settledEvent(entry, { state, outcomes: verdict.outcomes }, now, principal)],
  );
  return { state, outcomes: verdict.outcomes, records: verdict.records };
}

type Decided = Extract<Verdict, { decided: true }> & { readonly records: Reading['records'] };

async function readUntilDecided(
  ports: SettlePorts,
  entry: BatchEntry,
  changes: readonly PlacedChange[],
): Promise<Decided | { readonly decided: false }> {
  const { clock, reader } = ports;
  const quietFrom = entry.sentAt + (ports.quietPeriodMs ?? QUIET_PERIOD_MS);
  const idsBefore = new Set(entry.idsBefore);
  const readings: Reading[] = [];
  for (let attempt = 0; attempt < READINGS_MAX; attempt += 1) {
    const quiet = clock.now() >= quietFrom;
    try {
      const records = await readRecords(reader, entry.zoneId, { lane: 'apply' });
      readings.push({ records, quiet });
      const verdict = judge(changes, idsBefore, readings);
      if (verdict.decided) return { ...verdict, records };
    } catch (error) {
      // Not readable now: the next holder of the lock tries again. Anything else is a bug and must show.
      if (!isZonewardError(error)) throw error;
      return { decided: false };
    }
    const wait = quiet ? BETWEEN_READINGS_MS : Math.max(quietFrom - clock.now(), 0);
    ports.onWait?.(wait);
    await ports.keepLease?.();
    await clock.sleep(wait);
  }
  return { decided: false };
}

function settledEvent(
  entry: BatchEntry,
  verdict: Pick<Settled, 'state' | 'outcomes'>,
  at: number,
  principal: Principal,
): NewEvent {
  return {
    kind: 'change-set.batch-settled',
    at,
    principal,
    zoneId: entry.zoneId,
    changeSetId: entry.changeSetId,
    summary: `Request ${entry.sequence} got no answer; read back: ${verdict.state}`,
    payload: {
      sequence: entry.sequence,
      state: verdict.state,
      outcomes: verdict.outcomes.map((outcome) => ({
        group: outcome.groupId,
        change: outcome.change,
        state: outcome.state,
        recordId: outcome.recordId ?? null,
      })),
    },
  };
}
