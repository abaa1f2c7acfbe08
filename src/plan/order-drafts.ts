/**
 * An order in which every operation of a batch can be carried out. Inside a batch Cloudflare checks each operation
 * on its own (deletes, then patches, then posts), so an update cannot take a place that another record still
 * holds: of two such updates the one that frees must run first, and a ring of them (a swap) must be broken.
 * Breaking is a delete and a create: the record gets a new id, and its history goes on under it.
 */
import type { LiveRecord } from '../dns/live-record.ts';
import type { DomainName } from '../dns/name.ts';
import { type RecordFields, typeOf } from '../dns/record.ts';
import { recordKey } from '../dns/record-key.ts';
import { excludes } from './coexistence.ts';
import { compareText } from './compare-text.ts';
import { type Draft, updateDraft } from './diff.ts';

type Update = Extract<Draft, { action: 'update' }>;

/** The same drafts, updates behind the others in an order in which none takes what is still held, rings broken. */
export function orderDrafts(drafts: readonly Draft[], live: readonly LiveRecord[]): Draft[] {
  const kept = keepNameservers(inFixedOrder(drafts), live).flatMap((draft) =>
    movesDs(draft) ? broken(draft) : [draft],
  );
  const updates = kept.filter((draft) => draft.action === 'update').filter(takesPlace);
  const waitsFor = findHolders(updates);
  if (waitsFor.size === 0) return kept;

  const rest = kept.filter((draft) => draft.action !== 'update' || !takesPlace(draft));
  const ordered: Draft[] = [];
  const state = new Map<Update, 'open' | 'done'>();
  for (const update of updates) visit(update, { waitsFor, state, ordered });
  return [...rest, ...ordered];
}

/** Any fixed order will do, so that the order in which drafts were made changes nothing. */
function inFixedOrder(drafts: readonly Draft[]): Draft[] {
  return drafts
    .map((draft) => ({
      draft,
      key: draft.action === 'create' ? recordKey(draft.after.fields) : draft.before.id,
    }))
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ draft }) => draft);
}

/** True for an update that moves to another name or takes other data; the others stand in no one's way. */
function takesPlace({ fields }: Update): boolean {
  return fields.includes('name') || fields.includes('rdata');
}

/** For each update, those that hold what it takes. Only updates that wait are in the map. */
function findHolders(updates: readonly Update[]): Map<Update, Update[]> {
  const byKey = Map.groupBy(updates, (update) => recordKey(update.before.fields));
  const byName = Map.groupBy(updates, (update) => update.before.fields.name);
  const waitsFor = new Map<Update, Update[]>();
  for (const update of updates) {
    const { name, rdata } = update.after.fields;
    const identical = byKey.get(recordKey(update.after.fields)) ?? [];
    // Only a record that comes from another name can meet data that excludes its own.
    const excluding = update.fields.includes('name')
      ? (byName.get(name) ?? []).filter((other) => excludes(other.before.fields.rdata, rdata))
      : [];
    const holders = [...identical, ...excluding].filter((other) => other !== update);
    if (holders.length > 0) waitsFor.set(update, holders);
  }
  return waitsFor;
}

interface Walk {
  readonly waitsFor: ReadonlyMap<Update, readonly Update[]>;
  readonly state: Map<Update, 'open' | 'done'>;
  readonly ordered: Draft[];
}

/** Depth first, with a stack of its own: a chain can be as long as the zone. Who meets an open one is broken. */
function visit(first: Update, { waitsFor, state, ordered }: Walk): void {
  const stack: { readonly update: Update; next: number }[] = [{ update: first, next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const { update } = top;
    const holder = state.get(update) === 'done' ? undefined : waitsFor.get(update)?.[top.next];
    if (holder !== undefined && state.get(holder) !== 'open') {
      top.next += 1;
      state.set(update, 'open');
      stack.push({ update: holder, next: 0 });
      continue;
    }
    if (state.get(update) !== 'done') ordered.push(...(holder === undefined ? [update] : broken(update)));
    state.set(update, 'done');
    stack.pop();
  }
}

function broken(update: Update): Draft[] {
  return [
    { action: 'delete', before: update.before },
    {
      action: 'create',
      after: update.after,
      continues: update.before.id,
      ...(update.position === undefined ? {} : { position: update.position }),
    },
  ];
}

/** A DS record needs NS records where it stands and where it goes, whatever else happens to them meanwhile. */
function movesDs(draft: Draft): draft is Update {
  return draft.action === 'update' && draft.after.fields.rdata.type === 'DS' && draft.fields.includes('name');
}

/**
 * Where a DS record stays, its name may at no time be without NS records, but deletes run before updates, and
 * those before creates. So there an NS record that goes and one that comes become one update in place.
 */
function keepNameservers(drafts: readonly Draft[], live: readonly LiveRecord[]): Draft[] {
  const leaving = new Set(drafts.flatMap((draft) => (leaves(draft) ? [draft.before.id] : [])));
  const staying = live.filter(({ id, fields }) => typeOf(fields.rdata) === 'DS' && !leaving.has(id));
  if (staying.length === 0) return [...drafts];
  const signed = new Set<DomainName>(staying.map(({ fields }) => fields.name));
  const steps = drafts.flatMap((draft) => (movesNs(draft, signed) ? broken(draft) : [draft]));

  const going = steps.filter((draft) => draft.action === 'delete').filter(({ before }) => isNs(before));
  const goingAt = Map.groupBy(going, ({ before }) => before.fields.name);
  const replaced = new Map<Draft, Draft | null>();
  for (const draft of steps) {
    if (draft.action !== 'create' || !isNs(draft.after) || !signed.has(draft.after.fields.name)) continue;
    const goes = goingAt.get(draft.after.fields.name)?.pop();
    if (goes === undefined) continue;
    replaced.set(goes, null);
    replaced.set(draft, updateDraft(goes.before, draft));
  }
  return steps.flatMap((draft) => replaced.get(draft) ?? (replaced.has(draft) ? [] : [draft]));
}

function movesNs(draft: Draft, names: ReadonlySet<DomainName>): draft is Update {
  if (draft.action !== 'update' || !isNs(draft.before) || !draft.fields.includes('name')) return false;
  return names.has(draft.before.fields.name) || names.has(draft.after.fields.name);
}

function leaves(draft: Draft): draft is Exclude<Draft, { action: 'create' }> {
  return draft.action === 'delete' || movesDs(draft);
}

function isNs({ fields }: { readonly fields: RecordFields }): boolean {
  return fields.rdata.type === 'NS';
}
