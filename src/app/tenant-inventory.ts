/** The upkeep of a tenant's inventory: rounds that hear what moved, retention, and what is not watched. */
import type { ConnectionId, TenantId } from '../base/ids.ts';
import type { Connection } from '../domains/connections/model.ts';
import {
  checkInventory,
  DEFAULT_INVENTORY,
  type InventorySettings,
  keepSince,
} from '../domains/zones/inventory-settings.ts';
import type { SyncState } from '../domains/zones/signals/ports.ts';
import type { RoundReport, RoundSettings } from '../domains/zones/signals/round.ts';
import { syncRound } from '../domains/zones/signals/sync-round.ts';
import type { SyncProgress } from '../domains/zones/sync-all.ts';
import type { Pruned } from '../store/mirror-retention.ts';
import type { Context } from './context.ts';
import { planSources, type ZoneSource } from './plan-sources.ts';
import { openSoa, roundPorts } from './round-ports.ts';
import type { Planned, TenantPlans } from './tenant-plans.ts';
import type { TenantReach } from './tenant-reach.ts';

export interface RoundRequest {
  readonly connection?: string;
  readonly settings?: Partial<RoundSettings>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: SyncProgress) => void;
}

/** `waiting`: no round was begun yet. `backing-off`: tried again later. `paused`: until the connection changes. */
export interface RoundState {
  readonly connectionId: ConnectionId;
  readonly state: 'waiting' | 'going' | 'backing-off' | 'paused';
  /** For people; null unless it is paused. */
  readonly reason: string | null;
  readonly sync: SyncState | null;
}

export interface TenantInventory {
  /**
   * One round of a connection: hears the signals, reads only the zones that moved or are due, and says when to come
   * again. What `serve` and `worker` do all the time; call it yourself from a cron job or a serverless function. One
   * round of a connection at a time.
   */
  round(request?: RoundRequest): Promise<RoundReport>;
  /**
   * Plans many zones, each from a source of its own: what `zones export --all` wrote, brought back. One plan for each
   * connection. Throws `InvalidInputError` with the problems of all files; nothing is planned then.
   */
  planImport(
    sources: readonly ZoneSource[],
    options?: { readonly connection?: string; readonly onPlanned?: (zone: string, done: number) => void },
  ): Promise<readonly Planned[]>;
  /** How the rounds of each saved connection stand, from the store. */
  rounds(): Promise<readonly RoundState[]>;
  settings(): Promise<InventorySettings>;
  /** What is given is set. Throws `InvalidInputError`. */
  set(change: Partial<InventorySettings>): Promise<InventorySettings>;
  /** Deletes history from before a moment (milliseconds); without one, what the setting does not keep. */
  prune(before?: number): Promise<Pruned & { readonly before: number | null }>;
}

export function tenantInventory(
  context: Context,
  tenantId: TenantId,
  parts: { readonly reach: TenantReach; readonly plans: Pick<TenantPlans, 'plan'> },
): TenantInventory {
  const { reach, plans } = parts;
  const { store, clock, config } = context;
  const settings = async (): Promise<InventorySettings> =>
    (await store.inventory.load(tenantId)) ?? DEFAULT_INVENTORY;
  return {
    settings,
    planImport: (sources, options) => planSources(plans, sources, options),
    round: async ({ connection, ...input } = {}) => {
      const linked = await reach.linked(connection);
      const soa = openSoa(config);
      try {
        return await syncRound(roundPorts(context, linked, soa), { connection: linked.connection, ...input });
      } finally {
        await soa?.close();
      }
    },
    rounds: async () => {
      const connections = await store.connections.list(tenantId);
      return Promise.all(
        connections.map(async (connection) =>
          roundState(connection, await store.sync.load(tenantId, connection.id), clock.now()),
        ),
      );
    },
    set: async (change) => {
      const next = { ...(await settings()), ...change };
      checkInventory(next);
      const kept = next.historyDays === null ? 'all history is kept' : `history of ${next.historyDays} days`;
      await store.inventory.save(tenantId, next, [
        {
          kind: 'inventory.set',
          at: clock.now(),
          principal: context.principal,
          summary: `Inventory: ${kept}, ${next.ignore.length} ignore rules`,
          payload: { historyDays: next.historyDays, ignore: next.ignore.map((rule) => ({ ...rule })) },
        },
      ]);
      return next;
    },
    prune: (before) => pruneHistory(context, tenantId, before),
  };
}

function roundState({ id, version }: Connection, sync: SyncState | null, now: number): RoundState {
  const paused = sync?.paused ?? null;
  if (paused !== null && paused.connectionVersion === version)
    return { connectionId: id, state: 'paused', reason: paused.reason, sync };
  if (sync === null) return { connectionId: id, state: 'waiting', reason: null, sync };
  const isBackingOff = sync.backOffUntil !== null && sync.backOffUntil > now;
  return { connectionId: id, state: isBackingOff ? 'backing-off' : 'going', reason: null, sync };
}

/** The same for whoever runs it in the background. */
export async function pruneHistory(
  context: Context,
  tenantId: TenantId,
  before?: number,
): Promise<Pruned & { readonly before: number | null }> {
  const { store, clock } = context;
  const settings = (await store.inventory.load(tenantId)) ?? DEFAULT_INVENTORY;
  const moment = before ?? keepSince(settings, clock.now());
  if (moment === null) return { zones: 0, revisions: 0, versions: 0, before: null };
  const pruned = await store.mirror.prune(tenantId, moment);
  if (pruned.zones > 0) {
    await store.audit.append(tenantId, [
      {
        kind: 'history.pruned',
        at: clock.now(),
        principal: context.principal,
        summary: `History of ${pruned.zones} zones from before ${new Date(moment).toISOString()} was deleted`,
        payload: { ...pruned, before: moment },
      },
    ]);
  }
  return { ...pruned, before: moment };
}
