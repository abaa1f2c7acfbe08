/** The command line as a process of its own: start-up, pipes, signals, an old Node. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Sandbox, startSandbox } from '../src/sandbox/index.ts';

const ROOT = path.join(import.meta.dirname, '..');
const MAIN = path.join(ROOT, 'src/cli/main.ts');
const BIN = path.join(ROOT, 'bin/zoneward.js');
const ZONE = 'large.example';
/** More than one request takes on the Free plan (200). */
const RECORDS = 500;
const LATENCY_MS = 300;
/** Long enough that two key presses fall into one request. */
const SECOND_REQUEST_MS = 1_200;
const STARTS = 15;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('the process', () => {
  let sandbox: Sandbox;
  let folder: string;
  let env: NodeJS.ProcessEnv;

  const start = (argv: readonly string[]): ChildProcess =>
    spawn(process.execPath, [MAIN, ...argv], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });

  const ended = async (child: ChildProcess): Promise<Ended> => {
    let [stdout, stderr] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr };
  };

  before(async () => {
    sandbox = await startSandbox({ rateLimit: false, warn: () => {} });
    sandbox.seedZone(ZONE, [], { plan: 'free', recordQuota: 1_000 });
    folder = mkdtempSync(path.join(os.tmpdir(), 'zoneward-process-'));
    const lines = Array.from({ length: RECORDS }, (_, at) => `host-${at} 300 IN A 192.0.2.${at % 250}`);
    writeFileSync(path.join(folder, 'large.zone'), `$ORIGIN ${ZONE}.\n${lines.join('\n')}\n`);
    env = {
      PATH: process.env['PATH'],
      ZONEWARD_HOME: path.join(folder, 'home'),
      CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
      CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
      CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
    };
  });

  after(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  it('shows its help in at most three times the bare start of Node', () => {
    const timed = (argv: readonly string[]): number => {
      const startedAt = performance.now();
      const { status } = spawnSync(process.execPath, argv, { stdio: 'ignore', env });
      assert.equal(status, 0);
      return performance.now() - startedAt;
    };
    timed([BIN, '--help']);
    // In turns, so that both meet the same weather; the least of each is the least disturbed.
    const pairs = Array.from({ length: STARTS }, () => [timed(['-e', '0']), timed([BIN, '--help'])] as const);
    const bare = Math.min(...pairs.map(([each]) => each));
    const help = Math.min(...pairs.map(([, each]) => each));
    assert.ok(help <= 3 * bare, `--help takes ${help.toFixed(0)} ms, a bare start ${bare.toFixed(0)} ms`);
  });

  it('tells an old Node what is needed', () => {
    const old = 'data:text/javascript,Object.defineProperty(process,"versions",{value:{node:"20.11.0"}})';
    const { status, stderr } = spawnSync(process.execPath, ['--import', old, MAIN, 'zones', 'list'], {
      encoding: 'utf8',
      env,
    });
    assert.equal(status, 1);
    assert.match(stderr, /needs Node 24\.12 or newer; this is 20\.11\.0/);
  });

  it('goes on when its reader has gone', () => {
    const shell = `"${process.execPath}" "${MAIN}" zones list --help | head -n 1`;
    const { status, stdout, stderr } = spawnSync('sh', ['-c', shell], { encoding: 'utf8', env, cwd: folder });
    assert.equal(status, 0);
    assert.match(stdout, /^Usage: zoneward zones list/);
    assert.equal(stderr, '');
  });

  it('stops an apply at Ctrl-C after the request under way, and resumes it', async () => {
    sandbox.setLatency(LATENCY_MS);
    const child = start(['apply', ZONE, '-f', 'large.zone', '--yes']);
    const result = ended(child);
    while (sandbox.records(ZONE).length === 0 && child.exitCode === null) await sleep(20);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await result;
    sandbox.setLatency(0);
    assert.match(stderr, /Stopping after the request under way/);
    assert.equal(code, 7, stdout + stderr);
    const applied = sandbox.records(ZONE).length;
    assert.ok(applied > 0 && applied < RECORDS, `${applied} records`);
    const id = /chg_[0-9a-z]+/.exec(stdout)?.[0] ?? '';
    const resumed = await ended(start(['changes', 'resume', id, '--yes']));
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.equal(sandbox.records(ZONE).length, RECORDS);
  });

  it('a second Ctrl-C ends at once and says that the journal knows', async () => {
    const text = readFileSync(path.join(folder, 'large.zone'), 'utf8').replaceAll('192.0.2.', '198.51.100.');
    writeFileSync(path.join(folder, 'moved.zone'), text);
    sandbox.setLatency(SECOND_REQUEST_MS);
    const child = start(['apply', ZONE, '-f', 'moved.zone', '--yes', '--allow', 'updates']);
    const result = ended(child);
    const moved = (): boolean =>
      sandbox.records(ZONE).some(({ content }) => content.startsWith('198.51.100.'));
    while (!moved() && child.exitCode === null) await sleep(20);
    // The first request has landed; by now the second is under way, and stays so for a while.
    await sleep(SECOND_REQUEST_MS / 4);
    child.kill('SIGINT');
    await sleep(50);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await result;
    sandbox.setLatency(0);
    assert.equal(code, 7, stdout + stderr);
    assert.match(stderr, /The journal knows what was sent/);
    const { stdout: list } = await ended(start(['changes', 'list', '--json', '--limit', '1']));
    assert.equal(
      (JSON.parse(list) as { changeSets: { status: string }[] }).changeSets[0]?.status,
      'applying',
    );
  });

  it('the sandbox answers until Ctrl-C, and ends with 0', async () => {
    const child = start(['sandbox', '--json', '--token', 'a-token-of-my-own', '--empty', '--no-dns']);
    const result = ended(child);
    const [first] = (await once(child.stdout ?? child, 'data')) as [string];
    const { baseUrl, tokens, zones } = JSON.parse(first) as {
      baseUrl: string;
      tokens: { full: string };
      zones: unknown[];
    };
    assert.equal(tokens.full, 'a-token-of-my-own');
    assert.deepEqual(zones, []);
    const answer = await fetch(`${baseUrl}/zones`, { headers: { authorization: `Bearer ${tokens.full}` } });
    assert.equal(answer.status, 200);
    child.kill('SIGINT');
    const { code, stderr } = await result;
    assert.equal(code, 0);
    assert.match(stderr, /1 request,/);
  });

  it('the sandbox with HTTPS names a file with its certificate, and takes it away at the end', async () => {
    const child = start(['sandbox', '--tls', '--empty', '--no-dns', '--control']);
    const result = ended(child);
    let told = '';
    while (!told.includes('zones sync')) told += String((await once(child.stdout ?? child, 'data'))[0]);
    const [, file = ''] = /export NODE_EXTRA_CA_CERTS=(\S+)/.exec(told) ?? [];
    const [, address = ''] = /control +(\S+)/.exec(told) ?? [];
    const status = await new Promise((resolve, reject) => {
      const asked = request(`${address}/info`, { ca: readFileSync(file) }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.once('error', reject).end();
    });
    assert.equal(status, 200);
    child.kill('SIGINT');
    assert.equal((await result).code, 0);
    assert.equal(existsSync(file), false);
  });
});
