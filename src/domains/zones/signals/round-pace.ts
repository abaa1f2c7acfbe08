/** When rounds run: what is due, how a failing connection backs off, and why one stands still. */
import type { ZonewardError } from '../../../base/errors.ts';
import type { ConnectionState } from '../../connections/model.ts';
import type { Round, RoundReport } from './round.ts';
import { backOffEvent, pausedEvent } from './round-events.ts';

const BACK_OFF_MS = 30_000;
const BACK_OFF_MAX_MS = 900_000;
/** Rounds of connections in these states would only be refused. */
const DEAD: ReadonlySet<ConnectionState> = new Set(['expired', 'revoked', 'invalid', 'paused']);

/** True when `everyMs` have passed, when it never was, and when the clock has jumped back behind it. */
export function isDue(last: number | null, everyMs: number, now: number): boolean {
  return last === null || now < last || now - last >= everyMs;
}

/** The report of a round that is not to run now; null for one that is. */
export function standingStill(round: Round): RoundReport | null {
  const { connection } = round.input;
  if (DEAD.has(connection.state)) {
    return reportOf(round, { state: 'paused', reason: connection.stateDetail, nextDueAt: null });
  }
  const { paused, backOffUntil } = round.state;
  if (paused !== null && paused.connectionVersion === connection.version) {
    return reportOf(round, { state: 'paused', reason: paused.reason, nextDueAt: null });
  }
  // A clock that jumped back would make this wait long: never longer than the longest back-off.
  if (backOffUntil === null || round.now >= backOffUntil || backOffUntil - round.now > BACK_OFF_MAX_MS)
    return null;
  const reason = `waiting after ${round.state.failures} failed rounds`;
  return reportOf(round, { state: 'backing-off', reason, nextDueAt: backOffUntil });
}

/** The credential died: no more calls until the connection changes, and the trail says so. */
export async function pause(round: Round, error: ZonewardError): Promise<RoundReport> {
  const { connection } = round.input;
  round.state = { ...round.state, paused: { reason: error.message, connectionVersion: connection.version } };
  round.events.push(pausedEvent(round, error));
  return restOf(round, { state: 'paused', reason: error.message, waitMs: null });
}

/** A passing failure of the whole connection: later and later, never two in step; told at the first. */
export async function backOff(round: Round, error: ZonewardError): Promise<RoundReport> {
  const failures = round.state.failures + 1;
  const longest = Math.min(BACK_OFF_MAX_MS, BACK_OFF_MS * 2 ** (failures - 1));
  const waitMs = Math.round(longest * (0.5 + 0.5 * round.ports.random.next()));
  round.state = { ...round.state, failures, backOffUntil: round.ports.clock.now() + waitMs };
  if (failures === 1) round.events.push(backOffEvent(round, error));
  return restOf(round, { state: 'backing-off', reason: error.message, waitMs });
}

/** Keeps what the round learned, appends its events, and reports. */
export async function restOf(
  round: Round,
  end: {
    readonly state: RoundReport['state'];
    readonly reason: string | null;
    readonly waitMs: number | null;
  },
): Promise<RoundReport> {
  const { connection } = round.input;
  const { states, trail, clock } = round.ports;
  if (round.changedMarks.size > 0) await states.putMarks(connection.tenantId, round.changedMarks);
  await states.save(connection.tenantId, connection.id, round.state);
  if (round.events.length > 0) await trail.append(connection.tenantId, round.events);
  const nextDueAt = end.waitMs === null ? null : clock.now() + end.waitMs;
  return reportOf(round, { state: end.state, reason: end.reason, nextDueAt });
}

function reportOf(round: Round, end: Pick<RoundReport, 'state' | 'reason' | 'nextDueAt'>): RoundReport {
  const { discovery, outcomes, failures, calls, waiting, silent } = round;
  return { ...end, discovery, outcomes, failures, calls, waiting, silent };
}
