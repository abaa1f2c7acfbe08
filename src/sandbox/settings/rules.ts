/** What a zone setting may be: its domain, its first value, and which plan or entitlement makes it editable. */
import { PLAN_NAMES, type PlanName } from '../constants.ts';
import { type Entitlement, isEntitled } from '../state/family.ts';
import type { Zone } from '../state/zone.ts';

/** Gives the value as it is stored, undefined when it is outside of the domain. */
export type Check = (value: unknown, zone: Zone) => unknown;

export interface SettingRule<Value = unknown> {
  readonly check: Check;
  /** Before anybody set it. */
  readonly initial: Value | ((zone: Zone) => Value);
  /** The lowest plan that may change it; absent: every plan. */
  readonly plan?: PlanName;
  readonly entitlement?: Entitlement;
  /** Nobody may change it. */
  readonly fixed?: true;
  /** Sent and shown as `enabled` instead of `value`. */
  readonly style?: 'enabled';
  /** May also be written with PUT and reset with DELETE. */
  readonly replaceable?: true;
}

export function atLeast(zone: Zone, plan: PlanName): boolean {
  return PLAN_NAMES.indexOf(zone.fields.plan) >= PLAN_NAMES.indexOf(plan);
}

export function isEditable(zone: Zone, rule: SettingRule): boolean {
  if (rule.fixed === true) return false;
  if (rule.plan !== undefined && !atLeast(zone, rule.plan)) return false;
  return rule.entitlement === undefined || isEntitled(zone, rule.entitlement);
}

export function initialOf(zone: Zone, rule: SettingRule): unknown {
  return typeof rule.initial === 'function'
    ? (rule.initial as (zone: Zone) => unknown)(zone)
    : structuredClone(rule.initial);
}

export function oneOf(values: readonly (string | number)[]): Check {
  return (value) => values.find((known) => known === value);
}

/** Some values need a higher plan than the rest. */
export function oneOfByPlan(
  values: readonly (string | number)[],
  higher: Readonly<Record<string, PlanName>>,
): Check {
  return (value, zone) => {
    const found = values.find((known) => known === value);
    const plan = found === undefined ? undefined : higher[String(found)];
    return plan === undefined || atLeast(zone, plan) ? found : undefined;
  };
}

export function wholeNumber(min: number, max: number): Check {
  return (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : undefined;
}

/** A list of texts, each at most once; `known` bounds them. */
export function listOf(known?: readonly string[]): Check {
  return (value) => {
    if (!Array.isArray(value) || new Set(value).size !== value.length) return undefined;
    const fits = value.every(
      (item) => typeof item === 'string' && item !== '' && (known === undefined || known.includes(item)),
    );
    return fits ? value : undefined;
  };
}

export function text(charsMax: number): Check {
  return (value) => (typeof value === 'string' && value.length <= charsMax ? value : undefined);
}

export const flag: Check = (value) => (typeof value === 'boolean' ? value : undefined);

/** An object with these fields; what is left out takes the given value, what is unknown is dropped. */
export function objectOf(fields: Readonly<Record<string, readonly [check: Check, absent: unknown]>>): Check {
  return (value, zone) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const sent = value as Readonly<Record<string, unknown>>;
    const made: Record<string, unknown> = {};
    for (const [name, [check, absent]] of Object.entries(fields)) {
      const given = sent[name];
      const checked = given === undefined ? absent : check(given, zone);
      if (checked === undefined) return undefined;
      made[name] = checked;
    }
    return made;
  };
}
