/**
 * Drift and upkeep as a host sees them: the facade on the real client and store, against the sandbox's API, its audit
 * log and its DNS. And the same as a person sees it, through the command line.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Io } from '../src/cli/io.ts';
import { run } from '../src/cli/run.ts';
import { openZoneward, type Tenant, type Zoneward } from '../src/index.ts';
import { type Sandbox, startSandbox } from '../src/sandbox/index.ts';

const NAMES = ['one.example', 'two.example'];

describe('drift, end to end', () => {
  let sandbox: Sandbox;
  let folder: string;
  let zoneward: Zoneward;
  let tenant: Tenant;

  beforeEach(async () => {
    sandbox = await startSandbox({ rateLimit: false, warn: () => {} });
    for (const name of NAMES) {
      sandbox.seedZone(name, [
        { type: 'A', name: '@', content: '203.0.113.7', ttl: 300 },
        { type: 'A', name: 'www', content: '203.0.113.7', ttl: 300, comment: 'shop' },
        { type: 'A', name: 'host.dyn', content: '203.0.113.8', ttl: 60 },
      ]);
    }
    folder = await mkdtemp(path.join(os.tmpdir(), 'zoneward-drift-'));
  });

  afterEach(async () => {
    await zoneward?.close();
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** May read zones and write records, and nothing of the account. */
  function narrowToken(): string {
    return sandbox.createToken({ name: 'narrow', permissions: ['Zone Read', 'DNS Write'] }).value;
  }

  function environment(token: string = sandbox.tokens.full): Record<string, string> {
    const dns = sandbox.dns ?? assert.fail('the sandbox has no DNS');
    return {
      CLOUDFLARE_API_TOKEN: token,
      CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
      CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
      ZONEWARD_DNS_SERVER: `${dns.host}:${dns.port}`,
      ZONEWARD_HOME: folder,
    };
  }

  async function open(token?: string): Promise<void> {
    await zoneward?.close();
    zoneward = await openZoneward({ environment: environment(token) });
    tenant = zoneward.tenant('local');
  }

  /** Somebody at the dashboard gives the A record of a name another address. */
  function foreignAddress(name: string, address: string): void {
    const zone = NAMES.find((one) => name.endsWith(one)) ?? assert.fail(name);
    const record = sandbox.records(zone).find((one) => one.name === name) ?? assert.fail(name);
    sandbox.foreignEdit(zone, { patches: [{ id: record.id, content: address }] });
  }

  function addressOf(name: string): unknown {
    const zone = NAMES.find((one) => name.endsWith(one)) ?? assert.fail(name);
    return sandbox.records(zone).find((one) => one.name === name)?.content;
  }

  it('names who changed a zone, as the audit log tells, for one call', async () => {
    await open();
    await tenant.inventory.round();
    await tenant.inventory.round();
    foreignAddress('www.one.example', '203.0.113.99');
    const report = await tenant.inventory.round();
    assert.deepEqual([report.state, report.outcomes.length, report.calls], ['ran', 1, 2]);
    const [drift, ...others] = await tenant.drift.list();
    assert.equal(others.length, 0);
    assert.deepEqual(
      drift?.entries.map(({ by, standing, fields }) => [by.actor, by.interface, standing, fields]),
      [['colleague@example.com', 'dash', 'drift', ['rdata']]],
    );
    assert.ok(Math.abs((drift?.entries[0]?.by.changedAt ?? 0) - Date.now()) < 60_000);
  });

  for (const { may, actor, calls } of [
    { may: true, actor: 'colleague@example.com', calls: NAMES.length + 1 },
    { may: false, actor: null, calls: NAMES.length + 1 },
  ]) {
    it(`a plain sync names who changed a zone ${may ? 'where' : 'unless'} it may read the audit log`, async () => {
      await open(may ? undefined : narrowToken());
      await tenant.zones.syncAll();
      assert.equal((await tenant.zones.syncAll()).sync.calls, NAMES.length, 'nothing changed, nothing asked');
      foreignAddress('www.one.example', '203.0.113.99');
      const { sync } = await tenant.zones.syncAll();
      assert.equal(sync.calls, calls);
      const [drift] = await tenant.drift.list();
      assert.deepEqual(
        drift?.entries.map(({ by }) => by.actor),
        [actor],
      );
      const told = (await tenant.audit.list({}, 100)).filter(({ kind }) => kind === 'zone.drifted');
      assert.deepEqual(
        told.map(({ zoneId, payload }) => [zoneId, (payload as { actor: unknown }).actor]),
        [[drift?.zone.facts.id, actor]],
      );
      foreignAddress('www.one.example', '203.0.113.98');
      assert.equal((await tenant.zones.sync('one.example')).calls, 2);
      const [again] = await tenant.drift.list();
      assert.equal(again?.entries[0]?.by.actor, actor);
    });
  }

  it('falls back to serials where the audit log may not be read', async () => {
    const token = narrowToken();
    await open(token);
    await tenant.inventory.round();
    foreignAddress('www.two.example', '203.0.113.99');
    const report = await tenant.inventory.round();
    assert.deepEqual([report.state, report.outcomes.length, report.calls], ['ran', 1, 1]);
    const [drift] = await tenant.drift.list();
    assert.equal(drift?.zone.facts.name, 'two.example');
    assert.deepEqual(
      drift.entries.map(({ by }) => by.actor),
      [null],
    );
  });

  it('takes no write of ours for drift, with and without the audit log', async () => {
    for (const token of [undefined, narrowToken()]) {
      await open(token);
      await tenant.inventory.round();
      const planned = await tenant.changes.planEdit(
        ['one.example'],
        { name: 'www', type: 'A' },
        { content: token === undefined ? '203.0.113.20' : '203.0.113.21' },
      );
      assert.equal((await tenant.changes.apply(planned))?.status, 'applied');
      await tenant.inventory.round();
      await tenant.zones.syncAll();
      assert.deepEqual(await tenant.drift.list(), []);
    }
  });

  it('adopts what was shown, and no more', async () => {
    await open();
    await tenant.inventory.round();
    foreignAddress('www.one.example', '203.0.113.99');
    await tenant.inventory.round();
    const [shown] = await tenant.drift.list();
    foreignAddress('one.example', '203.0.113.98');
    await tenant.inventory.round();
    await tenant.drift.adopt(shown ?? assert.fail('no drift'));
    const [left] = await tenant.drift.list();
    assert.deepEqual(
      left?.entries.map(({ now }) => now?.fields.name),
      ['one.example'],
    );
  });

  it('reverts through a plan, with the comment, and leaves alone what moved since', async () => {
    await open();
    await tenant.inventory.round();
    const [record] = sandbox.records('one.example').filter(({ name }) => name === 'www.one.example');
    sandbox.foreignEdit('one.example', { deletes: [{ id: record?.id ?? '' }] });
    foreignAddress('one.example', '203.0.113.99');
    await tenant.inventory.round();
    const drifts = await tenant.drift.list();
    foreignAddress('one.example', '203.0.113.100');
    const planned = await tenant.drift.planRevert(drifts);
    assert.equal(planned.moved.length, 1);
    assert.equal((await tenant.changes.apply(planned))?.status, 'applied');
    const back = sandbox.records('one.example').find(({ name }) => name === 'www.one.example');
    assert.deepEqual([back?.content, back?.comment], ['203.0.113.7', 'shop']);
    assert.equal(addressOf('one.example'), '203.0.113.100');
    const life = await tenant.zones.recordLife('one.example', (back?.id ?? '') as never);
    assert.equal(life.chapters.length, 2, 'the record that came back is the one that went');
    const kinds = (await zoneward.tenant('local').audit.list()).map(({ kind }) => kind);
    assert.ok(kinds.includes('zone.drifted') && kinds.includes('change-set.applied'));
  });

  it('shows what a rule leaves out as ignored', async () => {
    await open();
    await tenant.inventory.round();
    await tenant.inventory.set({ ignore: [{ name: '*.dyn', reason: 'dynamic DNS' }] });
    foreignAddress('host.dyn.one.example', '203.0.113.9');
    await tenant.inventory.round();
    const [drift] = await tenant.drift.list();
    assert.deepEqual(
      drift?.entries.map(({ standing, why }) => [standing, why]),
      [['ignored', 'dynamic DNS']],
    );
    assert.deepEqual((await tenant.drift.planRevert([drift])).zones[0]?.plan.groups, []);
  });

  it('prunes by the setting, and never the latest state', async () => {
    await open();
    await tenant.inventory.round();
    foreignAddress('www.one.example', '203.0.113.99');
    await tenant.inventory.round();
    assert.deepEqual(await tenant.inventory.prune(), { zones: 0, revisions: 0, versions: 0, before: null });
    await tenant.inventory.set({ historyDays: 30 });
    assert.equal((await tenant.inventory.prune()).revisions, 0, 'nothing is as old as that');
    const pruned = await tenant.inventory.prune(Date.now() + 1);
    assert.deepEqual([pruned.zones, pruned.revisions, pruned.versions], [1, 1, 1]);
    assert.equal((await tenant.zones.records('one.example')).records.length, 3);
    await assert.rejects(tenant.zones.records('one.example', { kind: 'revision', revision: 1 }), {
      code: 'moment-unknown',
    });
    await assert.rejects(tenant.inventory.set({ historyDays: 0 }), { code: 'history-days-invalid' });
  });

  it('plans a folder over all zones, and refuses all of it for one bad file', async () => {
    await open();
    await tenant.zones.syncAll();
    for (const format of ['bind', 'yaml', 'json', 'octodns'] as const) {
      const sources = await Promise.all(
        NAMES.map(async (zone) => {
          const { text } = await tenant.zones.export(zone, format);
          return {
            zone,
            text,
            file: `${zone}.${format === 'bind' ? 'zone' : format === 'json' ? 'json' : 'yaml'}`,
          };
        }),
      );
      const [same] = await tenant.inventory.planImport(sources);
      assert.deepEqual(
        same?.zones.map(({ plan }) => [plan.zoneName, plan.groups.length]),
        NAMES.map((zone) => [zone, 0]),
        format,
      );
      const changed = sources.map((source) => ({
        ...source,
        text: source.text.replaceAll('203.0.113.7', '192.0.2.7'),
      }));
      const [other] = await tenant.inventory.planImport(changed);
      assert.ok(
        other?.zones.every(({ plan }) => plan.groups.length > 0),
        format,
      );
      const bad = [
        ...sources.slice(1),
        { zone: 'one.example', file: 'one.example.zone', text: 'www A nonsense' },
      ];
      await assert.rejects(tenant.inventory.planImport(bad), /nothing was planned/);
    }
  });

  describe('on the command line', () => {
    let cli: (...argv: string[]) => Promise<{ code: number; out: string; err: string }>;

    before(() => {
      cli = async (...argv) => {
        let out = '';
        let err = '';
        const stream = (write: (text: string) => void) => ({ write, isTty: false, columns: 120 });
        const io: Io = {
          stdout: stream((text) => {
            out += text;
          }),
          stderr: stream((text) => {
            err += text;
          }),
          stdin: { isTty: false, readAll: async () => '', readKeys: () => () => {} },
          env: environment(),
          now: () => Date.now(),
          cwd: folder,
          onInterrupt: () => () => {},
          exit: () => {},
        };
        const code = await run(argv, io);
        return { code, out, err };
      };
    });

    it('is found with exit code 3, shown with its actor, and reverted', async () => {
      assert.equal((await cli('zones', 'sync', '--changed')).code, 0);
      assert.equal((await cli('drift')).code, 0);
      foreignAddress('www.one.example', '203.0.113.99');
      const found = await cli('drift', '--refresh');
      assert.equal(found.code, 3);
      assert.match(found.out, /content: 203\.0\.113\.7 → 203\.0\.113\.99/);
      assert.match(found.out, /by colleague@example\.com \(dash\), \d{4}-/);
      const json = JSON.parse((await cli('drift', '--json')).out);
      assert.equal(json.findings, 1);
      assert.equal(json.zones[0].entries[0].actor, 'colleague@example.com');
      assert.equal((await cli('drift', '--revert')).code, 2, 'a revert off a terminal needs --yes');
      assert.equal(addressOf('www.one.example'), '203.0.113.99');
      assert.equal((await cli('drift', '--revert', '--yes')).code, 0);
      assert.equal(addressOf('www.one.example'), '203.0.113.7');
      assert.equal((await cli('drift')).code, 0);
    });

    it('is accepted, and then is none', async () => {
      await cli('zones', 'sync');
      foreignAddress('www.one.example', '203.0.113.99');
      assert.equal((await cli('drift', '--refresh', '--quiet')).code, 3);
      assert.match((await cli('drift', '--adopt')).out, /accepted: 1 record in 1 zone/);
      assert.equal((await cli('drift')).code, 0);
      assert.equal((await cli('drift', '--adopt', '--revert')).code, 2);
    });

    it('is no finding where a remembered rule leaves it out', async () => {
      await cli('zones', 'sync');
      foreignAddress('host.dyn.one.example', '203.0.113.9');
      foreignAddress('host.dyn.two.example', '203.0.113.9');
      await cli('drift', '--refresh', '--quiet');
      const one = await cli('drift', 'one.example', '--ignore', '*.dyn', '--remember');
      assert.equal(one.code, 0);
      assert.match(one.out, /ignored: ignore rule \*\.dyn/);
      assert.equal((await cli('drift', 'one.example')).code, 0);
      assert.equal((await cli('drift', 'two.example')).code, 3, 'the rule is one.example’s');
    });

    it('says how fresh each answer is, nothing found or not', async () => {
      await cli('zones', 'list');
      const unread = await cli('drift');
      assert.match(unread.err, /2 of 2 zones were never read/);
      await cli('zones', 'sync');
      const isFresh = ({ verifiedAt, signal, staleSince }: Record<string, unknown>) =>
        Math.abs(Date.parse(String(verifiedAt)) - Date.now()) < 60_000 &&
        signal === 'full-read' &&
        staleSince === null;
      const json = async (...argv: string[]) => JSON.parse((await cli(...argv, '--json')).out);
      assert.match((await cli('drift')).err, /2 zones, each verified .* or later/);
      const { coverage } = await json('drift', 'one.example');
      assert.deepEqual([coverage.zones, coverage.neverRead, coverage.stale], [1, 0, 0]);
      assert.ok(Math.abs(Date.parse(coverage.oldestVerifiedAt) - Date.now()) < 60_000);
      for (const argv of [
        ['records', 'list', 'one.example'],
        ['zones', 'show', 'one.example'],
        ['zones', 'at', 'one.example', '1'],
        ['zones', 'diff', 'one.example', '1'],
      ]) {
        const told = await json(...argv);
        assert.ok(isFresh(told.freshness), argv.join(' '));
      }
      assert.ok(isFresh((await json('zones', 'history', 'one.example')).zone.freshness));
      assert.ok(isFresh((await json('records', 'life', 'one.example', 'www')).records[0].freshness));
      const { records } = await json('records', 'find', '--name', 'www.one.example');
      assert.ok(isFresh(records[0].freshness));
      for (const argv of [
        ['zones', 'at', 'one.example', '1'],
        ['zones', 'diff', 'one.example', '1'],
        ['zones', 'history', 'one.example'],
      ]) {
        assert.match((await cli(...argv)).err, /one\.example: verified \d+ s ago/, argv.join(' '));
      }
    });

    it('shows a record’s life by name', async () => {
      await cli('zones', 'sync', '--changed');
      foreignAddress('www.one.example', '203.0.113.99');
      await cli('zones', 'sync', '--changed');
      const { code, out } = await cli('records', 'life', 'one.example', 'www', '--type', 'A');
      assert.equal(code, 0);
      assert.match(out, /203\.0\.113\.7 .*\n.*first read\n.*203\.0\.113\.99 .*\n.*outside: colleague/);
      assert.equal((await cli('records', 'life', 'one.example', 'nope')).code, 1);
    });

    it('writes an account to a folder and brings it back', async () => {
      await cli('zones', 'sync');
      const dir = path.join(folder, 'backup');
      assert.equal((await cli('zones', 'export', '--all', '--dir', dir, '--format', 'bind')).code, 0);
      assert.deepEqual((await readdir(dir)).sort(), ['one.example.zone', 'two.example.zone']);
      foreignAddress('www.one.example', '203.0.113.99');
      const shown = await cli('zones', 'import', '--dir', dir, '--dry-run');
      assert.match(shown.out, /1 of 2 zones would change/);
      assert.equal((await cli('zones', 'import', '--dir', dir, '--yes')).code, 0);
      assert.equal(addressOf('www.one.example'), '203.0.113.7');
      assert.equal((await cli('zones', 'import', '--dir', path.join(folder, 'none'))).code, 2);
    });

    it('keeps and prunes history as it is told', async () => {
      await cli('zones', 'sync');
      assert.match((await cli('zones', 'prune')).out, /All history is kept/);
      assert.match((await cli('zones', 'retention', '90')).out, /last 90 days/);
      assert.equal(JSON.parse((await cli('zones', 'retention', '--json')).out).historyDays, 90);
      assert.equal((await cli('zones', 'retention', 'soon')).code, 2);
      assert.match((await cli('zones', 'prune')).out, /0 revisions/);
    });
  });
});
