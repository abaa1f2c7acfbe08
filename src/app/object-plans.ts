/** Plans of certificates and hostnames: what is there is looked at, a draft is made of it, and the plan is priced. */
import { ZonewardError } from '../base/errors.ts';
import type { TenantId, ZoneId } from '../base/ids.ts';
import type { Problem } from '../base/problem.ts';
import type { Secret } from '../base/secret.ts';
import type { Cloudflare } from '../cloudflare/cloudflare.ts';
import { type DomainName, parentOf } from '../dns/name.ts';
import type { OperationOutcome } from '../domains/changes/model.ts';
import type { PlannedZone } from '../domains/changes/plan-change.ts';
import type { UndoSelection } from '../domains/changes/undo.ts';
import type { CallOptions } from '../domains/cloudflare-call.ts';
import type { Connection } from '../domains/connections/model.ts';
import { type Proof, proofText } from '../domains/tls/model.ts';
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

export interface ProofsRequest extends ObjectRequestOptions {
  /** The connection that publishes, where more than one could. `connection` is the one that looks at the certificate. */
  readonly through?: string;
}

/**
 * Publishes proofs where their names lie in zones of the tenant; one change set over all of them. A change set goes
 * through one connection: where the zones belong to several, `through` names it, and the proofs of the others are told.
 * Throws `several-connections` (input) without it.
 */
export async function planProofs(
  { context, tenantId, reach, plans }: ProofsPorts,
  proofs: readonly Proof[],
  { through }: Pick<ProofsRequest, 'through'>,
): Promise<PlannedProofs> {
  const via = through === undefined ? null : await reach.connection(through);
  const inside = new Map<string, { zone: Zone; proofs: Extract<Proof, { kind: 'txt' }>[] }>();
  const elsewhere: Proof[] = [];
  for (const proof of proofs) {
    const zone = proof.kind === 'txt' ? await zoneOf(context, tenantId, proof.name as DomainName, via) : null;
    if (proof.kind !== 'txt' || zone === null) {
      elsewhere.push(proof);
      continue;
    }
    const known = inside.get(zone.facts.id) ?? { zone, proofs: [] };
    known.proofs.push(proof);
    inside.set(zone.facts.id, known);
  }
  if (inside.size === 0) return { planned: null, elsewhere };
  if (via === null)
    await refuseSeveral(
      context,
      tenantId,
      [...inside.values()].map(({ zone }) => zone),
    );
  const [first] = inside.keys();
  const planned = await plans.planDrafts(
    [...inside.keys()],
    (zone, live) => {
      const wanted = inside.get(zone.facts.id)?.proofs ?? [];
      const edits = wanted.map(({ name, value }) => {
        const content = JSON.stringify(value);
        const record = readRecordText({ name: `${name}.`, type: 'TXT', content }, zone.facts.name);
        return { kind: 'add' as const, record };
      });
      const { drafts, problems } = draftEdits(edits, live);
      const told = zone.facts.id === first ? elsewhere.map(toldElsewhere) : [];
      return { drafts, problems: [...problems, ...told] };
    },
    { source: 'proofs of control', ...(via === null ? {} : { connection: via.id }) },
  );
  return { planned, elsewhere };
}

export interface ProofsPorts {
  readonly context: Context;
  readonly tenantId: TenantId;
  readonly reach: TenantReach;
  readonly plans: Pick<TenantPlans, 'planDrafts'>;
}

function toldElsewhere(proof: Proof): Problem {
  return {
    code: 'proof-elsewhere',
    severity: 'warning',
    message: `to be published elsewhere: ${proofText(proof)}`,
  };
}

/** The mirror's nearest zone above the name; with `via`, in that connection's account. Costs no call. */
async function zoneOf(
  context: Context,
  tenantId: TenantId,
  name: DomainName,
  via: Connection | null,
): Promise<Zone | null> {
  for (let at: DomainName | undefined = name; at !== undefined; at = parentOf(at)) {
    const found = (await context.store.mirror.listZones(tenantId, { name: at })).filter(
      ({ facts, connectionId }) =>
        facts.name === at &&
        facts.status !== 'deleted' &&
        (via === null || facts.accountId === via.accountId || connectionId === via.id),
    );
    const [only, ...others] = found;
    if (others.length > 0) throw await ambiguous(context, tenantId, found);
    if (only !== undefined) return only;
  }
  return null;
}

async function refuseSeveral(context: Context, tenantId: TenantId, zones: readonly Zone[]): Promise<void> {
  if (new Set(zones.map(({ connectionId }) => connectionId)).size > 1)
    throw await ambiguous(context, tenantId, zones);
}

async function ambiguous(
  context: Context,
  tenantId: TenantId,
  zones: readonly Zone[],
): Promise<ZonewardError> {
  const saved = await context.store.connections.list(tenantId);
  const places = zones.map(({ facts: { name }, connectionId }) => ({
    name,
    label: saved.find(({ id }) => id === connectionId)?.label ?? connectionId,
  }));
  const told = places.map(({ name, label }) => `${name} through "${label}"`).join(', ');
  return new ZonewardError(`More than one connection could publish this: ${told}; say which one does`, {
    code: 'several-connections',
    kind: 'input',
    next: [...new Set(places.map(({ label }) => `--through "${label}"`))].sort(),
  });
}
