/**
 * A provisioning begun, carried on, taken down. Carrying on runs the steps in order until one waits, needs a person or
 * fails; every step's outcome is stored before the next begins. While somebody carries it on it is not due, so that a
 * worker does not come between; who comes second to a row all the same is told `provisioning-moved`. Safe to repeat,
 * from any process.
 */
import type { Clock, Random } from '../../base/clock.ts';
import { isZonewardError, ZonewardError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import { toUnicode } from '../../dns/name.ts';
import type { NewEvent, Principal } from '../audit/model.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import { refuseUnguardedDelete, removeZone, type ZoneInput } from './make-zone.ts';
import { holdingStep, type Provisioning, type ProvisioningId, STEP_NAMES, type Step } from './model.ts';
import type { ProvisioningStore } from './ports.ts';
import { resultOfError, STEP_RUNS, type StepPorts, type StepResult } from './steps.ts';

/** So long whoever carries it on has it alone. One that died is followed by a worker after that. */
const HELD_MS = 120_000;

export type ProvisionPorts = Omit<StepPorts, 'save'>;

export interface NewProvisioning
  extends Pick<Provisioning, 'tenantId' | 'connectionId' | 'accountId' | 'domain' | 'wish'> {
  readonly principal: Principal;
}

/** Stores it; nothing is sent. Throws `provisioning-under-way` (conflict). */
export async function beginProvisioning(
  ports: { readonly store: ProvisioningStore; readonly clock: Clock; readonly random: Random },
  { principal, ...input }: NewProvisioning,
): Promise<Provisioning> {
  const now = ports.clock.now();
  const provisioning: Provisioning = {
    ...input,
    id: newId<ProvisioningId>('prv', ports),
    state: 'going',
    steps: STEP_NAMES.map((name) => ({ name, state: 'todo', reason: '', next: [], at: null })),
    zoneId: null,
    nameServers: [],
    added: { zone: { state: 'none', meantAt: null }, changeSetId: null, recordsTakenBack: false },
    author: principal,
    createdAt: now,
    dueAt: now + HELD_MS,
    version: 1,
  };
  const event = eventOf(provisioning, 'provisioning.begun', 'is being provisioned', { at: now, principal });
  await ports.store.create(provisioning, [event]);
  return provisioning;
}

interface Acting {
  readonly principal: Principal;
  readonly call: CallOptions;
}

/** Runs what can be run now. @returns where it stands. */
export async function carryOn(
  ports: ProvisionPorts,
  provisioning: Provisioning,
  acting: Acting,
): Promise<Provisioning> {
  let current = await held(ports, provisioning);
  while (current.state === 'going') {
    acting.call.signal?.throwIfAborted();
    const step = holdingStep(current);
    if (step === null) return finish(ports, current, acting);
    const result = await runStep(ports, current, step, acting);
    current = await settleStep(ports, step, result, acting);
    if (result.state !== 'done' && result.state !== 'skipped') return current;
  }
  return current;
}

/** Written down before anything is done: of two that come at once, one goes on. */
async function held(ports: ProvisionPorts, provisioning: Provisioning): Promise<Provisioning> {
  const { state, dueAt, version } = provisioning;
  const now = ports.clock.now();
  if (state !== 'going' || (dueAt !== null && dueAt > now)) return provisioning;
  const next = { ...provisioning, dueAt: now + HELD_MS, version: version + 1 };
  await ports.store.advance(next, []);
  return next;
}

async function runStep(
  ports: ProvisionPorts,
  provisioning: Provisioning,
  step: Step,
  acting: Acting,
): Promise<StepResult> {
  let latest = provisioning;
  const save: StepPorts['save'] = async (next) => {
    latest = { ...next, version: latest.version + 1 };
    await ports.store.advance(latest, []);
    return latest;
  };
  try {
    return await STEP_RUNS[step.name]({ ...ports, save }, provisioning, inputOf(provisioning, acting));
  } catch (error) {
    if (isZonewardError(error) && error.code === 'provisioning-moved') throw error;
    return resultOfError(latest, error);
  }
}

async function settleStep(
  ports: ProvisionPorts,
  before: Step,
  result: StepResult,
  { principal }: Acting,
): Promise<Provisioning> {
  const now = ports.clock.now();
  const { provisioning, state, reason } = result;
  const at = state === before.state && before.at !== null ? before.at : now;
  const step: Step = { name: before.name, state, reason, next: result.next ?? [], at };
  const passed = state === 'done' || state === 'skipped';
  const next: Provisioning = {
    ...provisioning,
    steps: provisioning.steps.map((one) => (one.name === step.name ? step : one)),
    dueAt: passed ? now + HELD_MS : result.pauseMs === undefined ? null : now + result.pauseMs,
    version: provisioning.version + 1,
  };
  const told = step.state !== before.state || step.reason !== before.reason;
  const what = `${step.name} ${step.state}: ${step.reason}`;
  const events = told ? [eventOf(next, `provisioning.step-${step.state}`, what, { at: now, principal })] : [];
  await ports.store.advance(next, events);
  return next;
}

async function finish(
  ports: ProvisionPorts,
  current: Provisioning,
  { principal }: Acting,
): Promise<Provisioning> {
  const live: Provisioning = { ...current, state: 'live', dueAt: null, version: current.version + 1 };
  const event = eventOf(live, 'provisioning.live', 'is live', { at: ports.clock.now(), principal });
  await ports.store.advance(live, [event]);
  return live;
}

/**
 * Takes back exactly what was added: every change set is undone, the last first, a zone that was made is deleted when it holds
 * nothing else. A zone that was found stays, and so does a registration, which cannot be returned. Safe to repeat.
 * Throws `guard-rail` (conflict) without `allow: ['zone-delete']`, `zone-not-empty` (conflict).
 */
export async function takeDown(
  ports: ProvisionPorts,
  provisioning: Provisioning,
  { allow, ...acting }: Acting & { readonly allow: readonly string[] },
): Promise<Provisioning> {
  const { added, domain } = provisioning;
  const input = inputOf(provisioning, acting);
  // Meant and never looked at again: it may be there.
  const orphan =
    added.zone.state === 'meant' ? await ports.zones.find(input.accountId, domain, acting.call) : null;
  const zoneId = provisioning.zoneId ?? orphan?.id ?? null;
  const mustDelete = zoneId !== null && (added.zone.state === 'made' || added.zone.state === 'meant');
  if (mustDelete) refuseUnguardedDelete(domain, allow);
  const step = async (
    before: Provisioning,
    change: Partial<Provisioning>,
    what: string,
  ): Promise<Provisioning> => {
    const next = { ...before, ...change, dueAt: null, version: before.version + 1 };
    const at = ports.clock.now();
    await ports.store.advance(next, [
      eventOf(next, `provisioning.${next.state}`, what, { at, principal: acting.principal }),
    ]);
    return next;
  };
  let current = await step(provisioning, { state: 'removing' }, 'is being taken down');
  // The last first, as they were stacked. A zone that goes takes its settings with it.
  for (const other of (added.others ?? []).toReversed()) {
    if (other.takenBack || (mustDelete && !other.kind.startsWith('template'))) continue;
    // Records are this one's own; of settings, what cannot be undone needs its own word.
    const lifted = other.kind.startsWith('template') ? null : allow;
    const { leftAlone } = await ports.changes.undo(other.changeSetId, lifted);
    const others = (current.added.others ?? []).map((one) =>
      one.kind === other.kind ? { ...one, takenBack: true } : one,
    );
    current = await step(
      current,
      { added: { ...current.added, others } },
      `${other.kind} taken back${leftAloneText(leftAlone)}`,
    );
  }
  if (added.changeSetId !== null && !added.recordsTakenBack) {
    const { leftAlone } = await ports.changes.undo(added.changeSetId, null);
    current = await step(
      current,
      { added: { ...current.added, recordsTakenBack: true } },
      `records taken back${leftAloneText(leftAlone)}`,
    );
  }
  if (mustDelete && zoneId !== null) {
    const there = await ports.zones.find(input.accountId, domain, acting.call);
    // Gone: the deletion of an earlier life landed, and its answer was never read.
    if (there?.id === zoneId) {
      await refuseFilled(ports, current, zoneId);
      await removeZone(ports, input, there);
    }
    const zone = { ...current.added.zone, state: 'removed' as const };
    current = await step(current, { added: { ...current.added, zone } }, 'zone deleted');
  }
  return step(current, { state: 'removed' }, 'is taken down; a registration stays');
}

function leftAloneText(count: number): string {
  return count === 0 ? '' : `; ${count} that others changed since were left alone`;
}

async function refuseFilled(
  ports: ProvisionPorts,
  { domain }: Provisioning,
  zoneId: NonNullable<Provisioning['zoneId']>,
): Promise<void> {
  const left = await ports.changes.count(zoneId);
  if (left === 0) return;
  throw new ZonewardError(
    `${toUnicode(domain)} holds ${left} records that this did not add; the zone was not deleted. Its own records are taken back.`,
    {
      code: 'zone-not-empty',
      kind: 'conflict',
      next: [
        `zoneward records list --zone ${toUnicode(domain)}`,
        `zoneward zones delete ${toUnicode(domain)} --allow zone-delete`,
      ],
    },
  );
}

function inputOf({ tenantId, connectionId, accountId, domain }: Provisioning, acting: Acting): ZoneInput {
  return { tenantId, connectionId, accountId, domain, ...acting };
}

function eventOf(
  provisioning: Provisioning,
  kind: string,
  what: string,
  of: { readonly at: number; readonly principal: Principal },
): NewEvent {
  const { id, domain, connectionId, zoneId, added, state } = provisioning;
  return {
    kind,
    at: of.at,
    principal: of.principal,
    connectionId,
    ...(zoneId === null ? {} : { zoneId }),
    ...(added.changeSetId === null ? {} : { changeSetId: added.changeSetId }),
    summary: `${toUnicode(domain)}: ${what}`,
    payload: { provisioningId: id, domain, state, zone: added.zone.state },
  };
}
