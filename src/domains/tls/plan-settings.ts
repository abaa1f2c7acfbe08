/**
 * Settings beside the records of a plan: read now, compared, added with their price. Writes nothing. A plan of
 * settings alone does not read the zone's records.
 */
import type { Clock } from '../../base/clock.ts';
import type { ZonePlan } from '../../plan/plan.ts';
import {
  emptyPlan,
  type LiveSettings,
  planSettings,
  replanSettings,
  type SettingsPart,
  withSettings,
} from '../../plan/plan-settings.ts';
import type { DesiredSetting, SettingChange, SettingState } from '../../plan/setting-change.ts';
import type { PlannedZone } from '../changes/plan-change.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type { Zone } from '../zones/model.ts';
import { type DnssecSeen, dsForgottenAt } from './dnssec-memory.ts';
import type { DnssecMemories, ParentDsAsker, SettingsReader } from './ports.ts';

export interface SettingsPlanPorts {
  readonly settings: SettingsReader;
  /** Asked before DNSSEC is switched off; null where the DNS cannot be asked. */
  readonly parent: ParentDsAsker | null;
  readonly dnssec: DnssecMemories;
  readonly clock: Clock;
}

export type ReadOptions = Pick<CallOptions, 'signal'>;

/** The plan of the records, made by `records`, with the settings that are desired. Both are read at the same time. */
export async function planWithSettings(
  ports: SettingsPlanPorts,
  zone: Zone,
  desired: readonly DesiredSetting[],
  records: Promise<PlannedZone> | PlannedZone,
): Promise<PlannedZone> {
  if (desired.length === 0) return records;
  const keys = desired.map((one) => one.setting);
  const switchesOff = desired.some((one) => one.setting === 'dnssec' && one.value === 'off');
  const [base, live] = await Promise.all([records, readLive(ports, zone, { keys, askParent: switchesOff })]);
  return added(base, planSettings(desired, live), live.states);
}

/** A plan made earlier: its settings judged anew on the zone as it is now. */
export async function replanWithSettings(
  ports: SettingsPlanPorts,
  zone: Zone,
  saved: readonly SettingChange[],
  records: Promise<PlannedZone> | PlannedZone,
): Promise<PlannedZone> {
  if (saved.length === 0) return records;
  const keys = saved.map((change) => change.setting);
  const switchesOff = saved.some((change) => change.setting === 'dnssec' && change.after === 'off');
  const [base, live] = await Promise.all([records, readLive(ports, zone, { keys, askParent: switchesOff })]);
  return added(base, replanSettings(saved, live), live.states);
}

/** A plan without records, to add settings to. */
export function settingsAlone(
  ports: Pick<SettingsPlanPorts, 'clock'>,
  zone: Zone,
  source: string,
): PlannedZone {
  const { id, name, accountId } = zone.facts;
  const readAt = ports.clock.now();
  const plan = emptyPlan({ zoneId: id, zoneName: name, accountId }, { source, readAt });
  return { plan, reading: { records: [], readAt } };
}

/** The settings as they are, with what a plan must know besides. */
export async function readLive(
  ports: SettingsPlanPorts,
  zone: Zone,
  want: { readonly keys: readonly string[]; readonly askParent: boolean } & ReadOptions,
): Promise<LiveSettings> {
  const { id, name, planTier } = zone.facts;
  const signal = want.signal === undefined ? {} : { signal: want.signal };
  const [read, parent] = await Promise.all([
    ports.settings.readSettings(id, want.keys, { lane: 'interactive', ...signal }),
    want.askParent && ports.parent !== null ? ports.parent.parentDs(name, signal) : null,
  ]);
  const unreadable = new Map([...read.failures].map(([key, error]) => [key, error.message]));
  const received = read.states.get('dnssec')?.received;
  const ds =
    want.askParent && received !== undefined ? await rememberedDs(ports, zone, { received, parent }) : null;
  return { states: read.states, unreadable, planTier, parentDs: parent?.records ?? null, ds };
}

/** Asking before DNSSEC goes is a look like any other: the clock of the way back starts with it. */
async function rememberedDs(
  { dnssec, clock }: SettingsPlanPorts,
  zone: Zone,
  seen: DnssecSeen,
): Promise<NonNullable<LiveSettings['ds']> | null> {
  const memory = await dnssec.remember(zone, seen);
  if (memory.dsSeenAt === null && memory.dsGoneAt === null) return null;
  const forgottenAt = dsForgottenAt(memory);
  const isForgotten = forgottenAt !== null && forgottenAt <= clock.now();
  return { seenAt: memory.dsSeenAt, goneAt: memory.dsGoneAt, forgottenAt, isForgotten };
}

function added(
  { plan, reading }: PlannedZone,
  part: SettingsPart,
  settings: ReadonlyMap<string, SettingState>,
): PlannedZone {
  const whole: ZonePlan = withSettings(plan, part);
  return { plan: whole, reading: { ...reading, settings } };
}
