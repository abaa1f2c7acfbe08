/**
 * The states of a connection and the moves between them, as a table. Pure: a move takes a connection and gives the
 * next one together with the audit event that commits with it.
 *
 *     untested → active | limited | expiring → expired | revoked | invalid;  paused and rotating from outside
 */
import assert from 'node:assert/strict';
import { ZonewardError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json.ts';
import type { NewEvent, Principal } from '../audit/model.ts';
import type { Connection, ConnectionState } from './model.ts';
import { formatGap } from './profile.ts';
import type { TestReport } from './test-report.ts';

/** From each state, where it may go. Staying is always allowed and makes no event. */
export const MOVES: Readonly<Record<ConnectionState, readonly ConnectionState[]>> = {
  untested: ['active', 'limited', 'expiring', 'expired', 'revoked', 'invalid', 'paused'],
  active: ['limited', 'expiring', 'expired', 'revoked', 'invalid', 'paused', 'rotating', 'untested'],
  limited: ['active', 'expiring', 'expired', 'revoked', 'invalid', 'paused', 'rotating', 'untested'],
  expiring: ['active', 'limited', 'expired', 'revoked', 'invalid', 'paused', 'rotating', 'untested'],
  expired: ['active', 'limited', 'expiring', 'revoked', 'invalid', 'paused', 'untested'],
  revoked: ['active', 'limited', 'expiring', 'expired', 'invalid', 'paused', 'untested'],
  invalid: ['active', 'limited', 'expiring', 'expired', 'revoked', 'paused', 'untested'],
  paused: ['untested', 'active', 'limited', 'expiring', 'expired', 'revoked', 'invalid'],
  rotating: ['active', 'limited', 'expiring', 'expired', 'revoked', 'invalid', 'untested'],
};

/** States in which the credential is used: for sync, changes, rotation. */
export const USABLE_STATES: ReadonlySet<ConnectionState> = new Set([
  'untested',
  'active',
  'limited',
  'expiring',
  'rotating',
]);

export interface StateVerdict {
  readonly state: ConnectionState;
  /** Kebab-case. */
  readonly reason: string;
  readonly detail: string;
  readonly next: readonly string[];
}

const DAY_MS = 86_400_000;
/** From here on a token that ends is `expiring`. */
export const EXPIRING_DAYS = 14;

/**
 * What a test says of the state. Null when it says nothing: Cloudflare could not be asked, so what was known stays.
 * `before` tells whether the credential ever worked: then a refusal means that it was revoked.
 */
export function judgeReport(
  report: TestReport,
  before: { readonly worked: boolean; readonly now: number },
): StateVerdict | null {
  if (report.failure !== null) return judgeFailure(report, before.worked);
  const expiry = judgeExpiry(report.token?.expiresAt ?? null, before.now);
  if (expiry !== null) return expiry;
  if (report.zoneCount === 0) {
    return {
      state: 'limited',
      reason: 'no-zones',
      detail: 'The credential works and sees no zone.',
      next: [
        'if the account has zones: grant Zone → Zone → Read, or give --zone-id',
        'zoneward connections link',
      ],
    };
  }
  if (report.profile.met === 'no') {
    const missing = report.profile.missing.map((gap) => formatGap(gap, report.zones.length)).join(', ');
    return {
      state: 'limited',
      reason: 'rights-missing',
      detail: `Lacks rights of the profile "${report.profile.profile}": ${missing}.`,
      next: ['zoneward connections link asks for exactly what is missing; then relink'],
    };
  }
  return {
    state: 'active',
    reason: 'tested',
    detail: `${report.zoneCount} zones, records readable.`,
    next: [],
  };
}

/** Codes of failed tests, and the state each leads to; others of the kinds below, by kind. */
const STATE_OF_FAILURE: Readonly<Record<string, ConnectionState>> = {
  'token-expired': 'expired',
  'token-disabled': 'revoked',
};

function judgeFailure(report: TestReport, worked: boolean): StateVerdict | null {
  const { failure } = report;
  if (failure === null) return null;
  if (failure.kind === 'temporary' || failure.kind === 'unknown-outcome' || failure.kind === 'internal')
    return null;
  const rejected = failure.code === 'credential-rejected' && worked;
  const state = STATE_OF_FAILURE[failure.code] ?? (rejected ? 'revoked' : 'invalid');
  const next = [...failure.next, 'give a new credential: zoneward connections relink'];
  return { state, reason: failure.code, detail: failure.message, next: [...new Set(next)] };
}

/** What the end date says; null while it is far. */
export function judgeExpiry(expiresAt: number | null, now: number): StateVerdict | null {
  if (expiresAt === null || expiresAt - now > EXPIRING_DAYS * DAY_MS) return null;
  const date = new Date(expiresAt).toISOString();
  if (expiresAt > now) {
    return {
      state: 'expiring',
      reason: 'expires-soon',
      detail: `The token ends at ${date}.`,
      next: ['zoneward connections rotate, or make a new token and relink: zoneward connections link'],
    };
  }
  return {
    state: 'expired',
    reason: 'token-expired',
    detail: `The token ended at ${date}.`,
    next: ['make a new token: zoneward connections link', 'then: zoneward connections relink'],
  };
}

export interface Moment {
  readonly now: number;
  readonly principal: Principal;
}

export interface Moved {
  readonly connection: Connection;
  readonly events: readonly NewEvent[];
}

/**
 * The connection in its next state, one version on, with the event of the move; no event when state and reason
 * stay. Asserts that the table allows the move.
 */
export function moveConnection(connection: Connection, to: StateVerdict, moment: Moment): Moved {
  const from = connection.state;
  assert(from === to.state || MOVES[from].includes(to.state), `no move from ${from} to ${to.state}`);
  const moved = revise(
    connection,
    { state: to.state, stateReason: to.reason, stateDetail: to.detail, next: to.next },
    moment.now,
  );
  if (from === to.state && connection.stateReason === to.reason) return { connection: moved, events: [] };
  const event = connectionEvent(connection, 'connection.state-changed', moment, {
    summary: `${connection.label}: ${from} → ${to.state} (${to.reason})`,
    payload: { from, to: to.state, reason: to.reason, detail: to.detail, next: to.next },
  });
  return { connection: moved, events: [event] };
}

/** A change of any fields, one version on. */
export function revise(connection: Connection, fields: Partial<Connection>, now: number): Connection {
  return { ...connection, ...fields, updatedAt: now, version: connection.version + 1 };
}

export function connectionEvent(
  connection: Pick<Connection, 'id'>,
  kind: string,
  moment: Moment,
  what: { readonly summary: string; readonly payload: JsonObject },
): NewEvent {
  return { kind, at: moment.now, principal: moment.principal, connectionId: connection.id, ...what };
}

/** Refuses what would pull a credential from under its rotation. */
export function rotating(connection: Connection): ZonewardError {
  return new ZonewardError(`"${connection.label}" is being rotated.`, {
    code: 'connection-rotating',
    kind: 'conflict',
    next: ['wait for the rotation to end, or cancel it: zoneward connections rotate --cancel'],
    details: { connectionId: connection.id },
  });
}
