/**
 * The whole state of a sandbox: principals, tokens, zones, audit log. All of it is plain data that `snapshot` gives
 * and `restore` takes back; nothing here knows about HTTP.
 */
import { SandboxClock, type TimeSource } from '../clock.ts';
import { type Behaviour, DEFAULT_BEHAVIOUR } from '../constants.ts';
import type { DnsRecord } from '../records/record.ts';
import { type AuditEntry, AuditLog } from './audit.ts';
import type { Account, ApiToken, FamilyBag, Membership, User } from './principals.ts';
import { Zone, type ZoneFields } from './zone.ts';
import { sweepZones } from './zone-life.ts';

export interface ZoneSnapshot extends ZoneFields {
  /** In order of creation. */
  readonly records: readonly DnsRecord[];
}

export interface WorldSnapshot {
  readonly version: 1;
  readonly savedAt: string;
  readonly users: readonly User[];
  readonly accounts: readonly Account[];
  readonly memberships: readonly Membership[];
  readonly tokens: readonly ApiToken[];
  readonly zones: readonly ZoneSnapshot[];
  readonly audit: readonly AuditEntry[];
  readonly bag: FamilyBag;
}

export interface WorldOptions {
  readonly behaviour?: Partial<Behaviour>;
  readonly clock?: TimeSource;
  /** What is found at the registrar for zones made through the API. */
  readonly delegation?: 'assigned' | 'none';
}

export class World {
  readonly clock: SandboxClock;
  readonly behaviour: Behaviour;
  readonly audit: AuditLog = new AuditLog();
  readonly users: Map<string, User> = new Map();
  readonly accounts: Map<string, Account> = new Map();
  readonly memberships: Map<string, Membership> = new Map();
  readonly tokens: Map<string, ApiToken> = new Map();
  readonly zones: Map<string, Zone> = new Map();
  /** Zones that are gone from the API but not purged yet. */
  readonly deletedZones: Map<string, Zone> = new Map();
  readonly defaultDelegation: 'assigned' | 'none';
  /** State of families that belongs to nobody in particular. */
  bag: FamilyBag = {};
  /** Host names outside of every zone that flattening can resolve. */
  readonly externalHosts: Map<string, readonly string[]> = new Map();
  readonly #secrets = new Map<string, ApiToken>();
  readonly #zonesByName = new Map<string, Zone[]>();
  readonly #listeners: (() => void)[] = [];
  readonly #lives: (() => void)[] = [];
  #ordered: readonly Zone[] | undefined;

  constructor(options: WorldOptions = {}) {
    this.clock = new SandboxClock(options.clock);
    this.behaviour = { ...DEFAULT_BEHAVIOUR, ...options.behaviour };
    this.defaultDelegation = options.delegation ?? 'assigned';
  }

  /** Calls back after each change of state, for the state file. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Lets life cycles catch up with the clock. Called before each request and query. */
  tick(): void {
    sweepZones(this);
    for (const life of this.#lives) life();
  }

  /** Has a family's life cycles catch up too. */
  onTick(life: () => void): void {
    this.#lives.push(life);
  }

  user(id: string): User | undefined {
    return this.users.get(id);
  }

  userByEmail(email: string): User | undefined {
    for (const user of this.users.values()) if (user.email.toLowerCase() === email.toLowerCase()) return user;
    return undefined;
  }

  account(id: string): Account | undefined {
    return this.accounts.get(id);
  }

  accountIdsOf(userId: string): ReadonlySet<string> {
    const ids = new Set<string>();
    for (const membership of this.memberships.values()) {
      if (membership.userId === userId && membership.status === 'accepted') ids.add(membership.accountId);
    }
    return ids;
  }

  tokenBySecret(secret: string): ApiToken | undefined {
    return this.#secrets.get(secret);
  }

  addToken(token: ApiToken): void {
    this.tokens.set(token.id, token);
    this.#secrets.set(token.secret, token);
  }

  removeToken(token: ApiToken): void {
    this.tokens.delete(token.id);
    this.#secrets.delete(token.secret);
  }

  /** Gives a token another secret; the old one is dead at once. */
  rollToken(token: ApiToken, secret: string): void {
    this.#secrets.delete(token.secret);
    token.secret = secret;
    this.#secrets.set(secret, token);
  }

  zone(id: string): Zone | undefined {
    return this.zones.get(id);
  }

  /** Every zone, by name; ties by account. Do not change the array. */
  zonesInOrder(): readonly Zone[] {
    this.#ordered ??= [...this.zones.values()].sort((a, b) =>
      a.name === b.name ? 0 : a.name < b.name ? -1 : 1,
    );
    return this.#ordered;
  }

