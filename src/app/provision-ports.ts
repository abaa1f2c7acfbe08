/** The ports of a provisioning, joined to the rest of the engine. */
import { isZonewardError, ZonewardError } from '../base/errors.ts';
import type { TenantId } from '../base/ids.ts';
import { heldGuards } from '../domains/changes/create-change-set.ts';
import type { ChangeSetStatus } from '../domains/changes/model.ts';
import type { ProvisionPorts } from '../domains/provisioning/provision.ts';
import type { ProvisionChanges } from '../domains/provisioning/steps.ts';
import { followPurchase } from '../domains/registrar/follow-purchase.ts';
import { hasEnded } from '../domains/registrar/model.ts';
import { verifyZone } from '../domains/verify/verify-zone.ts';
import type { BaselineName } from '../plan/baselines.ts';
import type { Scope } from '../plan/scope.ts';
import { changesAnything } from '../plan/summarize-plans.ts';
import type { Context, LinkedConnection } from './context.ts';
import { openDnsAsker } from './dns-asker.ts';
import type { TenantChanges } from './tenant-changes.ts';
import type { Planned } from './tenant-plans.ts';
import type { TenantTemplates } from './tenant-templates.ts';
import type { TenantTls } from './tenant-tls.ts';
import { isWorld } from './tenant-verify.ts';

const LOCK_WAIT_MS = 30_000;

interface Joined {
  readonly linked: LinkedConnection;
  readonly changes: TenantChanges;
  readonly templates: TenantTemplates;
  readonly tls: TenantTls;
}

export function provisionPorts(context: Context, tenantId: TenantId, joined: Joined): ProvisionPorts {
  const { store, clock, principal, config } = context;
  const { cloudflare, connection } = joined.linked;
  const asker = openDnsAsker(config);
  return {
    zones: cloudflare.zoneMaker,
    mirror: store.mirror,
    audit: store.audit,
    store: store.provisionings,
    clock,
    delegation: (domain) => asker.delegation(domain, {}),
    verify: async ({ domain, nameServers, wish }, wanted) => {
      const servers = { nameServers: isWorld(config) ? nameServers : [], resolvers: wish.resolvers };
      const zone = { zone: domain, status: 'active', at: clock.now(), source: 'provisioning' };
      const input = { ...zone, ...servers, wanted, held: wanted, complete: false };
      return (await verifyZone({ asker }, input)).records;
    },
    dnssec: (zoneId) => joined.tls.dnssec(zoneId, { connection: connection.id }),
    certificates: async (zoneId) => {
      try {
        const packs = await cloudflare.tls.certificatePacks(zoneId, { lane: 'apply' });
        return packs.map(({ status }) => status);
      } catch (error) {
        if (isZonewardError(error) && error.kind === 'permission') return null;
        throw error;
      }
    },
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
    changes: provisionChanges(joined),
  };
}

function provisionChanges({ linked, changes, templates, tls }: Joined): ProvisionChanges {
  const { connection, cloudflare } = linked;
  const via = { connection: connection.id };
  const save = async (
    planned: Planned,
    allow: readonly string[],
  ): ReturnType<ProvisionChanges['saveFile']> => {
    const problems = planned.zones.flatMap(({ plan }) => plan.problems);
    const empty = !planned.zones.some(({ plan }) => changesAnything(plan));
    if (empty && problems.every(({ severity }) => severity !== 'error')) return null;
    return (await changes.save(planned, { allow })).id;
  };
  return {
    saveFile: async (zoneId, { allow, ...source }) => {
      // Only what it adds: a zone that was there keeps what it holds.
      const scope: Scope = { kind: 'own', recordIds: new Set() };
      return save(await changes.plan(zoneId, source, { ...via, scope }), allow);
    },
    saveTemplate: async (zoneId, { file, text, host, variables, groups }, allow) => {
      const request = { ...via, host, variables, ...(groups === null ? {} : { groups }) };
      return save(await templates.plan(zoneId, { file, text }, request), allow);
    },
    saveBaseline: async (zoneId, baseline, allow) =>
      save(await tls.plan([zoneId], { baseline: baseline as BaselineName }, via), allow),
    saveDnssec: async (zoneId) => save(await tls.plan([zoneId], { words: ['dnssec=on'] }, via), []),
    run: async (id) => {
      const { changeSet } = await changes.get(id);
      const over = ['applied', 'partly-applied', 'failed', 'cancelled'].includes(changeSet.status);
      return over ? changeSet.status : (await changes.resume(id, { lockWaitMs: LOCK_WAIT_MS })).status;
    },
    undo: async (id, lifted) => {
      const { changeSet } = await changes.get(id);
      const isUndone = changeSet.undoneBy !== null && !changeSet.undoneInPart;
      if (isUndone || changeSet.status === 'cancelled') return { leftAlone: 0 };
      if (changeSet.status === 'planned' || changeSet.status === 'approved') {
        await changes.cancel(id);
        return { leftAlone: 0 };
      }
      // An earlier life was stopped in the middle of it: that change set is carried on, and only what it left is planned.
      const zone = changeSet.plans[0]?.zoneId;
      const begun = (await changes.list(zone === undefined ? {} : { zone })).find(
        ({ undoes, status }) => undoes === id && isOpen(status),
      );
      if (begun !== undefined) {
        const { status } = await changes.resume(begun.id, { lockWaitMs: LOCK_WAIT_MS });
        if (status === 'applied') return { leftAlone: 0 };
        if (isOpen(status)) throw notTakenBack(begun.id, status);
      }
      const planned = await changes.planUndo(id);
      const plans = planned.zones.map(({ plan }) => plan);
      const allow = lifted ?? heldGuards(plans, []).map((guard) => guard.override);
      const applied = await changes.apply(planned, { allow });
      if (applied !== null && applied.status !== 'applied')
        throw notTakenBack(applied.changeSet.id, applied.status);
      return { leftAlone: planned.conflicts.length + (planned.settingConflicts?.length ?? 0) };
    },
    wanted: async (id) => {
      const { changeSet } = await changes.get(id);
      const all = changeSet.plans.flatMap((plan) => plan.groups.flatMap((group) => group.changes));
      return all.flatMap(({ after }) => (after === null ? [] : [after.fields]));
    },
    count: async (zoneId) => {
      let count = 0;
      for await (const { records } of cloudflare.zones.listRecords(zoneId, { lane: 'apply' }))
        count += records.length;
      return count;
    },
  };
}

/** Sent in part, perhaps: nothing may be planned beside it. */
function isOpen(status: ChangeSetStatus): boolean {
  return status === 'applying' || status === 'interrupted' || status === 'unknown';
}

function notTakenBack(id: string, status: string): ZonewardError {
  return new ZonewardError(`What was added was not taken back completely: ${id} is ${status}`, {
    code: 'records-not-taken-back',
    kind: 'conflict',
    next: [`zoneward changes show ${id}`],
  });
}
