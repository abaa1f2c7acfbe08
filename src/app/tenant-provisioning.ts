/** Domains brought up and taken down, for one tenant: the ports of provisioning joined to the rest of the engine. */
import { ZonewardError } from '../base/errors.ts';
import type { TenantId } from '../base/ids.ts';
import { toUnicode } from '../dns/name.ts';
import { heldGuards } from '../domains/changes/create-change-set.ts';
import type { CallOptions } from '../domains/cloudflare-call.ts';
import type { Provisioning, ProvisioningId } from '../domains/provisioning/model.ts';
import {
  beginProvisioning,
  carryOn,
  type ProvisionPorts,
  takeDown,
} from '../domains/provisioning/provision.ts';
import type { ProvisionRecords } from '../domains/provisioning/steps.ts';
import { followPurchase } from '../domains/registrar/follow-purchase.ts';
import { hasEnded } from '../domains/registrar/model.ts';
import { readRegistrable } from '../domains/registrar/offer.ts';
import type { Scope } from '../plan/scope.ts';
import { changesAnything } from '../plan/summarize-plans.ts';
import type { Context, LinkedConnection } from './context.ts';
import { openNameLookup } from './dns-lookup.ts';
import type { SourceText } from './read-source.ts';
import type { TenantChanges } from './tenant-changes.ts';
import type { TenantReach } from './tenant-reach.ts';
import { type RegisterInput, reachRegistrar, type TenantRegistrar } from './tenant-registrar.ts';

export interface ProvisionInput {
  readonly connection?: string;
  /** Buys the name first. See `TenantRegistrar.register`. */
  readonly register?: RegisterInput;
  /** Records, and settings where it is a zone document. */
  readonly source?: SourceText;
  /** Words of the guard rails that the plan of the records may lift. */
  readonly allow?: readonly string[];
  /** Servers that are asked whether the records are there. Default: the zone's own nameservers. */
  readonly resolvers?: readonly string[];
  readonly signal?: AbortSignal;
}

export interface TenantProvisioning {
  /** Begins, or carries on with what was begun for the domain; then what is given here is not looked at again. */
  provision(domain: string, input?: ProvisionInput): Promise<Provisioning>;
  /** As stored; asks nothing. Throws `provisioning-unknown` (not-found). */
  status(domain: string): Promise<Provisioning>;
  list(limit?: number): Promise<readonly Provisioning[]>;
  /** Carries on with one, a worker's way. */
  carryOn(id: ProvisioningId, options?: { readonly signal?: AbortSignal }): Promise<Provisioning>;
  /** Removes exactly what was added. Needs `allow: ['zone-delete']` where that is a zone. */
  deprovision(
    domain: string,
    options?: { readonly allow?: readonly string[]; readonly signal?: AbortSignal },
  ): Promise<Provisioning>;
}

const LIST_MAX = 50;
const LOCK_WAIT_MS = 30_000;

export function tenantProvisioning(
  context: Context,
  tenantId: TenantId,
  parts: {
    readonly reach: TenantReach;
    readonly changes: TenantChanges;
    readonly registrar: TenantRegistrar;
  },
): TenantProvisioning {
  const { reach, changes, registrar } = parts;
  const { provisionings } = context.store;
  const { principal } = context;
  const acting = (signal?: AbortSignal): { principal: string; call: CallOptions } => ({
    principal,
    call: { lane: 'apply', ...(signal === undefined ? {} : { signal }) },
  });
  const portsFor = async ({ connectionId }: Pick<Provisioning, 'connectionId'>): Promise<ProvisionPorts> =>
    provisionPorts(context, tenantId, { linked: await reach.linkedById(connectionId), changes });
  const stored = async (text: string): Promise<Provisioning> => {
    const { name } = readRegistrable(text);
    const found = await provisionings.current(tenantId, name);
    if (found !== null) return found;
    throw new ZonewardError(`${toUnicode(name)} is not provisioned here`, {
      code: 'provisioning-unknown',
      kind: 'not-found',
      next: [`zoneward provision ${toUnicode(name)}`],
    });
  };
  return {
    provision: async (text, input = {}) => {
      const { name: domain } = readRegistrable(text);
      const known = await provisionings.current(tenantId, domain);
      if (known?.state === 'removing') throw beingRemoved(known);
      if (known !== null) {
        // Bought only now because it waited for an approval: the purchase goes on by its own rules.
        if (input.register !== undefined && known.wish.register !== null)
          await registrar.register(text, input.register);
        return carryOn(await portsFor(known), known, acting(input.signal));
      }
      const target = input.connection === undefined ? {} : { connection: input.connection };
      const { place, connection } = await reachRegistrar(context, reach, target);
      const bought =
        input.register === undefined
          ? null
          : await registrar.register(text, { ...target, ...input.register });
      const wish: Provisioning['wish'] = {
        register: bought === null ? null : { purchaseId: bought.id },
        records:
          input.source === undefined
            ? null
            : { file: input.source.file, text: input.source.text, allow: input.allow ?? [] },
        resolvers: input.resolvers ?? [],
      };
      const ids = { tenantId, connectionId: connection.id, accountId: place.accountId };
      const begun = await beginProvisioning(
        { store: provisionings, clock: context.clock, random: context.random },
        { ...ids, domain, wish, principal },
      );
      return carryOn(await portsFor(begun), begun, acting(input.signal));
    },
    status: stored,
    list: (limit = LIST_MAX) => provisionings.list(tenantId, limit),
    carryOn: async (id, options = {}) => {
      const found = await provisionings.get(tenantId, id);
      if (found === null) throw new Error(`bug: there is no provisioning ${id}`);
      return carryOn(await portsFor(found), found, acting(options.signal));
    },
    deprovision: async (text, { allow = [], signal } = {}) => {
      const found = await stored(text);
      return takeDown(await portsFor(found), found, { ...acting(signal), allow });
    },
  };
}

