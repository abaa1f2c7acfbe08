/** Runs the examples as a reader would. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { openZoneward } from '../src/index.ts';
import { type Sandbox, startSandbox } from '../src/sandbox/index.ts';
import { planFolder } from './ci-plan.ts';
import { connectCustomer, domainRoutes } from './embed-in-hono.ts';

function environmentOf(sandbox: Sandbox): Record<string, string> {
  return {
    CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
    CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
    CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
  };
}

async function withFolder(work: (folder: string, sandbox: Sandbox) => Promise<void>): Promise<void> {
  await using sandbox = await startSandbox({ dnsPort: false });
  sandbox.seedZone('example.com', [{ type: 'A', name: 'www', content: '203.0.113.7', ttl: 300 }]);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'zoneward-examples-'));
  try {
    await work(folder, sandbox);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function addressOf(sandbox: Sandbox): unknown {
  return sandbox.records('example.com').find(({ name }) => name === 'www.example.com')?.content;
}

test('embed in Hono: list, change, undo', () =>
  withFolder(async (home, sandbox) => {
    await using zoneward = await openZoneward({ home, environment: environmentOf(sandbox) });
    await connectCustomer(zoneward, 'acme', { token: sandbox.tokens.full, accountId: sandbox.accountId });
    const app = domainRoutes(zoneward, () => 'acme');
    const list = await app.request('/domains');
    assert.deepEqual(await list.json(), [{ name: 'example.com', status: 'active', recordCount: 1 }]);
    const put = (address: string) =>
      app.request('/domains/example.com/names/www', { method: 'PUT', body: JSON.stringify({ address }) });
    const changed = (await (await put('203.0.113.8')).json()) as { changed: boolean; undo: string };
    assert.equal(changed.changed, true);
    assert.equal(addressOf(sandbox), '203.0.113.8');
    assert.deepEqual(await (await put('203.0.113.8')).json(), { changed: false, undo: null });
    const undone = await app.request(`/undo/${changed.undo}`, { method: 'POST' });
    assert.deepEqual(await undone.json(), { status: 'applied' });
    assert.equal(addressOf(sandbox), '203.0.113.7');
    const refused = await put('not an address');
    assert.equal(refused.status, 400);
    assert.equal(addressOf(sandbox), '203.0.113.7');
  }));

test('CI plan: nothing, a change, a file that cannot be used', () =>
  withFolder(async (folder, sandbox) => {
    const file = path.join(folder, 'example.com.yaml');
    const plan = async (content: string) => {
      await writeFile(
        file,
        `zone: example.com\nrecords:\n  - {name: www, type: A, content: ${content}, ttl: 300}\n`,
      );
      return planFolder(folder, environmentOf(sandbox));
    };
    assert.equal((await plan('203.0.113.7')).exitCode, 0);
    const changed = await plan('203.0.113.8');
    assert.equal(changed.exitCode, 3);
    assert.match(changed.markdown, /203\.0\.113\.8/);
    assert.equal((await plan('nowhere')).exitCode, 1);
    assert.equal(addressOf(sandbox), '203.0.113.7', 'it only reads');
  }));

test("README's library example, as it is written, and once more", async () => {
  await withFolder(async (folder, sandbox) => {
    const root = path.join(import.meta.dirname, '..');
    const [, code = ''] = /## As a library\n+```ts\n([\s\S]*?)```/.exec(
      await readFile(path.join(root, 'README.md'), 'utf8'),
    ) ?? [''];
    const source = JSON.stringify(pathToFileURL(path.join(root, 'src/index.ts')).href);
    assert.match(code, /from 'zoneward';/);
    await writeFile(path.join(folder, 'example.ts'), code.replace("'zoneward'", source));
    await writeFile(
      path.join(folder, 'example.com.yaml'),
      'zone: example.com\nrecords:\n  - {name: www, type: A, content: 203.0.113.8, ttl: 300}\n',
    );
    for (const times of [1, 2]) {
      const { stderr } = await promisify(execFile)(process.execPath, ['example.ts'], {
        cwd: folder,
        env: { ...process.env, ...environmentOf(sandbox) },
      });
      assert.equal(stderr, '');
      assert.equal(sandbox.audit().length, 2 * times, 'a change, and its undo');
      assert.deepEqual(
        sandbox.records('example.com').map(({ content }) => content),
        ['203.0.113.7'],
      );
    }
  });
});
