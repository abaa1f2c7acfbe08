/**
 * The files in deploy/, as far as a machine without Docker and systemd allows: they are read, what they name exists, and
 * what they run is run.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { OTHER_VARIABLES, SETTINGS } from '../src/app/settings.ts';
import { administer, createDatabase } from './kit/postgres.ts';
import { runCli } from './kit/spawn-cli.ts';

const ROOT = path.join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const VARIABLES = new Set([...Object.values(SETTINGS), ...OTHER_VARIABLES].map(({ variable }) => variable));

/** Every word of a command line exists: the command, and each of its flags. */
async function isRunnable(words: readonly string[]): Promise<void> {
  const [command = '', ...flags] = words;
  const { code, stdout } = await runCli([command, '--help'], { env: {} });
  assert.equal(code, 0, command);
  for (const flag of flags) assert.ok(stdout.includes(flag), `zoneward ${command} has no ${flag}`);
}

function knows(name: string): void {
  if (/^(ZONEWARD|CLOUDFLARE|OTEL|VAULT)_/.test(name)) assert.ok(VARIABLES.has(name), name);
}

describe('the image', () => {
  const lines = read('deploy/Dockerfile')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const of = (word: string): string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));

  it('is made in two stages, on the Node that the package asks for, and run by nobody in particular', () => {
    const known = [
      'FROM',
      'ARG',
      'WORKDIR',
      'COPY',
      'RUN',
      'ENV',
      'USER',
      'VOLUME',
      'EXPOSE',
      'HEALTHCHECK',
      'STOPSIGNAL',
      'ENTRYPOINT',
      'CMD',
    ];
    for (const line of lines) assert.ok(known.includes(line.trim().split(' ')[0] ?? ''), line);
    assert.equal(of('FROM').length, 2);
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    for (const image of of('FROM'))
      assert.match(image, new RegExp(`^node:${engines.node.match(/\d+/)?.[0]}-`));
    const user = lines.findIndex((line) => line.startsWith('USER '));
    assert.ok(user > lines.lastIndexOf(lines.findLast((line) => line.startsWith('RUN ')) ?? ''));
    assert.notEqual(of('USER')[0], 'root');
  });

  it('copies files that are there, and sets variables that are read', () => {
    for (const copied of of('COPY').filter((one) => !one.startsWith('--from')))
      for (const file of copied.split(' ').slice(0, -1)) assert.ok(existsSync(path.join(ROOT, file)), file);
    for (const [, name = ''] of of('ENV')
      .join(' ')
      .matchAll(/(\w+)=/g))
      knows(name);
  });

  it('installs what the lockfile says, and holds what a package would', () => {
    const installed = of('RUN').find((line) => line.includes('--omit=dev')) ?? '';
    assert.match(installed, /^npm ci --omit=dev --ignore-scripts /);
    const { files, bin } = JSON.parse(read('package.json')) as { files: string[]; bin: { zoneward: string } };
    for (const folder of files.filter((name) => !name.includes('.')))
      assert.ok(of('COPY').includes(`--from=build /src/${folder} ./${folder}`), folder);
    assert.ok(installed.includes(`ln -s /opt/zoneward/${bin.zoneward} /usr/local/bin/zoneward`));
    assert.equal(of('WORKDIR').at(-1), '/opt/zoneward');
  });

  it('begins with a command that exists, and asks an address that is served', async () => {
    assert.equal(of('ENTRYPOINT')[0], '["zoneward"]');
    await isRunnable(JSON.parse(of('CMD')[0] ?? '[]') as string[]);
    const script = /node -e "(.*)"$/.exec(of('HEALTHCHECK')[0] ?? '')?.[1] ?? '';
    assert.ok(script.includes('/readyz'));
    // Nothing listens on port 1: not healthy, and it says so by its exit code alone.
    const env = { ...process.env, ZONEWARD_PORT: '1' };
    const { status, stderr } = spawnSync(process.execPath, ['-e', script], { env, encoding: 'utf8' });
    assert.deepEqual([status, stderr], [1, '']);
  });
});

interface Service {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly image?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[] };
}

