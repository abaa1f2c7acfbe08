/**
 * A Cloudflare in memory for tests of this room: zones with ordered record lists, pages that are cut when they are
 * asked for (so a change between two pages shifts the list, as the real one does), an audit log with a delay, and
 * serials that move with every change. Refusals and failures are scripted.
 */
import { ZonewardError } from '../../base/errors.ts';
import type { AccountId, RecordId, ZoneId } from '../../base/ids.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import type { DomainName } from '../../dns/name.ts';
import type { FakeClock } from './fakes.ts';
import type { ZoneFacts, ZoneStatus } from './model.ts';
import type { RecordPage, ZonePage, ZoneReader } from './ports.ts';
import type { AuditLogEntry, AuditLogReader, SoaAsker, SoaQuestion } from './signals/ports.ts';

export const accountId: AccountId = 'a'.repeat(32) as AccountId;

export interface FakeZone {
  facts: ZoneFacts;
  readonly records: Map<RecordId, LiveRecord>;
  serial: number;
}

/** Who makes a change; null: nobody that the audit log tells of. */
export interface By {
  readonly actor: string;
  readonly interface?: string;
  readonly ray?: string;
  readonly tokenId?: string;
}

export class FakeCloudflare implements ZoneReader, AuditLogReader, SoaAsker {
  readonly zones: Map<ZoneId, FakeZone> = new Map();
  zonesPerPage = 50;
  recordsPerPage = 5_000;
  /** API calls by kind; DNS questions are not calls. */
  readonly calls: Record<'zones' | 'zone' | 'records' | 'audit', number> = {
    zones: 0,
    zone: 0,
    records: 0,
    audit: 0,
  };
  questions = 0;
  /** Runs before a page is cut; where a test changes things, fails, or takes rights away. */
  beforePage: ((what: 'zones' | 'records', page: number, zoneId: ZoneId | null) => void) | null = null;
  /** Thrown for a zone asked for by its id. */
  readonly refusals: Map<ZoneId, ZonewardError> = new Map();
  auditReadable = true;
  auditDelayMs = 0;
  soaAnswers = true;
  readonly log: AuditLogEntry[] = [];
  readonly #clock: FakeClock;
  #numbers = 0;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  get allCalls(): number {
    return this.calls.zones + this.calls.zone + this.calls.records + this.calls.audit;
  }

  addZone(name: string, status: ZoneStatus = 'active'): ZoneId {
    const id = this.#newId() as ZoneId;
    const at = new Date(this.#clock.now()).toISOString();
    const facts: ZoneFacts = {
      id,
      name: name as DomainName,
      accountId,
      accountName: 'Example',
      status,
      paused: false,
      type: 'full',
      planTier: 'free',
      nameServers: ['ada.ns.cloudflare.com', 'bob.ns.cloudflare.com'],
      originalNameServers: [],
      permissions: null,
      createdOn: at,
      modifiedOn: at,
      activatedOn: status === 'active' ? at : null,
    };
    this.zones.set(id, { facts, records: new Map(), serial: 1 });
    return id;
  }

  addRecord(zoneId: ZoneId, name: string, address: string, by: By | null = null): RecordId {
    const record = makeRecord(this.#newId(), name, address);
    this.#zone(zoneId).records.set(record.id, record);
    this.#moved(zoneId, by);
    return record.id;
  }

  /** Gives the record another address, or another name (and so another place in the list). */
  editRecord(
    zoneId: ZoneId,
    id: RecordId,
    to: { readonly name?: string; readonly address?: string },
    by: By | null = null,
  ): void {
    const { records } = this.#zone(zoneId);
    const before = records.get(id);
    if (before === undefined) throw new Error(`no record ${id}`);
    const address = to.address ?? String(before.received['content']);
    records.set(id, makeRecord(id, to.name ?? before.fields.name, address));
    this.#moved(zoneId, by);
  }

  /** A change that moves no serial, no time and no log: only a full read shows it. */
  editSilently(zoneId: ZoneId, id: RecordId, address: string): void {
    const { records } = this.#zone(zoneId);
    const before = records.get(id);
    if (before === undefined) throw new Error(`no record ${id}`);
    records.set(id, makeRecord(id, before.fields.name, address));
  }

  deleteRecord(zoneId: ZoneId, id: RecordId, by: By | null = null): void {
    this.#zone(zoneId).records.delete(id);
    this.#moved(zoneId, by);
  }

  async *listZones(): AsyncIterable<ZonePage> {
    for (let page = 1, more = true; more; page += 1) {
      this.calls.zones += 1;
      this.beforePage?.('zones', page, null);
      const all = [...this.zones.values()].map(({ facts }) => facts);
      all.sort((a, b) => (a.name < b.name ? -1 : 1));
      const start = (page - 1) * this.zonesPerPage;
      more = start + this.zonesPerPage < all.length;
      yield { zones: all.slice(start, start + this.zonesPerPage), totalCount: all.length };
    }
  }

  async getZone(zoneId: ZoneId): Promise<ZoneFacts> {
    this.calls.zone += 1;
    const refusal = this.refusals.get(zoneId);
    if (refusal !== undefined) throw refusal;
    return this.#zone(zoneId).facts;
  }

  async *listRecords(zoneId: ZoneId): AsyncIterable<RecordPage> {
    for (let page = 1, more = true; more; page += 1) {
      this.calls.records += 1;
      this.beforePage?.('records', page, zoneId);
      const all = [...this.#zone(zoneId).records.values()];
      all.sort((a, b) => (place(a) < place(b) ? -1 : 1));
      const start = (page - 1) * this.recordsPerPage;
      more = start + this.recordsPerPage < all.length;
      yield { records: all.slice(start, start + this.recordsPerPage), totalCount: all.length };
    }
  }

  async *entries(
    _accountId: AccountId,
    window: { readonly since: number; readonly before: number },
  ): AsyncIterable<readonly AuditLogEntry[]> {
    this.calls.audit += 1;
    if (!this.auditReadable) throw failure('permission');
    const visible = this.#clock.now() - this.auditDelayMs;
    yield this.log.filter((entry) => {
      return entry.at <= visible && entry.at >= window.since && entry.at < window.before;
    });
  }

  async serials(questions: readonly SoaQuestion[]): Promise<ReadonlyMap<ZoneId, number>> {
    this.questions += questions.length;
    const serials = new Map<ZoneId, number>();
    if (!this.soaAnswers) return serials;
    for (const { zoneId } of questions) {
      const zone = this.zones.get(zoneId);
      if (zone !== undefined) serials.set(zoneId, zone.serial);
    }
    return serials;
  }

  #zone(zoneId: ZoneId): FakeZone {
    const zone = this.zones.get(zoneId);
    if (zone === undefined) throw failure('not-found');
    return zone;
  }

  #moved(zoneId: ZoneId, by: By | null): void {
    const zone = this.#zone(zoneId);
    zone.serial += 1;
    zone.facts = { ...zone.facts, modifiedOn: new Date(this.#clock.now()).toISOString() };
    if (by === null) return;
    this.log.push({
      id: `log-${this.log.length + 1}`,
      at: this.#clock.now(),
      zoneId,
      actor: by.actor,
      interface: by.interface ?? 'dash',
      tokenId: by.tokenId ?? null,
      ray: by.ray ?? null,
    });
  }

  /** Ids that do not come in the order of their making, as Cloudflare's do not. */
  #newId(): string {
    this.#numbers += 1;
    const mixed = Math.imul(this.#numbers, 2_654_435_761) >>> 0;
    return mixed.toString(16).padStart(8, '0') + this.#numbers.toString(16).padStart(24, '0');
  }
}

/** An A record as the adapter would hand it over. */
export function makeRecord(id: string, name: string, address: string): LiveRecord {
  return {
    id: id as RecordId,
    fields: {
      name: name as DomainName,
      rdata: { type: 'A', address },
      ttl: 'auto',
      proxied: false,
      comment: '',
      tags: [],
      settings: [],
      privateRouting: false,
    },
    received: { id, name, type: 'A', content: address, ttl: 1, proxied: false, comment: null, tags: [] },
    readOnly: null,
    modifiedOn: null,
  };
}

const FAILURES = {
  credentials: 'credential-rejected',
  permission: 'permission-missing',
  'not-found': 'cloudflare-not-found',
  temporary: 'cloudflare-unavailable',
} as const;

/** What the adapter throws for it. */
export function failure(kind: keyof typeof FAILURES): ZonewardError {
  return new ZonewardError(`Cloudflare: ${kind}`, { code: FAILURES[kind], kind });
}

/** Where the record stands in the list: by name, then id. */
function place(record: LiveRecord): string {
  return `${record.fields.name} ${record.id}`;
}
