/** Looking at a zone's TLS: what is asked, what is remembered of it, and the worker's errand that asks again. */
import { isZonewardError } from '../base/errors.ts';
import type { TenantId } from '../base/ids.ts';
import type { Cloudflare } from '../cloudflare/cloudflare.ts';
import type { CallOptions } from '../domains/cloudflare-call.ts';
import type { CertificatePack } from '../domains/tls/model.ts';
import {
  afterLook,
  type DatedCertificate,
  datedOf,
  findingsDue,
  statusEvents,
  type TlsSnapshot,
  unseen,
} from '../domains/tls/snapshot.ts';
import { SHOWN_SETTINGS, type TlsFinding, tlsReport } from '../domains/tls/tls-report.ts';
import type { Zone } from '../domains/zones/model.ts';
import type { Context } from './context.ts';
import { parentAskerOf } from './ds-asker.ts';
import { tenantReach } from './tenant-reach.ts';

/** Every certificate of the zone: six calls at the same time, less one where the packs are asked already. What the zone may not have counts as none. */
export async function lookAtCertificates(
  { tls }: Pick<Cloudflare, 'tls'>,
  zoneId: Zone['facts']['id'],
  call: CallOptions,
  packs: Promise<readonly CertificatePack[]> = tls.certificatePacks(zoneId, call),
): Promise<readonly DatedCertificate[]> {
  const [edge, own, origin, hostnames, pulls] = await Promise.all([
    packs,
    orNone(tls.customCertificates(zoneId, call)),
    orNone(tls.originCertificates(zoneId, call)),
    orNone(tls.customHostnames(zoneId, call)),
    orNone(tls.originPullCertificates(zoneId, call)),
  ]);
  return datedOf({ packs: edge, own, origin, hostnames, pulls });
}

/** Every setting, certificate, DNSSEC and CAA of a zone, judged: each asked once, all at the same time. */
export async function lookAtTls(
  context: Pick<Context, 'config' | 'clock'>,
  cloudflare: Cloudflare,
  zone: Zone,
  call: CallOptions,
  asked: Promise<readonly CertificatePack[]> = cloudflare.tls.certificatePacks(zone.facts.id, call),
): Promise<readonly TlsFinding[]> {
  const { id, name } = zone.facts;
  const parent = parentAskerOf(context.config);
  const signal = call.signal === undefined ? {} : { signal: call.signal };
  const [{ states, failures }, packs, caa, parentDs] = await Promise.all([
    cloudflare.settings.readSettings(id, SHOWN_SETTINGS, call),
    orWhy(asked),
    orWhy(cloudflare.tls.caaRecords(id, name, call)),
    parent === null ? null : parent.parentDs(name, signal),
  ]);
  return tlsReport({ zone: name, states, failures, packs, caa, parentDs, now: context.clock.now() });
}

/** Both at the same time: 17 calls, each thing once. */
export async function lookAtAll(
  context: Pick<Context, 'config' | 'clock'>,
  cloudflare: Cloudflare,
  zone: Zone,
  call: CallOptions,
): Promise<{ readonly certificates: readonly DatedCertificate[]; readonly findings: readonly TlsFinding[] }> {
  const packs = cloudflare.tls.certificatePacks(zone.facts.id, call);
  const [certificates, findings] = await Promise.all([
    lookAtCertificates(cloudflare, zone.facts.id, call, packs),
    lookAtTls(context, cloudflare, zone, call, packs),
  ]);
  return { certificates, findings };
}

/** Remembers a look, with an event for each status that moved. Someone else's look at the same time is as good. */
export async function remember(
  context: Context,
  tenantId: TenantId,
  zone: Zone,
  seen: { readonly certificates?: readonly DatedCertificate[]; readonly findings?: readonly TlsFinding[] },
): Promise<TlsSnapshot> {
  const { tlsSnapshots } = context.store;
  const { id: zoneId, name: zoneName } = zone.facts;
  const at = context.clock.now();
  const before = (await tlsSnapshots.get(tenantId, zoneId)) ?? unseen({ tenantId, zoneId, zoneName }, null);
  const after = afterLook(before, { certificates: before.certificates, ...seen }, at);
  // Verdicts alone say nothing of certificates that were never looked at.
  const kept =
    seen.certificates === undefined
      ? { ...after, readAt: before.readAt, dueAt: before.dueAt, movingSince: before.movingSince }
      : after;
  const events =
    seen.certificates === undefined ? [] : statusEvents(before, kept, { principal: context.principal, at });
  try {
    await tlsSnapshots.put(kept, events);
  } catch (error) {
    if (!isZonewardError(error) || error.code !== 'tls-snapshot-moved') throw error;
  }
  return kept;
}

/** From now on the zone is followed; it is looked at within a minute. */
export async function follow(context: Context, tenantId: TenantId, zone: Zone): Promise<void> {
  const { tlsSnapshots } = context.store;
  const { id: zoneId, name: zoneName } = zone.facts;
  const dueAt = context.clock.now();
  const before = (await tlsSnapshots.get(tenantId, zoneId)) ?? unseen({ tenantId, zoneId, zoneName }, dueAt);
  try {
    await tlsSnapshots.put({ ...before, dueAt, version: before.version + 1 }, []);
  } catch (error) {
    if (!isZonewardError(error) || error.code !== 'tls-snapshot-moved') throw error;
  }
}

/** What the worker does when a zone's TLS is due: its certificates, and once a day the verdicts. */
export async function lookAgain(
  context: Context,
  snapshot: TlsSnapshot,
  signal?: AbortSignal,
): Promise<void> {
  const { tenantId, zoneId } = snapshot;
  const reach = tenantReach(context, tenantId);
  const zone = await context.store.mirror.getZone(tenantId, zoneId);
  if (zone === null || zone.facts.status === 'deleted') {
    await context.store.tlsSnapshots.put({ ...snapshot, dueAt: null, version: snapshot.version + 1 }, []);
    return;
  }
  const { cloudflare } = await reach.linkedTo(zone);
  const call = { lane: 'sync' as const, ...(signal === undefined ? {} : { signal }) };
  const seen = findingsDue(snapshot, context.clock.now())
    ? await lookAtAll(context, cloudflare, zone, call)
    : { certificates: await lookAtCertificates(cloudflare, zoneId, call) };
  await remember(context, tenantId, zone, seen);
}

/** What was read, or the reason for a person, where only a right is missing. */
async function orWhy<T>(reading: Promise<T>): Promise<T | { readonly unreadable: string }> {
  try {
    return await reading;
  } catch (error) {
    if (!isZonewardError(error) || error.kind !== 'permission') throw error;
    return { unreadable: error.message };
  }
}

const NOT_HERE: ReadonlySet<string> = new Set([
  'permission-missing',
  'cloudflare-refused',
  'cloudflare-not-found',
]);

async function orNone<T>(reading: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await reading;
  } catch (error) {
    if (!isZonewardError(error) || !NOT_HERE.has(error.code)) throw error;
    return [];
  }
}
