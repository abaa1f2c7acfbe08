/** From arguments to an exit code. Loads only what the named command needs. */
import type { Io } from './io.ts';
import { findCommand } from './registry.ts';

/** Flags that take a value: the word after them is no command. */
const VALUE_FLAGS = [
  '--tenant',
  '--connection',
  '--zone',
  '--config',
  '--home',
  '--store',
  '--server',
  '--api-key',
];

/** Runs `zoneward ARGV`. Never throws and never exits the process. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const name = commandName(argv);
  if (name === undefined || name === 'help') return rootHelpOrVersion(argv, io);
  const { reportUnknownCommand, runCommand } = await import('./cli.ts');
  const entry = findCommand(name);
  return entry === undefined ? reportUnknownCommand(name, argv, io) : runCommand(entry, argv, io);
}

/** The first word that is neither a flag nor a flag's value. */
function commandName(argv: readonly string[]): string | undefined {
  return argv.find((word, index) => !word.startsWith('-') && !VALUE_FLAGS.includes(argv[index - 1] ?? ''));
}

async function rootHelpOrVersion(argv: readonly string[], io: Io): Promise<number> {
  const topic = argv[argv.indexOf('help') + 1];
  const entry = argv.includes('help') && topic !== undefined ? findCommand(topic) : undefined;
  if (entry !== undefined) {
    const { runCommand } = await import('./cli.ts');
    return runCommand(entry, [entry.name, '--help'], io);
  }
  if (argv.includes('--version') || argv.includes('-V')) {
    const { VERSION } = await import('../app/version.ts');
    io.stdout.write(`${VERSION}\n`);
    return 0;
  }
  const wrong = argv.find((word) => word.startsWith('-') && !['--help', '-h'].includes(word));
  if (wrong !== undefined && argv.length === 1) {
    const { reportUnknownCommand } = await import('./cli.ts');
    return reportUnknownCommand(wrong, argv, io);
  }
  const { formatRootHelp } = await import('./root-help.ts');
  io.stdout.write(formatRootHelp(io));
  // Called with nothing, it shows what there is, which is no success of anything.
  return argv.length === 0 ? 2 : 0;
}
