/**
 * In-memory stand-ins for tests of this room: a clock that moves when told to, and a mirror with its history.
 * The mirror keeps the ports' contracts (refusals included), so that a use case proved on it is proved on the
 * contract. `fake-cloudflare.ts` is the other side.
 */
import assert from 'node:assert/strict';
import type { Clock } from '../../base/clock.ts';
import { ZonewardError } from '../../base/errors.ts';
import type {
  AccountId,
  ChangeSetId,
  ConnectionId,
  LineageId,
  RecordId,
  TenantId,
  ZoneId,
} from '../../base/ids.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import { typeOf } from '../../dns/record.ts';
import type { NewEvent } from '../audit/model.ts';
import type { Connection } from '../connections/model.ts';
import { coverageOf } from './coverage.ts';
import type {
  Freshness,
  RecordVersion,
  Revision,
  Unreadable,
  Verification,
  Zone,
  ZoneFacts,
} from './model.ts';
import type {
  Coverage,
  DriftMarks,
  FoundRecord,
  ListDoubts,
  MirrorHistory,
  OpenWrites,
  RecordFinder,
  Refusal,
  ShownList,
  Walk,
  ZoneMirror,
  ZonePosition,
  ZoneSightings,
} from './ports.ts';
import type { OwnWrite, OwnWrites, SyncState, SyncStateStore, ZoneMark } from './signals/ports.ts';

export const tenantId: TenantId = 'local' as TenantId;
export const principal = 'test';
export const connectionId: ConnectionId = 'con_one' as ConnectionId;

/** Starts at a round moment; `sleep` moves it on at once, so that nothing waits. */
export class FakeClock implements Clock {
  at: number;

  constructor(at: number = Date.UTC(2026, 0, 1)) {
    this.at = at;
  }

  now(): number {
    return this.at;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.at += ms;
  }
}

/** The fake mirror's content hash: the record as received. */
export function fakeHash(record: LiveRecord): string {
  return JSON.stringify(record.received);
}

/** No batch of ours under way, until one is put in. */
export class FakeOpenWrites implements OpenWrites {
  readonly open: Set<ZoneId> = new Set();
  /** Whose they are. */
  tenantId: TenantId = tenantId;

  async openBatches(zoneId: ZoneId): ReturnType<OpenWrites['openBatches']> {
    return this.open.has(zoneId) ? [{ tenantId: this.tenantId, changeSetId: 'chg_1' as ChangeSetId }] : [];
  }
}

/** Our own writes as the journal would tell of them. */
export class FakeOwnWrites implements OwnWrites {
  readonly writes: OwnWrite[] = [];

  async since(_tenantId: TenantId, since: number): Promise<readonly OwnWrite[]> {
    return this.writes.filter(({ sentAt }) => sentAt >= since);
  }
}

/** A tested connection that reads all zones of the fake Cloudflare's account. */
export function fakeConnection(change: Partial<Connection> = {}): Connection {
  return {
    id: connectionId,
    tenantId,
    label: 'Cloudflare Domains Integration',
    kind: 'user-token',
    accountId: 'a'.repeat(32) as AccountId,
    accountName: 'Example',
    zoneIds: [],
    email: null,
    secretSource: { kind: 'vault' },
    tokenId: 'token-of-ours',
    profile: 'full',
    state: 'active',
    stateReason: 'tested',
    stateDetail: 'tested',
    next: [],
    capabilities: [],
    tags: [],
    metadata: {},
    expiresAt: null,
    testedAt: null,
    rotation: { everyDays: 90, dueAt: null, lastRotatedAt: null },
    fingerprint: null,
    createdAt: 0,
    updatedAt: 0,
    version: 1,
    ...change,
  };
}

interface Kept {
  zone: Zone;
  readonly seenBy: Set<ConnectionId>;
  readonly refused: Set<ConnectionId>;
  readonly revisions: Revision[];
  /** Every version ever, and the open one of each record. */
  readonly versions: RecordVersion[];
  readonly open: Map<RecordId, { version: RecordVersion; hash: string }>;
  readonly lineages: Map<RecordId, LineageId>;
  acknowledged: number;
}

