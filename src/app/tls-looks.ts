/** Looking at a zone's TLS: what is asked, what is remembered of it, and the worker's errand that asks again. */
import { isZonewardError } from '../base/errors.ts';
import type { TenantId } from '../base/ids.ts';
import type { Cloudflare } from '../cloudflare/cloudflare.ts';
import type { CallOptions } from '../domains/cloudflare-call.ts';
import { dnssecView } from '../domains/tls/dnssec.ts';
import {
  type DnssecMemory,
  type DnssecProgress,
  type DnssecSeen,
  dnssecEvents,
  dnssecProgress,
  rememberDnssec,
} from '../domains/tls/dnssec-memory.ts';
import type { CertificatePack } from '../domains/tls/model.ts';
import {
  afterLook,
  certificatesDue,
  type DatedCertificate,
  datedOf,
  dnssecDue,
  expiryEvents,
  findingsDue,
  type Look,
  type SlowPart,
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
  context: Pick<Context, 'config' | 'clock' | 'store'>,
  cloudflare: Cloudflare,
  zone: Zone,
  call: CallOptions,
  asked: Promise<readonly CertificatePack[]> = cloudflare.tls.certificatePacks(zone.facts.id, call),
): Promise<{ readonly findings: readonly TlsFinding[]; readonly dnssec?: DnssecSeen }> {
  const { id, name } = zone.facts;
  const asker = parentAskerOf(context.config);
  const signal = call.signal === undefined ? {} : { signal: call.signal };
  const [{ states, failures }, packs, caa, parent] = await Promise.all([
    cloudflare.settings.readSettings(id, SHOWN_SETTINGS, call),
    orWhy(asked),
    orWhy(cloudflare.tls.caaRecords(id, name, call)),
    asker === null ? null : asker.parentDs(name, signal),
  ]);
  const now = context.clock.now();
  const received = states.get('dnssec')?.received;
  const seen = received === undefined ? null : { received, parent };
  const dnssec = seen === null ? null : await progressOf(context, zone, seen, now);
  const findings = tlsReport({ zone: name, states, failures, packs, caa, dnssec, now });
  return { findings, ...(seen === null ? {} : { dnssec: seen }) };
}

/** Where DNSSEC stands with this look, before it is remembered. */
async function progressOf(
  context: Pick<Context, 'store'>,
  zone: Zone,
  seen: DnssecSeen,
  now: number,
): Promise<DnssecProgress> {
  const { tenantId, facts } = zone;
  const before = (await context.store.tlsSnapshots.get(tenantId, facts.id))?.dnssec;
  return dnssecStanding(context, zone, seen, rememberDnssec(facts.name, before, seen, now));
}

/** A look with what is remembered, for who reads it. Whether Cloudflare is the registrar is known from the mirror: no call. */
export async function dnssecStanding(
  { store }: Pick<Context, 'store'>,
  { tenantId, facts: { name, accountId } }: Zone,
  { received, parent }: DnssecSeen,
  memory: DnssecMemory,
): Promise<DnssecProgress> {
  const mirror = await store.registrations.read(tenantId, { accountId, namespace: 'live' });
  const isRegisteredHere = mirror?.registrations.some(({ domain }) => domain === name) ?? false;
  const view = dnssecView(name, received, parent?.records ?? null, { isRegisteredHere });
  return dnssecProgress(view, memory, isRegisteredHere);
}

/** DNSSEC alone: one call, and a question to the parent. */
export async function lookAtDnssec(
  context: Pick<Context, 'config'>,
  { settings }: Pick<Cloudflare, 'settings'>,
  zone: Zone,
  call: CallOptions,
): Promise<DnssecSeen> {
  const { id, name } = zone.facts;
  const asker = parentAskerOf(context.config);
  const signal = call.signal === undefined ? {} : { signal: call.signal };
  const [read, parent] = await Promise.all([
    settings.readSettings(id, ['dnssec'], call),
    asker === null ? null : asker.parentDs(name, signal),
  ]);
  const failure = read.failures.get('dnssec');
  if (failure !== undefined) throw failure;
  return { received: read.states.get('dnssec')?.received ?? {}, parent };
}

/** Both at the same time: 17 calls, each thing once. */
export async function lookAtAll(
  context: Pick<Context, 'config' | 'clock' | 'store'>,
  cloudflare: Cloudflare,
  zone: Zone,
  call: CallOptions,
): Promise<Look> {
  const packs = cloudflare.tls.certificatePacks(zone.facts.id, call);
  const [certificates, rest] = await Promise.all([
    lookAtCertificates(cloudflare, zone.facts.id, call, packs),
    lookAtTls(context, cloudflare, zone, call, packs),
  ]);
  return { certificates, ...rest };
}

/** Remembers a look, with an event for each status that moved and each end that comes near. Someone else's look at the same time is as good. */
export async function remember(
  context: Context,
  tenantId: TenantId,
  zone: Zone,
  seen: Look,
): Promise<TlsSnapshot> {
  const { tlsSnapshots } = context.store;
  const { id: zoneId, name: zoneName } = zone.facts;
  const at = context.clock.now();
  const before = (await tlsSnapshots.get(tenantId, zoneId)) ?? unseen({ tenantId, zoneId, zoneName }, null);
  const after = afterLook(before, seen, at);
  const by = { principal: context.principal, at };
  const events = [
    ...statusEvents(before, after, by),
    ...expiryEvents(before, after, by),
    ...dnssecEvents(after, { before: before.dnssec, after: after.dnssec }, by),
  ];
  try {
    await tlsSnapshots.put(after, events);
  } catch (error) {
    if (!isZonewardError(error) || error.code !== 'tls-snapshot-moved') throw error;
  }
  return after;
}

/** From now on the zone is followed; what was set in motion is looked at within a minute. */
export async function follow(
  context: Context,
  tenantId: TenantId,
  zone: Zone,
  moved: readonly SlowPart[],
): Promise<void> {
  const { tlsSnapshots } = context.store;
  const { id: zoneId, name: zoneName } = zone.facts;
  const dueAt = context.clock.now();
  const before = (await tlsSnapshots.get(tenantId, zoneId)) ?? unseen({ tenantId, zoneId, zoneName }, dueAt);
  try {
    const awaited = [...new Set([...(before.awaited ?? []), ...moved])];
    await tlsSnapshots.put({ ...before, awaited, dueAt, version: before.version + 1 }, []);
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
  await remember(context, tenantId, zone, await lookAtDue(context, cloudflare, { zone, snapshot, call }));
}

async function lookAtDue(
  context: Context,
  cloudflare: Cloudflare,
  {
    zone,
    snapshot,
    call,
  }: { readonly zone: Zone; readonly snapshot: TlsSnapshot; readonly call: CallOptions },
): Promise<Look> {
  const now = context.clock.now();
  if (findingsDue(snapshot, now)) return lookAtAll(context, cloudflare, zone, call);
  const [certificates, dnssec] = await Promise.all([
    certificatesDue(snapshot, now) ? lookAtCertificates(cloudflare, zone.facts.id, call) : undefined,
    dnssecDue(snapshot) ? lookAtDnssec(context, cloudflare, zone, call) : undefined,
  ]);
  return {
    ...(certificates === undefined ? {} : { certificates }),
    ...(dnssec === undefined ? {} : { dnssec }),
  };
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
