/** Plans of certificates and hostnames: what is there is looked at, a draft is made of it, and the plan is priced. */
import type { TenantId, ZoneId } from '../base/ids.ts';
import type { Secret } from '../base/secret.ts';
import type { Cloudflare } from '../cloudflare/cloudflare.ts';
import { type DomainName, parentOf } from '../dns/name.ts';
import type { OperationOutcome } from '../domains/changes/model.ts';
import type { PlannedZone } from '../domains/changes/plan-change.ts';
import type { UndoSelection } from '../domains/changes/undo.ts';
import type { CallOptions } from '../domains/cloudflare-call.ts';
import type { Proof } from '../domains/tls/model.ts';
import type { Drafted } from '../domains/tls/objects/order-certificate.ts';
import { draftObjectsUndo, type UndoneObject } from '../domains/tls/objects/undo-objects.ts';
import { settingsAlone } from '../domains/tls/plan-settings.ts';
import type { Zone } from '../domains/zones/model.ts';
import { draftEdits } from '../plan/edits.ts';
import type { ZonePlan } from '../plan/plan.ts';
import { withObjects } from '../plan/plan-objects.ts';
import type { Context, LinkedConnection } from './context.ts';
import { readRecordText } from './edit-records.ts';
import type { Planned, TenantPlans } from './tenant-plans.ts';
import type { TenantReach } from './tenant-reach.ts';

export interface ObjectRequestOptions {
  readonly connection?: string;
  readonly signal?: AbortSignal;
}

export interface LookedAt {
  readonly zone: Zone;
  readonly zoneId: ZoneId;
  readonly name: DomainName;
  readonly cloudflare: Cloudflare;
  readonly call: CallOptions;
}

export interface ObjectPlanner {
  at(reference: string, options?: ObjectRequestOptions): Promise<LookedAt & LinkedConnection>;
  /** `reads`: how many calls `draft` makes. */
  plan(
    reference: string,
    what: { readonly source: string; readonly reads: number; readonly keys?: ReadonlyMap<string, Secret> },
    draft: (place: LookedAt) => Promise<Drafted> | Drafted,
    options?: ObjectRequestOptions,
  ): Promise<Planned>;
}

export function objectPlanner(context: Context, reach: TenantReach): ObjectPlanner {
  const at: ObjectPlanner['at'] = async (reference, { connection, signal } = {}) => {
    const zone = await reach.zone(reference, connection);
    const linked = await reach.linkedTo(zone, connection);
    const call = { lane: 'interactive' as const, ...(signal === undefined ? {} : { signal }) };
    return { ...linked, zone, zoneId: zone.facts.id, name: zone.facts.name, call };
  };
  return {
    at,
    plan: async (reference, { source, reads, keys }, draft, options) => {
      const place = await at(reference, options);
      const base = settingsAlone(context, place.zone, source);
      const drafted = await draft(place);
      const plan = withObjects(base.plan, { ...drafted, reads });
      return {
        connection: place.connection,
        zones: [{ plan, reading: base.reading }],
        conflicts: [],
        summary: source,
        undoes: null,
        ...(keys === undefined ? {} : { keys }),
      };
    },
  };
}

/** The objects of a carried-out plan, taken back: added to the plan of the records and settings. */
export async function planObjectsUndo(
  cloudflare: Cloudflare,
  zone: Zone,
  from: {
    readonly plan: ZonePlan | undefined;
    readonly outcomes: readonly OperationOutcome[];
    readonly only?: readonly UndoSelection[];
    readonly base: PlannedZone;
  },
): Promise<PlannedZone> {
  const { plan, outcomes, only, base } = from;
  const selected = (id: string): boolean => only === undefined || only.some(({ groupId }) => groupId === id);
  const applied = (plan?.objects ?? []).flatMap((change) => {
    const outcome = outcomes.find(({ groupId, state }) => groupId === change.id && state === 'applied');
    return outcome === undefined || !selected(change.id) ? [] : [{ change, outcome }];
  });
  if (applied.length === 0) return base;
  const call = { lane: 'interactive' as const };
  const place = { id: zone.facts.id, name: zone.facts.name };
  const kinds = Map.groupBy(applied, ({ change }) => change.resource);
  const undone: UndoneObject[] = [];
  for (const [kind, own] of kinds) {
    const ids = own.flatMap(({ change }) => change.objectId ?? []);
    const states = await cloudflare.objects.readObjects(place, kind, { ...call, ids });
    const hostnames = kind === 'custom-hostname' ? await cloudflare.tls.customHostnames(place.id, call) : [];
    for (const one of own) {
      const id = one.change.objectId ?? one.outcome.recordId;
      const hostname = hostnames.find((known) => known.id === id);
      const now = states.find((state) => state.id === id);
      undone.push({ ...one, now, ...(hostname === undefined ? {} : { hostname }) });
    }
  }
  const drafted = draftObjectsUndo(undone);
  return { ...base, plan: withObjects(base.plan, { ...drafted, reads: kinds.size }) };
}

export interface PlannedProofs {
  /** Null where no zone of the tenant holds any of the names. */
  readonly planned: Planned | null;
  /** Those that someone else has to publish. */
  readonly elsewhere: readonly Proof[];
}

/** Publishes proofs where their names lie in zones of the tenant; one change set over all of them. */
export async function planProofs(
  context: Context,
  tenantId: TenantId,
  plans: Pick<TenantPlans, 'planDrafts'>,
  proofs: readonly Proof[],
  { connection }: ObjectRequestOptions,
): Promise<PlannedProofs> {
  const inside = new Map<string, { zone: Zone; proofs: Extract<Proof, { kind: 'txt' }>[] }>();
  const elsewhere: Proof[] = [];
  for (const proof of proofs) {
    const zone = proof.kind === 'txt' ? await zoneOf(context, tenantId, proof.name as DomainName) : null;
    if (proof.kind !== 'txt' || zone === null) {
      elsewhere.push(proof);
      continue;
    }
    const known = inside.get(zone.facts.id) ?? { zone, proofs: [] };
    known.proofs.push(proof);
    inside.set(zone.facts.id, known);
  }
  if (inside.size === 0) return { planned: null, elsewhere };
  const planned = await plans.planDrafts(
    [...inside.keys()],
    (zone, live) => {
      const wanted = inside.get(zone.facts.id)?.proofs ?? [];
      const edits = wanted.map(({ name, value }) => {
        const content = JSON.stringify(value);
        const record = readRecordText({ name: `${name}.`, type: 'TXT', content }, zone.facts.name);
        return { kind: 'add' as const, record };
      });
      return draftEdits(edits, live);
    },
    { source: 'proofs of control', ...(connection === undefined ? {} : { connection }) },
  );
  return { planned, elsewhere };
}

/** The mirror's nearest zone above the name. Costs no call. */
async function zoneOf(context: Context, tenantId: TenantId, name: DomainName): Promise<Zone | null> {
  for (let at: DomainName | undefined = name; at !== undefined; at = parentOf(at)) {
    const found = await context.store.mirror.listZones(tenantId, { name: at });
    const zone = found.find(({ facts }) => facts.name === at && facts.status !== 'deleted');
    if (zone !== undefined) return zone;
  }
  return null;
}
