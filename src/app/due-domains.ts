/**
 * What a worker does for domains: looks after purchases under way, carries on with provisionings, reads registrations
 * and follows certificates, each when it is due. It buys nothing and deletes nothing: purchases are only looked at.
 */
import type { TenantId } from '../base/ids.ts';
import { toUnicode } from '../dns/name.ts';
import type { Provisioning } from '../domains/provisioning/model.ts';
import { followPurchase } from '../domains/registrar/follow-purchase.ts';
import { syncRegistrations } from '../domains/registrar/mirror.ts';
import { hasEnded, type Purchase } from '../domains/registrar/model.ts';
import type { RegistrationReading } from '../domains/registrar/ports.ts';
import type { TlsSnapshot } from '../domains/tls/snapshot.ts';
import type { Context } from './context.ts';
import { tenantChanges } from './tenant-changes.ts';
import { tenantProvisioning } from './tenant-provisioning.ts';
import { tenantReach } from './tenant-reach.ts';
import { tenantRegistrar } from './tenant-registrar.ts';
import { tenantTemplates } from './tenant-templates.ts';
import { tenantTls } from './tenant-tls.ts';
import { lookAgain } from './tls-looks.ts';

const PRINCIPAL = 'zoneward';
const DUE_MAX = 50;
/** After an errand that could not be run at all: a connection that is gone, say. */
const FAILED_WAIT_MS = 300_000;

export interface Errand {
  /** One of a key at a time. */
  readonly key: string;
  readonly tenantId: TenantId;
  readonly domain: string;
  run(signal?: AbortSignal): Promise<void>;
}

/** What is due now, the longest overdue first. */
export async function dueErrands(worker: Context): Promise<readonly Errand[]> {
  const context: Context = { ...worker, principal: PRINCIPAL };
  const now = context.clock.now();
  const purchases = await context.store.purchases.due(now, DUE_MAX);
  const provisionings = await context.store.provisionings.due(now, DUE_MAX);
  const readings = await context.store.registrations.due(now, DUE_MAX);
  const snapshots = await context.store.tlsSnapshots.due(now, DUE_MAX);
  return [
    ...purchases.map((purchase) => purchaseErrand(context, purchase)),
    ...readings.map((reading) => readingErrand(context, reading)),
    ...provisionings.filter(({ state }) => state === 'going').map((one) => provisioningErrand(context, one)),
    ...snapshots.map((snapshot) => tlsErrand(context, snapshot)),
  ];
}

function purchaseErrand(context: Context, purchase: Purchase): Errand {
  const { tenantId, id, connectionId, domain } = purchase;
  const { purchases } = context.store;
  const { clock } = context;
  const run: Errand['run'] = async (signal) => {
    const { cloudflare } = await tenantReach(context, tenantId).linkedById(connectionId);
    const call = { lane: 'sync' as const, ...(signal === undefined ? {} : { signal }) };
    const ports = { registrar: cloudflare.registrar, purchases, clock };
    const seen = await followPurchase(ports, purchase, { principal: PRINCIPAL, call, waitMs: 0 });
    if (hasEnded(seen)) await context.store.registrations.dueAgain(tenantId, purchase, clock.now());
  };
  const putOff = async (): Promise<void> => {
    const current = await purchases.get(tenantId, id);
    if (current === null || current.dueAt === null) return;
    const dueAt = clock.now() + FAILED_WAIT_MS;
    await purchases.advance({ ...current, dueAt, version: current.version + 1 }, null, []);
  };
  return { key: `purchase ${id}`, tenantId, domain: toUnicode(domain), run: orPutOff(run, putOff) };
}

function readingErrand(context: Context, reading: RegistrationReading): Errand {
  const { tenantId, connectionId, place } = reading;
  const { clock } = context;
  const mirror = context.store.registrations;
  const run: Errand['run'] = async (signal) => {
    const { cloudflare } = await tenantReach(context, tenantId).linkedById(connectionId);
    const call = { lane: 'sync' as const, ...(signal === undefined ? {} : { signal }) };
    const request = { tenantId, connectionId, place, principal: PRINCIPAL, call };
    await syncRegistrations({ registrar: cloudflare.registrar, mirror, clock }, request);
  };
  const putOff = () => mirror.dueAgain(tenantId, place, clock.now() + FAILED_WAIT_MS);
  const key = `registrations ${tenantId} ${place.accountId} ${place.namespace}`;
  return { key, tenantId, domain: '', run: orPutOff(run, putOff) };
}

function provisioningErrand(context: Context, provisioning: Provisioning): Errand {
  const { tenantId, id, domain } = provisioning;
  const { provisionings } = context.store;
  const run: Errand['run'] = async (signal) => {
    const reach = tenantReach(context, tenantId);
    const changes = tenantChanges(context, tenantId, reach);
    const registrar = tenantRegistrar(context, tenantId, reach);
    const templates = tenantTemplates(context, tenantId, { reach, plans: changes });
    const tls = tenantTls(context, tenantId, reach);
    const parts = { reach, changes, registrar, templates, tls };
    const { carryOn } = tenantProvisioning(context, tenantId, parts);
    await carryOn(id, signal === undefined ? {} : { signal });
  };
  const putOff = async (): Promise<void> => {
    const current = await provisionings.get(tenantId, id);
    if (current === null || current.dueAt === null) return;
    const dueAt = context.clock.now() + FAILED_WAIT_MS;
    await provisionings.advance({ ...current, dueAt, version: current.version + 1 }, []);
  };
  return { key: `provisioning ${id}`, tenantId, domain: toUnicode(domain), run: orPutOff(run, putOff) };
}

function tlsErrand(context: Context, snapshot: TlsSnapshot): Errand {
  const { tenantId, zoneId, zoneName } = snapshot;
  const { tlsSnapshots } = context.store;
  const run: Errand['run'] = (signal) => lookAgain(context, snapshot, signal);
  const putOff = async (): Promise<void> => {
    const current = await tlsSnapshots.get(tenantId, zoneId);
    if (current === null || current.dueAt === null) return;
    const dueAt = context.clock.now() + FAILED_WAIT_MS;
    await tlsSnapshots.put({ ...current, dueAt, version: current.version + 1 }, []);
  };
  return {
    key: `tls ${tenantId} ${zoneId}`,
    tenantId,
    domain: toUnicode(zoneName),
    run: orPutOff(run, putOff),
  };
}

/** What fails is told, and not tried at every tick. */
function orPutOff(run: Errand['run'], putOff: () => Promise<void>): Errand['run'] {
  return async (signal) => {
    try {
      await run(signal);
    } catch (error) {
      await putOff().catch(() => undefined);
      throw error;
    }
  };
}
