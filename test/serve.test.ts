/** `zoneward serve --sandbox` as a process, and the command line that works through it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Ran, runCli } from '../src/cli/fake-io.ts';
import { type CliProcess, startCli } from './kit/spawn-cli.ts';

const DOCUMENT = `zone: shop.example
manage:
  only: [fresh]
records:
  - {name: fresh, type: A, content: 192.0.2.77, ttl: 5m}
`;

/** What `serve --json` says once it answers. */
interface Told {
  readonly url: string;
  readonly apiKey: string;
}

function toldBy({ child }: CliProcess): Promise<Told> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (text.trimEnd().endsWith('}')) resolve(JSON.parse(text) as Told);
    });
    child.once('close', () => reject(new Error('it ended before it answered')));
  });
}

describe('serve', () => {
  let serving: CliProcess;
  let told: Told;
  let folder: string;
  const zoneward = (words: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
    runCli(words.split(' '), {
      cwd: folder,
      env: {
        ZONEWARD_HOME: path.join(folder, 'home'),
        ZONEWARD_SERVER: told.url,
        ZONEWARD_API_KEY: told.apiKey,
        ...env,
      },
    });

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'zoneward-serve-'));
    writeFileSync(path.join(folder, 'shop.yaml'), DOCUMENT);
    serving = startCli(
      ['serve', '--sandbox', '--port', '0', '--json', '--log-level', 'warn', '--no-dashboard'],
      { env: {} },
    );
    told = await toldBy(serving);
  });
  after(async () => {
    serving.child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it('lets the command line look, plan, apply and undo through it', async () => {
    const zones = await zoneward('zones list --json');
    assert.equal(zones.code, 0, zones.stderr);
    assert.ok(JSON.parse(zones.stdout).zones.some(({ name }: { name: string }) => name === 'shop.example'));
    for (const words of [
      'zones show shop.example',
      'zones history shop.example',
      'records list shop.example',
      'audit list',
      'audit verify',
      'zones export shop.example',
    ]) {
      const ran = await zoneward(words);
      assert.equal(ran.code, 0, `${words}: ${ran.stderr}`);
      assert.notEqual(ran.stdout, '');
    }
    assert.match((await zoneward('zones sync shop.example')).stdout, /shop\.example: \d+ records/);
    const plan = await zoneward('plan shop.example -f shop.yaml --detailed-exitcode');
    assert.equal(plan.code, 3, plan.stderr);
    assert.match(plan.stdout, /fresh/);
    const apply = await zoneward('apply shop.example -f shop.yaml --yes --json');
    assert.equal(apply.code, 0, apply.stderr);
    const { applied } = JSON.parse(apply.stdout);
    assert.equal(applied.status, 'applied');
    assert.equal((await zoneward('plan shop.example -f shop.yaml --detailed-exitcode')).code, 0);
    const undo = await zoneward(`undo ${applied.changeSet.id} --yes --json`);
    assert.equal(undo.code, 0, undo.stderr);
    assert.equal((await zoneward('plan shop.example -f shop.yaml --detailed-exitcode')).code, 3);
  });

  it('is refused in the words and exit codes of the command line', async () => {
    const cases: [string, Readonly<Record<string, string>>, number, RegExp][] = [
      ['zones list', { ZONEWARD_API_KEY: 'zwk_wrong' }, 4, /not known/],
      ['zones list', { ZONEWARD_API_KEY: '' }, 2, /API key/],
      ['zones list', { ZONEWARD_SERVER: 'nowhere' }, 2, /no address/],
      ['zones show nowhere.example', {}, 1, /no zone/],
      ['connections list', {}, 2, /cannot do this through a server/],
      ['store check', {}, 2, /not through a server/],
    ];
    for (const [words, env, code, says] of cases) {
      const ran = await zoneward(words, env);
      assert.equal(ran.code, code, `${words}: ${ran.stderr}`);
      assert.match(ran.stderr, says);
    }
  });

  it('ends in order when it is asked to', async () => {
    serving.child.kill('SIGTERM');
    const ran = await serving.ended;
    assert.deepEqual([ran.code, ran.signal], [0, null], ran.stderr);
    assert.ok(!ran.stderr.includes(told.apiKey));
  });
});
