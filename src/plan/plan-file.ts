/**
 * Saved plans. A plan file is untrusted: someone may have edited it, mixed it up, or kept it too long. Reading one
 * checks its shape, its hash, and that every request body is the one that follows from what the plan shows, so that
 * a file cannot show one thing and send another. Whether it may still be applied to the zone as it is now, with
 * which guard rails, is for `replan` (replan.ts) to say.
 */
import type { ZoneId } from '../base/ids.ts';
import type { JsonValue } from '../base/json.ts';
import { InvalidInputError, type Parsed, type Problem } from '../base/problem.ts';
import { changedFields } from '../dns/changed-fields.ts';
import { type DomainName, isInZone, toUnicode } from '../dns/name.ts';
import { describeRecord } from '../dns/record-key.ts';
import type { Change, RecordEncoder } from './change.ts';
import { canonicalJson, hashOf } from './hash.ts';
import type { ZonePlan } from './plan.ts';
import { checkPlanFile } from './plan-schema.ts';
import { SETTING_GROUP_PREFIX } from './setting-change.ts';
import { isInDomain, isRecord } from './setting-domain.ts';
import { bodyOfSetting, findSetting } from './settings-catalogue.ts';

/** Larger files are not read. */
export const PLAN_FILE_CHARS_MAX: number = 256 * 1024 * 1024;
/** A plan that is older must be made again: milliseconds of a day. */
export const PLAN_AGE_MAX_MS = 86_400_000;
/** Clocks of two machines may differ by so much. */
const CLOCK_SKEW_MS = 300_000;
const FAULTS_SHOWN_MAX = 10;

/** The file's text: canonical JSON (RFC 8785) and a line break. */
export function formatPlanFile(plans: readonly ZonePlan[]): string {
  return `${canonicalJson({ format: 'zoneward-plan', version: 1, plans })}\n`;
}

export interface PlanFileOptions {
  /** As the user named it, for messages. */
  readonly file?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly ageMaxMs?: number;
  /** What the file's bodies must have been made with. */
  readonly encoder: RecordEncoder;
  /** The zone that the user named, where one was: the file must be for it alone. */
  readonly zone?: { readonly id: ZoneId; readonly name: DomainName };
}

