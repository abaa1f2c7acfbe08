/**
 * Sending the settings of one zone, one request for each, under the zone's lock: written down, sent, written down
 * again. What moved since the plan is refused; what gets no answer is read back before anything else is done.
 */
import { isZonewardError, ZonewardError } from '../../base/errors.ts';
import type { ZonePlan } from '../../plan/plan.ts';
import type { SettingChange, SettingState } from '../../plan/setting-change.ts';
import { settingText } from '../../plan/setting-text.ts';
import type { CloudflareErrorCode } from '../cloudflare-call.ts';
import type { SettingAnswer, SettingsReader, SettingsWriter } from '../tls/ports.ts';
import type { ApplyOptions, ApplyPorts, Reading } from './apply.ts';
import { renewAll } from './hold.ts';
import type { BatchEntry, ChangeSet, OperationOutcome } from './model.ts';
import type { Lease } from './ports.ts';
import { stopIfAsked } from './run.ts';
import { SEND_WITHIN_MS } from './send-request.ts';
import { recordSettingIntent, recordSettingOutcome } from './setting-entry.ts';
import { isSame, settingsPort, settleSetting } from './settle-setting.ts';
import { undecided } from './settle-zone.ts';

/** A request may take this long; it is only sent while more than this is left of the leases. */
const REQUEST_MS = 75_000;
/** A request that is known not to have landed is sent again this often. */
const RESENDS_MAX = 2;
/** Waiting for the request budget, over all settings of one zone. */
const BUDGET_WAIT_MAX_MS = 900_000;
const WAIT_SLICE_MS = 30_000;
const WAIT_MIN_MS = 1_000;

export interface SettingsJob {
  readonly changeSet: ChangeSet;
  readonly plan: ZonePlan;
  readonly settings: readonly SettingChange[];
  /** As they were read a moment ago; null: they are asked again first. */
  readonly known: NonNullable<Reading['settings']> | null;
  readonly leases: readonly Lease[];
  readonly options: ApplyOptions;
  /** Nobody looks on: what moved stops it before anything is sent. */
  readonly onMoved?: (conflicts: readonly OperationOutcome[]) => void;
}

interface SettingsRun extends SettingsJob {
  readonly port: SettingsReader & SettingsWriter;
  sequence: number;
  done: number;
  waitedMs: number;
}

/** The settings of which nothing is known yet: all at first, the rest after an interruption. */
export async function remainingSettings(
  { journal }: Pick<ApplyPorts, 'journal'>,
  changeSet: ChangeSet,
  { settings = [], zoneId }: ZonePlan,
): Promise<readonly SettingChange[]> {
  if (settings.length === 0) return [];
  const outcomes = await journal.outcomes(changeSet.tenantId, changeSet.id, zoneId);
  const done = new Set(outcomes.filter(({ state }) => state !== 'not-applied').map(({ groupId }) => groupId));
  return settings.filter(({ id }) => !done.has(id));
}

/**
 * Sends the settings in their order. Throws what stopped it; all that is known by then stands in the journal.
 * @returns those that moved since the plan, and were refused therefore.
 */
export async function sendSettings(
  ports: ApplyPorts,
  job: SettingsJob,
): Promise<readonly OperationOutcome[]> {
  if (job.settings.length === 0) return [];
  const port = settingsPort(ports);
  const states = job.known ?? (await readNow(port, job));
  const conflicts = job.settings.flatMap((change) => conflictOf(change, states.get(change.setting)));
  if (conflicts.length > 0) {
    job.onMoved?.(conflicts);
    await recordMoved(ports, job, conflicts);
  }
  const refused = new Set(conflicts.map(({ groupId }) => groupId));
  const sent = await ports.journal.batches(job.changeSet.tenantId, job.changeSet.id);
  const sequence = Math.max(0, ...sent.map((entry) => entry.sequence));
  const run: SettingsRun = { ...job, port, sequence, done: 0, waitedMs: 0 };
  for (const change of job.settings) if (!refused.has(change.id)) await sendSetting(ports, run, change);
  return conflicts;
}

