/** The steps of a provisioning, each a look and at most one act. Every one may run again after any end. */
import { isZonewardError } from '../../base/errors.ts';
import type { ChangeSetId, ZoneId } from '../../base/ids.ts';
import { toUnicode } from '../../dns/name.ts';
import type { ChangeSetStatus } from '../changes/model.ts';
import type { Purchase, PurchaseId } from '../registrar/model.ts';
import type { DnssecView } from '../tls/dnssec.ts';
import type { RecordSet } from '../verify/expectations.ts';
import { isFine, type RecordVerdict } from '../verify/model.ts';
import type { ZoneFacts } from '../zones/model.ts';
import { askActivation, type MakePorts, makeZone, type ZoneInput } from './make-zone.ts';
import type { AddedKind, Provisioning, ProvisioningWish, Step, StepName, WantedTemplate } from './model.ts';
import type { ProvisioningStore } from './ports.ts';

type WantedRecords = RecordSet['records'];

/** Records and settings go through plan, journal and audit like every other change. */
export interface ProvisionChanges {
  /** Plans and stores; null when the zone is so already. Sends nothing. */
  saveFile(zoneId: ZoneId, source: NonNullable<ProvisioningWish['records']>): Promise<ChangeSetId | null>;
  saveTemplate(
    zoneId: ZoneId,
    template: WantedTemplate,
    allow: readonly string[],
  ): Promise<ChangeSetId | null>;
  saveBaseline(zoneId: ZoneId, baseline: string, allow: readonly string[]): Promise<ChangeSetId | null>;
  saveDnssec(zoneId: ZoneId): Promise<ChangeSetId | null>;
  /** Goes on with it. Safe to repeat. */
  run(id: ChangeSetId): Promise<ChangeSetStatus>;
  /**
   * Takes it back; what others changed since stays. `allow` are the words of guard rails that it may lift; null: all,
   * for these are records that this added. @returns how many changes were left alone.
   */
  undo(id: ChangeSetId, allow: readonly string[] | null): Promise<{ readonly leftAlone: number }>;
  /** What a change set left in the zone. */
  wanted(id: ChangeSetId): Promise<WantedRecords>;
  /** Records of the zone as Cloudflare holds them now. */
  count(zoneId: ZoneId): Promise<number>;
}