/** Reads a plan file. Refuses it as a whole: half a plan is not what was reviewed. */
export function parsePlanFile(text: string, options: PlanFileOptions): Parsed<readonly ZonePlan[]> {
  const refuse = (code: string, message: string, next: string): Problem => ({
    code,
    severity: 'error',
    message,
    next,
    ...(options.file === undefined ? {} : { position: { file: options.file } }),
  });
  const malformed = (what: string): Parsed<readonly ZonePlan[]> => ({
    ok: false,
    problems: [refuse('plan-file-invalid', `this is no plan file: ${what}`, AGAIN)],
  });
  if (text.length > PLAN_FILE_CHARS_MAX) return malformed(`it has ${text.length} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return malformed(error instanceof Error ? error.message : 'it is not JSON');
  }
  const version = versionOf(value);
  if (version !== 1 && typeof version === 'number') {
    const message = `the plan file has version ${version}; this Zoneward reads version 1`;
    return { ok: false, problems: [refuse('plan-file-version', message, AGAIN)] };
  }
  const checked = checkPlanFile(value);
  if ('faults' in checked) {
    return {
      ok: false,
      problems: checked.faults
        .slice(0, FAULTS_SHOWN_MAX)
        .map((fault) => refuse('plan-file-invalid', fault, AGAIN)),
    };
  }
  const problems = [
    ...checked.plans.flatMap((plan) => planFaults(plan, options)),
    ...zoneFaults(checked.plans, options.zone),
  ].map(({ code, message, next }) => refuse(code, message, next));
  if (problems.length > 0) return { ok: false, problems: problems.slice(0, FAULTS_SHOWN_MAX) };
  return { ok: true, value: checked.plans, problems: [] };
}

const AGAIN = 'Make the plan again with `zoneward plan … --save FILE`.';

interface Fault {
  readonly code: string;
  readonly message: string;
  readonly next: string;
}

function versionOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
}

function zoneFaults(plans: readonly ZonePlan[], zone: PlanFileOptions['zone']): Fault[] {
  const faults: Fault[] = [];
  for (const plan of plans) {
    if (zone === undefined || plan.zoneId === zone.id) continue;
    const message = `the plan is for zone ${toUnicode(plan.zoneName)} (${plan.zoneId}), not for ${toUnicode(zone.name)} (${zone.id})`;
    faults.push({
      code: 'plan-file-other-zone',
      message,
      next: 'Give the plan of this zone, or name no zone.',
    });
  }
  if (new Set(plans.map((plan) => plan.zoneId)).size < plans.length) {
    faults.push({ code: 'plan-file-invalid', message: 'the file has two plans for one zone', next: AGAIN });
  }
  return faults;
}

function planFaults(plan: ZonePlan, options: PlanFileOptions): Fault[] {
  const { readAt, hash, ...content } = plan;
  const tampered = (what: string): Fault => ({
    code: 'plan-file-tampered',
    message: `the plan of ${plan.zoneName} is not as it was made: ${what}`,
    next: AGAIN,
  });
  if (hashOf(content) !== hash) return [tampered('its hash does not fit its content')];
  const faults = [
    ...plan.groups.flatMap((group) => group.changes).flatMap((change) => changeFaults(change, plan, options)),
    ...batchFaults(plan),
    ...settingFaults(plan),
  ].map(tampered);
  return [...faults, ...ageFaults(plan, options)];
}

/** `readAt` is outside of the hash, but no lie about it makes an old plan land: what moved since is refused. */
function ageFaults({ zoneName, readAt }: ZonePlan, options: PlanFileOptions): Fault[] {
  const age = options.now - readAt;
  if (age > (options.ageMaxMs ?? PLAN_AGE_MAX_MS)) {
    const message = `the plan of ${zoneName} is ${hours(age)} hours old; ${hours(options.ageMaxMs ?? PLAN_AGE_MAX_MS)} are allowed`;
    return [{ code: 'plan-file-too-old', message, next: AGAIN }];
  }
  if (age >= -CLOCK_SKEW_MS) return [];
  const message = `the plan of ${zoneName} was made ${hours(-age)} hours from now`;
  return [{ code: 'plan-file-too-new', message, next: 'Set the clocks of both machines.' }];
}

function hours(ms: number): string {
  return (ms / 3_600_000).toFixed(1);
}

/** What the change sends must follow from what it shows. */
function changeFaults(change: Change, plan: ZonePlan, { encoder }: PlanFileOptions): string[] {
  const fields = (change.after ?? change.before).fields;
  const what = describeRecord(fields);
  const faults: string[] = [];
  for (const state of [change.before?.fields, change.after?.fields]) {
    if (state !== undefined && !isInZone(state.name, plan.zoneName))
      faults.push(`${state.name} is not in the zone`);
  }
  if (change.action === 'delete') return faults;
  // An undo sends received forms, which a file can make say anything.
  if (change.after.received !== null) return [...faults, `${what} has a received form`];
  if (change.action === 'update') {
    const differing = changedFields(change.before.fields, change.after.fields);
    if (canonicalJson(differing) !== canonicalJson(change.fields)) {
      faults.push(`${what} changes other fields than it names`);
    }
  }
  try {
    const body =
      change.action === 'create' ? encoder.create(change.after) : encoder.patch(change.after, change.fields);
    if (canonicalJson(body) !== canonicalJson(change.body))
      faults.push(`${what} would be sent as something else`);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    faults.push(`${what} cannot be sent`);
  }
  return faults;
}

/** Each setting once, with a value that it may have and the body that follows from it. */
function settingFaults({ settings = [] }: ZonePlan): string[] {
  const faults = settings.flatMap(({ setting, before, after, body }) => {
    const spec = findSetting(setting);
    if (spec === undefined || !isInDomain(spec.domain, changedPart(before, after)))
      return [`${setting} cannot have that value`];
    if (canonicalJson(before) === canonicalJson(after)) return [`${setting} does not change`];
    const sent = canonicalJson(body) === canonicalJson(bodyOfSetting(spec, after));
    return sent ? [] : [`${setting} would be sent as something else`];
  });
  const unique = (texts: readonly string[]): boolean => new Set(texts).size === texts.length;
  const once = unique(settings.map((one) => one.setting)) && unique(settings.map((one) => one.id));
  const placed = settings.every(({ id }, index) => id === `${SETTING_GROUP_PREFIX}${index + 1}`);
  return once && placed ? faults : [...faults, 'its settings are not each there once, in order'];
}

/** Of a map only the fields that change: the others are Cloudflare's, and may be newer than this code. */
function changedPart(before: JsonValue, after: JsonValue): JsonValue {
  if (!isRecord(before) || !isRecord(after)) return after;
  return Object.fromEntries(
    Object.entries(after).filter(
      ([key, value]) => canonicalJson(value) !== canonicalJson(before[key] ?? null),
    ),
  );
}

/** Every group is in exactly one request. */
function batchFaults({ groups, batches }: ZonePlan): string[] {
  const sent = batches.flatMap((batch) => batch.groupIds).sort();
  const known = groups.map((group) => group.id).sort();
  const unique = new Set(known).size === known.length;
  return unique && canonicalJson(sent) === canonicalJson(known)
    ? []
    : ['its requests do not hold its groups'];
}