  /** Zones of this punycode name; more than one only in different accounts. */
  zonesNamed(name: string): readonly Zone[] {
    return this.#zonesByName.get(name) ?? [];
  }

  addZone(zone: Zone): void {
    this.zones.set(zone.id, zone);
    this.#ordered = undefined;
    this.#zonesByName.set(zone.name, [...this.zonesNamed(zone.name), zone]);
  }

  /** Takes a zone out of sight. It is purged later. */
  dropZone(zone: Zone): void {
    this.zones.delete(zone.id);
    this.#ordered = undefined;
    const rest = this.zonesNamed(zone.name).filter((other) => other !== zone);
    if (rest.length === 0) this.#zonesByName.delete(zone.name);
    else this.#zonesByName.set(zone.name, rest);
    zone.fields.status = 'deleted';
    zone.fields.deletedAtMs = this.clock.now();
    this.deletedZones.set(zone.id, zone);
  }

  /** Takes an account away for good, with its zones, tokens and memberships. */
  dropAccount(account: Account): void {
    for (const zone of [...this.zones.values()]) if (zone.accountId === account.id) this.dropZone(zone);
    for (const zone of [...this.deletedZones.values()]) {
      if (zone.accountId === account.id) this.deletedZones.delete(zone.id);
    }
    for (const token of [...this.tokens.values()]) {
      if (token.owner.kind === 'account' && token.owner.id === account.id) this.removeToken(token);
    }
    for (const membership of [...this.memberships.values()]) {
      if (membership.accountId === account.id) this.memberships.delete(membership.id);
    }
    this.accounts.delete(account.id);
  }

  /** A zone's change is done: serial and `modified_on` follow. */
  zoneChanged(zone: Zone, what: { content: boolean; fields: boolean }): void {
    if (what.content) zone.fields.serial += 1;
    if (what.fields || this.behaviour.zoneModifiedByRecords) zone.fields.modifiedOn = this.clock.stamp();
    this.changed();
  }

  snapshot(): WorldSnapshot {
    return {
      version: 1,
      savedAt: this.clock.stamp(),
      users: [...this.users.values()],
      accounts: [...this.accounts.values()],
      memberships: [...this.memberships.values()],
      tokens: [...this.tokens.values()],
      zones: [...this.zones.values(), ...this.deletedZones.values()].map(zoneSnapshot),
      audit: this.audit.all(),
      bag: this.bag,
    };
  }

  /** Fills an empty world from a snapshot. */
  restore(snapshot: WorldSnapshot): void {
    for (const user of snapshot.users) this.users.set(user.id, user);
    for (const account of snapshot.accounts) this.accounts.set(account.id, account);
    for (const membership of snapshot.memberships) this.memberships.set(membership.id, membership);
    for (const token of snapshot.tokens) this.addToken(token);
    for (const { records, ...fields } of snapshot.zones) {
      const zone = new Zone(fields);
      for (const record of records) zone.records.add(record);
      if (fields.status === 'deleted') this.deletedZones.set(zone.id, zone);
      else this.addZone(zone);
    }
    this.audit.restore(snapshot.audit);
    this.bag = snapshot.bag;
  }
}

export function zoneSnapshot(zone: Zone): ZoneSnapshot {
  const records = [...zone.records.entries()]
    .sort((a, b) => a.sequence - b.sequence)
    .map((entry) => entry.record);
  return { ...zone.fields, records };
}
