/**
 * Jobs: long work that goes on after its request was answered. A row is the truth; who works on it holds a lease, and
 * work whose worker is gone is taken up again, so what a job does must bear being done again.
 *
 * ```
 * queued ─→ running ─→ done | failed | cancelled
 *    └───────────────────────────────↗
 * ```
 */
import type { Branded, TenantId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Principal } from '../audit/model.ts';

export type JobId = Branded<string, 'JobId'>;
export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

export interface Job {
  readonly id: JobId;
  readonly tenantId: TenantId;
  /** What is done: `zones.sync`, `change-set.apply`, `change-sets.plan`, `tls.refresh`, `provisionings.bulk`. */
  readonly kind: string;
  readonly input: JsonObject;
  readonly principal: Principal;
  readonly state: JobState;
  /** How far it is, for people and programs; null before it says anything. */
  readonly progress: JsonObject | null;
  readonly result: JsonObject | null;
  /** What went wrong, as a problem; null unless failed. */
  readonly error: JsonObject | null;
  readonly cancelRequested: boolean;
  readonly attempts: number;
  readonly dueAt: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** Grows with every change. */
  readonly version: number;
}

export function hasEnded({ state }: Pick<Job, 'state'>): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}
