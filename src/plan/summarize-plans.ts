/** Many plans as one: what a change over several zones comes to. */
import { hasErrors } from '../base/problem.ts';
import type { Change } from './change.ts';
import type { GuardFinding, Price, Risk, ZonePlan } from './plan.ts';

export interface ChangeCounts {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
}

export interface PlansSummary {
  readonly zones: number;
  /** Zones in which something would change. */
  readonly changedZones: number;
  readonly changes: ChangeCounts;
  /** True when no plan has an error. Guard rails may still hold. */
  readonly applicable: boolean;
  readonly guards: readonly GuardFinding[];
  /** The words that lift all of them, each once, in order of the alphabet. */
  readonly overrides: readonly string[];
  /** The highest of all. */
  readonly risk: Risk;
  /** Of all zones together, on one credential. */
  readonly price: Price;
}

const RISKS: readonly Risk[] = ['none', 'low', 'medium', 'high'];

export function summarizePlans(plans: readonly ZonePlan[]): PlansSummary {
  const guards = plans.flatMap((plan) => plan.guards);
  const sum = (of: (plan: ZonePlan) => number): number => plans.reduce((total, plan) => total + of(plan), 0);
  const risk = plans.reduce((most, plan) => Math.max(most, RISKS.indexOf(plan.risk)), 0);
  return {
    zones: plans.length,
    changedZones: plans.filter(changesAnything).length,
    changes: {
      create: sum((plan) => countChanges(plan).create),
      update: sum((plan) => countChanges(plan).update),
      delete: sum((plan) => countChanges(plan).delete),
    },
    applicable: !plans.some((plan) => hasErrors(plan.problems)),
    guards,
    overrides: [...new Set(guards.map((guard) => guard.override))].sort(),
    risk: RISKS[risk] ?? 'none',
    price: {
      reads: sum((plan) => plan.price.reads),
      writes: sum((plan) => plan.price.writes),
      budgetShare: sum((plan) => plan.price.budgetShare),
      estimatedMs: sum((plan) => plan.price.estimatedMs),
    },
  };
}

/** Whether the plan would write at all. */
export function changesAnything({ groups, settings = [], objects = [] }: ZonePlan): boolean {
  return groups.length + settings.length + objects.length > 0;
}

/** Changes of records, settings and objects together. */
export function changeCount({ groups, settings = [], objects = [] }: ZonePlan): number {
  return groups.reduce((total, group) => total + group.changes.length, 0) + settings.length + objects.length;
}

/** The same of several plans. */
export function totalChanges(plans: readonly ZonePlan[]): number {
  return plans.reduce((total, plan) => total + changeCount(plan), 0);
}

/** A setting that changes counts as an update. */
export function countChanges(plan: ZonePlan): ChangeCounts {
  const count = (action: Change['action']): number =>
    [
      ...plan.groups.flatMap((group): readonly Pick<Change, 'action'>[] => group.changes),
      ...(plan.objects ?? []),
    ].filter((change) => change.action === action).length;
  return {
    create: count('create'),
    update: count('update') + (plan.settings?.length ?? 0),
    delete: count('delete'),
  };
}