/** A closing read: every setting that was applied must show as it was meant. */
export async function verifySettings(
  ports: Pick<ApplyPorts, 'settings' | 'journal'>,
  changeSet: ChangeSet,
  { settings = [], zoneId }: ZonePlan,
): Promise<boolean> {
  if (settings.length === 0) return true;
  const keys = settings.map(({ setting }) => setting);
  const { states } = await settingsPort(ports).readSettings(zoneId, keys, { lane: 'apply' });
  const outcomes = await ports.journal.outcomes(changeSet.tenantId, changeSet.id, zoneId);
  const applied = new Set(outcomes.filter(({ state }) => state === 'applied').map(({ groupId }) => groupId));
  return settings.every(({ id, setting, after }) => {
    return !applied.has(id) || isSame(states.get(setting)?.value ?? null, after);
  });
}

async function readNow(port: SettingsReader, job: SettingsJob): Promise<ReadonlyMap<string, SettingState>> {
  const keys = job.settings.map(({ setting }) => setting);
  const read = await port.readSettings(job.plan.zoneId, keys, { lane: 'apply' });
  const [failure] = read.failures.values();
  if (failure !== undefined) throw failure;
  return read.states;
}

function conflictOf(change: SettingChange, state: SettingState | undefined): OperationOutcome[] {
  const now = state?.value ?? null;
  if (isSame(now, change.before)) return [];
  const message = `${change.setting} is ${settingText(now)} now; it was ${settingText(change.before)} when this was planned`;
  return [{ groupId: change.id, change: 0, state: 'conflict', message }];
}

async function recordMoved(
  ports: ApplyPorts,
  { changeSet, plan, options }: SettingsJob,
  conflicts: readonly OperationOutcome[],
): Promise<void> {
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
        summary: `${conflicts.length} settings of ${plan.zoneName} refused: they moved since the plan`,
        payload: {
          conflicts: conflicts.map(({ groupId, message }) => ({ groupId, message: message ?? '' })),
        },
      },
    ],
  );
}

async function sendSetting(ports: ApplyPorts, run: SettingsRun, change: SettingChange): Promise<void> {
  for (let resends = 0; ; ) {
    const ended = await sendOnce(ports, run, change);
    if (ended.kind === 'done') return;
    if (ended.kind === 'held-back') {
      await waitForBudget(ports, run, ended.error);
      continue;
    }
    resends += 1;
    if (resends > RESENDS_MAX) throw notLanded(run, change);
  }
}

type Ended =
  | { readonly kind: 'done' }
  | { readonly kind: 'held-back'; readonly error: ZonewardError }
  | { readonly kind: 'not-landed' };

/** What the adapter promises of a write that ended with one of these: nothing was written. */
const NOTHING_WRITTEN: ReadonlySet<string> = new Set<CloudflareErrorCode>([
  'cloudflare-refused',
  'cloudflare-not-sent',
  'cloudflare-rate-limited',
  'credential-malformed',
  'credential-rejected',
  'permission-missing',
  'cloudflare-not-found',
]);

