/** Drift of one tenant: shown, adopted, or taken back by a plan like any other. */
import type { LineageId, TenantId, ZoneId } from '../base/ids.ts';
import type { IgnoreRule } from '../dns/zone-document.ts';
import { coverageOf } from '../domains/zones/coverage.ts';
import { adoptDrift, draftRevert, listDrift, type ZoneDrift } from '../domains/zones/drift.ts';
import { DEFAULT_INVENTORY, rulesFor } from '../domains/zones/inventory-settings.ts';
import type { Zone } from '../domains/zones/model.ts';
import type { Coverage } from '../domains/zones/ports.ts';
import { compilePatterns } from '../plan/name-pattern.ts';
import type { Context } from './context.ts';
import type { Planned, TenantPlans } from './tenant-plans.ts';
import type { TenantReach } from './tenant-reach.ts';

export interface DriftFilter {
  readonly zone?: string;
  readonly connection?: string;
  /** Only what concerns names like these alone: `www`, `*.dev`. */
  readonly names?: readonly string[];
  /** Besides those of the tenant's settings, for every zone that is looked at. */
  readonly ignore?: readonly IgnoreRule[];
}

export interface RevertPlanned extends Planned {
  /** Records that moved again since the drift was shown, and are left alone. */
  readonly moved: readonly { readonly zone: string; readonly lineageId: LineageId }[];
}

export interface TenantDrift {
  /** Zones with unaccepted changes from outside, from the mirror. `zone.freshness` says how old that is. */
  list(filter?: DriftFilter): Promise<readonly ZoneDrift[]>;
  /** The same one by one, in the order of zone ids, behind `after`; reads no further than it is walked. */
  walk(filter?: DriftFilter, after?: ZoneId): AsyncIterable<ZoneDrift>;
  /**
   * How fresh `list` is, drift or not: over the zone, the connection's, or all. `sees` leaves zones out. A zone that is
   * deleted does not count.
   */
  coverage(filter?: DriftFilter, sees?: (zone: Zone) => boolean): Promise<Coverage>;
  /** Accepts a zone's drift as it was shown; what came later stays drift. */
  adopt(drift: ZoneDrift): Promise<void>;
  /**
   * Plans what was shown back to what was expected, against the zones as they are now. All zones must be read
   * through one connection.
   */
  planRevert(
    drifts: readonly ZoneDrift[],
    options?: { readonly connection?: string },
  ): Promise<RevertPlanned>;
}

export function tenantDrift(
  context: Context,
  tenantId: TenantId,
  parts: { readonly reach: TenantReach; readonly plans: Pick<TenantPlans, 'planDrafts'> },
): TenantDrift {
  const { reach, plans } = parts;
  const { store, clock, principal } = context;
  const walk: TenantDrift['walk'] = async function* ({ zone, connection, names, ignore = [] } = {}, after) {
    const settings = (await store.inventory.load(tenantId)) ?? DEFAULT_INVENTORY;
    const drifts = listDrift(
      { mirror: store.mirror, marks: store.mirror },
      {
        tenantId,
        ...(zone === undefined ? {} : { zoneId: (await reach.zone(zone, connection)).facts.id }),
        ...(connection === undefined ? {} : { connectionId: (await reach.connection(connection)).id }),
        ...(after === undefined ? {} : { after }),
        ignore: (one) => [...rulesFor(settings, one), ...ignore],
      },
    );
    for await (const drift of drifts) {
      const narrowed = names === undefined ? drift : concerning(names, drift);
      if (narrowed.entries.length > 0) yield narrowed;
    }
  };
  const coverage: TenantDrift['coverage'] = async ({ zone, connection } = {}, sees) => {
    const connectionId = connection === undefined ? undefined : (await reach.connection(connection)).id;
    // The store counts by itself; zones are loaded only for who sees some of them.
    if (zone === undefined && sees === undefined) return store.mirror.coverage(tenantId, connectionId);
    const zones =
      zone === undefined
        ? await store.mirror.listZones(tenantId, connectionId === undefined ? {} : { connectionId })
        : [await reach.zone(zone, connection)];
    const counted = zones.filter((one) => one.facts.status !== 'deleted' && (sees?.(one) ?? true));
    return coverageOf(counted.map(({ freshness }) => freshness));
  };
  return {
    walk,
    coverage,
    list: (filter) => Array.fromAsync(walk(filter)),
    adopt: (drift) => adoptDrift({ marks: store.mirror }, drift, { principal, at: clock.now() }),
    planRevert: async (drifts, options = {}) => {
      const byZone = new Map(drifts.map((drift) => [drift.zone.facts.id, drift]));
      const moved: { zone: string; lineageId: LineageId }[] = [];
      const planned = await plans.planDrafts(
        [...byZone.keys()],
        ({ facts }, live) => {
          const revert = draftRevert(byZone.get(facts.id)?.entries ?? [], live);
          for (const lineageId of revert.moved) moved.push({ zone: facts.name, lineageId });
          return { drafts: revert.drafts, problems: [] };
        },
        { ...options, source: 'what was expected' },
      );
      const names = drifts.map(({ zone }) => zone.facts.name);
      const where = names.length > 3 ? `${names.length} zones` : names.join(', ');
      return { ...planned, moved, summary: `Revert drift of ${where}` };
    },
  };
}

function concerning(patterns: readonly string[], drift: ZoneDrift): ZoneDrift {
  const isMeant = compilePatterns(patterns, drift.zone.facts.name);
  const entries = drift.entries.filter(({ expected, now }) =>
    [expected, now].every((record) => record === null || isMeant(record.fields.name)),
  );
  return { ...drift, entries };
}
