/** The steps of a provisioning, each a look and at most one act. Every one may run again after any end. */
import { isZonewardError } from '../../base/errors.ts';
import type { ChangeSetId, ZoneId } from '../../base/ids.ts';
import { toUnicode } from '../../dns/name.ts';
import type { ChangeSetStatus } from '../changes/model.ts';
import type { Purchase, PurchaseId } from '../registrar/model.ts';
import type { ZoneFacts } from '../zones/model.ts';
import { askActivation, type MakePorts, makeZone, type ZoneInput } from './make-zone.ts';
import type { Provisioning, Step, StepName } from './model.ts';
import type { NameLookup, ProvisioningStore } from './ports.ts';
import { verifyRecords, type WantedRecord } from './verify-records.ts';

/** Records go through plan, journal and audit like every other change. */
export interface ProvisionRecords {
  /** Plans the source and stores the plan; null when the zone is so already. Sends nothing. */
  save(zoneId: ZoneId, source: NonNullable<Provisioning['wish']['records']>): Promise<ChangeSetId | null>;
  /** Goes on with it. Safe to repeat. */
  run(id: ChangeSetId): Promise<ChangeSetStatus>;
  /** Takes it back; what others changed since stays. @returns how many changes were left alone. */
  undo(id: ChangeSetId): Promise<{ readonly leftAlone: number }>;
  wanted(id: ChangeSetId): Promise<readonly WantedRecord[]>;
  /** Records of the zone as Cloudflare holds them now. */
  count(zoneId: ZoneId): Promise<number>;
}

export interface StepPorts extends MakePorts {
  readonly store: ProvisioningStore;
  readonly records: ProvisionRecords;
  readonly lookup: NameLookup;
  readonly readZone: (zoneId: ZoneId) => Promise<ZoneFacts>;
  /** Looks what became of a purchase. */
  readonly purchase: (id: PurchaseId) => Promise<Purchase>;
  /** Replaces the stored row with the next version; gives it back. */
  readonly save: (provisioning: Provisioning) => Promise<Provisioning>;
}

export interface StepResult extends Pick<Step, 'state' | 'reason'> {
  readonly next?: readonly string[];
  /** When to look again, while it waits. */
  readonly pauseMs?: number;
  /** What it learned or made. The version may have moved: it builds on the one that the step saved last. */
  readonly provisioning: Provisioning;
}

type StepRun = (ports: StepPorts, provisioning: Provisioning, input: ZoneInput) => Promise<StepResult>;

const MINUTE_MS = 60_000;

export const STEP_RUNS: Readonly<Record<StepName, StepRun>> = {
  register: runRegister,
  zone: runZone,
  nameservers: runNameServers,
  activation: runActivation,
  records: runRecords,
  tls: async (_, provisioning) => ({
    provisioning,
    state: 'skipped',
    reason: 'No TLS baseline of its own yet; settings in the file were applied with the records.',
    next: [`zoneward plan ${provisioning.domain} -f FILE`],
  }),
  dnssec: async (_, provisioning) => ({
    provisioning,
    state: 'skipped',
    reason: 'Not switched on by provisioning yet.',
    next: ['Switch DNSSEC on in the Cloudflare dashboard, and add the DS record at the registrar.'],
  }),
  verify: runVerify,
};

async function runRegister(ports: StepPorts, provisioning: Provisioning): Promise<StepResult> {
  const { register } = provisioning.wish;
  if (register === null)
    return { provisioning, state: 'skipped', reason: 'Registered elsewhere, or already.' };
  const { state, reason, next } = await ports.purchase(register.purchaseId);
  if (state === 'registered') return { provisioning, state: 'done', reason };
  if (state === 'planned' || state === 'approved' || state === 'action-required')
    return { provisioning, state: 'action', reason, next, pauseMs: 10 * MINUTE_MS };
  if (state === 'sent' || state === 'running' || state === 'blocked')
    return { provisioning, state: 'waiting', reason, next, pauseMs: MINUTE_MS };
  return { provisioning, state: 'failed', reason, next };
}

/** Adopts a zone that is there; makes one that is not, meant before it is sent. */
async function runZone(ports: StepPorts, provisioning: Provisioning, input: ZoneInput): Promise<StepResult> {
  const found = await ports.zones.find(input.accountId, input.domain, input.call);
  const { added } = provisioning;
  if (found !== null) {
    // Meant and there: an earlier life made it. It was not there when it was meant.
    const state = added.zone.state === 'meant' || added.zone.state === 'made' ? 'made' : 'found';
    await ports.mirror.putZones(input.tenantId, input.connectionId, [found], ports.clock.now());
    const reason =
      state === 'made' ? 'Created.' : 'It was in the account already; it stays when this is taken down.';
    return { provisioning: withZone(provisioning, found, state), state: 'done', reason };
  }
  const zone = { state: 'meant' as const, meantAt: ports.clock.now() };
  const meant = await ports.save({ ...provisioning, added: { ...added, zone } });
  const made = await makeZone(ports, input);
  return { provisioning: withZone(meant, made, 'made'), state: 'done', reason: 'Created.' };
}

function withZone(provisioning: Provisioning, facts: ZoneFacts, state: 'made' | 'found'): Provisioning {
  const zone = { ...provisioning.added.zone, state };
  return {
    ...provisioning,
    zoneId: facts.id,
    nameServers: facts.nameServers,
    added: { ...provisioning.added, zone },
  };
}

