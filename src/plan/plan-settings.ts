/**
 * Settings in a plan: from what is wanted and what is there to changes with their exact bodies, problems, guard rails
 * and price, added to the plan of the zone's records. Pure, like the rest of this room.
 *
 * What a wish does not name stays as it is, down to single fields of HSTS or the SOA record.
 */
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { Problem } from '../base/problem.ts';
import type { PlanTier } from '../dns/plan-limits.ts';
import { type RememberedDs, settingGuards } from './guard-settings.ts';
import { canonicalJson, hashOf } from './hash.ts';
import type { GuardFinding, Price, Risk, ZonePlan } from './plan.ts';
import { BUDGET_CALLS, CALL_MS } from './price.ts';
import {
  type DesiredSetting,
  SETTING_GROUP_PREFIX,
  type SettingChange,
  type SettingState,
} from './setting-change.ts';
import { isRecord } from './setting-domain.ts';
import { settingText } from './setting-text.ts';
import {
  bodyOfSetting,
  findSetting,
  HSTS_PRELOAD_SECONDS_MIN,
  nameOfSetting,
  SETTINGS,
  type SettingSpec,
} from './settings-catalogue.ts';

/** The settings of a zone as far as they were asked for. */
export interface LiveSettings {
  readonly states: ReadonlyMap<string, SettingState>;
  /** What could not be read, and why: a missing right, a setting that Cloudflare does not know here. */
  readonly unreadable: ReadonlyMap<string, string>;
  readonly planTier: PlanTier | null;
  /** Asked only where it matters; null when nobody could tell. */
  readonly parentDs: readonly string[] | null;
  /** Null or absent when the parent was never seen with a DS. */
  readonly ds?: RememberedDs | null;
}

export interface SettingsPart {
  readonly changes: readonly SettingChange[];
  readonly problems: readonly Problem[];
  readonly guards: readonly GuardFinding[];
  /** Calls that asked for the settings as they are. */
  readonly reads: number;
}

/** What must change so that the settings are as desired. With a problem that is an error, that setting has no change. */
export function planSettings(desired: readonly DesiredSetting[], live: LiveSettings): SettingsPart {
  const problems: Problem[] = [];
  const wanted = new Map(desired.map((one) => [one.setting, one]));
  const drafts = SETTINGS.flatMap((spec) => {
    const wish = wanted.get(spec.key);
    const draft = wish === undefined ? null : draftOf(spec, wish, live);
    if (draft === null) return [];
    if ('problem' in draft) problems.push(draft.problem);
    return 'change' in draft ? [draft.change] : [];
  });
  const changes = drafts.map((change, index) => ({ ...change, id: `${SETTING_GROUP_PREFIX}${index + 1}` }));
  return partOf(changes, problems, live, readCount(wanted.keys()));
}

/** Changes that were planned before, judged anew: one that moved stays as it was, and applying refuses it. */
export function replanSettings(saved: readonly SettingChange[], live: LiveSettings): SettingsPart {
  const problems = saved.flatMap((change) => {
    const spec = findSetting(change.setting);
    const state = live.states.get(change.setting);
    if (spec === undefined) return [];
    if (state === undefined) return [unreadable(spec, change, live)];
    return problemOf(spec, change, { value: change.after, state, live });
  });
  return partOf(saved, problems, live, readCount(saved.map((change) => change.setting)));
}

function partOf(
  changes: readonly SettingChange[],
  problems: readonly Problem[],
  live: LiveSettings,
  reads: number,
): SettingsPart {
  const dsSeen = live.states.get('dnssec')?.received['status'] === 'active';
  const { parentDs, ds = null } = live;
  return { changes, problems, guards: settingGuards({ changes, parentDs, dsSeen, ds }), reads };
}

/** Calls that reading these settings takes: one for each, but one for all of `dns_settings` and one for DNSSEC. */
export function readCount(keys: Iterable<string>): number {
  const calls = new Set<string>();
  for (const key of keys) {
    const spec = findSetting(key);
    if (spec !== undefined) calls.add(spec.source === 'zone' ? spec.key : spec.source);
    // Whether the zone may have it shows in another answer.
    if (spec?.source === 'total-tls') calls.add(`${spec.source} quota`);
  }
  return calls.size;
}

