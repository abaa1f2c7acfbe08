/**
 * Sending the certificates and custom hostnames of one zone, one request for each. What is there is looked at right
 * before: what moved, or was made meanwhile, is refused. A creation that got no answer is looked for among what is new
 * of its kind, and never sent again without someone asking: a certificate is not ordered twice.
 */
import { ZonewardError } from '../../base/errors.ts';
import type { RecordId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import { canonicalJson } from '../../plan/hash.ts';
import type { ObjectChange, ObjectKind } from '../../plan/object-change.ts';
import type { ZonePlan } from '../../plan/plan.ts';
import { settingText } from '../../plan/setting-text.ts';
import type { ObjectState, ZoneObjects } from '../tls/ports.ts';
import type { ApplyPorts } from './apply.ts';
import type { ChangeSet, OperationOutcome } from './model.ts';
import { beginSingles, recordMoved, type SingleJob, type SingleRequest, sendSingle } from './send-single.ts';
import type { OpenSingle, Sighting } from './settle-single.ts';

export interface ObjectsJob extends SingleJob {
  readonly objects: readonly ObjectChange[];
}

/** @returns those that moved since the plan, and were refused therefore. Throws what stopped it. */
export async function sendObjects(ports: ApplyPorts, job: ObjectsJob): Promise<readonly OperationOutcome[]> {
  if (job.objects.length === 0) return [];
  const port = objectsPort(ports);
  refuseWithoutKeys(job);
  const states = await readKinds(port, job.plan, job.objects);
  const ours = await madeBy(ports, job);
  const conflicts = job.objects.flatMap((change) =>
    conflictOf(change, states.get(change.resource) ?? [], ours),
  );
  await recordMoved(ports, job, 'certificates or hostnames', conflicts);
  const refused = new Set(conflicts.map(({ groupId }) => groupId));
  const run = await beginSingles(ports, job, job.objects.length);
  for (const change of job.objects) {
    if (refused.has(change.id)) continue;
    // What this plan made itself is there by now, and no sign that an equal one after it landed.
    const made = change.action === 'create' ? await madeBy(ports, job) : [];
    const idsBefore = new Set([...(states.get(change.resource) ?? []).map(({ id }) => id), ...made]);
    await sendSingle(ports, run, requestOf(port, job, change, [...idsBefore]));
  }
  return conflicts;
}

/** Ids of what the creations of this plan have made so far. */
async function madeBy(
  { journal }: Pick<ApplyPorts, 'journal'>,
  { changeSet, plan }: ObjectsJob,
): Promise<ReadonlySet<string>> {
  const creations = new Set(plan.objects?.filter(({ action }) => action === 'create').map(({ id }) => id));
  const outcomes = await journal.outcomes(changeSet.tenantId, changeSet.id, plan.zoneId);
  return new Set(
    outcomes.flatMap(({ groupId, recordId }) => (creations.has(groupId) ? (recordId ?? []) : [])),
  );
}

/** Whether a creation was sent before and seems not to have landed: someone must look before it is sent again. */
export async function hasUnseenCreation(
  { journal }: Pick<ApplyPorts, 'journal'>,
  { tenantId, id }: ChangeSet,
  objects: readonly ObjectChange[],
): Promise<boolean> {
  const creations = new Set(objects.filter(({ action }) => action === 'create').map((change) => change.id));
  if (creations.size === 0) return false;
  const sent = await journal.batches(tenantId, id);
  return sent.some(
    (entry) => entry.decidedBy === 'reading' && entry.groupIds.some((id) => creations.has(id)),
  );
}

function requestOf(
  port: ZoneObjects,
  { plan, options }: ObjectsJob,
  change: ObjectChange,
  idsBefore: readonly string[],
): SingleRequest {
  const { resource: kind, action, objectId, body } = change;
  const { look, ...single } = openObject(port, plan, change, idsBefore);
  return {
    single: { ...single, body: { object: { kind, action, objectId, body } }, idsBefore },
    send: async (call) => {
      const key = change.keySha256 === undefined ? undefined : options.keys?.get(change.keySha256);
      const request = { kind, action, objectId, body, ...(key === undefined ? {} : { key }) };
      const { object, ...answer } = await port.writeObject(
        { id: plan.zoneId, name: plan.zoneName },
        request,
        call,
      );
      return { ...answer, outcome: outcomeOf(change, object) };
    },
    look,
    resend: action !== 'create',
  };
}

/** An object's request as it is settled. `idsBefore`: what was there of its kind just before it was sent. */
export function openObject(
  port: ZoneObjects,
  zone: Pick<ZonePlan, 'zoneId' | 'zoneName'>,
  change: ObjectChange,
  idsBefore: readonly string[],
): OpenSingle {
  const { id, resource, action, objectId, title, before, after } = change;
  return {
    noun: 'object',
    id,
    label: `${action} ${title}`,
    facts: { object: resource, action, objectId, before, after },
    look: async () => {
      const states = (await readKinds(port, zone, [change])).get(resource) ?? [];
      return sightingOf(change, states, new Set(idsBefore));
    },
  };
}

function sightingOf(
  { action, objectId, before, after }: ObjectChange,
  states: readonly ObjectState[],
  idsBefore: ReadonlySet<string>,
): Sighting {
  const now = states.find(({ id }) => id === objectId);
  if (action === 'delete') return now === undefined ? { is: 'after' } : { is: 'before' };
  if (action === 'create') {
    const made = states.find((one) => !idsBefore.has(one.id) && shows(one.facts, after));
    return made === undefined ? { is: 'before' } : { is: 'after', found: foundOf(made) };
  }
  if (now === undefined) return { is: 'other' };
  if (shows(now.facts, after)) return { is: 'after', found: foundOf(now) };
  return { is: shows(now.facts, before) ? 'before' : 'other' };
}

function foundOf({ id, facts }: ObjectState): Pick<OperationOutcome, 'recordId' | 'received'> {
  // The journal has one column for ids, whatever they name.
  return { recordId: id as RecordId, received: facts };
}

/** Whether the facts that are named are as they say. */
export function shows(facts: JsonObject, wanted: JsonObject | null): boolean {
  return Object.entries(wanted ?? {}).every(
    ([key, value]) => canonicalJson(facts[key] ?? null) === canonicalJson(value),
  );
}

async function readKinds(
  port: ZoneObjects,
  zone: Pick<ZonePlan, 'zoneId' | 'zoneName'>,
  changes: readonly ObjectChange[],
): Promise<ReadonlyMap<ObjectKind, readonly ObjectState[]>> {
  const place = { id: zone.zoneId, name: zone.zoneName };
  const kinds = Map.groupBy(changes, ({ resource }) => resource);
  const entries = await Promise.all(
    [...kinds].map(async ([kind, own]) => {
      const ids = own.flatMap(({ objectId }) => objectId ?? []);
      return [kind, await port.readObjects(place, kind, { lane: 'apply', ids })] as const;
    }),
  );
  return new Map(entries);
}

function conflictOf(
  change: ObjectChange,
  states: readonly ObjectState[],
  ours: ReadonlySet<string>,
): OperationOutcome[] {
  const { id, action, objectId, title, before, after } = change;
  const refuse = (message: string): OperationOutcome[] => [
    { groupId: id, change: 0, state: 'conflict', message },
  ];
  if (action === 'create') {
    const alike = states.find((state) => !ours.has(state.id) && shows(state.facts, after));
    return alike === undefined ? [] : refuse(`${title} is there by now, as ${alike.id}`);
  }
  const now = states.find((state) => state.id === objectId);
  if (now === undefined) return refuse(`${title} (${objectId}) is gone`);
  if (shows(now.facts, before)) return [];
  const moved = Object.keys(before ?? {}).filter(
    (key) => canonicalJson(now.facts[key] ?? null) !== canonicalJson(before?.[key] ?? null),
  );
  const told = moved.map((key) => `${key} is ${settingText(now.facts[key] ?? null)} now`);
  return refuse(`${title}: ${told.join(', ')}; it was otherwise when this was planned`);
}

/** A success that shows something else did not do what was meant. */
function outcomeOf(change: ObjectChange, object: ObjectState | null): OperationOutcome {
  const place = { groupId: change.id, change: 0 };
  if (change.action === 'delete') return { ...place, state: 'applied' };
  if (object === null) return { ...place, state: 'applied' };
  if (shows(object.facts, change.after)) return { ...place, state: 'applied', ...foundOf(object) };
  const other = Object.keys(change.after ?? {}).filter(
    (key) => canonicalJson(object.facts[key] ?? null) !== canonicalJson(change.after?.[key] ?? null),
  );
  const told = other.map((key) => `${key} ${settingText(object.facts[key] ?? null)}`).join(', ');
  // It is there, and so it can be taken back; that it is not what was meant must be told.
  return { ...place, state: 'applied', ...foundOf(object), message: `Cloudflare made it with ${told}` };
}

/** The port that reads and writes objects; a plan with objects is never made where there is none. */
export function objectsPort({ objects }: Pick<ApplyPorts, 'objects'>): ZoneObjects {
  if (objects !== undefined) return objects;
  throw new ZonewardError('Certificates are to be changed, and nothing is there that could', {
    code: 'internal',
    kind: 'internal',
  });
}

/** A private key is nowhere stored, so whoever applies must have it. */
function refuseWithoutKeys({ changeSet, objects, options }: ObjectsJob): void {
  const missing = objects.find(
    ({ keySha256 }) => keySha256 !== undefined && options.keys?.has(keySha256) !== true,
  );
  if (missing === undefined) return;
  throw new ZonewardError(
    `${missing.title} needs its private key, which is handed in and never stored. Nothing of it was sent.`,
    {
      code: 'private-key-needed',
      kind: 'input',
      next: [
        `zoneward changes resume ${changeSet.id} --key FILE`,
        `over HTTP: POST /v1/change-sets/${changeSet.id}/apply-with-key`,
      ],
      details: { keySha256: missing.keySha256 ?? '' },
    },
  );
}
