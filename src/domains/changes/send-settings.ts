/** Sending the settings of one zone, one request for each. What moved since the plan is refused; what gets no answer is read back. */
import { ZonewardError } from '../../base/errors.ts';
import type { ZonePlan } from '../../plan/plan.ts';
import type { SettingChange, SettingState } from '../../plan/setting-change.ts';
import { holds } from '../../plan/setting-domain.ts';
import { settingText } from '../../plan/setting-text.ts';
import type { SettingsReader, SettingsWriter } from '../tls/ports.ts';
import type { ApplyPorts, Reading } from './apply.ts';
import type { ChangeSet, OperationOutcome } from './model.ts';
import { beginSingles, recordMoved, type SingleJob, type SingleRequest, sendSingle } from './send-single.ts';
import type { OpenSingle } from './settle-single.ts';

export interface SettingsJob extends SingleJob {
  readonly settings: readonly SettingChange[];
  /** As they were read a moment ago; null: they are asked again first. */
  readonly known: NonNullable<Reading['settings']> | null;
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
  await recordMoved(ports, job, 'settings', conflicts);
  const refused = new Set(conflicts.map(({ groupId }) => groupId));
  const run = await beginSingles(ports, job, job.settings.length);
  for (const change of job.settings)
    if (!refused.has(change.id)) await sendSingle(ports, run, requestOf(port, job.plan, change));
  return conflicts;
}

function requestOf(
  port: SettingsReader & SettingsWriter,
  { zoneId }: ZonePlan,
  change: SettingChange,
): SingleRequest {
  const { setting, body } = change;
  const { look, ...single } = openSetting(port, zoneId, change);
  return {
    single: { ...single, body: { setting: { key: setting, body } }, idsBefore: [] },
    send: async (options) => {
      const { state, ...answer } = await port.writeSetting(zoneId, { key: setting, body }, options);
      return { ...answer, outcome: outcomeOf(change, state) };
    },
    look,
    resend: true,
  };
}

/** A setting's request as it is settled. */
export function openSetting(
  port: SettingsReader,
  zoneId: ZonePlan['zoneId'],
  { id, setting, before, after }: SettingChange,
): OpenSingle {
  return {
    noun: 'setting',
    id,
    label: `setting ${setting}`,
    facts: { setting, before, after },
    look: async () => {
      const { states } = await port.readSettings(zoneId, [setting], { lane: 'apply' });
      const now = states.get(setting)?.value;
      if (now === undefined) return undefined;
      if (holds(now, after)) return { is: 'after' };
      return { is: holds(now, before) ? 'before' : 'other' };
    },
  };
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
    return !applied.has(id) || holds(states.get(setting)?.value ?? null, after);
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
  if (holds(now, change.before)) return [];
  const message = `${change.setting} is ${settingText(now)} now; it was ${settingText(change.before)} when this was planned`;
  return [{ groupId: change.id, change: 0, state: 'conflict', message }];
}

/** A success that shows another value did not do what was meant. */
function outcomeOf(change: SettingChange, state: SettingState): OperationOutcome {
  const place = { groupId: change.id, change: 0 };
  if (holds(state.value, change.after)) return { ...place, state: 'applied', received: state.received };
  const message = `Cloudflare took the request, and ${change.setting} is ${settingText(state.value)}`;
  return { ...place, state: 'refused', message };
}

/** The port that reads and writes settings; a plan with settings is never made where there is none. */
export function settingsPort({ settings }: Pick<ApplyPorts, 'settings'>): SettingsReader & SettingsWriter {
  if (settings !== undefined) return settings;
  throw new ZonewardError('Settings are to be applied, and nothing is there that could', {
    code: 'internal',
    kind: 'internal',
  });
}