type Draft =
  | { readonly problem: Problem }
  | { readonly change: Omit<SettingChange, 'id'>; readonly problem?: never };

function draftOf(spec: SettingSpec, wish: DesiredSetting, live: LiveSettings): Draft | null {
  const state = live.states.get(spec.key);
  if (state === undefined) return { problem: unreadable(spec, wish, live) };
  const before = state.value;
  const after = wish.exact === true ? wish.value : merged(before, wish.value);
  if (canonicalJson(before) === canonicalJson(after)) return null;
  const [problem] = problemOf(spec, wish, { value: after, state, live });
  if (problem !== undefined) return { problem };
  const position = wish.position === undefined ? {} : { position: wish.position };
  return {
    change: {
      resource: 'setting',
      action: 'update',
      setting: spec.key,
      before,
      after,
      body: bodyOfSetting(spec, after),
      ...position,
    },
  };
}

function merged(before: JsonValue, wanted: JsonValue): JsonValue {
  return isRecord(before) && isRecord(wanted) ? { ...before, ...wanted } : wanted;
}

type Placed = Pick<DesiredSetting, 'position'>;

function problemAt(spec: SettingSpec, { position }: Placed, fault: Omit<Problem, 'severity'>): Problem {
  return {
    severity: 'error',
    subject: nameOfSetting(spec),
    ...fault,
    ...(position === undefined ? {} : { position }),
  };
}

function unreadable(spec: SettingSpec, wish: Placed, live: LiveSettings): Problem {
  const why = live.unreadable.get(spec.key) ?? 'it was not asked for';
  return problemAt(spec, wish, {
    code: 'setting-unreadable',
    message: `${nameOfSetting(spec)} cannot be read, so it cannot be planned: ${why}`,
  });
}

/** Why the setting cannot become this value, if it cannot; at most one problem. */
function problemOf(
  spec: SettingSpec,
  wish: Placed,
  to: { readonly value: JsonValue; readonly state: SettingState; readonly live: LiveSettings },
): Problem[] {
  const { value, state, live } = to;
  const name = nameOfSetting(spec);
  // `dns_settings` do not say what is editable: there the plan must do.
  if (!state.editable || (spec.source === 'dns' && !planAllows(spec, live.planTier))) {
    return [problemAt(spec, wish, { code: 'setting-not-editable', ...lockedText(spec, live.planTier) })];
  }
  const needed = planNeeded(spec, value);
  if (needed !== undefined && isBelow(live.planTier, needed)) {
    return [
      problemAt(spec, wish, {
        code: 'setting-needs-plan',
        message: `${name} cannot be ${settingText(value)} here: that needs ${planName(needed)}, and the zone has ${planName(live.planTier)}`,
        next: 'Take another value, or move the zone to that plan.',
      }),
    ];
  }
  const wrong = hstsFault(spec, value);
  if (wrong === null) return [];
  return [problemAt(spec, wish, { code: 'setting-value-invalid', message: `${name}: ${wrong}` })];
}

/** The plan that a value needs; of a map that one of its fields needs: `type=custom.zone`. */
function planNeeded({ valuePlans = {} }: SettingSpec, value: JsonValue): PlanTier | undefined {
  const texts = isRecord(value)
    ? Object.entries(value).map(([key, one]) => `${key}=${one}`)
    : [String(value)];
  return texts.map((text) => valuePlans[text]).find((plan) => plan !== undefined);
}

function lockedText(spec: SettingSpec, tier: PlanTier | null): Pick<Problem, 'message' | 'next'> {
  const name = nameOfSetting(spec);
  const cannot = `${name} cannot be changed in this zone`;
  const leaveOut = `Take ${name} out of the source`;
  if (spec.fixed === true)
    return { message: `${cannot}: Cloudflare decides it by itself`, next: `${leaveOut}.` };
  if (spec.addOn !== undefined)
    return { message: `${cannot}: it needs ${spec.addOn}`, next: `${leaveOut}, or buy it for the zone.` };
  if (spec.plan !== undefined && (tier === null || isBelow(tier, spec.plan))) {
    return {
      message: `${cannot}: it needs ${planName(spec.plan)} or higher, and the zone has ${planName(tier)}`,
      next: `${leaveOut}, or move the zone to that plan.`,
    };
  }
  return {
    message: `${cannot}: Cloudflare says that it is not editable on ${planName(tier)}`,
    next: `${leaveOut}.`,
  };
}

