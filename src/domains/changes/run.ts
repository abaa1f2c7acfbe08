/** What sending the groups of one zone works with. */
import { ZonewardError } from '../../base/errors.ts';
import type { RecordId } from '../../base/ids.ts';
import type { ChangeGroup } from '../../plan/change.ts';
import type { ZonePlan } from '../../plan/plan.ts';
import type { ApplyOptions, Reading } from './apply.ts';
import type { ChangeSet, OperationOutcome } from './model.ts';
import type { Lease } from './ports.ts';

export interface SendJob {
  readonly changeSet: ChangeSet;
  readonly plan: ZonePlan;
  readonly groups: readonly ChangeGroup[];
  readonly reading: Reading;
  /** Of the zone and of the change set: both must be ours while a request is under way. */
  readonly leases: readonly Lease[];
  readonly options: ApplyOptions;
}

export interface Run extends SendJob {
  /** Every id that the zone holds as far as we know; moves with each request. */
  ids: Set<RecordId>;
  readonly total: number;
  done: number;
  sequence: number;
  bisectCallsLeft: number;
  /** How long it waited for the request budget so far. Milliseconds. */
  waitedMs: number;
  /** The largest request that Cloudflare takes, as far as we know. */
  operationsMax: number;
  /** Groups of which a part was refused: the parts after it are not sent. */
  readonly refusedWholes: Set<string>;
  /** What moved while a request had no answer. */
  readonly conflicts: OperationOutcome[];
}

/** Throws `apply-stopped` when it was asked to stop. */
export function stopIfAsked(changeSet: ChangeSet, signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw stoppedError(changeSet);
}

export function stoppedError(changeSet: ChangeSet): ZonewardError {
  return new ZonewardError('Stopped before the next request, as asked', {
    code: 'apply-stopped',
    kind: 'temporary',
    next: [`zoneward changes resume ${changeSet.id}`],
  });
}
