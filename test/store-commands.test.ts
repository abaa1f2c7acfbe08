/** `zoneward store backup` and `store migrate`, from a store with a sealed credential to one on PostgreSQL that uses it. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Ran, runCli } from '../src/cli/fake-io.ts';
import { type Sandbox, startSandbox } from '../src/sandbox/index.ts';
import { withDatabase } from './kit/postgres.ts';

const LABEL = 'shop';

describe('store commands', () => {
  let sandbox: Sandbox;
  let folder: string;
  const envOf = (env: Readonly<Record<string, string>>): Record<string, string> => ({
    ZONEWARD_HOME: path.join(folder, 'home'),
    CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
    ...env,
  });
  const zoneward = (words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
    runCli(words, { cwd: folder, env: envOf(env) });

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'zoneward-store-'));
    sandbox = await startSandbox({
      dnsPort: false,
      warn: () => {},
      seed: {
        zones: [{ name: 'shop.example', records: [{ name: 'www', type: 'A', content: '192.0.2.1' }] }],
      },
    });
    const added = await runCli(
      ['connections', 'add', '--token-stdin', '--label', LABEL, '--account-id', sandbox.accountId],
      {
        cwd: folder,
        env: envOf({}),
        stdin: sandbox.tokens.full,
      },
    );
    assert.equal(added.code, 0, added.stderr);
    assert.equal((await zoneward(['zones', 'sync'])).code, 0);
  });
  after(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  it('back a store up, once to each place', async () => {
    const made = await zoneward(['store', 'backup', 'copy.db', '--json']);
    assert.equal(made.code, 0, made.stderr);
    assert.equal(JSON.parse(made.stdout).path, path.join(folder, 'copy.db'));
    const again = await zoneward(['store', 'backup', 'copy.db']);
    assert.equal(again.code, 5);
    assert.match(again.stderr, /never replaces/);
    const copied = await zoneward(['store', 'check'], { ZONEWARD_STORE: `sqlite:${folder}/copy.db` });
    assert.equal(copied.code, 0, copied.stderr);
    const zones = await zoneward(['zones', 'list', '--json'], { ZONEWARD_STORE: `sqlite:${folder}/copy.db` });
    assert.deepEqual(namesIn(zones), ['shop.example']);
  });

  it('move a store to PostgreSQL, where its credential opens and its audit holds', () =>
    withDatabase(async (url) => {
      const moved = await zoneward(['store', 'migrate', '--to', url, '--json']);
      assert.equal(moved.code, 0, moved.stderr);
      const { ok, rows, audit, check } = JSON.parse(moved.stdout);
      assert.deepEqual([ok, check.ok], [true, true]);
      assert.ok(rows > 10 && audit.length === 1 && audit[0].ok === true);
      const there = { ZONEWARD_STORE: url };
      const ran = [moved];
      for (const words of [
        ['zones', 'list', '--json'],
        ['store', 'check'],
        ['audit', 'verify'],
        ['connections', 'test', LABEL],
        ['zones', 'sync'],
      ]) {
        const each = await zoneward(words, there);
        assert.equal(each.code, 0, `${words.join(' ')}: ${each.stderr}`);
        ran.push(each);
      }
      assert.deepEqual(namesIn(ran[1]), ['shop.example']);
      const again = await zoneward(['store', 'migrate', '--to', url]);
      assert.equal(again.code, 5, again.stderr);
      const backup = await zoneward(['store', 'backup', 'x.db'], there);
      assert.equal(backup.code, 2);
      assert.match(backup.stderr, /pg_dump --format=custom/);
      // Another machine, to which nobody brought the vault's key.
      const elsewhere = path.join(folder, 'elsewhere');
      const keyless = await zoneward(['zones', 'list'], { ...there, ZONEWARD_HOME: elsewhere });
      assert.equal(keyless.code, 1, keyless.stderr);
      assert.match(keyless.stderr, /holds secrets that need it/);
      assert.equal(existsSync(path.join(elsewhere, 'vault.key')), false, 'no key is made that opens nothing');
      ran.push(again, backup, keyless);
      const { password } = new URL(url);
      for (const { stdout, stderr } of ran) assert.ok(!(stdout + stderr).includes(password));
    }));

  it('say what is wrong with the address', async () => {
    const cases: readonly (readonly [string, number, RegExp])[] = [
      ['mysql://me:hunter2@host/db', 2, /address of something else/],
      ['postgres://me:hunter2@host', 2, /names no database/],
      ['postgres://me:hunter2@127.0.0.1:1/db', 6, /cannot be reached/],
    ];
    for (const [url, code, says] of cases) {
      const ran = await zoneward(['store', 'migrate', '--to', url]);
      assert.equal(ran.code, code, ran.stderr);
      assert.match(ran.stderr, says);
      assert.ok(!ran.stderr.includes('hunter2'));
    }
  });
});

function namesIn(ran: Ran | undefined): string[] {
  return JSON.parse(ran?.stdout ?? '{}').zones.map(({ name }: { name: string }) => name);
}
