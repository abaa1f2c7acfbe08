/**
 * How certificates come into being over the sandbox's clock: each stage lasts a while, then the next one is shown.
 * [U] How long each stage takes; what is real is their order.
 */
import { DAY_MS, SECOND_MS } from '../constants.ts';

export type PackStatus =
  | 'initializing'
  | 'pending_validation'
  | 'pending_issuance'
  | 'pending_deployment'
  | 'active'
  | 'validation_timed_out'
  | 'pending_deletion'
  | 'deleted';

export const INITIALIZING_MS: number = 5 * SECOND_MS;
export const VALIDATION_MS: number = 60 * SECOND_MS;
export const ISSUANCE_MS: number = 30 * SECOND_MS;
export const DEPLOYMENT_MS: number = 30 * SECOND_MS;
export const DELETION_MS: number = 30 * SECOND_MS;
/** A validation that does not succeed is given up after this. */
export const VALIDATION_TIMEOUT_MS: number = DAY_MS;
/** From the order to the active pack. */
export const CERTIFICATE_MS: number = INITIALIZING_MS + VALIDATION_MS + ISSUANCE_MS + DEPLOYMENT_MS;

export interface Course {
  readonly startedAtMs: number;
  readonly deletedAtMs?: number | undefined;
  /** Validations that were not through by then do not succeed. */
  readonly blockedSinceMs?: number | undefined;
  /** The validation was given up, and stays so until it is restarted. */
  readonly timedOut?: boolean | undefined;
}

export function statusAt(nowMs: number, course: Course): PackStatus {
  const { startedAtMs, deletedAtMs, blockedSinceMs } = course;
  if (deletedAtMs !== undefined) return nowMs - deletedAtMs < DELETION_MS ? 'pending_deletion' : 'deleted';
  if (course.timedOut === true) return 'validation_timed_out';
  let left = nowMs - startedAtMs;
  if (left < INITIALIZING_MS) return 'initializing';
  if (blockedSinceMs !== undefined && blockedSinceMs < startedAtMs + INITIALIZING_MS + VALIDATION_MS) {
    return left < VALIDATION_TIMEOUT_MS ? 'pending_validation' : 'validation_timed_out';
  }
  left -= INITIALIZING_MS;
  if (left < VALIDATION_MS) return 'pending_validation';
  left -= VALIDATION_MS;
  if (left < ISSUANCE_MS) return 'pending_issuance';
  left -= ISSUANCE_MS;
  return left < DEPLOYMENT_MS ? 'pending_deployment' : 'active';
}

const RENEWAL_BEFORE_END_MS = 30 * DAY_MS;

/** When the certificate now in use was issued: it is renewed by itself before it ends. */
export function issuedAtMs(nowMs: number, course: Course, validityMs: number): number {
  const first = course.startedAtMs + CERTIFICATE_MS;
  const every = Math.max(validityMs - RENEWAL_BEFORE_END_MS, validityMs / 2);
  return first + Math.max(0, Math.floor((nowMs - first) / every)) * every;
}

/** Stages of what is only rolled out: origins, uploaded certificates. */
export function deploymentAt(
  nowMs: number,
  course: Pick<Course, 'startedAtMs' | 'deletedAtMs'>,
): 'initializing' | 'pending_deployment' | 'active' | 'pending_deletion' | 'deleted' {
  const { startedAtMs, deletedAtMs } = course;
  if (deletedAtMs !== undefined) return nowMs - deletedAtMs < DELETION_MS ? 'pending_deletion' : 'deleted';
  if (nowMs - startedAtMs < INITIALIZING_MS) return 'initializing';
  return nowMs - startedAtMs < INITIALIZING_MS + DEPLOYMENT_MS ? 'pending_deployment' : 'active';
}
