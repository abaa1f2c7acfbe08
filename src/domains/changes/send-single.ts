/**
 * Sending requests that hold one setting or one object each, under the zone's lock: written down, sent, written down
 * again. What gets no answer is looked up before anything else is done.
 */
import { isZonewardError, ZonewardError } from '../../base/errors.ts';
import { toUnicode } from '../../dns/name.ts';
import type { ZonePlan } from '../../plan/plan.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type { ApplyOptions, ApplyPorts } from './apply.ts';
import { renewAll } from './hold.ts';
import type { BatchEntry, ChangeSet, OperationOutcome } from './model.ts';
import type { Lease } from './ports.ts';
import { stopIfAsked } from './run.ts';
import {
  answerTo,
  NOTHING_WRITTEN,
  RESENDS_MAX,
  refuseLost,
  SEND_WITHIN_MS,
  undecided,
  waitForBudget,
} from './send-rules.ts';
import { type Sighting, settleSingle } from './settle-single.ts';
import { recordSingleIntent, recordSingleOutcome, type Single } from './single-entry.ts';

export interface SingleJob {
  readonly changeSet: ChangeSet;
  readonly plan: ZonePlan;
  readonly leases: readonly Lease[];
  readonly options: ApplyOptions;
  /** Nobody looks on: what moved stops it before anything is sent. */
  readonly onMoved?: (conflicts: readonly OperationOutcome[]) => void;
}

export interface SingleRun extends SingleJob {
  readonly total: number;
  sequence: number;
  done: number;
  waitedMs: number;
}

/** One request: how it is sent, how its answer and a look at Cloudflare are judged. */
export interface SingleRequest {
  readonly single: Single;
  send(options: CallOptions): Promise<{
    readonly outcome: OperationOutcome;
    readonly ray: string | null;
    readonly auditLogId: string | null;
  }>;
  look(): Promise<Sighting | undefined>;
  /** False: what is known not to have landed waits for `changes resume` and is looked up again there. */
  readonly resend: boolean;
}

export async function beginSingles(
  { journal }: Pick<ApplyPorts, 'journal'>,
  job: SingleJob,
  total: number,
): Promise<SingleRun> {
  const sent = await journal.batches(job.changeSet.tenantId, job.changeSet.id);
  const sequence = Math.max(0, ...sent.map((entry) => entry.sequence));
  return { ...job, total, sequence, done: 0, waitedMs: 0 };
}

/** Refuses what moved since the plan. `what` names it in the audit trail: `settings`, `certificates`. */
export async function recordMoved(
  ports: ApplyPorts,
  { changeSet, plan, options, onMoved }: SingleJob,
  what: string,
  conflicts: readonly OperationOutcome[],
): Promise<void> {
  if (conflicts.length === 0) return;
  onMoved?.(conflicts);
  await ports.journal.recordUnsent(
    { tenantId: changeSet.tenantId, changeSetId: changeSet.id, zoneId: plan.zoneId },
    conflicts,
    [
      {
        kind: 'change-set.conflict',
        at: ports.clock.now(),
        principal: options.principal,
        connectionId: changeSet.connectionId,
        zoneId: plan.zoneId,
        changeSetId: changeSet.id,
        summary: `${conflicts.length} ${what} of ${plan.zoneName} refused: they moved since the plan`,
        payload: {
          conflicts: conflicts.map(({ groupId, message }) => ({ groupId, message: message ?? '' })),
        },
      },
    ],
  );
}

/** Sends it until it is decided. Throws what stopped it; all that is known by then stands in the journal. */
export async function sendSingle(ports: ApplyPorts, run: SingleRun, request: SingleRequest): Promise<void> {
  for (let resends = 0; ; ) {
    const ended = await sendOnce(ports, run, request);
    if (ended.kind === 'done') return;
    if (ended.kind === 'held-back') {
      await waitForBudget(ports, run, ended.error);
      continue;
    }
    resends += 1;
    if (!request.resend || resends > RESENDS_MAX) throw notLanded(run, request);
  }
}

type Ended =
  | { readonly kind: 'done' }
  | { readonly kind: 'held-back'; readonly error: ZonewardError }
  | { readonly kind: 'not-landed' };

async function sendOnce(ports: ApplyPorts, run: SingleRun, request: SingleRequest): Promise<Ended> {
  const { changeSet, plan, options, total } = run;
  const { principal } = options;
  const { single } = request;
  stopIfAsked(changeSet, options.signal);
  await refuseLost(run);
  run.sequence += 1;
  const entry = await recordSingleIntent(
    ports,
    { changeSet, sequence: run.sequence, principal },
    plan,
    single,
  );
  ports.onProgress?.({ kind: 'sending', zoneId: plan.zoneId, operations: 1, done: run.done, total });
  const answer = await answerTo(() => request.send({ lane: 'apply', sendWithinMs: SEND_WITHIN_MS }));
  if (isZonewardError(answer)) {
    if (!NOTHING_WRITTEN.has(answer.code)) return settleUnanswered(ports, run, entry, request);
    return notWritten(ports, run, { entry, single, error: answer });
  }
  const { outcome } = answer;
  await recordSingleOutcome(ports, entry, single, {
    state: 'landed',
    decidedBy: 'answer',
    outcome,
    answer,
    principal,
  });
  run.done += 1;
  ports.onProgress?.({ kind: 'landed', zoneId: plan.zoneId, done: run.done, total, ray: answer.ray });
  return { kind: 'done' };
}

async function notWritten(
  ports: ApplyPorts,
  run: SingleRun,
  what: { readonly entry: BatchEntry; readonly single: Single; readonly error: ZonewardError },
): Promise<Ended> {
  const { entry, single, error } = what;
  const { principal, continueOnRefusal } = run.options;
  const refused = error.code === 'cloudflare-refused';
  const outcome: OperationOutcome | null = refused
    ? { groupId: single.id, change: 0, state: 'refused', message: error.message }
    : null;
  const state = refused ? 'refused' : 'not-landed';
  await recordSingleOutcome(ports, entry, single, { state, decidedBy: 'answer', outcome, error, principal });
  if (error.code === 'cloudflare-rate-limited') return { kind: 'held-back', error };
  ports.onProgress?.({ kind: 'refused', zoneId: run.plan.zoneId, message: error.message });
  if (refused && continueOnRefusal === true) return { kind: 'done' };
  throw error;
}

async function settleUnanswered(
  ports: ApplyPorts,
  run: SingleRun,
  entry: BatchEntry,
  request: SingleRequest,
): Promise<Ended> {
  const state = await settleSingle(
    {
      journal: ports.journal,
      clock: ports.clock,
      ...(ports.quietPeriodMs === undefined ? {} : { quietPeriodMs: ports.quietPeriodMs }),
      onWait: (waitMs) => ports.onProgress?.({ kind: 'settling', zoneId: entry.zoneId, waitMs }),
      keepLease: () => renewAll(run.leases),
    },
    entry,
    { ...request.single, look: request.look },
    run.options.principal,
  );
  if (state === 'unknown') throw undecided(entry);
  if (state === 'not-landed') return { kind: 'not-landed' };
  if (state === 'landed') run.done += 1;
  return { kind: 'done' };
}

function notLanded(run: SingleRun, { single, resend }: SingleRequest): ZonewardError {
  const look = resend ? '' : '; it is looked up once more before it is ever sent again';
  return new ZonewardError(
    `The request for ${single.label} of ${toUnicode(run.plan.zoneName)} did not land, as far as can be seen${look}`,
    { code: 'batch-not-landed', kind: 'temporary', next: [`zoneward changes resume ${run.changeSet.id}`] },
  );
}
