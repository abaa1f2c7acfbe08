/**
 * Settling a setting's request that got no answer. A setting is read back exactly: it is as it was meant, as it was
 * before, or as someone else made it meanwhile. Nothing is sent again here.
 */
import type { Clock } from '../../base/clock.ts';
import { isZonewardError, ZonewardError } from '../../base/errors.ts';
import type { JsonValue } from '../../base/json.ts';
import { canonicalJson } from '../../plan/hash.ts';
import type { SettingChange } from '../../plan/setting-change.ts';
import type { Principal } from '../audit/model.ts';
import type { SettingsReader, SettingsWriter } from '../tls/ports.ts';
import type { ApplyPorts } from './apply.ts';
import type { BatchEntry, OperationOutcome } from './model.ts';
import type { ChangeJournal } from './ports.ts';
import { recordSettingOutcome } from './setting-entry.ts';
import { QUIET_PERIOD_MS } from './settle.ts';

/** Two readings after the quiet period must agree that nothing landed. */
const BETWEEN_READINGS_MS = 2_000;
const READINGS_MAX = 4;

export interface SettleSettingPorts {
  readonly settings: SettingsReader;
  readonly journal: ChangeJournal;
  readonly clock: Clock;
  readonly quietPeriodMs?: number;
  readonly onWait?: (waitMs: number) => void;
  readonly keepLease?: () => Promise<unknown>;
}

export type SettledSetting = 'landed' | 'not-landed' | 'mixed' | 'unknown';

/**
 * Reads until the fate of the request is known and writes it down. The caller holds the zone's lock. A value that is
 * neither the one before nor the one after is someone else's: then it cannot be told, and the entry is closed.
 * `unknown`: Cloudflare could not be read; the entry stays open.
 */
export async function settleSetting(
  ports: SettleSettingPorts,
  entry: BatchEntry,
  change: SettingChange,
  principal: Principal,
): Promise<SettledSetting> {
  const state = await readUntilDecided(ports, entry, change);
  if (state === 'unknown') return state;
  const outcome = outcomeOf(change, state);
  await recordSettingOutcome(ports, entry, change, { state, decidedBy: 'reading', outcome, principal });
  return state;
}

function outcomeOf(
  change: SettingChange,
  state: Exclude<SettledSetting, 'unknown'>,
): OperationOutcome | null {
  const place = { groupId: change.id, change: 0 };
  if (state === 'landed') return { ...place, state: 'applied' };
  if (state === 'not-landed') return null;
  return { ...place, state: 'unknown', message: 'someone else changed the setting while nobody answered' };
}

async function readUntilDecided(
  ports: SettleSettingPorts,
  entry: BatchEntry,
  change: SettingChange,
): Promise<SettledSetting> {
  const { clock } = ports;
  const quietFrom = entry.sentAt + (ports.quietPeriodMs ?? QUIET_PERIOD_MS);
  let intact = 0;
  for (let attempt = 0; attempt < READINGS_MAX; attempt += 1) {
    const quiet = clock.now() >= quietFrom;
    const now = await readNow(ports, entry, change.setting);
    if (now === undefined) return 'unknown';
    if (isSame(now, change.after)) return 'landed';
    const untouched = isSame(now, change.before);
    // Before the quiet period is over, the request may still land on top of what someone else wrote.
    if (!untouched && quiet) return 'mixed';
    intact = quiet && untouched ? intact + 1 : 0;
    if (intact === 2) return 'not-landed';
    const waitMs = quiet ? BETWEEN_READINGS_MS : Math.max(quietFrom - clock.now(), 0);
    ports.onWait?.(waitMs);
    await ports.keepLease?.();
    await clock.sleep(waitMs);
  }
  return 'unknown';
}

async function readNow(
  { settings }: SettleSettingPorts,
  { zoneId }: BatchEntry,
  key: string,
): Promise<JsonValue | undefined> {
  try {
    return (await settings.readSettings(zoneId, [key], { lane: 'apply' })).states.get(key)?.value;
  } catch (error) {
    // Not readable now: the next holder of the lock tries again. Anything else is a bug and must show.
    if (!isZonewardError(error)) throw error;
    return undefined;
  }
}

export function isSame(a: JsonValue, b: JsonValue): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** The port that reads and writes settings; a plan with settings is never made where there is none. */
export function settingsPort({ settings }: Pick<ApplyPorts, 'settings'>): SettingsReader & SettingsWriter {
  if (settings !== undefined) return settings;
  throw new ZonewardError('Settings are to be applied, and nothing is there that could', {
    code: 'internal',
    kind: 'internal',
  });
}