function provisionPorts(
  context: Context,
  tenantId: TenantId,
  { linked, changes }: { readonly linked: LinkedConnection; readonly changes: TenantChanges },
): ProvisionPorts {
  const { store, clock, principal } = context;
  const { cloudflare, connection } = linked;
  return {
    zones: cloudflare.zoneMaker,
    mirror: store.mirror,
    audit: store.audit,
    store: store.provisionings,
    clock,
    lookup: openNameLookup(context.config),
    readZone: async (zoneId) => {
      const facts = await cloudflare.zones.getZone(zoneId, { lane: 'apply' });
      await store.mirror.putZones(tenantId, connection.id, [facts], clock.now());
      return facts;
    },
    purchase: async (id) => {
      const purchase = await store.purchases.get(tenantId, id);
      if (purchase === null) throw new Error(`bug: there is no purchase ${id}`);
      if (hasEnded(purchase)) return purchase;
      const ports = { registrar: cloudflare.registrar, purchases: store.purchases, clock };
      return followPurchase(ports, purchase, { principal, call: { lane: 'apply' }, waitMs: 0 });
    },
    records: provisionRecords(linked, changes),
  };
}

function provisionRecords(
  { connection, cloudflare }: LinkedConnection,
  changes: TenantChanges,
): ProvisionRecords {
  const via = { connection: connection.id };
  return {
    save: async (zoneId, { file, text, allow }) => {
      // Only what it adds: a zone that was there keeps what it holds.
      const scope: Scope = { kind: 'own', recordIds: new Set() };
      const planned = await changes.plan(zoneId, { file, text }, { ...via, scope });
      const problems = planned.zones.flatMap(({ plan }) => plan.problems);
      const empty = !planned.zones.some(({ plan }) => changesAnything(plan));
      if (empty && problems.every(({ severity }) => severity !== 'error')) return null;
      return (await changes.save(planned, { allow })).id;
    },
    run: async (id) => {
      const { changeSet } = await changes.get(id);
      const over = ['applied', 'partly-applied', 'failed', 'cancelled'].includes(changeSet.status);
      return over ? changeSet.status : (await changes.resume(id, { lockWaitMs: LOCK_WAIT_MS })).status;
    },
    undo: async (id) => {
      const { changeSet } = await changes.get(id);
      if (changeSet.undoneBy !== null || changeSet.status === 'cancelled') return { leftAlone: 0 };
      if (changeSet.status === 'planned' || changeSet.status === 'approved') {
        await changes.cancel(id);
        return { leftAlone: 0 };
      }
      const planned = await changes.planUndo(id);
      // These are records that this added; the one who takes them down has said so.
      const plans = planned.zones.map(({ plan }) => plan);
      const allow = heldGuards(plans, []).map((guard) => guard.override);
      const applied = await changes.apply(planned, { allow });
      if (applied !== null && applied.status !== 'applied')
        throw notTakenBack(applied.changeSet.id, applied.status);
      return { leftAlone: planned.conflicts.length };
    },
    wanted: async (id) => {
      const { changeSet } = await changes.get(id);
      const all = changeSet.plans.flatMap((plan) => plan.groups.flatMap((group) => group.changes));
      return all.flatMap(({ after }) =>
        after === null
          ? []
          : [{ name: after.fields.name, rdata: after.fields.rdata, proxied: after.fields.proxied }],
      );
    },
    count: async (zoneId) => {
      let count = 0;
      for await (const { records } of cloudflare.zones.listRecords(zoneId, { lane: 'apply' }))
        count += records.length;
      return count;
    },
  };
}

function notTakenBack(id: string, status: string): ZonewardError {
  return new ZonewardError(`The records were not taken back completely: ${id} is ${status}`, {
    code: 'records-not-taken-back',
    kind: 'conflict',
    next: [`zoneward changes show ${id}`],
  });
}

function beingRemoved({ domain }: Provisioning): ZonewardError {
  return new ZonewardError(`${toUnicode(domain)} is being taken down`, {
    code: 'provisioning-removing',
    kind: 'conflict',
    next: [`zoneward provision ${toUnicode(domain)} --take-down`],
  });
}
