/**
 * From a wish to plans: read each zone now, compare, price. Writes nothing to Cloudflare and nothing to the
 * journal; what the reading shows of changes from outside goes into the mirror.
 */
import type { TenantId, ZoneId } from '../../base/ids.ts';
import type { Problem } from '../../base/problem.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import { PLAN_LIMITS } from '../../dns/plan-limits.ts';
import type { DesiredZone } from '../../dns/record.ts';
import type { IgnoreRule } from '../../dns/zone-document.ts';
import type { RecordEncoder } from '../../plan/change.ts';
import type { Draft } from '../../plan/diff.ts';
import type { GuardPolicy } from '../../plan/guard.ts';
import { type LiveZone, type PlanContext, planDrafts, planZone } from '../../plan/make-plan.ts';
import type { ZonePlan } from '../../plan/plan.ts';
import { replan } from '../../plan/replan.ts';
import type { Scope } from '../../plan/scope.ts';
import type { DesiredSetting } from '../../plan/setting-change.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type { Zone } from '../zones/model.ts';
import type { Reading } from './apply.ts';
import type { RecordQuotaReader } from './ports.ts';

export interface PlanPorts {
  readonly encoder: RecordEncoder;
  /** A reading that brings the mirror up to date as well. */
  readonly readZone: (zoneId: ZoneId, options: CallOptions) => Promise<Reading>;
  readonly quota: RecordQuotaReader;
}

export interface PlanSettings {
  readonly tenantId: TenantId;
  readonly policy: GuardPolicy;
  readonly signal?: AbortSignal;
}

/** A plan, and the reading that it was made from: fresh enough, it saves the reading before the write. */
export interface PlannedZone {
  readonly plan: ZonePlan;
  readonly reading: Reading;
}

export interface ZoneWish {
  readonly desired: DesiredZone;
  readonly scope: Scope;
  readonly ignore: readonly IgnoreRule[];
  readonly problems: readonly Problem[];
  /** Settings beside the records. */
  readonly settings?: readonly DesiredSetting[];
  /** For people: the file's name, for example. */
  readonly source: string;
}

/** A plan that makes `zone` hold what the wish says. */
export async function planFromWish(
  ports: PlanPorts,
  zone: Zone,
  wish: ZoneWish,
  settings: PlanSettings,
): Promise<PlannedZone> {
  return planReading(ports, zone, { ...settings, source: wish.source }, (context) => planZone(context, wish));
}

export interface Drafted {
  readonly drafts: readonly Draft[];
  readonly problems: readonly Problem[];
}

/** A plan from drafts that `draft` makes of the live records: edits, an undo, a way back to a revision. */
export async function planFromDrafts(
  ports: PlanPorts,
  zone: Zone,
  draft: (live: readonly LiveRecord[]) => Drafted | Promise<Drafted>,
  settings: PlanSettings & { readonly source: string },
): Promise<PlannedZone> {
  return planReading(ports, zone, settings, async (context) =>
    planDrafts(context, await draft(context.live.records)),
  );
}

/** A plan made earlier, judged anew on the zone as it is now; what moved since stays as it was reviewed. */
export async function planFromSaved(
  ports: PlanPorts,
  zone: Zone,
  saved: ZonePlan,
  settings: PlanSettings,
): Promise<PlannedZone> {
  return planReading(ports, zone, { ...settings, source: saved.source }, (context) => replan(context, saved));
}

async function planReading(
  ports: PlanPorts,
  zone: Zone,
  settings: PlanSettings & { readonly source: string },
  makePlan: (context: PlanContext) => ZonePlan | Promise<ZonePlan>,
): Promise<PlannedZone> {
  const options = {
    lane: 'interactive' as const,
    ...(settings.signal === undefined ? {} : { signal: settings.signal }),
  };
  const reading = await ports.readZone(zone.facts.id, options);
  const live = liveZone(zone, reading);
  const context = { live, source: settings.source, policy: settings.policy, encoder: ports.encoder };
  const plan = await makePlan(context);
  if (!nearQuota(plan, live)) return { plan, reading };
  // The zone's own quota costs a call, so it is asked only where the ordinary one would be passed.
  const { quota } = await ports.quota.recordQuota(zone.facts.id, options);
  return { plan: await makePlan({ ...context, live: { ...live, recordQuota: quota } }), reading };
}

function liveZone(zone: Zone, reading: Reading): LiveZone {
  const { id, name, accountId, planTier } = zone.facts;
  return {
    zoneId: id,
    zoneName: name,
    accountId,
    // What every plan takes, where Cloudflare did not tell which one it is.
    limits: PLAN_LIMITS[planTier ?? 'free'],
    recordQuota: null,
    records: reading.records,
    readAt: reading.readAt,
  };
}

/** Requests that make the zone smaller are sent first, so what counts is by how much it grows in all. */
function nearQuota(plan: ZonePlan, live: LiveZone): boolean {
  const actions = plan.groups.flatMap((group) => group.changes).map((change) => change.action);
  const count = (action: string): number => actions.filter((one) => one === action).length;
  const growth = count('create') - count('delete');
  return growth > 0 && live.records.length + growth > live.limits.recordsMax;
}