/** Shows what is delegated now beside what must be. The registrar is a person's, or Cloudflare's own. */
async function runNameServers(ports: StepPorts, provisioning: Provisioning): Promise<StepResult> {
  const facts = await ports.readZone(zoneOf(provisioning));
  const wanted = [...facts.nameServers].sort();
  const fresh = { ...provisioning, nameServers: facts.nameServers };
  if (facts.status === 'active')
    return { provisioning: fresh, state: 'done', reason: `Delegated to ${wanted.join(', ')}.` };
  const current = await ports.lookup.nameServers(provisioning.domain);
  if (current !== null && [...current].sort().join() === wanted.join())
    return { provisioning: fresh, state: 'done', reason: `Delegated to ${wanted.join(', ')}.` };
  const now =
    current === null ? 'could not be read' : current.length === 0 ? 'there is none' : current.join(', ');
  return {
    provisioning: fresh,
    state: 'action',
    reason: `Cloudflare's nameservers are not set yet. Delegation now: ${now}.`,
    next: [
      `Set these at the registrar of ${toUnicode(provisioning.domain)}, and no others: ${wanted.join(', ')}`,
      'If the domain has DNSSEC, remove its DS record at the registrar first.',
    ],
    pauseMs: 10 * MINUTE_MS,
  };
}

async function runActivation(
  ports: StepPorts,
  provisioning: Provisioning,
  input: ZoneInput,
): Promise<StepResult> {
  const { status } = await ports.readZone(zoneOf(provisioning));
  if (status === 'active') return { provisioning, state: 'done', reason: 'Active.' };
  if (status === 'deleted' || status === 'moved')
    return {
      provisioning,
      state: 'failed',
      reason: `The zone is ${status}.`,
      next: [`zoneward zones show ${provisioning.domain}`],
    };
  const { reason } = await askActivation(ports, input, zoneOf(provisioning));
  const after = await ports.readZone(zoneOf(provisioning));
  if (after.status === 'active') return { provisioning, state: 'done', reason: 'Active.' };
  return {
    provisioning,
    state: 'waiting',
    reason: `Cloudflare has not seen the delegation yet. ${reason}`,
    next: ['Nothing to do; Cloudflare looks by itself at growing intervals.'],
    pauseMs: 15 * MINUTE_MS,
  };
}

async function runRecords(ports: StepPorts, provisioning: Provisioning): Promise<StepResult> {
  const { wish, added } = provisioning;
  if (wish.records === null) return { provisioning, state: 'skipped', reason: 'No file was given.' };
  let current = provisioning;
  let id = added.changeSetId;
  if (id === null) {
    id = await ports.records.save(zoneOf(provisioning), wish.records);
    if (id === null) return { provisioning, state: 'done', reason: 'The zone holds them already.' };
    // Known before it is applied, so that it can be taken back whatever happens. An unapplied plan left by a crash is harmless.
    current = await ports.save({ ...provisioning, added: { ...added, changeSetId: id } });
  }
  const status = await ports.records.run(id);
  const next = [`zoneward changes show ${id}`];
  if (status === 'applied') return { provisioning: current, state: 'done', reason: `Applied as ${id}.` };
  if (status === 'unknown' || status === 'interrupted' || status === 'applying')
    return {
      provisioning: current,
      state: 'waiting',
      reason: `${id} is ${status}.`,
      next,
      pauseMs: 2 * MINUTE_MS,
    };
  return { provisioning: current, state: 'failed', reason: `${id} is ${status}.`, next };
}

async function runVerify(ports: StepPorts, provisioning: Provisioning): Promise<StepResult> {
  const { changeSetId } = provisioning.added;
  const wanted = changeSetId === null ? [] : await ports.records.wanted(changeSetId);
  const { resolvers } = provisioning.wish;
  const servers = resolvers.length > 0 ? resolvers : provisioning.nameServers;
  const { checked, missing, notCompared } = await verifyRecords(ports.lookup, servers, wanted);
  const rest = notCompared === 0 ? '' : `; ${notCompared} of types that are not compared`;
  if (missing.length === 0)
    return {
      provisioning,
      state: 'done',
      reason: `${checked} answers of ${servers.join(', ')} are as wanted${rest}.`,
    };
  return {
    provisioning,
    state: 'waiting',
    reason: `Not seen yet: ${missing.slice(0, 5).join('; ')}${missing.length > 5 ? ` and ${missing.length - 5} more` : ''}.`,
    next: [`Wait for the TTL of the old records; then: zoneward provision ${provisioning.domain}`],
    pauseMs: 5 * MINUTE_MS,
  };
}

function zoneOf({ zoneId }: Provisioning): ZoneId {
  if (zoneId === null) throw new Error('bug: a step after the zone has none');
  return zoneId;
}

/** What a step that threw is: over for now when only the world can change it, failed when a person must. */
export function resultOfError(provisioning: Provisioning, error: unknown): StepResult {
  if (!isZonewardError(error)) throw error;
  const passing = error.kind === 'temporary' || error.kind === 'unknown-outcome';
  const approval = error.code === 'approval-missing' || error.code === 'approval-expired';
  return {
    provisioning,
    state: passing ? 'waiting' : approval ? 'action' : 'failed',
    reason: error.message,
    next: error.next,
    ...(passing || approval ? { pauseMs: 5 * MINUTE_MS } : {}),
  };
}
