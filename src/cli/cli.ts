/** What a command module gets: a way to run its actions with a session, and the words that help texts share. */
import { Command, CommanderError } from 'commander';
import { UsageError } from './errors.ts';
import { EXIT, exitCodeOf } from './exit.ts';
import type { Io } from './io.ts';
import { errorFacts, formatError } from './output/error.ts';
import { paintFor } from './output/paint.ts';
import { COMMAND_GROUPS, type CommandEntry } from './registry.ts';
import { formatRootHelp, GLOBAL_FLAGS } from './root-help.ts';
import { type GlobalFlags, openSession, type Session } from './session.ts';

/** An action gives an exit code, or nothing for success. */
export type Action<Args extends readonly unknown[]> = (
  session: Session,
  ...args: Args
  // biome-ignore lint/suspicious/noConfusingVoidType: an action that returns nothing has succeeded.
) => Promise<number | void>;

export interface Cli {
  /** Wraps an action for commander's `.action`: arguments as declared, then the command's own options. */
  readonly run: <Args extends readonly unknown[]>(
    action: Action<Args>,
  ) => (...given: unknown[]) => Promise<void>;
}

/** Runs one command of the program. `entry` is the command that `argv` names. */
export async function runCommand(entry: CommandEntry, argv: readonly string[], io: Io): Promise<number> {
  const program = makeProgram(io);
  let exitCode: number = EXIT.done;
  const cli: Cli = {
    run:
      (action) =>
      async (...given) => {
        const command = given.at(-1) as Command;
        const session = openSession(io, command.optsWithGlobals<GlobalFlags>());
        try {
          // Commander hands over the declared arguments and then the options, which is what `Args` says.
          exitCode =
            (await action(session, ...([...given.slice(0, -2), flagsOf(command)] as never))) ?? EXIT.done;
        } finally {
          await session.close();
        }
      },
  };
  try {
    const { register } = await entry.load();
    register(program, cli);
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    return reportError(error, argv, io);
  }
}

/**
 * A flag that a command above has too is taken by that one (`provision --allow`, `provision deprovision --allow`). One that
 * only the command above has is refused: whoever gave it meant something that would not happen.
 */
function flagsOf(command: Command): Record<string, unknown> {
  const flags: Record<string, unknown> = command.opts();
  const own = command.options.map((option) => option.attributeName());
  for (let above = command.parent; above !== null; above = above.parent) {
    for (const name of own)
      if (above.getOptionValueSource(name) === 'cli') flags[name] = above.getOptionValue(name);
    // What stands at the root is for every command.
    if (above.parent !== null) refuseStray(command, above, own);
  }
  return flags;
}

function refuseStray(command: Command, above: Command, own: readonly string[]): void {
  const stray = above.options.find(
    (option) =>
      !own.includes(option.attributeName()) && above.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (stray === undefined) return;
  const words = `${above.name()} ${command.name()}`;
  throw new UsageError(`${stray.long ?? stray.flags} is a flag of ${above.name()}, not of ${words}.`, [
    `zoneward ${words} --help`,
  ]);
}

/** Says what went wrong, in the form that was asked for, and gives the exit code. */
export function reportError(thrown: unknown, argv: readonly string[], io: Io): number {
  const error = thrown instanceof CommanderError ? usageErrorOf(thrown, argv) : thrown;
  if (argv.includes('--json')) io.stdout.write(`${JSON.stringify({ error: errorFacts(error) }, null, 2)}\n`);
  const debug = (io.env['ZONEWARD_DEBUG'] ?? '') !== '';
  io.stderr.write(formatError(error, { paint: paintFor(io, io.stderr), debug }));
  return exitCodeOf(error);
}

function usageErrorOf(error: CommanderError, argv: readonly string[]): UsageError {
  const [command = '', under = ''] = argv.filter((word) => !word.startsWith('-'));
  // Where the error says for which subcommand it is, its help is meant and not that of the group.
  const words = under !== '' && error.message.includes(`for '${under}'`) ? [command, under] : [command];
  const message = error.message.replace(/^error: /, '').trim();
  if (error.code === 'commander.help' || message === '(outputHelp)') {
    return new UsageError(`zoneward ${words.join(' ')} needs a subcommand.`, [
      `zoneward ${words.join(' ')} --help`,
    ]);
  }
  const [what = message, ...hints] = message.split('\n').filter((line) => line !== '');
  const sentence = `${what.charAt(0).toUpperCase()}${what.slice(1)}`;
  const suggestions = hints.map((hint) => hint.replace(/^\((.*)\)$/, '$1'));
  return new UsageError(sentence, [...suggestions, `zoneward ${words.join(' ')} --help`]);
}

function makeProgram(io: Io): Command {
  const program = new Command('zoneward');
  for (const [flags, about] of GLOBAL_FLAGS) program.option(flags, about);
  return program
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: () => {},
      // Said by `reportError`, once and in our form.
      outputError: () => {},
      getOutHelpWidth: () => (io.stdout.isTty ? Math.min(io.stdout.columns, 100) : 80),
      getOutHasColors: () => false,
    });
}

/** A command that nobody knows: the nearest ones, and exit 2. */
export function reportUnknownCommand(name: string, argv: readonly string[], io: Io): number {
  const known = COMMAND_GROUPS.flatMap((group) => group.commands.map((command) => command.name));
  const near = known.filter((other) => other.startsWith(name.slice(0, 3)) || other.includes(name));
  const next = [...near.map((other) => `zoneward ${other}`), 'zoneward --help'];
  return reportError(new UsageError(`There is no command "${name}".`, next), argv, io);
}

export { formatRootHelp };
