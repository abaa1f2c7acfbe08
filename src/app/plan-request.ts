/**
 * A plan as it is asked for: zones and connection by their ids, and all of it JSON, so that a request plans it at once
 * or a job later, both by the same function. Certificates are not among them: they may come with a private key, which
 * no job holds.
 */
import { ZonewardError } from '../base/errors.ts';
import type { ChangeSetId } from '../base/ids.ts';
import type { UndoSelection } from '../domains/changes/undo.ts';
import type { Scope } from '../plan/scope.ts';
import type { RecordSelection, RecordSet, RecordText } from './edit-records.ts';
import type { Tenant } from './open-zoneward.ts';
import type { ZoneSource } from './plan-sources.ts';
import type { PlanWatch } from './plan-watch.ts';
import type { SourceText } from './read-source.ts';
import type { StagedChange } from './staged-changes.ts';
import { type Planned, type RecordsMeant, severalConnections } from './tenant-plans.ts';
import type { TemplateReference, TemplateRequest } from './tenant-templates.ts';
import type { SettingsWish } from './tenant-tls.ts';

export type PlanRequest = { readonly connection?: string } & (
  | {
      readonly kind: 'source';
      readonly zone: string;
      readonly source: SourceText;
      readonly scope?: Scope | 'own';
    }
  | { readonly kind: 'sources'; readonly sources: readonly ZoneSource[] }
  | { readonly kind: 'add'; readonly zone: string; readonly record: RecordText }
  | {
      readonly kind: 'edit';
      readonly zones: readonly string[];
      readonly select: RecordSelection;
      readonly set: RecordSet | 'remove';
      readonly names?: readonly string[];
    }
  | {
      readonly kind: 'staged';
      readonly zone: string;
      readonly changes: readonly StagedChange[];
      readonly names?: readonly string[];
    }
  | {
      readonly kind: 'undo';
      readonly changeSetId: ChangeSetId;
      readonly only?: readonly UndoSelection[];
      readonly force?: boolean;
    }
  | {
      readonly kind: 'restore';
      readonly zone: string;
      readonly to: { readonly revision: number } | { readonly at: number };
    }
  | { readonly kind: 'settings'; readonly zones: readonly string[]; readonly wish: SettingsWish }
  /** `names`: only drift at names like these. */
  | { readonly kind: 'revert'; readonly zones: readonly string[]; readonly names?: readonly string[] }
  /** The text of a saved plan. */
  | { readonly kind: 'file'; readonly text: string; readonly file: string }
  | {
      readonly kind: 'template';
      readonly zone: string;
      readonly template: TemplateReference;
      readonly with: Omit<TemplateRequest, 'connection'>;
    }
  | {
      readonly kind: 'template-removal';
      readonly zone: string;
      readonly template: string;
      readonly host?: string;
    }
);

type Planner = Pick<Tenant, 'changes' | 'drift' | 'inventory' | 'templates' | 'tls'>;

/** Reads the zones that are meant at Cloudflare and plans. Throws what the use case of the kind throws. */
export async function planRequested(
  tenant: Planner,
  request: PlanRequest,
  watch?: PlanWatch,
): Promise<Planned> {
  const { changes, drift, templates, tls } = tenant;
  const via = request.connection === undefined ? {} : { connection: request.connection };
  switch (request.kind) {
    case 'source': {
      const { zone, source, scope } = request;
      return changes.plan(zone, source, { ...via, ...(scope === undefined ? {} : { scope }) });
    }
    case 'sources':
      return planAll(tenant, request.sources, { ...via, ...(watch === undefined ? {} : { watch }) });
    case 'add':
      return changes.planAdd(request.zone, request.record, via);
    case 'edit':
      return changes.planEdit(request.zones, request.select, request.set, { ...via, ...namesOf(request) });
    case 'staged':
      return changes.planStaged(request.zone, request.changes, { ...via, ...namesOf(request) });
    case 'undo': {
      const { changeSetId, only, force } = request;
      return changes.planUndo(changeSetId, {
        ...(only === undefined ? {} : { only }),
        ...(force === undefined ? {} : { force }),
      });
    }
    case 'restore':
      return changes.planRestore(request.zone, request.to);
    case 'settings':
      return tls.plan(request.zones, request.wish, via);
    case 'revert': {
      const found = await Promise.all(request.zones.map((zone) => drift.list({ zone, ...namesOf(request) })));
      const drifts = found.flat();
      if (drifts.length > 0) return drift.planRevert(drifts, via);
      throw new ZonewardError('These zones have no drift to take back', {
        code: 'drift-none',
        kind: 'conflict',
      });
    }
    case 'file':
      return changes.planSaved(request);
    case 'template':
      return templates.plan(request.zone, request.template, { ...via, ...request.with });
    case 'template-removal': {
      const { zone, template, host } = request;
      return templates.planRemoval(zone, template, { ...via, ...(host === undefined ? {} : { host }) });
    }
    default:
      return request satisfies never;
  }
}

function namesOf({ names }: { readonly names?: readonly string[] }): Pick<RecordsMeant, 'names'> {
  return names === undefined ? {} : { names };
}

async function planAll(
  { inventory }: Planner,
  sources: readonly ZoneSource[],
  { watch, ...via }: { readonly connection?: string; readonly watch?: PlanWatch },
): Promise<Planned> {
  const [planned, ...others] = await inventory.planImport(sources, {
    ...via,
    onPlanned: (_, done) => watch?.onZone(done, sources.length),
  });
  if (planned === undefined || others.length > 0) throw severalConnections();
  return planned;
}
