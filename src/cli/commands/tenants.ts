/** `zoneward tenants list`: every tenant that the store knows of. A tenant begins with its first use. */
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';

export function register(program: Command, cli: Cli): void {
  program
    .command('tenants')
    .description('Tenants. One begins with its first use: a key, a connection.')
    .command('list')
    .description('Every tenant that has a key, a connection or an audit trail.')
    .action(
      cli.run(async (session) => {
        const zoneward = await session.zoneward();
        const tenants = await zoneward.apiKeys.tenants();
        session.out.result({
          json: () => tenants,
          text: () =>
            tenants.length === 0 ? 'No tenants yet.\n' : tenants.map((name) => `${name}\n`).join(''),
        });
      }),
    );
}