const TIERS: readonly PlanTier[] = ['free', 'pro', 'business', 'enterprise'];

/** Unknown is below nothing: then Cloudflare decides. */
function isBelow(tier: PlanTier | null, needed: PlanTier): boolean {
  return tier !== null && TIERS.indexOf(tier) < TIERS.indexOf(needed);
}

/** False where the plan is known and too low, for what Cloudflare itself does not mark as editable or not. */
export function planAllows(spec: Pick<SettingSpec, 'plan'>, tier: PlanTier | null): boolean {
  return spec.plan === undefined || !isBelow(tier, spec.plan);
}

function planName(tier: PlanTier | null): string {
  return tier === null ? 'a plan that is not known' : `Cloudflare ${tier[0]?.toUpperCase()}${tier.slice(1)}`;
}

function hstsFault(spec: SettingSpec, value: JsonValue): string | null {
  if (spec.key !== 'security_header' || !isRecord(value) || value['enabled'] !== true) return null;
  const { max_age: maxAge, preload, include_subdomains: below } = value as JsonObject;
  if (maxAge === 0)
    return 'enabled with max_age 0 it tells browsers to forget HSTS; give a max_age in seconds';
  if (preload !== true) return null;
  if (below === true && Number(maxAge) >= HSTS_PRELOAD_SECONDS_MIN) return null;
  return `preload needs include_subdomains and a max_age of at least ${HSTS_PRELOAD_SECONDS_MIN} (a year)`;
}

/**
 * The plan with its settings: their changes, problems and guard rails, the price of asking and of sending them, and
 * the hash over all of it. Without settings that were asked for, the plan as it is.
 */
export function withSettings(plan: ZonePlan, part: SettingsPart): ZonePlan {
  if (part.reads === 0 && part.changes.length === 0) return plan;
  const { readAt, hash: _, ...rest } = plan;
  const told = new Set(part.guards.map(keyOf));
  const guards = [...plan.guards.filter((guard) => !told.has(keyOf(guard))), ...part.guards];
  const content = {
    ...rest,
    ...(part.changes.length === 0 ? {} : { settings: part.changes }),
    problems: [...plan.problems, ...part.problems],
    guards,
    risk: riskWith(plan.risk, part, guards),
    price: priceWith(plan.price, { reads: part.reads, writes: part.changes.length }),
  };
  return { ...content, readAt, hash: hashOf(content) };
}

function keyOf({ code, message }: GuardFinding): string {
  return `${code} ${message}`;
}

const RISKS: readonly Risk[] = ['none', 'low', 'medium', 'high'];

/** A setting concerns every name of the zone: it is never of low risk. */
function riskWith(risk: Risk, part: SettingsPart, guards: readonly GuardFinding[]): Risk {
  if (part.changes.length === 0) return risk;
  const own: Risk = guards.length > 0 ? 'high' : 'medium';
  return RISKS.indexOf(own) > RISKS.indexOf(risk) ? own : risk;
}

function priceWith(price: Price, more: Pick<Price, 'reads' | 'writes'>): Price {
  const reads = price.reads + more.reads;
  const writes = price.writes + more.writes;
  const calls = reads + writes;
  return { reads, writes, budgetShare: calls / BUDGET_CALLS, estimatedMs: calls * CALL_MS };
}

/** A plan of settings alone: the zone's records are not read, so none is counted. */
export function emptyPlan(
  zone: Pick<ZonePlan, 'zoneId' | 'zoneName' | 'accountId'>,
  from: Pick<ZonePlan, 'source' | 'readAt'>,
): ZonePlan {
  const content = {
    version: 1 as const,
    zoneId: zone.zoneId,
    zoneName: zone.zoneName,
    accountId: zone.accountId,
    source: from.source,
    groups: [],
    batches: [],
    problems: [],
    guards: [],
    inventory: { live: 0, managed: 0, ignored: [], readOnly: [] },
    omitted: [],
    risk: 'none' as const,
    price: { reads: 0, writes: 0, budgetShare: 0, estimatedMs: 0 },
  };
  return { ...content, readAt: from.readAt, hash: hashOf(content) };
}
