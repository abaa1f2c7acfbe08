/** docs/cli.md: every command with its arguments, options and examples, from the commands themselves. */
import type { EventEmitter } from 'node:events';
import { Command } from 'commander';
import type { Cli } from '../../src/cli/cli.ts';
import { EXIT_MEANINGS } from '../../src/cli/exit.ts';
import { COMMAND_GROUPS, type CommandEntry } from '../../src/cli/registry.ts';
import { GLOBAL_FLAGS } from '../../src/cli/root-help.ts';
import { code, table } from './markdown.ts';

/** Commands only declare themselves here; none is run. */
const DECLARE_ONLY: Cli = { run: () => () => Promise.resolve() };

const HEAD = `# Command line

Written by \`npm run reference\` from the commands themselves. \`zoneward COMMAND --help\` shows the same.

Results go to standard output, progress and notes to standard error. Tables and colour are for terminals; piped output is
plain, \`NO_COLOR\` switches colour off, and \`--json\` gives one JSON value. Nothing asks a question off a terminal.
`;

export async function cliReference(): Promise<string> {
  const sections: string[] = [];
  for (const { title, commands } of COMMAND_GROUPS) {
    sections.push(`## ${title}\n`);
    for (const entry of commands) sections.push(...(await describe(entry)));
  }
  return `${[HEAD, globalFlags(), exitCodes(), ...sections].join('\n').trimEnd()}\n`;
}

function globalFlags(): string {
  return `## Every command takes\n\n${table(
    ['flag', 'meaning'],
    GLOBAL_FLAGS.map(([flags, about]) => [code(flags), about]),
  )}`;
}

function exitCodes(): string {
  const rows = Object.entries(EXIT_MEANINGS).map(([number, meaning]) => [number, meaning]);
  const stopped = 'Ctrl-C while nothing is being written ends it with 130.';
  return `## Exit codes\n\n${table(['code', 'meaning'], rows)}\n${stopped}\n`;
}

async function describe(entry: CommandEntry): Promise<string[]> {
  const program = new Command('zoneward').configureOutput({ getOutHelpWidth: () => 1_000 });
  const { register } = await entry.load();
  register(program, DECLARE_ONLY);
  return program.commands.flatMap((command) => sectionsOf(command, []));
}

function sectionsOf(command: Command, parents: readonly string[]): string[] {
  const words = [...parents, command.name()];
  const children = command.commands.filter((child) => child.name() !== 'help');
  const isRunnable = children.length === 0;
  const level = parents.length === 0 ? '###' : '####';
  const parts = [`${level} zoneward ${words.join(' ')}\n`, `${command.description()}\n`];
  if (isRunnable || command.options.length > 0) {
    const given = command.registeredArguments.map((one) =>
      one.required ? `<${named(one)}>` : `[${named(one)}]`,
    );
    parts.push(
      `    zoneward ${[...words, ...given, ...(command.options.length > 0 ? ['[options]'] : [])].join(' ')}\n`,
    );
  }
  const options = command.options.filter((option) => !option.hidden);
  if (options.length > 0) {
    parts.push(
      table(
        ['option', 'meaning'],
        options.map((option) => [code(option.flags), aboutOption(option)]),
      ),
    );
  }
  const after = helpAfter(command);
  if (after !== '') parts.push(`${after}\n`);
  return [parts.join('\n'), ...children.flatMap((child) => sectionsOf(child, words))];
}

function named(argument: Command['registeredArguments'][number]): string {
  return `${argument.name()}${argument.variadic ? '…' : ''}`;
}

function aboutOption(option: Command['options'][number]): string {
  const facts = [
    ...(option.argChoices === undefined ? [] : [option.argChoices.join(', ')]),
    ...(option.defaultValue === undefined ||
    option.defaultValue === false ||
    Array.isArray(option.defaultValue)
      ? []
      : [`default ${String(option.defaultValue)}`]),
    ...(option.mandatory ? ['required'] : []),
  ];
  return facts.length === 0 ? option.description : `${option.description} (${facts.join('; ')})`;
}

/** The text behind a command's own help: its examples and notes, as commander keeps them, by event. */
function helpAfter(command: Command): string {
  let written = '';
  // A command is an emitter of events; its types do not say so.
  (command as unknown as EventEmitter).emit('afterHelp', {
    error: false,
    command,
    write: (text: string) => {
      written += text;
    },
  });
  const lines = written.trim().split('\n');
  if (lines[0] !== 'Examples:') return lines.join('\n');
  const end = lines.findIndex((line, index) => index > 0 && !line.startsWith('  '));
  const shown = (end === -1 ? lines : lines.slice(1, end)).filter((line) => line !== 'Examples:');
  const rest = end === -1 ? '' : `\n\n${lines.slice(end).join('\n').trim()}`;
  return `\`\`\`sh\n${shown.map((line) => line.slice(2)).join('\n')}\n\`\`\`${rest}`.trim();
}
