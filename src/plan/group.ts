/**
 * Groups: what must stand or fall together. Changes of one name belong together (a type change is a delete and
 * a create; CNAME excludes other data; NS and DS of one delegation), and so do changes that hand data from one
 * record to another. A delegation and the address records of its nameservers inside the zone, too.
 */
import type { DomainName } from '../dns/name.ts';
import type { Rdata } from '../dns/record.ts';
import type { Change, ChangeGroup } from './change.ts';

/** Groups in order of their names; within one, in the order in which they must be sent. */
export function groupChanges(changes: readonly Change[]): ChangeGroup[] {
  const heaps = new UnionFind();
  for (const change of changes) {
    const name = nameOf(change);
    heaps.add(name);
    for (const other of dependsOn(change)) heaps.join(name, other);
  }
  const byRoot = new Map<string, Change[]>();
  for (const change of changes) {
    const root = heaps.find(nameOf(change));
    const group = byRoot.get(root);
    if (group === undefined) byRoot.set(root, [change]);
    else group.push(change);
  }
  return [...byRoot.values()].map((group, index) => ({
    id: `g${index + 1}`,
    reason: reasonFor(group),
    changes: [...group].sort((a, b) => rank(a) - rank(b)),
  }));
}

/** The name under which a change is grouped: where the record is, or will be. */
export function nameOf(change: Change): DomainName {
  return change.after === null ? change.before.fields.name : change.after.fields.name;
}

function rdatasOf(change: Change): Rdata[] {
  return [change.before?.fields.rdata, change.after?.fields.rdata].filter((rdata) => rdata !== undefined);
}

function dependsOn(change: Change): DomainName[] {
  const names: DomainName[] = [];
  // A record that moves to another name ties both names together.
  if (change.before !== null) names.push(change.before.fields.name);
  for (const rdata of rdatasOf(change)) if (rdata.type === 'NS') names.push(rdata.target);
  return names;
}

/** Cloudflare wants DS gone before its NS, and NS there before its DS. Lower runs first among its own kind. */
function rank(change: Change): number {
  const isDs = rdatasOf(change).some((rdata) => rdata.type === 'DS');
  switch (change.action) {
    case 'delete':
      return isDs ? 0 : 1;
    case 'update':
      return 2;
    case 'create':
      return isDs ? 4 : 3;
    default:
      return change satisfies never;
  }
}

function reasonFor(group: readonly Change[]): string {
  const names = [...new Set(group.map(nameOf))];
  return names.length === 1 ? `${names[0]}` : `${names[0]} and ${names.length - 1} names that depend on it`;
}

class UnionFind {
  readonly #parent = new Map<string, string>();

  add(item: string): void {
    if (!this.#parent.has(item)) this.#parent.set(item, item);
  }

  find(item: string): string {
    let root = item;
    for (let up = this.#parent.get(root); up !== undefined && up !== root; up = this.#parent.get(root))
      root = up;
    // Path compression, so that long chains of names stay linear.
    let current = item;
    while (current !== root) {
      const up = this.#parent.get(current) ?? root;
      this.#parent.set(current, root);
      current = up;
    }
    return root;
  }

  join(a: string, b: string): void {
    this.add(a);
    this.add(b);
    this.#parent.set(this.find(a), this.find(b));
  }
}
