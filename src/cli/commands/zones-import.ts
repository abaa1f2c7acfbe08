/** `zoneward zones import`: a folder of zone files, one for each zone, planned over all and applied. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { type ApplyFlags, applyPlanned, withApplyFlags } from '../apply-planned.ts';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { examples } from '../help.ts';
import type { Session } from '../session.ts';

interface ImportFlags extends ApplyFlags {
  readonly dir: string;
}

/** What `zones export --all` writes, and octoDNS and BIND folders. */
const FILE = /^(.+?)(?:\.([0-9a-f]{32}))?(?:\.octodns)?\.(?:ya?ml|json|zone|bind|db)$/i;
const FILES_MAX = 100_000;

export function registerZonesImport(zones: Command, cli: Cli): void {
  const command = zones
    .command('import')
    .description(
      'Plan a folder of files, one for each zone (example.com.yaml, .zone, .json, octoDNS), over all zones; then apply.',
    )
    .requiredOption('--dir <folder>', 'the folder');
  withApplyFlags(command)
    .addHelpText(
      'after',
      `${examples(
        'zoneward zones export --all -o backup/ && zoneward zones import --dir backup/ --dry-run',
        'zoneward zones import --dir zones/ --yes',
      )}\nThe zone is the file's name without its ending. A file speaks for the whole zone: a record that it does not\nlist is planned for deletion, unless manage: in the file narrows it. A field that it leaves out stays.\n`,
    )
    .action(cli.run(async (session, flags: ImportFlags) => importFolder(session, flags)));
}

async function importFolder(session: Session, flags: ImportFlags): Promise<ExitCode> {
  const sources = await readFolder(flags.dir);
  const tenant = await session.tenant();
  const bar = session.progress();
  const planned = await tenant.inventory
    .planImport(sources, {
      ...session.via,
      onPlanned: (zone, done) => bar.update({ done, total: sources.length, text: zone }),
    })
    .finally(() => bar.end());
  let worst: ExitCode = EXIT.done;
  for (const part of planned) {
    const code = await applyPlanned(session, part, flags);
    if (code > worst) worst = code;
  }
  return worst;
}

interface FolderSource {
  readonly zone: string;
  readonly file: string;
  readonly text: string;
}

async function readFolder(folder: string): Promise<readonly FolderSource[]> {
  const names = await listFolder(folder);
  const sources: FolderSource[] = [];
  const seen = new Map<string, string>();
  for (const name of names.sort()) {
    const [, stem, id] = FILE.exec(name) ?? [];
    if (stem === undefined) continue;
    const zone = id ?? stem;
    const twin = seen.get(zone);
    if (twin !== undefined)
      throw new UsageError(`${twin} and ${name} are both for ${zone}.`, ['Keep one of them.']);
    seen.set(zone, name);
    const file = path.join(folder, name);
    sources.push({ zone, file, text: await readText(file) });
  }
  if (sources.length > 0 && sources.length <= FILES_MAX) return sources;
  throw new UsageError(`${folder} holds ${sources.length} zone files.`, [
    `Between 1 and ${FILES_MAX} of names like example.com.yaml are expected.`,
  ]);
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    throw new UsageError(`${folder} is not a folder that can be read.`, [
      'zoneward zones export --all -o FOLDER makes one.',
    ]);
  }
}

async function readText(file: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch {
    throw new UsageError(`${file} cannot be read as UTF-8 text.`);
  }
}
