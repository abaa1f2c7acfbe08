/**
 * The inventory end to end: rounds of a connection through the real client and the real store, against the sandbox's
 * API and its DNS server.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type OpenSoaAsker, openSoaAsker } from '../src/app/soa-asker.ts';
import { type Clock, systemClock, systemRandom } from '../src/base/clock.ts';
import type { AccountId, ConnectionId, TenantId, ZoneId } from '../src/base/ids.ts';
import { Secret } from '../src/base/secret.ts';
import { type Cloudflare, createCloudflare } from '../src/cloudflare/cloudflare.ts';
import type { DomainName } from '../src/dns/name.ts';
import { sealEvent } from '../src/domains/audit/chain.ts';
import { adoptDrift, listDrift, type ZoneDrift } from '../src/domains/zones/drift.ts';
import { fakeConnection } from '../src/domains/zones/fakes.ts';
import { findRecords } from '../src/domains/zones/find-records.ts';
import { diffMoments, recordLife } from '../src/domains/zones/history.ts';
import type { RoundInput, RoundReport } from '../src/domains/zones/signals/round.ts';
import { syncRound } from '../src/domains/zones/signals/sync-round.ts';
import { type Sandbox, startSandbox } from '../src/sandbox/index.ts';
import { openStore, type Store } from '../src/store/open-store.ts';
import { recordHash } from '../src/store/record-hash.ts';

const tenantId = 'local' as TenantId;
const BIG = 7_000;

/** Real time, which a test moves on. */
class MovableClock implements Clock {
  aheadMs = 0;
  now(): number {
    return Date.now() + this.aheadMs;
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal);
  }
}

