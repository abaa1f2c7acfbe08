/**
 * Groups: what must stand or fall together. Changes of one name belong together (a type change is a delete and
 * a create; CNAME excludes other data; NS and DS of one delegation; one record takes the data of another), and so
 * do both names of a record that moves. A delegation and the addresses that its nameservers get or lose with it,
 * too.
 *
 * Nothing else at Cloudflare depends on another name, so any subset of a plan's groups can be applied, in any order.
 */
import { type DomainName, labelsOf } from '../dns/name.ts';
import type { Rdata } from '../dns/record.ts';
import { recordKey } from '../dns/record-key.ts';
import type { Change, ChangeGroup } from './change.ts';
import { compareText } from './compare-text.ts';

/** Groups in order of their names (RFC 4034 §6.1); within one, in the order in which they must be sent. */
export function groupChanges(changes: readonly Change[]): ChangeGroup[] {
  const heaps = new UnionFind();
  const addresses = addressChanges(changes);
  for (const change of changes) {
    const name = nameOf(change);
    // A record that moves to another name ties both names together.
    heaps.join(name, change.before?.fields.name ?? name);
    for (const other of glueOf(change, addresses)) heaps.join(name, other);
  }
  const groups = Map.groupBy(placeAll(changes), ({ change }) => heaps.find(nameOf(change)));
  return [...groups.values()].map((group, index) => ({
    id: `g${index + 1}`,
    reason: reasonFor(group.map(({ change }) => change)),
    changes: group.sort(compareWithin).map(({ change }) => change),
  }));
}

/** The name under which a change is grouped: where the record is, or will be. */
export function nameOf(change: Change): DomainName {
  return change.after === null ? change.before.fields.name : change.after.fields.name;
}

interface Placed {
  readonly change: Change;
  readonly nameKey: string;
  readonly dataKey: string;
  readonly index: number;
}

/** In order of names as the tree does, then of data. */
function placeAll(changes: readonly Change[]): Placed[] {
  const treeOrder = new Map<DomainName, string>();
  const keyOf = (name: DomainName): string => {
    const known = treeOrder.get(name);
    if (known !== undefined) return known;
    // A space sorts before every character that a name may have.
    const key = labelsOf(name).reverse().join(' ');
    treeOrder.set(name, key);
    return key;
  };
  return changes
    .map((change, index) => ({ change, nameKey: keyOf(nameOf(change)), dataKey: dataKey(change), index }))
    .sort(compareByName);
}

function compareByName(a: Placed, b: Placed): number {
  return compareText(a.nameKey, b.nameKey) || compareText(a.dataKey, b.dataKey) || a.index - b.index;
}

/** As Cloudflare runs them; updates keep the order in which they free each other's place. */
function compareWithin(a: Placed, b: Placed): number {
  const byRank = rank(a.change) - rank(b.change);
  if (byRank !== 0) return byRank;
  return a.change.action === 'update' ? a.index - b.index : compareByName(a, b);
}

function dataKey(change: Change): string {
  const fields = change.after === null ? change.before.fields : change.after.fields;
  return `${change.action} ${recordKey(fields)} ${change.before?.id ?? ''}`;
}

/** The names that get address records by these changes, and those that lose some. */
interface AddressChanges {
  readonly gained: ReadonlySet<DomainName>;
  readonly lost: ReadonlySet<DomainName>;
}

function addressChanges(changes: readonly Change[]): AddressChanges {
  const gained = new Set<DomainName>();
  const lost = new Set<DomainName>();
  for (const change of changes) {
    if (!changesPlaceOrData(change)) continue;
    if (change.after !== null && isAddress(change.after.fields.rdata)) gained.add(change.after.fields.name);
    if (change.before !== null && isAddress(change.before.fields.rdata)) lost.add(change.before.fields.name);
  }
  return { gained, lost };
}

/** The nameservers of a delegation that comes or goes, as far as their own addresses come or go in the plan. */
function glueOf(change: Change, { gained, lost }: AddressChanges): DomainName[] {
  if (!changesPlaceOrData(change)) return [];
  const names: DomainName[] = [];
  const before = change.before?.fields.rdata;
  const after = change.after?.fields.rdata;
  if (after?.type === 'NS' && gained.has(after.target)) names.push(after.target);
  if (before?.type === 'NS' && lost.has(before.target)) names.push(before.target);
  return names;
}

function isAddress({ type }: Rdata): boolean {
  return type === 'A' || type === 'AAAA';
}

/** True unless an update leaves the record's name and data as they are. */
export function changesPlaceOrData(change: Change): boolean {
  return change.action !== 'update' || change.fields.includes('name') || change.fields.includes('rdata');
}

/** Cloudflare wants DS gone before its NS, and NS there before its DS. Lower runs first among its own kind. */
function rank(change: Change): number {
  const type = (change.after ?? change.before)?.fields.rdata.type;
  switch (change.action) {
    case 'delete':
      return type === 'DS' ? 0 : 1;
    case 'update':
      return 2;
    case 'create':
      return type === 'DS' ? 4 : 3;
    default:
      return change satisfies never;
  }
}

function reasonFor(group: readonly Change[]): string {
  const names = new Set(group.map(nameOf));
  const [first = ''] = names;
  if (names.size === 1) return first;
  return `${first} and ${names.size - 1} ${names.size === 2 ? 'name' : 'names'} that depend on each other`;
}

class UnionFind {
  readonly #parent = new Map<string, string>();

  find(item: string): string {
    let root = item;
    for (let up = this.#parent.get(root); up !== undefined; up = this.#parent.get(root)) root = up;
    // Path compression, so that long chains of names stay linear.
    for (let current = item; current !== root; ) {
      const up = this.#parent.get(current) ?? root;
      this.#parent.set(current, root);
      current = up;
    }
    return root;
  }

  join(a: string, b: string): void {
    const [from, to] = [this.find(a), this.find(b)];
    if (from !== to) this.#parent.set(from, to);
  }
}
