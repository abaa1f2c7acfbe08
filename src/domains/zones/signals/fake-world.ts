/** The fakes of this room put together: a Cloudflare, a mirror, and rounds of one connection between them. */
import assert from 'node:assert/strict';
import type { ChangeSetId, RecordId, ZoneId } from '../../../base/ids.ts';
import { FakeCloudflare } from '../fake-cloudflare.ts';
import {
  connectionId,
  FakeClock,
  FakeMirror,
  FakeOpenWrites,
  FakeOwnWrites,
  fakeConnection,
  fakeHash,
  principal,
  tenantId,
} from '../fakes.ts';
import { readerStanding } from '../reader-standing.ts';
import type { RoundInput, RoundPorts, RoundReport } from './round.ts';
import { syncRound } from './sync-round.ts';

export interface FakeWorld {
  readonly clock: FakeClock;
  readonly cloudflare: FakeCloudflare;
  readonly mirror: FakeMirror;
  readonly openWrites: FakeOpenWrites;
  readonly ownWrites: FakeOwnWrites;
  readonly zoneIds: readonly ZoneId[];
  round(input?: Partial<RoundInput>): Promise<RoundReport>;
  /** A record of the zone: the first. */
  recordOf(zoneId: ZoneId): RecordId;
  /** Changes a record through us: at Cloudflare, in its log, in the journal and in the mirror. */
  writeOurselves(zoneId: ZoneId, recordId: RecordId, address: string): Promise<void>;
  /** Zones whose mirror is not what Cloudflare holds. */
  wrongZones(): Promise<ZoneId[]>;
}

export function fakeWorld(zones: number, ports: Partial<RoundPorts> = {}): FakeWorld {
  const clock = new FakeClock();
  const cloudflare = new FakeCloudflare(clock);
  const mirror = new FakeMirror();
  const openWrites = new FakeOpenWrites();
  const ownWrites = new FakeOwnWrites();
  const zoneIds: ZoneId[] = [];
  for (let i = 0; i < zones; i += 1) {
    const name = `zone-${String(i).padStart(5, '0')}.example`;
    const zoneId = cloudflare.addZone(name);
    cloudflare.addRecord(zoneId, `www.${name}`, '192.0.2.1');
    cloudflare.addRecord(zoneId, `mail.${name}`, '192.0.2.2');
    zoneIds.push(zoneId);
  }
  const all: RoundPorts = {
    reader: cloudflare,
    mirror,
    sightings: mirror,
    history: mirror,
    states: mirror,
    trail: mirror,
    auditLog: cloudflare,
    soa: cloudflare,
    openWrites,
    ownWrites,
    hash: fakeHash,
    standing: readerStanding({ sightings: mirror, trail: mirror, clock }, { connectionId, principal }),
    clock,
    random: { next: () => 0.5, bytes: (length) => new Uint8Array(length) },
    ...ports,
  };
  const recordsOf = (zoneId: ZoneId): Map<RecordId, unknown> =>
    cloudflare.zones.get(zoneId)?.records ?? new Map();
  let writes = 0;
  return {
    clock,
    cloudflare,
    mirror,
    openWrites,
    ownWrites,
    zoneIds,
    round: (input = {}) => syncRound(all, { connection: fakeConnection(), ...input }),
    recordOf: (zoneId) => [...recordsOf(zoneId).keys()][0] ?? assert.fail('the zone has no record'),
    async writeOurselves(zoneId, recordId, address) {
      writes += 1;
      const ray = `ray-${writes}`;
      cloudflare.editRecord(zoneId, recordId, { address }, { actor: 'us', ray, tokenId: 'token-of-ours' });
      ownWrites.writes.push({ zoneId, sentAt: clock.now(), ray, auditLogId: null });
      const zone = (await mirror.getZone(tenantId, zoneId)) ?? assert.fail();
      const record = cloudflare.zones.get(zoneId)?.records.get(recordId) ?? assert.fail();
      await mirror.advance(tenantId, zoneId, {
        baseRevision: zone.revision,
        delta: { put: [{ record }], gone: [] },
        origin: { kind: 'change-set', changeSetId: `chg_${writes}` as ChangeSetId },
        freshness: { ...zone.freshness, signal: 'own-write' },
        at: clock.now(),
      });
    },
    async wrongZones() {
      const wrong: ZoneId[] = [];
      for (const [zoneId, { records }] of cloudflare.zones) {
        const hashes = await mirror.recordHashes(tenantId, zoneId);
        const same = [...records].every(([id, record]) => hashes.get(id) === fakeHash(record));
        if (!same || hashes.size !== records.size) wrong.push(zoneId);
      }
      return wrong;
    },
  };
}
