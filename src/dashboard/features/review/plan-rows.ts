/** A plan, or what became of one, as rows of a table. */
import type { ChangeSetDetails, DnsRecord, Plan, PlannedRecord, ZonePlan } from '../../../client/index.ts';

export type Outcome = ChangeSetDetails['plans'][number]['outcomes'][number];

export interface PlanRow {
  readonly key: string;
  readonly zone: { readonly id: string; readonly name: string };
  readonly groupId: string;
  readonly reason: string;
  readonly action: 'create' | 'update' | 'delete';
  readonly recordId: string | null;
  readonly before: PlannedRecord | null;
  readonly after: PlannedRecord | null;
  readonly fields: readonly string[];
  /** For a setting in place of a record. */
  readonly setting: { readonly name: string; readonly before: unknown; readonly after: unknown } | null;
  /** For a certificate or a customer's hostname in place of a record. */
  readonly object: PlannedObject | null;
  readonly outcome: Outcome | null;
  /** Guard rails that this is part of. */
  readonly guards: readonly string[];
}

/** As plans tell it: `ObjectJson`. */
export interface PlannedObject {
  readonly id: string;
  readonly kind: string;
  readonly action: PlanRow['action'];
  readonly objectId: string | null;
  readonly title: string;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  /** A private key must be given when it is sent. */
  readonly keySha256: string | null;
}

export function objectsOf(plan: AnyZonePlan): readonly PlannedObject[] {
  return (plan['objects'] ?? []) as readonly PlannedObject[];
}

type AnyZonePlan = ZonePlan | ChangeSetDetails['plans'][number];

interface SettingChange {
  readonly id: string;
  readonly setting: string;
  readonly before: unknown;
  readonly after: unknown;
}

export function planRows(plans: readonly AnyZonePlan[]): readonly PlanRow[] {
  return plans.flatMap((plan): PlanRow[] => {
    const outcomes = new Map(
      'outcomes' in plan && Array.isArray(plan.outcomes)
        ? (plan.outcomes as readonly Outcome[]).map((one) => [`${one.groupId} ${one.change}`, one])
        : [],
    );
    const guards = guardsByGroup(plan);
    const records = plan.groups.flatMap(({ id, reason, changes }) =>
      changes.map(
        (change, index): PlanRow => ({
          key: `${plan.zone.id} ${id} ${index}`,
          zone: plan.zone,
          groupId: id,
          reason,
          ...change,
          setting: null,
          object: null,
          outcome: outcomes.get(`${id} ${index}`) ?? null,
          guards: guards.get(id) ?? [],
        }),
      ),
    );
    const settings = ((plan['settings'] ?? []) as readonly SettingChange[]).map(
      ({ id, setting, before, after }): PlanRow => ({
        key: `${plan.zone.id} ${id}`,
        zone: plan.zone,
        groupId: id,
        reason: '',
        action: 'update',
        recordId: null,
        before: null,
        after: null,
        fields: [],
        setting: { name: setting, before, after },
        object: null,
        outcome: outcomes.get(`${id} 0`) ?? null,
        guards: guards.get(id) ?? [],
      }),
    );
    const objects = objectsOf(plan).map(
      (object): PlanRow => ({
        key: `${plan.zone.id} ${object.id}`,
        zone: plan.zone,
        groupId: object.id,
        reason: '',
        action: object.action,
        recordId: null,
        before: null,
        after: null,
        fields: [],
        setting: null,
        object,
        outcome: outcomes.get(`${object.id} 0`) ?? null,
        guards: guards.get(object.id) ?? [],
      }),
    );
    return [...records, ...settings, ...objects];
  });
}

function guardsByGroup(plan: AnyZonePlan): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const guard of plan.guards)
    for (const id of guard.groupIds) found.set(id, [...(found.get(id) ?? []), guard.message]);
  return found;
}

export interface PlanSums {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly reads: number;
  readonly writes: number;
  readonly budgetShare: number;
  readonly estimatedMs: number;
  readonly risk: ZonePlan['risk'];
}

const RISKS = ['none', 'low', 'medium', 'high'] as const;

export function sumPlans(plans: readonly AnyZonePlan[]): PlanSums {
  const sum = (of: (plan: AnyZonePlan) => number): number => plans.reduce((all, plan) => all + of(plan), 0);
  const risk = Math.max(0, ...plans.map((plan) => RISKS.indexOf(plan.risk)));
  return {
    create: sum(({ counts }) => counts.create),
    update: sum(({ counts }) => counts.update),
    delete: sum(({ counts }) => counts.delete),
    reads: sum(({ price }) => price.reads),
    writes: sum(({ price }) => price.writes),
    budgetShare: sum(({ price }) => price.budgetShare),
    estimatedMs: sum(({ price }) => price.estimatedMs),
    risk: RISKS[risk] ?? 'none',
  };
}

/** The changed fields as `before → after`, in words. */
export function fieldChanges(row: PlanRow): readonly { field: string; before: string; after: string }[] {
  if (row.setting !== null)
    return [
      { field: row.setting.name, before: valueText(row.setting.before), after: valueText(row.setting.after) },
    ];
  if (row.object !== null) {
    const { before: from, after: to } = row.object;
    return Object.keys(to ?? from ?? {}).map((field) => ({
      field: field.replaceAll('_', ' '),
      before: valueText(from?.[field]),
      after: valueText(to?.[field]),
    }));
  }
  const { before, after } = row;
  if (before === null || after === null) return [];
  return row.fields.map((field) => {
    // The plan calls the data by its own name; people know it as the content.
    const key = (field === 'rdata' || field === 'data' ? 'content' : field) as keyof PlannedRecord;
    return { field: key, before: valueText(before[key]), after: valueText(after[key]) };
  });
}

export function valueText(value: unknown): string {
  if (value === undefined || value === null || value === '') return '(none)';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.length === 0 ? '(none)' : value.map(valueText).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A record that somebody else changed since it was staged, and what both made of it. */
export interface Conflict {
  readonly key: string;
  readonly name: string;
  readonly type: string;
  /** As it was when the edit began. */
  readonly was: DnsRecord;
  /** As the plan found it at Cloudflare. */
  readonly now: PlannedRecord;
  readonly wanted: PlannedRecord | null;
}

const COMPARED = ['name', 'type', 'content', 'ttl', 'proxied', 'comment', 'tags'] as const;

export function findConflicts(plan: Plan, bases: ReadonlyMap<string, DnsRecord>): readonly Conflict[] {
  return planRows(plan.plans).flatMap((row): Conflict[] => {
    const was = row.recordId === null ? undefined : bases.get(row.recordId);
    const now = row.before;
    if (was === undefined || now === null) return [];
    const isSame = COMPARED.every((field) => JSON.stringify(was[field]) === JSON.stringify(now[field]));
    return isSame ? [] : [{ key: row.key, name: now.name, type: now.type, was, now, wanted: row.after }];
  });
}
