/** `zoneward zones export`: a zone as a file that, planned again, changes nothing; or all zones into a folder. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Command, Option } from 'commander';
import type { ExportFormat } from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { examples } from '../help.ts';
import { parseMoment } from '../moment.ts';
import { counted } from '../output/words.ts';
import type { Session } from '../session.ts';

const ENDINGS: Readonly<Record<ExportFormat, string>> = {
  bind: 'zone',
  yaml: 'yaml',
  json: 'json',
  octodns: 'octodns.yaml',
};

interface ExportFlags {
  readonly format: ExportFormat;
  readonly output?: string;
  readonly dir?: string;
  readonly at?: string;
  readonly all?: boolean;
}

export function registerZonesExport(zones: Command, cli: Cli): void {
  zones
    .command('export [zone]')
    .description(
      'Write a zone as a file: master file, YAML, JSON or octoDNS. What a form cannot carry is named.',
    )
    .addOption(
      new Option('--format <name>', 'bind, yaml, json or octodns')
        .choices(Object.keys(ENDINGS))
        .default('yaml'),
    )
    .option('-o, --output <path>', 'into this file; with --all, into this folder')
    .option('--dir <folder>', 'with --all, the same as -o')
    .option('--at <moment>', 'as it was at a revision or a time')
    .option('--all', 'every zone that was read')
    .addHelpText(
      'after',
      examples(
        'zoneward zones export example.com > example.com.yaml',
        'zoneward zones export --all --format bind -o backup/',
      ),
    )
    .addHelpText(
      'after',
      '\nA comment at the top names the revision and its time, so that the same state is the same file (JSON has none).\n',
    )
    .action(
      cli.run(async (session, name: string | undefined, flags: ExportFlags) =>
        flags.all === true ? exportAll(session, flags) : exportOne(session, session.zoneName(name), flags),
      ),
    );
}

async function exportOne(session: Session, name: string, flags: ExportFlags): Promise<void> {
  const tenant = await session.tenant();
  const zone = await tenant.zones.get(name, session.flags.connection);
  if (zone.revision === 0) await tenant.zones.sync(name, session.via);
  const moment = flags.at === undefined ? undefined : parseMoment(flags.at, session.out.now());
  const { text, losses } = await tenant.zones.export(name, flags.format, moment);
  for (const loss of losses) session.out.warn(`${loss.name} ${loss.type}: ${loss.what} is not in the file`);
  if (flags.output === undefined) {
    // The file itself is the result, also with --json.
    session.io.stdout.write(text);
    return;
  }
  await writeFile(path.resolve(session.io.cwd, flags.output), text);
  session.out.result({
    json: () => ({ zone: name, file: flags.output, losses }),
    text: () => `${session.out.paint.green('✓')} ${name} → ${flags.output}\n`,
  });
}

async function exportAll(session: Session, flags: ExportFlags): Promise<void> {
  const folder = flags.output ?? flags.dir;
  if (folder === undefined)
    throw new UsageError('--all needs a folder.', ['zoneward zones export --all -o backup/']);
  const tenant = await session.tenant();
  const zones = (await tenant.zones.list(session.via)).filter(
    ({ facts, revision }) => revision > 0 && facts.status !== 'deleted',
  );
  if (zones.length === 0) throw new UsageError('No zone was read yet.', ['zoneward zones sync']);
  await mkdir(path.resolve(session.io.cwd, folder), { recursive: true });
  const bar = session.progress();
  const files: { zone: string; file: string }[] = [];
  const names = new Set<string>();
  for (const { facts } of zones) {
    const { text, losses } = await tenant.zones.export(facts.id, flags.format);
    // Two accounts may hold zones of one name.
    const stem = names.has(facts.name) ? `${facts.name}.${facts.id}` : facts.name;
    names.add(stem);
    const file = path.join(folder, `${stem}.${ENDINGS[flags.format]}`);
    await writeFile(path.resolve(session.io.cwd, file), text);
    files.push({ zone: facts.name, file });
    bar.update({ done: files.length, total: zones.length, text: facts.name });
    for (const loss of losses)
      session.out.warn(`${file}: ${loss.name} ${loss.type}: ${loss.what} is left out`);
  }
  bar.end();
  session.out.result({
    json: () => ({ files }),
    text: () => `${session.out.paint.green('✓')} ${counted(files.length, 'zone')} → ${folder}\n`,
  });
}