describe('the compose file', () => {
  const compose = parse(read('deploy/compose.yaml'), { merge: true }) as {
    readonly services: Readonly<Record<string, Service>>;
    readonly volumes: Readonly<Record<string, unknown>>;
  };
  const ours = Object.entries(compose.services).filter(([name]) => name !== 'postgres');

  it('has two servers, a worker and a PostgreSQL', () => {
    assert.deepEqual(Object.keys(compose.services), ['serve-1', 'serve-2', 'worker', 'postgres']);
    assert.match(compose.services['postgres']?.image ?? '', /^postgres:\d+-/);
  });

  it('runs commands that exist, with settings that are read, and no secret of its own', async () => {
    for (const [name, { command = [], environment = {}, build, volumes = [] }] of ours) {
      await isRunnable(command);
      for (const variable of Object.keys(environment)) knows(variable);
      assert.equal(environment['ZONEWARD_STORE'], 'postgres://zoneward@postgres:5432/zoneward', name);
      assert.match(environment['PGPASSWORD'] ?? '', /^\$\{POSTGRES_PASSWORD:\?/, name);
      assert.match(environment['ZONEWARD_VAULT_KEY'] ?? '', /^\$\{ZONEWARD_VAULT_KEY:\?/);
      assert.ok(existsSync(path.join(ROOT, 'deploy', build?.context ?? '-', build?.dockerfile ?? '-')));
      for (const volume of volumes) assert.ok((volume.split(':')[0] ?? '') in compose.volumes, volume);
    }
  });

  it('takes a password of any characters', async () => {
    const password = "a/b+c=@#%:?&'d";
    const database = await createDatabase();
    const role = `deploy_${process.pid}`;
    const name = new URL(database.url).pathname.slice(1);
    const home = mkdtempSync(path.join(os.tmpdir(), 'zoneward-deploy-'));
    try {
      await administer(`create role ${role} login password '${password.replaceAll("'", "''")}'`);
      await administer(`alter database ${name} owner to ${role}`);
      // As the compose file has it, but for the name of the host.
      const store = compose.services['serve-1']?.environment?.['ZONEWARD_STORE'] ?? '';
      const url = Object.assign(new URL(store), { host: new URL(database.url).host, pathname: `/${name}` });
      url.username = role;
      const env = { ZONEWARD_HOME: home, ZONEWARD_STORE: url.href };
      const right = await runCli(['store', 'check'], { env: { ...env, PGPASSWORD: password } });
      assert.equal(right.code, 0, right.stderr);
      const wrong = await runCli(['store', 'check'], { env: { ...env, PGPASSWORD: 'b' } });
      assert.notEqual(wrong.code, 0);
      assert.ok(!`${right.stdout}${right.stderr}`.includes(password));
    } finally {
      await database.drop();
      rmSync(home, { recursive: true });
    }
  });

  it('takes PostgreSQL for ready only once it answers where it is asked', () => {
    assert.deepEqual(compose.services['postgres']?.healthcheck?.test?.slice(0, 4), [
      'CMD',
      'pg_isready',
      '-h',
      '127.0.0.1',
    ]);
  });

  it('gives them no more than they need', () => {
    for (const [name, { read_only, cap_drop }] of ours)
      assert.deepEqual([read_only, cap_drop], [true, ['ALL']], name);
  });
});

describe('the systemd unit', () => {
  const unit = read('deploy/systemd/zoneward.service');
  const settings = [...unit.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => ({ name, value }));
  const of = (wanted: string): string[] =>
    settings.filter(({ name }) => name === wanted).map(({ value }) => value);

  it('is made of sections and settings, and nothing else', () => {
    for (const line of unit.split('\n')) assert.match(line, /^(#.*|\[(Unit|Service|Install)\]|\w+=.*|)$/);
  });

  it('runs a command that exists, with settings that are read, as a user of its own', async () => {
    const [, ...words] = of('ExecStart')[0]?.split(' ') ?? [];
    await isRunnable(words);
    for (const [, name = ''] of of('Environment')
      .join(' ')
      .matchAll(/(\w+)=/g))
      knows(name);
    assert.deepEqual(of('User'), ['zoneward']);
  });

  it('finds the files that must be there, once its own steps were followed', async () => {
    const steps = unit.split('\n').filter((line) => line.startsWith('#   '));
    const config = /ZONEWARD_CONFIG=(\S+)/.exec(of('Environment').join(' '))?.[1] ?? '';
    const made = steps.find((step) => step.includes(`install -D --mode=644 /dev/null ${config}`));
    assert.ok(made !== undefined && steps.indexOf(made) < steps.findIndex((step) => step.includes('--now')));
    assert.ok(read('docs/operations.md').includes(made.replace('#', '').trim()));
    const folder = mkdtempSync(path.join(os.tmpdir(), 'zoneward-deploy-'));
    try {
      const file = path.join(folder, 'etc', 'zoneward.yaml');
      const env = { ZONEWARD_HOME: path.join(folder, 'home'), ZONEWARD_CONFIG: file };
      const missing = await runCli(['store', 'check'], { env });
      assert.equal(missing.code, 2);
      assert.match(missing.stderr, /is not there/);
      const { status } = spawnSync('install', ['-D', '--mode=644', '/dev/null', file]);
      assert.equal(status, 0);
      const empty = await runCli(['init'], { env });
      assert.equal(empty.code, 0, empty.stderr);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is hardened', () => {
    for (const name of [
      'NoNewPrivileges',
      'PrivateTmp',
      'PrivateDevices',
      'ProtectHome',
      'RestrictNamespaces',
      'LockPersonality',
    ])
      assert.deepEqual(of(name), ['yes'], name);
    assert.deepEqual(of('ProtectSystem'), ['strict']);
    assert.deepEqual(of('CapabilityBoundingSet'), ['']);
    assert.ok(of('SystemCallFilter').length > 0);
  });

  it('is found good by systemd itself, where that is installed', (t) => {
    const { status, stderr, error } = spawnSync(
      'systemd-analyze',
      ['verify', '--man=no', path.join(ROOT, 'deploy/systemd/zoneward.service')],
      { encoding: 'utf8' },
    );
    if (error !== undefined) return t.diagnostic('systemd-analyze is not on this machine');
    // That our command is not installed here is no fault of the unit.
    const faults = stderr
      .split('\n')
      .filter((line) => line.includes('zoneward.service') && !line.includes('is not executable'));
    assert.deepEqual(faults, [], String(status));
  });
});
