/** What a tenant's store tells at the end: its change sets with every operation, its trail, its zones and their history. */
import type { SyncOutcome } from '../../../src/domains/zones/sync-zone.ts';
import type { Tenant } from '../../../src/index.ts';

export interface Operation {
  readonly action: 'create' | 'update' | 'delete';
  readonly name: string;
  readonly id: string | null;
  readonly body: Readonly<Record<string, unknown>> | null;
  readonly state: string;
}

export interface TenantReport {
  readonly tenant: string;
  readonly changeSets: readonly {
    readonly id: string;
    readonly status: string;
    readonly zones: readonly { readonly zone: string; readonly operations: readonly Operation[] }[];
  }[];
  readonly auditOk: boolean;
  readonly auditKinds: Readonly<Record<string, number>>;
  /** What the last read of each zone came to. */
  readonly syncs: readonly Pick<SyncOutcome, 'consistent' | 'outdated' | 'calls'>[];
  /** Zone names that the tenant sees. */
  readonly zonesSeen: readonly string[];
  /** Of all zones. */
  readonly revisions: number;
  readonly zones: readonly {
    readonly zone: string;
    readonly revision: number;
    /** `name type content` of the mirror, sorted. */
    readonly mirror: readonly string[];
    /** The same, made of the history: every difference since the first revision, in turn. */
    readonly replayed: readonly string[];
  }[];
}

const CHANGE_SETS_MAX = 5_000;
const EVENTS_MAX = 200_000;

export async function report(
  tenant: Tenant,
  name: string,
  zones: readonly string[],
): Promise<Omit<TenantReport, 'syncs'>> {
  const changeSets = [];
  for (const { id } of await tenant.changes.list({}, CHANGE_SETS_MAX)) {
    const { changeSet, outcomes } = await tenant.changes.get(id);
    changeSets.push({
      id,
      status: changeSet.status,
      zones: changeSet.plans.map((plan) => ({
        zone: plan.zoneName,
        operations: plan.groups.flatMap((group) =>
          group.changes.map((change, index) => ({
            action: change.action,
            name: (change.before ?? change.after)?.fields.name ?? '',
            id: change.before?.id ?? null,
            body: change.action === 'delete' ? null : change.body,
            state:
              outcomes.get(plan.zoneId)?.find((one) => one.groupId === group.id && one.change === index)
                ?.state ?? 'none',
          })),
        ),
      })),
    });
  }
  const auditKinds: Record<string, number> = {};
  for (const { kind } of await tenant.audit.list({}, EVENTS_MAX))
    auditKinds[kind] = (auditKinds[kind] ?? 0) + 1;
  const histories = await Promise.all(zones.map((zone) => historyOf(tenant, zone)));
  return {
    tenant: name,
    revisions: histories.reduce((sum, { revision }) => sum + revision, 0),
    changeSets,
    auditOk: (await tenant.audit.verify()).ok,
    auditKinds,
    zonesSeen: (await tenant.zones.list()).map(({ facts }) => facts.name).sort(),
    zones: histories,
  };
}

async function historyOf(tenant: Tenant, zone: string): Promise<TenantReport['zones'][number]> {
  const shown = ({ fields }: { fields: { name: string; rdata: unknown; comment: string } }): string =>
    `${fields.name} ${JSON.stringify(fields.rdata)} ${fields.comment}`;
  const { records, revision } = await tenant.zones.records(zone);
  const first = await tenant.zones.records(zone, { kind: 'revision', revision: 1 });
  const replayed = new Map(first.records.map(({ record }) => [record.id as string, shown(record)]));
  for (let to = 2; to <= revision; to += 1) {
    const [before, after] = [to - 1, to].map((one) => ({ kind: 'revision', revision: one }) as const);
    if (before === undefined || after === undefined) continue;
    const diff = await tenant.zones.diff(zone, { from: before, to: after });
    for (const one of diff.differences) {
      if (one.before !== null) replayed.delete(one.before.id);
      if (one.after !== null) replayed.set(one.after.id, shown(one.after));
    }
  }
  return {
    zone,
    revision,
    mirror: records.map((one) => shown(one.record)).sort(),
    replayed: [...replayed.values()].sort(),
  };
}
