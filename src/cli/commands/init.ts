/** `zoneward init`: the first start, said out loud. Every other command does the same silently where it must. */
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { examples } from '../help.ts';
import { inSameHome, LOCAL_TENANT } from '../session.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('init')
    .description('Make the home folder, the store and the key of the vault. What is there stays as it is.')
    .addHelpText('after', examples('zoneward init', 'zoneward init --home ./data'))
    .action(
      cli.run(async (session) => {
        const zoneward = await session.zoneward();
        const { config, initialized } = zoneward;
        const admin = (await zoneward.apiKeys.isEmpty())
          ? await zoneward.apiKeys.create(LOCAL_TENANT, { label: 'first admin key', scopes: ['admin'] })
          : null;
        const { out } = session;
        const keyFile = initialized.keyCreated;
        out.result({
          json: () => ({
            home: config.home,
            store: config.storePlace,
            keyFile: config.keyFile,
            keyCreated: keyFile !== null,
            apiKey: admin === null ? null : admin.secret.reveal(),
          }),
          text: () => {
            const facts = out.facts(
              [
                ['home', config.home],
                ['store', config.storePlace],
                ['vault key', `${config.keyFile}${keyFile === null ? ' (was there)' : ''}`],
                ['Cloudflare', config.baseUrl],
                ['admin API key', admin === null ? null : `${admin.secret.reveal()} (shown once)`],
              ],
              '  ',
            );
            const keep =
              keyFile === null
                ? ''
                : `\n  ${out.paint.yellow('!')} Keep a copy of the vault key apart from the store: without it, saved credentials are lost.\n`;
            const steps = ['zoneward connections add', 'zoneward zones sync', 'zoneward serve'];
            const next = steps
              .map((step) => `  ${out.paint.cyan('→')} ${inSameHome(session, step)}\n`)
              .join('');
            return `${out.paint.green('✓')} Zoneward is ready.\n${facts}${keep}\n${next}`;
          },
        });
      }),
    );
}
