/** The demo, as a stranger runs it: a process of its own, no environment, exit 0, every check held. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { runCli } from '../src/cli/fake-io.ts';
import { DEMO_SEED, startSandbox } from '../src/sandbox/index.ts';

const ROOT = path.join(import.meta.dirname, '..');

describe('demo', () => {
  it('does the whole job, and leaves its folder', () => {
    const ran = spawnSync(process.execPath, [path.join(ROOT, 'src/cli/main.ts'), 'demo'], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    });
    assert.equal(ran.status, 0, ran.stdout + ran.stderr);
    for (let step = 1; step <= 6; step += 1) assert.match(ran.stdout, new RegExp(`^${step}\\. `, 'm'));
    assert.match(ran.stdout, /All \d+ checks hold/);
    assert.doesNotMatch(ran.stdout, /✖ (?!"Reads only"|northwind)/);
    const folder = /folder that stays: (\S+)/.exec(ran.stdout)?.[1] ?? '';
    for (const name of [
      'zoneward/zoneward.db',
      'zoneward/vault.key',
      'plan.json',
      'northwind-cloud.example.yaml',
      'demo.json',
    ])
      assert.ok(existsSync(path.join(folder, name)), name);
    // No secret is told, not even one of the sandbox's.
    const { tokens } = JSON.parse(readFileSync(path.join(folder, 'cloudflare/state.json'), 'utf8')) as {
      tokens: { secret: string }[];
    };
    for (const { secret } of tokens) assert.ok(!`${ran.stdout}${ran.stderr}`.includes(secret));
    rmSync(folder, { recursive: true });
  });

  it('with --live reads, plans, and writes nothing', async () => {
    await using sandbox = await startSandbox({ seed: DEMO_SEED, warn: () => {} });
    const env = {
      CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
      CLOUDFLARE_API_TOKEN: sandbox.tokens.readOnly,
      CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
    };
    const ran = await runCli(['demo', '--live', '--zone', 'shop.example'], { env });
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    assert.match(ran.stdout, /\+ zoneward-demo +TXT/);
    assert.match(ran.stdout, /Nothing was written to Cloudflare/);
    assert.equal(sandbox.counts().writes, 0);
    assert.ok(sandbox.requests().every(({ method }) => method === 'GET'));
    const folder = /lies in (\S+?)\.$/m.exec(ran.stdout)?.[1] ?? '';
    const store = readFileSync(path.join(folder, 'zoneward.db'));
    assert.ok(!store.includes(sandbox.tokens.readOnly));
    rmSync(folder, { recursive: true });
  });

  it('tells a program whether it held', async () => {
    const ran = await runCli(['demo', '--json']);
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    const report = JSON.parse(ran.stdout) as {
      ok: boolean;
      folder: string;
      checks: readonly { ok: boolean }[];
    };
    assert.equal(report.ok, true);
    assert.ok(report.checks.length > 10);
    assert.equal(ran.stderr, '');
    rmSync(report.folder, { recursive: true });
  });
});
