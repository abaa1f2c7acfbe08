/** `zoneward connections import`: many credentials from a file, with a report per line. */
import type { Command } from 'commander';
import type { ImportedLine } from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit.ts';
import { examples } from '../help.ts';
import { formatProblems } from '../output/error.ts';
import type { Output } from '../output/output.ts';
import { visible } from '../output/width.ts';
import { readSource } from '../source.ts';

interface ImportFlags {
  readonly file?: string;
  readonly untested?: boolean;
}

export function registerConnectionsImport(connections: Command, cli: Cli): void {
  connections
    .command('import [file]')
    .description(
      'Add many connections from a CSV, JSON or YAML file. A line that fails does not hold up the next.',
    )
    .option('-f, --file <path>', 'the file, if not named; - for standard input')
    .option('--untested', 'save them without asking Cloudflare')
    .addHelpText(
      'after',
      `${examples('zoneward connections import connections.csv', 'pass show cloudflare.yaml | zoneward connections import -')}
A CSV file has a header line; only one of token, key or reference is needed in a row:
  label,token,email,key,reference,account-id,zone-ids,profile,tags,metadata.team
A JSON or YAML file is a list of objects with the same names. Running it again adds only what is not there yet.
`,
    )
    .action(
      cli.run(async (session, named: string | undefined, flags: ImportFlags) => {
        const { out } = session;
        const file = named ?? flags.file;
        if (file === undefined)
          throw new UsageError('Which file?', ['zoneward connections import connections.csv']);
        const tenant = await session.tenant();
        const source = await readSource(session.io, file);
        const bar = session.progress();
        const lines = await tenant.connections.import({
          ...source,
          ...(flags.untested === true ? { untested: true } : {}),
          onLine: (line) => bar.status(`line ${line.line}: ${line.outcome}`),
        });
        bar.end();
        out.result({
          json: () => ({ lines }),
          text: () => lines.map((line) => formatLine(out, line)).join(''),
        });
        const failed = lines.filter((line) => line.outcome === 'failed').length;
        out.note(`${lines.length - failed} of ${lines.length} lines are connections now.`);
        return failed === 0 ? EXIT.done : failed === lines.length ? EXIT.failed : EXIT.partial;
      }),
    );
}

function formatLine(out: Output, line: ImportedLine): string {
  const { paint } = out;
  const signs = { added: paint.green('✓'), present: paint.dim('·'), failed: paint.red('✖') } as const;
  const state = line.state === null ? '' : `, ${line.state}`;
  const head = `${signs[line.outcome]} line ${line.line}  ${visible(line.label ?? '')}  ${paint.dim(line.outcome + state)}\n`;
  return (
    head +
    formatProblems(line.problems, paint)
      .map((text) => `  ${text}\n`)
      .join('')
  );
}