describe('inventory', () => {
  const clock = new MovableClock();
  let sandbox: Sandbox;
  let store: Store;
  let cloudflare: Cloudflare;
  let soa: OpenSoaAsker;
  let bigZone: ZoneId;

  before(async () => {
    sandbox = await startSandbox({ rateLimit: false });
    for (let i = 0; i < 6; i += 1) {
      sandbox.seedZone(`shop-${i}.example`, [
        { type: 'A', name: '@', content: '203.0.113.7', ttl: 300 },
        { type: 'MX', name: '@', content: `mail.shop-${i}.example`, priority: 10, ttl: 1 },
        { type: 'TXT', name: '@', content: '"v=spf1 -all"', ttl: 1 },
      ]);
    }
    const records = Array.from({ length: BIG }, (_, i) => ({
      type: 'A',
      name: `host-${String(i).padStart(5, '0')}`,
      content: `198.51.${Math.floor(i / 250)}.${i % 250}`,
      ttl: 300,
    }));
    bigZone = sandbox.seedZone('big.example', records, { plan: 'enterprise', recordQuota: 10_000 })
      .id as ZoneId;
    store = await openStore({ url: 'sqlite::memory:', clock, random: systemRandom, seal: sealEvent });
    cloudflare = createCloudflare({
      credential: { kind: 'user-token', token: new Secret(sandbox.tokens.full) },
      baseUrl: sandbox.baseUrl,
    });
    soa = openSoaAsker({ address: sandbox.dns ?? assert.fail('the sandbox has no DNS') });
  });

  after(async () => {
    await soa?.close();
    await cloudflare?.close();
    await store?.close();
    await sandbox?.close();
  });

  function round(input: Partial<RoundInput> = {}): Promise<RoundReport> {
    const connection = fakeConnection({
      id: 'con_sandbox' as ConnectionId,
      accountId: sandbox.accountId as AccountId,
    });
    return syncRound(
      {
        reader: cloudflare.zones,
        mirror: store.mirror,
        history: store.mirror,
        openWrites: store.journal,
        ownWrites: store.ownWrites,
        states: store.sync,
        trail: store.audit,
        auditLog: null,
        soa,
        hash: recordHash,
        clock,
        random: systemRandom,
      },
      { connection, ...input },
    );
  }

  /** Names and contents of the mirror, or of the sandbox. */
  async function mirrored(zoneId: ZoneId): Promise<string[]> {
    const lines: string[] = [];
    for await (const chunk of store.mirror.records(tenantId, zoneId)) {
      lines.push(...chunk.map(({ record }) => `${record.id} ${record.received['content']}`));
    }
    return lines.sort();
  }
  function held(zoneId: ZoneId): string[] {
    return sandbox
      .records(zoneId)
      .map(({ id, content }) => `${id} ${content}`)
      .sort();
  }
  async function driftOf(zoneId: ZoneId): Promise<ZoneDrift | null> {
    const ports = { mirror: store.mirror, marks: store.mirror };
    for await (const drift of listDrift(ports, { tenantId, zoneId })) return drift;
    return null;
  }

  it('finds and mirrors every zone for one call a page', async () => {
    const report = await round();
    assert.deepEqual([report.state, report.outcomes.length, report.failures], ['ran', 7, []]);
    assert.equal(report.calls, 1 + 6 + 2, 'one listing, six small zones, two pages of the big one');
    for (const zone of sandbox.zones()) {
      assert.deepEqual(await mirrored(zone.id as ZoneId), held(zone.id as ZoneId), zone.name);
    }
  });

  it('costs no call while nothing changes, and none is silent', async () => {
    const report = await round();
    assert.deepEqual([report.calls, report.outcomes.length, report.silent], [0, 0, 0]);
  });

  it('sees a colleague’s edit by the serial, as drift; adopting it ends that', async () => {
    const [record] = sandbox.records('shop-2.example').filter(({ type }) => type === 'A');
    assert.ok(record !== undefined);
    sandbox.foreignEdit('shop-2.example', { patches: [{ id: record.id, content: '203.0.113.99' }] });
    const report = await round();
    assert.deepEqual([report.calls, report.outcomes.map(({ updated }) => updated)], [1, [1]]);
    const zoneId = sandbox.zone('shop-2.example').id as ZoneId;
    const drift = (await driftOf(zoneId)) ?? assert.fail('no drift');
    assert.deepEqual(
      drift.entries.map(({ fields, standing, by }) => [fields, standing, by.actor]),
      [[['rdata'], 'drift', null]],
    );
    const ref = { tenantId, zoneId };
    const moments = { from: { kind: 'revision', revision: 1 }, to: { kind: 'latest' } } as const;
    assert.equal((await diffMoments({ mirror: store.mirror }, ref, moments)).differences.length, 1);
    const life = await recordLife({ mirror: store.mirror }, ref, drift.entries[0]?.now?.id ?? assert.fail());
    assert.equal(life.chapters.length, 2);
    await adoptDrift({ marks: store.mirror }, drift, { principal: 'cli:test', at: clock.now() });
    assert.equal(await driftOf(zoneId), null);
  });

  it('finds records over all zones, with freshness', async () => {
    const found = await findRecords(
      { mirror: store.mirror },
      { tenantId, query: { content: '203.0.113.7' } },
    );
    assert.equal(found.records.length, 5);
    assert.deepEqual([found.coverage.zones, found.coverage.neverRead, found.coverage.stale], [7, 0, 0]);
  });

  it('never takes out a record that a shifting list hid', async () => {
    for (const how of ['delete', 'insert', 'delete'] as const) {
      sandbox.setFault({ route: 'GET /zones/{zone_id}/dns_records', kind: 'shifting-list', how });
      sandbox.foreignEdit(bigZone, {
        posts: [{ type: 'A', name: `a-${how}`, content: '192.0.2.1', ttl: 300 }],
      });
      const before = new Set(held(bigZone));
      const report = await round();
      assert.equal(report.outcomes[0]?.consistent, true);
      const now = held(bigZone);
      const gone = [...before].filter((line) => !now.includes(line)).length;
      assert.ok((report.outcomes[0]?.deleted ?? 0) <= gone, 'no more is taken out than went');
      await round();
      assert.deepEqual(await mirrored(bigZone), held(bigZone));
      sandbox.clearFaults();
    }
  });

  it('notices a new zone at the next discovery, and verifies each within a day', async () => {
    sandbox.seedZone('late.example', [{ type: 'A', name: '@', content: '192.0.2.9', ttl: 300 }]);
    clock.aheadMs += 31 * 60_000;
    const told = await round();
    assert.deepEqual(
      told.discovery?.appeared.map(({ name }) => name),
      ['late.example' as DomainName],
    );
    assert.equal((await round()).outcomes.length, 1, 'read at once');
    clock.aheadMs += 24 * 3_600_000;
    const report = await round();
    assert.equal(report.outcomes.length, 8);
    assert.ok(report.outcomes.every(({ created, updated, deleted }) => created + updated + deleted === 0));
  });

  it('keeps what happened in the audit trail', async () => {
    const events = await store.audit.latest(tenantId, {}, 100);
    const kinds = new Set(events.map(({ kind }) => kind));
    assert.deepEqual([...kinds].sort(), ['drift.adopted', 'zone.discovered', 'zone.drifted']);
  });
});