const CHUNK = 1_000;

/** One tenant's mirror. */
export class FakeMirror
  implements ZoneMirror, ZoneSightings, MirrorHistory, DriftMarks, RecordFinder, SyncStateStore
{
  readonly events: NewEvent[] = [];
  readonly deadConnections: Set<ConnectionId> = new Set();
  readonly #zones = new Map<ZoneId, Kept>();
  readonly #states = new Map<ConnectionId, SyncState>();
  readonly #marks = new Map<ZoneId, ZoneMark>();
  #lineages = 0;
  /** Runs before each `advance`, where a test lets another writer in. */
  beforeAdvance: ((zoneId: ZoneId) => void | Promise<void>) | null = null;

  async putZones(
    _tenantId: TenantId,
    by: ConnectionId,
    zones: readonly ZoneFacts[],
    _at: number,
  ): Promise<void> {
    for (const facts of zones) {
      const kept = this.#zones.get(facts.id);
      if (kept !== undefined) {
        const reader = kept.zone.connectionId;
        const canRead = !this.deadConnections.has(reader) && !kept.refused.has(reader);
        const keeps = kept.seenBy.has(reader) && canRead;
        kept.seenBy.add(by);
        kept.refused.delete(by);
        kept.zone = { ...kept.zone, facts, connectionId: keeps ? reader : by };
        continue;
      }
      const freshness: Freshness = { verifiedAt: null, signal: null, staleSince: null, unreadable: null };
      const zone: Zone = { tenantId, connectionId: by, facts, revision: 0, recordCount: 0, freshness };
      const rest = { revisions: [], versions: [], open: new Map(), lineages: new Map(), acknowledged: 0 };
      this.#zones.set(facts.id, { zone, seenBy: new Set([by]), refused: new Set(), ...rest });
    }
  }

  async unsee(_tenantId: TenantId, by: ConnectionId, zoneId: ZoneId): Promise<readonly ConnectionId[]> {
    const kept = this.#kept(zoneId);
    kept.seenBy.delete(by);
    const others = [...kept.seenBy].filter((other) => !this.deadConnections.has(other));
    if (kept.zone.connectionId === by) kept.zone = { ...kept.zone, connectionId: others[0] ?? by };
    return others;
  }

  async refuse(
    _tenantId: TenantId,
    by: ConnectionId,
    zoneId: ZoneId,
    { reason, at }: { readonly reason: Unreadable['reason']; readonly at: number },
  ): Promise<Refusal> {
    const kept = this.#kept(zoneId);
    if (reason === 'not-seen') kept.seenBy.delete(by);
    kept.refused.add(by);
    if (kept.zone.connectionId !== by) return 'not-reader';
    const { freshness } = kept.zone;
    const others = [...kept.seenBy].filter((other) => other !== by && !this.deadConnections.has(other));
    const heir = others.find((other) => !kept.refused.has(other));
    const told = freshness.unreadable === null;
    if (heir !== undefined) {
      kept.zone = { ...kept.zone, connectionId: heir };
      return told ? 'handed-over' : 'known';
    }
    const unreadable = {
      since: freshness.unreadable?.since ?? at,
      reason: kept.seenBy.size === 0 ? ('not-seen' as const) : ('records-refused' as const),
    };
    kept.zone = { ...kept.zone, freshness: { ...freshness, unreadable } };
    return told ? 'unreadable' : 'known';
  }

  async listZones(
    _tenantId: TenantId,
    filter: { connectionId?: ConnectionId; name?: string } = {},
  ): Promise<readonly Zone[]> {
    return [...this.#zones.values()]
      .filter(({ seenBy }) => filter.connectionId === undefined || seenBy.has(filter.connectionId))
      .map(({ zone }) => zone)
      .filter((zone) => filter.name === undefined || zone.facts.name === filter.name);
  }

  async *zonePages(
    tenant: TenantId,
    filter?: { connectionId?: ConnectionId; name?: string },
    { after, chunk = CHUNK }: Walk<ZonePosition> = {},
  ): AsyncGenerator<readonly Zone[]> {
    const keyOf = (name: string, id: string): string => `${name}\n${id}`;
    const start = after === undefined ? '' : keyOf(after.name, after.zoneId);
    const zones = [...(await this.listZones(tenant, filter))]
      .map((zone) => ({ zone, key: keyOf(zone.facts.name, zone.facts.id) }))
      .filter(({ key }) => key > start)
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ zone }) => zone);
    for (let at = 0; at < zones.length; at += chunk) yield zones.slice(at, at + chunk);
  }

  async getZone(_tenantId: TenantId, zoneId: ZoneId): Promise<Zone | null> {
    return this.#zones.get(zoneId)?.zone ?? null;
  }

  async getZones(_tenantId: TenantId, zoneIds: readonly ZoneId[]): Promise<ReadonlyMap<ZoneId, Zone>> {
    const kept = zoneIds.map((zoneId) => this.#zones.get(zoneId)?.zone).filter((zone) => zone !== undefined);
    return new Map(kept.map((zone) => [zone.facts.id, zone]));
  }

  async *records(
    _tenantId: TenantId,
    zoneId: ZoneId,
    revision?: number,
    { after, chunk = CHUNK }: Walk<RecordId> = {},
  ): AsyncIterable<readonly RecordVersion[]> {
    const kept = this.#kept(zoneId);
    const at = revision ?? kept.zone.revision;
    const there = kept.versions
      .filter((version) => standsAt(version, at))
      .filter(({ record }) => after === undefined || record.id > after);
    there.sort((a, b) => (a.record.id < b.record.id ? -1 : 1));
    for (let start = 0; start < there.length; start += chunk) yield there.slice(start, start + chunk);
  }

  async recordHashes(_tenantId: TenantId, zoneId: ZoneId): Promise<ReadonlyMap<RecordId, string>> {
    return new Map([...this.#kept(zoneId).open].map(([id, { hash }]) => [id, hash]));
  }

  async advance(
    _tenantId: TenantId,
    zoneId: ZoneId,
    input: Parameters<ZoneMirror['advance']>[2],
  ): Promise<number> {
    await this.beforeAdvance?.(zoneId);
    const kept = this.#kept(zoneId);
    if (kept.zone.revision !== input.baseRevision) {
      throw new ZonewardError('the mirror moved', { code: 'mirror-moved', kind: 'conflict' });
    }
    const { put, gone } = input.delta;
    if (put.length === 0 && gone.length === 0) {
      kept.zone = { ...kept.zone, freshness: { ...input.freshness, unreadable: null } };
      return kept.zone.revision;
    }
    const revision = kept.zone.revision + 1;
    let created = 0;
    for (const id of gone) assert.ok(this.#close(kept, id, revision), `record ${id} is not in the mirror`);
    for (const { record, continues } of put) {
      if (!this.#close(kept, record.id, revision)) created += 1;
      this.#lineages += 1;
      const fresh = `lin_${this.#lineages}` as LineageId;
      const lineageId = kept.lineages.get(continues ?? record.id) ?? fresh;
      kept.lineages.set(record.id, lineageId);
      const version: RecordVersion = { record, lineageId, fromRevision: revision, toRevision: null };
      kept.versions.push(version);
      kept.open.set(record.id, { version, hash: fakeHash(record) });
    }
    const counts = { created, updated: put.length - created, deleted: gone.length };
    kept.revisions.push({ zoneId, revision, at: input.at, origin: input.origin, ...counts });
    kept.zone = {
      ...kept.zone,
      revision,
      recordCount: kept.open.size,
      freshness: { ...input.freshness, unreadable: null },
    };
    return revision;
  }

  async setFreshness(_tenantId: TenantId, zoneId: ZoneId, freshness: Verification): Promise<void> {
    const kept = this.#kept(zoneId);
    kept.zone = { ...kept.zone, freshness: { ...kept.zone.freshness, ...freshness } };
  }

  async doubts(_tenantId: TenantId, zoneId: ZoneId, list: ShownList, since: number): Promise<ListDoubts> {
    const { revisions, versions, open } = this.#kept(zoneId);
    const late = revisions.filter(({ at }) => at >= since);
    const recent = new Set(late.map(({ revision }) => revision));
    const own = late.filter(({ origin }) => origin.kind === 'change-set');
    const ours = new Set(own.map(({ revision }) => revision));
    const isOld = ({ id, modifiedOn }: LiveRecord): boolean => {
      const known = versions.findLast(({ record }) => record.id === id);
      if (known === undefined) return false;
      if (known.toRevision !== null) return ours.has(known.toRevision);
      return recent.has(known.fromRevision) && (modifiedOn ?? '') < (known.record.modifiedOn ?? '');
    };
    return {
      outdated: new Set(list.shown.filter(isOld).map(({ id }) => id)),
      unconfirmed: new Set(
        list.missing.filter((id) => ours.has(open.get(id)?.version.fromRevision ?? Number.NaN)),
      ),
    };
  }

  async revisions(_tenantId: TenantId, zoneId: ZoneId, limit: number): Promise<readonly Revision[]> {
    return this.#kept(zoneId).revisions.toReversed().slice(0, limit);
  }

  async revisionAt(_tenantId: TenantId, zoneId: ZoneId, at: number): Promise<number | null> {
    return this.#kept(zoneId).revisions.findLast((revision) => revision.at <= at)?.revision ?? null;
  }

  async revisionsIn(
    _tenantId: TenantId,
    zoneId: ZoneId,
    range: { readonly after: number; readonly upTo: number },
  ): Promise<readonly Revision[]> {
    return this.#kept(zoneId).revisions.filter(({ revision }) => isIn(revision, range));
  }

  async *versionsIn(
    _tenantId: TenantId,
    zoneId: ZoneId,
    range: { readonly after: number; readonly upTo: number },
  ): AsyncIterable<readonly RecordVersion[]> {
    yield this.#kept(zoneId).versions.filter(
      ({ fromRevision, toRevision }) =>
        isIn(fromRevision, range) || (toRevision !== null && isIn(toRevision, range)),
    );
  }

  async recordVersions(
    _tenantId: TenantId,
    zoneId: ZoneId,
    recordId: RecordId,
  ): Promise<readonly RecordVersion[]> {
    const kept = this.#kept(zoneId);
    const lineageId = kept.lineages.get(recordId);
    return kept.versions.filter((version) => version.lineageId === lineageId);
  }

  async madeByUs(_tenantId: TenantId, zoneId: ZoneId): Promise<ReadonlySet<RecordId>> {
    const { revisions, versions, open } = this.#kept(zoneId);
    const ours = new Set(
      revisions.filter(({ origin }) => origin.kind === 'change-set').map(({ revision }) => revision),
    );
    const isOurs = ({ lineageId }: RecordVersion): boolean =>
      ours.has(versions.find((one) => one.lineageId === lineageId)?.fromRevision ?? Number.NaN);
    return new Set([...open].filter(([, { version }]) => isOurs(version)).map(([id]) => id));
  }

  async nameActor(
    _tenantId: TenantId,
    zoneId: ZoneId,
    revision: number,
    actor: { readonly actor: string | null },
  ): Promise<void> {
    const { revisions } = this.#kept(zoneId);
    const index = revisions.findIndex((each) => each.revision === revision);
    const found = revisions[index];
    if (found?.origin.kind === 'outside' && found.origin.actor === null) {
      revisions[index] = { ...found, origin: { kind: 'outside', ...actor } };
    }
  }

  async unacknowledged(
    _tenantId: TenantId,
    filter: { readonly connectionId?: ConnectionId; readonly zoneId?: ZoneId },
    page: { readonly after?: ZoneId; readonly limit: number },
  ): Promise<readonly { readonly zoneId: ZoneId; readonly acknowledged: number }[]> {
    return [...this.#zones]
      .filter(([id]) => filter.zoneId === undefined || id === filter.zoneId)
      .filter(
        ([, { zone }]) => filter.connectionId === undefined || zone.connectionId === filter.connectionId,
      )
      .filter(([, kept]) =>
        kept.revisions.some((each) => each.revision > kept.acknowledged && each.origin.kind === 'outside'),
      )
      .map(([zoneId, { acknowledged }]) => ({ zoneId, acknowledged }))
      .sort((a, b) => (a.zoneId < b.zoneId ? -1 : 1))
      .filter(({ zoneId }) => page.after === undefined || zoneId > page.after)
      .slice(0, page.limit);
  }

  async acknowledge(
    _tenantId: TenantId,
    zoneId: ZoneId,
    revision: number,
    events: readonly NewEvent[],
  ): Promise<void> {
    const kept = this.#kept(zoneId);
    kept.acknowledged = Math.max(kept.acknowledged, revision);
    this.events.push(...events);
  }

  async coverage(_tenantId: TenantId, connectionId?: ConnectionId): Promise<Coverage> {
    const zones = [...this.#zones.values()]
      .map(({ zone }) => zone)
      .filter(({ facts }) => facts.status !== 'deleted')
      .filter((zone) => connectionId === undefined || zone.connectionId === connectionId);
    return coverageOf(zones.map(({ freshness }) => freshness));
  }

  async findRecords(
    _tenantId: TenantId,
    query: Parameters<RecordFinder['findRecords']>[1],
    page: Parameters<RecordFinder['findRecords']>[2],
  ): Promise<readonly FoundRecord[]> {
    const found: FoundRecord[] = [];
    for (const [zoneId, { zone, open }] of this.#zones) {
      if (zone.facts.status === 'deleted') continue;
      if (query.connectionId !== undefined && zone.connectionId !== query.connectionId) continue;
      for (const { version } of open.values()) {
        const { fields, received } = version.record;
        const fits =
          (query.type === undefined || typeOf(fields.rdata) === query.type.toUpperCase()) &&
          (query.name === undefined || fields.name === query.name) &&
          (query.content === undefined || received['content'] === query.content) &&
          (query.comment === undefined || fields.comment.includes(query.comment)) &&
          (query.tag === undefined || fields.tags.includes(query.tag));
        if (fits) found.push({ zoneId, record: version.record, lineageId: version.lineageId });
      }
    }
    const place = (each: FoundRecord): string => `${each.zoneId} ${each.record.id}`;
    const after = page.after === undefined ? '' : `${page.after.zoneId} ${page.after.recordId}`;
    found.sort((a, b) => (place(a) < place(b) ? -1 : 1));
    return found.filter((each) => place(each) > after).slice(0, page.limit);
  }

  async load(_tenantId: TenantId, by: ConnectionId): Promise<SyncState | null> {
    return this.#states.get(by) ?? null;
  }

  async save(_tenantId: TenantId, by: ConnectionId, state: SyncState): Promise<void> {
    this.#states.set(by, state);
  }

  async marks(): Promise<ReadonlyMap<ZoneId, ZoneMark>> {
    return new Map(this.#marks);
  }

  async putMarks(_tenantId: TenantId, marks: ReadonlyMap<ZoneId, ZoneMark>): Promise<void> {
    for (const [zoneId, mark] of marks) this.#marks.set(zoneId, mark);
  }

  /** The trail of the fakes: events are kept in order, unchained. */
  async append(_tenantId: TenantId, events: readonly NewEvent[]): Promise<void> {
    this.events.push(...events);
  }

  /** Ends the record's open version. False when there was none. */
  #close(kept: Kept, id: RecordId, revision: number): boolean {
    const open = kept.open.get(id);
    if (open === undefined) return false;
    kept.versions[kept.versions.indexOf(open.version)] = { ...open.version, toRevision: revision };
    kept.open.delete(id);
    return true;
  }

  #kept(zoneId: ZoneId): Kept {
    const kept = this.#zones.get(zoneId);
    if (kept === undefined)
      throw new ZonewardError('no such zone', { code: 'zone-unknown', kind: 'not-found' });
    return kept;
  }
}

function standsAt(version: RecordVersion, revision: number): boolean {
  return version.fromRevision <= revision && (version.toRevision === null || version.toRevision > revision);
}

function isIn(revision: number, range: { readonly after: number; readonly upTo: number }): boolean {
  return revision > range.after && revision <= range.upTo;
}
