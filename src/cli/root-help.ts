/** `zoneward --help`: written from the registry alone, so that it needs no other code and comes at once. */
import type { Io } from './io.ts';
import { type Paint, paintFor } from './output/paint.ts';
import { COMMAND_GROUPS } from './registry.ts';

const NAME_COLUMNS = 18;

/** The flags that every command takes, as shown in the help of all of them. */
export const GLOBAL_FLAGS: readonly (readonly [flags: string, about: string])[] = [
  ['--json', 'one JSON value on standard output, for programs'],
  ['--quiet', 'no progress and no notes'],
  ['--yes', 'answer yes to every question'],
  ['--tenant <name>', 'whose data; default: local'],
  ['--connection <label>', 'which connection, by label or id'],
  ['--zone <name>', 'which zone, by name or id'],
  ['--config <file>', 'the configuration file; else ZONEWARD_CONFIG, else zoneward.yaml in the home folder'],
  ['--home <folder>', 'where Zoneward keeps its files; else ZONEWARD_HOME'],
  ['--server <url>', 'through a server, where the command can; else ZONEWARD_SERVER'],
  ['--api-key <key>', 'for the server; else ZONEWARD_API_KEY, which does not show in process lists'],
  ['--store <url>', 'the store; else ZONEWARD_STORE, else a file in the home folder'],
];

const FLAG_COLUMNS = 22;

export function formatRootHelp(io: Io): string {
  const paint = paintFor(io, io.stdout);
  const groups = COMMAND_GROUPS.map(({ title, commands }) => {
    const lines = commands.map(({ name, summary }) => `  ${paint.cyan(name.padEnd(NAME_COLUMNS))}${summary}`);
    return [heading(paint, title), ...lines].join('\n');
  });
  return `${paint.bold('zoneward')}: Cloudflare zones and records, with plan, audit and exact undo.

  zoneward <command> [options]

${groups.join('\n\n')}

${heading(paint, 'Every command takes')}
${GLOBAL_FLAGS.map(([flags, about]) => `  ${paint.cyan(flags.padEnd(FLAG_COLUMNS))}${about}`).join('\n')}
  ${paint.cyan('--help'.padEnd(FLAG_COLUMNS))}what it does, its options, examples

${heading(paint, 'Try it without an account')}
  zoneward demo

${heading(paint, 'With your own account')}
  export CLOUDFLARE_API_TOKEN=…
  zoneward zones list
  zoneward plan example.com -f example.com.yaml
`;
}

function heading(paint: Paint, text: string): string {
  return paint.bold(text);
}