export interface StepPorts extends MakePorts {
  readonly store: ProvisioningStore;
  readonly changes: ProvisionChanges;
  /** The delegation that the parent publishes; null when it could not be asked. */
  readonly delegation: (domain: Provisioning['domain']) => Promise<readonly string[] | null>;
  /** Asks the zone's nameservers and the resolvers about these records. */
  readonly verify: (provisioning: Provisioning, wanted: WantedRecords) => Promise<readonly RecordVerdict[]>;
  readonly dnssec: (zoneId: ZoneId) => Promise<DnssecView>;
  /** Whether HTTPS is answered at the edge: the states of the zone's certificates. Null where they may not be read. */
  readonly certificates: (zoneId: ZoneId) => Promise<readonly string[] | null>;
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
  tls: runTls,
  dnssec: runDnssec,
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
  try {
    const made = await makeZone(ports, input);
    return { provisioning: withZone(meant, made, 'made'), state: 'done', reason: 'Created.' };
  } catch (error) {
    // Refused for certain: a zone that is there later is somebody else's, and not ours to take down.
    if (isZonewardError(error) && error.kind !== 'unknown-outcome')
      await ports.save({ ...meant, added: { ...added, zone: { state: 'none', meantAt: null } } });
    throw error;
  }
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

/** Shows what the parent delegates to now beside what must be. The registrar is a person's, or Cloudflare's own. */
async function runNameServers(ports: StepPorts, provisioning: Provisioning): Promise<StepResult> {
  const facts = await ports.readZone(zoneOf(provisioning));
  const wanted = [...facts.nameServers].sort();
  const fresh = { ...provisioning, nameServers: facts.nameServers };
  const done: StepResult = {
    provisioning: fresh,
    state: 'done',
    reason: `Delegated to ${wanted.join(', ')}.`,
  };
  if (facts.status === 'active') return done;
  const current = await ports.delegation(provisioning.domain);
  if (current !== null && [...current].sort().join() === wanted.join()) return done;
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

/** The file first, then each template: a change set of its own each, so that each is taken back exactly. */
async function runRecords(ports: StepPorts, provisioning: Provisioning): Promise<StepResult> {
  const { records, templates = [] } = provisioning.wish;
  if (records === null && templates.length === 0)
    return { provisioning, state: 'skipped', reason: 'No file and no template was given.' };
  const zoneId = zoneOf(provisioning);
  let current = provisioning;
  const applied: string[] = [];
  if (records !== null) {
    const result = await applyFile(ports, current, records);
    if (result.state !== 'done') return result;
    current = result.provisioning;
    applied.push(result.reason);
  }
  for (const [index, template] of templates.entries()) {
    const kind: AddedKind = `template ${index + 1}`;
    const save = () => ports.changes.saveTemplate(zoneId, template, records?.allow ?? []);
    const result = await applyOther(ports, current, { kind, save });
    if (result.state !== 'done') return result;
    current = result.provisioning;
    applied.push(`${template.file}: ${result.reason}`);
  }
  return { provisioning: current, state: 'done', reason: applied.join(' ') };
}

async function applyFile(
  ports: StepPorts,
  provisioning: Provisioning,
  source: NonNullable<ProvisioningWish['records']>,
): Promise<StepResult> {
  const { added } = provisioning;
  let current = provisioning;
  let id = added.changeSetId;
  if (id === null) {
    id = await ports.changes.saveFile(zoneOf(provisioning), source);
    if (id === null) return { provisioning, state: 'done', reason: 'The zone holds them already.' };
    // Known before it is applied, so that it can be taken back whatever happens. An unapplied plan left by a crash is harmless.
    current = await ports.save({ ...provisioning, added: { ...added, changeSetId: id } });
  }
  return runChangeSet(ports, current, id);
}

/** The same for a change set beside that of the file. */
async function applyOther(
  ports: StepPorts,
  provisioning: Provisioning,
  { kind, save }: { readonly kind: AddedKind; readonly save: () => Promise<ChangeSetId | null> },
): Promise<StepResult> {
  const { added } = provisioning;
  const { others = [] } = added;
  const known = others.find((one) => one.kind === kind);
  if (known !== undefined) return runChangeSet(ports, provisioning, known.changeSetId);
  const changeSetId = await save();
  if (changeSetId === null) return { provisioning, state: 'done', reason: 'The zone is so already.' };
  const noted = [...others, { kind, changeSetId, takenBack: false }];
  const current = await ports.save({ ...provisioning, added: { ...added, others: noted } });
  return runChangeSet(ports, current, changeSetId);
}

async function runChangeSet(
  ports: StepPorts,
  provisioning: Provisioning,
  id: ChangeSetId,
): Promise<StepResult> {
  const status = await ports.changes.run(id);
  const next = [`zoneward changes show ${id}`];
  if (status === 'applied') return { provisioning, state: 'done', reason: `Applied as ${id}.` };
  if (status === 'unknown' || status === 'interrupted' || status === 'applying')
    return { provisioning, state: 'waiting', reason: `${id} is ${status}.`, next, pauseMs: 2 * MINUTE_MS };
  return { provisioning, state: 'failed', reason: `${id} is ${status}.`, next };
}

async function runTls(ports: StepPorts, provisioning: Provisioning): Promise<StepResult> {
  const { tls = null, records } = provisioning.wish;
  if (tls === null)
    return {
      provisioning,
      state: 'skipped',
      reason: 'No baseline was asked for; settings in the file were applied with the records.',
      next: [`zoneward tls set ${provisioning.domain} --baseline modern`],
    };
  const save = () => ports.changes.saveBaseline(zoneOf(provisioning), tls, records?.allow ?? []);
  const result = await applyOther(ports, provisioning, { kind: 'tls', save });
  return result.state === 'done' ? { ...result, reason: `Baseline ${tls}. ${result.reason}` } : result;
}

/** Signs, then waits for the parent: the DS is a person's to give, or comes by itself at Cloudflare's registrar. */
async function runDnssec(ports: StepPorts, provisioning: Provisioning): Promise<StepResult> {
  if (provisioning.wish.dnssec !== true)
    return {
      provisioning,
      state: 'skipped',
      reason: 'Not asked for.',
      next: [`zoneward tls dnssec ${provisioning.domain} enable`],
    };
  const zoneId = zoneOf(provisioning);
  const signed = await applyOther(ports, provisioning, {
    kind: 'dnssec',
    save: () => ports.changes.saveDnssec(zoneId),
  });
  if (signed.state !== 'done') return signed;
  const { status, says, next } = await ports.dnssec(zoneId);
  if (status === 'active') return { ...signed, reason: says };
  const isOurs = provisioning.wish.register !== null;
  return { ...signed, state: isOurs ? 'waiting' : 'action', reason: says, next, pauseMs: 15 * MINUTE_MS };
}

/** Live means: the records are answered, and HTTPS is where a record is proxied. */
async function runVerify(ports: StepPorts, provisioning: Provisioning): Promise<StepResult> {
  const { changeSetId, others = [] } = provisioning.added;
  const ids = [...(changeSetId === null ? [] : [changeSetId]), ...others.map((one) => one.changeSetId)];
  const wanted = (await Promise.all(ids.map((id) => ports.changes.wanted(id)))).flat();
  const verdicts = await ports.verify(provisioning, wanted);
  const wrong = verdicts.filter((one) => !isFine(one));
  if (wrong.length > 0) {
    const shown = wrong.slice(0, 5).map(({ name, type, reason }) => `${toUnicode(name)} ${type}: ${reason}`);
    const waits = wrong.flatMap(({ waitSeconds }) => waitSeconds ?? []);
    return {
      provisioning,
      state: 'waiting',
      reason: `Not as wanted yet: ${shown.join(' ')}${wrong.length > 5 ? ` And ${wrong.length - 5} more.` : ''}`,
      next: [...new Set(wrong.flatMap(({ next }) => next))].slice(0, 5),
      pauseMs: Math.max(MINUTE_MS, Math.min(5 * MINUTE_MS, ...waits.map((seconds) => seconds * 1_000))),
    };
  }
  const answered = `${verdicts.length} sets of records are answered as wanted.`;
  return httpsResult(ports, provisioning, { answered, isProxied: wanted.some(({ proxied }) => proxied) });
}

async function httpsResult(
  ports: StepPorts,
  provisioning: Provisioning,
  { answered, isProxied }: { readonly answered: string; readonly isProxied: boolean },
): Promise<StepResult> {
  const states = await ports.certificates(zoneOf(provisioning));
  if (states === null)
    return { provisioning, state: 'done', reason: `${answered} Its certificates may not be read.` };
  if (states.includes('active'))
    return { provisioning, state: 'done', reason: `${answered} A certificate is active at the edge.` };
  if (!isProxied)
    return {
      provisioning,
      state: 'done',
      reason: `${answered} Nothing is proxied, so HTTPS is its origin's own.`,
    };
  return {
    provisioning,
    state: 'waiting',
    reason: `${answered} HTTPS waits for a certificate (${states.join(', ') || 'none'}).`,
    next: [`zoneward tls certificates ${provisioning.domain}`],
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
