/** `zoneward store check`: is the file whole, and does what must hold between its rows hold? */
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit.ts';
import { examples } from '../help.ts';

export function register(program: Command, cli: Cli): void {
  const store = program.command('store').description('The local store.');
  store
    .command('check')
    .description(
      'Examine the store: its file, and what must hold between its rows. Exit code 3 when something is wrong.',
    )
    .addHelpText('after', examples('zoneward store check', 'zoneward store check --store ./zoneward.db'))
    .action(
      cli.run(async (session) => {
        const zoneward = await session.zoneward();
        const found = await zoneward.checkStore();
        // A file too damaged to be examined is damaged enough.
        const secrets = found.ok ? await (await session.tenant()).connections.checkSecrets() : [];
        const check = {
          ...found,
          ok: found.ok && secrets.length === 0,
          problems: [
            ...found.problems,
            ...secrets.map(({ message, next }) => `${message} ${next ?? ''}`.trim()),
          ],
        };
        const { out } = session;
        out.result({
          json: () => ({ store: zoneward.config.storePlace, ...check }),
          text: () => {
            const head = `${zoneward.config.storePlace}, schema ${check.schema}`;
            if (check.ok) return `${out.paint.green('✓')} ${head}: all is well.\n`;
            const lines = check.problems.map((problem) => `  ${problem}\n`).join('');
            return `${out.paint.red('✖')} ${head}:\n${lines}`;
          },
        });
        return check.ok ? EXIT.done : EXIT.findings;
      }),
    );
}