async function sendOnce(ports: ApplyPorts, run: SettingsRun, change: SettingChange): Promise<Ended> {
  const { changeSet, plan, options } = run;
  const { principal } = options;
  stopIfAsked(changeSet, options.signal);
  await refuseLost(run);
  run.sequence += 1;
  const entry = await recordSettingIntent(
    ports,
    { changeSet, sequence: run.sequence, principal },
    { ...plan, change },
  );
  const total = run.settings.length;
  ports.onProgress?.({ kind: 'sending', zoneId: plan.zoneId, operations: 1, done: run.done, total });
  const answer = await answerTo(run, change);
  if (!isZonewardError(answer)) {
    const outcome = outcomeOf(change, answer);
    await recordSettingOutcome(ports, entry, change, {
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
  if (!NOTHING_WRITTEN.has(answer.code)) return settleUnanswered(ports, run, entry, change);
  return notWritten(ports, run, { entry, change, error: answer });
}

async function answerTo(
  run: SettingsRun,
  { setting, body }: SettingChange,
): Promise<SettingAnswer | ZonewardError> {
  const options = { lane: 'apply', sendWithinMs: SEND_WITHIN_MS } as const;
  try {
    return await run.port.writeSetting(run.plan.zoneId, { key: setting, body }, options);
  } catch (error) {
    if (!isZonewardError(error)) throw error;
    return error;
  }
}

/** A success that shows another value did not do what was meant. */
function outcomeOf(change: SettingChange, { state }: SettingAnswer): OperationOutcome {
  const place = { groupId: change.id, change: 0 };
  if (isSame(state.value, change.after)) return { ...place, state: 'applied', received: state.received };
  const message = `Cloudflare took the request, and ${change.setting} is ${settingText(state.value)}`;
  return { ...place, state: 'refused', message };
}

async function notWritten(
  ports: ApplyPorts,
  run: SettingsRun,
  what: { readonly entry: BatchEntry; readonly change: SettingChange; readonly error: ZonewardError },
): Promise<Ended> {
  const { entry, change, error } = what;
  const { principal, continueOnRefusal } = run.options;
  const refused = error.code === 'cloudflare-refused';
  const outcome: OperationOutcome | null = refused
    ? { groupId: change.id, change: 0, state: 'refused', message: error.message }
    : null;
  const state = refused ? 'refused' : 'not-landed';
  await recordSettingOutcome(ports, entry, change, { state, decidedBy: 'answer', outcome, error, principal });
  if (error.code === 'cloudflare-rate-limited') return { kind: 'held-back', error };
  ports.onProgress?.({ kind: 'refused', zoneId: run.plan.zoneId, message: error.message });
  if (refused && continueOnRefusal === true) return { kind: 'done' };
  throw error;
}

async function settleUnanswered(
  ports: ApplyPorts,
  run: SettingsRun,
  entry: BatchEntry,
  change: SettingChange,
): Promise<Ended> {
  const state = await settleSetting(
    {
      settings: run.port,
      journal: ports.journal,
      clock: ports.clock,
      ...(ports.quietPeriodMs === undefined ? {} : { quietPeriodMs: ports.quietPeriodMs }),
      onWait: (waitMs) => ports.onProgress?.({ kind: 'settling', zoneId: entry.zoneId, waitMs }),
      keepLease: () => renewAll(run.leases),
    },
    entry,
    change,
    run.options.principal,
  );
  if (state === 'unknown') throw undecided(entry);
  if (state === 'not-landed') return { kind: 'not-landed' };
  if (state === 'landed') run.done += 1;
  return { kind: 'done' };
}

/** The leases must outlast the request. */
async function refuseLost(run: SettingsRun): Promise<void> {
  const kept = await renewAll(run.leases);
  if (kept && run.leases.every((lease) => lease.remainingMs() > REQUEST_MS + SEND_WITHIN_MS)) return;
  throw new ZonewardError(`The lock of ${run.plan.zoneName} was lost to another process`, {
    code: 'zone-locked',
    kind: 'conflict',
    next: [`zoneward changes resume ${run.changeSet.id}`],
  });
}

async function waitForBudget(ports: ApplyPorts, run: SettingsRun, error: ZonewardError): Promise<void> {
  const told = error.details['retryAfterMs'];
  let leftMs = Math.max(WAIT_MIN_MS, typeof told === 'number' ? told : WAIT_SLICE_MS);
  run.waitedMs += leftMs;
  if (run.waitedMs > BUDGET_WAIT_MAX_MS) throw error;
  while (leftMs > 0) {
    stopIfAsked(run.changeSet, run.options.signal);
    ports.onProgress?.({ kind: 'waiting-for-budget', zoneId: run.plan.zoneId, waitMs: leftMs });
    const sliceMs = Math.min(leftMs, WAIT_SLICE_MS);
    await ports.clock.sleep(sliceMs, run.options.signal);
    await renewAll(run.leases);
    leftMs -= sliceMs;
  }
}

function notLanded(run: SettingsRun, { setting }: SettingChange): ZonewardError {
  return new ZonewardError(`The request for setting ${setting} of ${run.plan.zoneName} did not land`, {
    code: 'batch-not-landed',
    kind: 'temporary',
    next: [`zoneward changes resume ${run.changeSet.id}`],
  });
}
