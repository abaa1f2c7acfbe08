/** `zoneward store …`: is it whole, a copy of it, and its way to PostgreSQL. */
import path from 'node:path';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit.ts';
import { examples } from '../help.ts';
import type { Session } from '../session.ts';

export function register(program: Command, cli: Cli): void {
  const store = program.command('store').description('The store: everything that Zoneward keeps.');
  store
    .command('check')
    .description(
      'Examine the store: its file, and what must hold between its rows. Exit code 3 when something is wrong.',
    )
    .addHelpText('after', examples('zoneward store check', 'zoneward store check --store ./zoneward.db'))
    .action(cli.run(async (session) => check(session)));
  store
    .command('backup <file>')
    .description('Copy a SQLite store into a new file, also while it is in use. Keep the keys apart from it.')
    .addHelpText('after', examples('zoneward store backup /backup/zoneward-2026-11-28.db'))
    .action(cli.run(async (session, file: string) => backUp(session, file)));
  store
    .command('migrate')
    .description(
      'Copy a SQLite store into an empty PostgreSQL database: all of it or nothing, compared row by row, then checked there. The file stays as it is. Stop every serve and worker first.',
    )
    .requiredOption('--to <url>', 'postgres://USER@HOST:5432/DATABASE; leave the password to PGPASSWORD')
    .addHelpText('after', examples('zoneward store migrate --to postgres://zoneward@db.internal/zoneward'))
    .action(cli.run(async (session, { to }: { readonly to: string }) => moveTo(session, to)));
}

async function check(session: Session): Promise<number> {
  const zoneward = await session.zoneward();
  const found = await zoneward.checkStore();
  // A file too damaged to be examined is damaged enough.
  const secrets = found.ok ? await (await session.tenant()).connections.checkSecrets() : [];
  const checked = {
    ...found,
    ok: found.ok && secrets.length === 0,
    problems: [...found.problems, ...secrets.map(({ message, next }) => `${message} ${next ?? ''}`.trim())],
  };
  const { out } = session;
  out.result({
    json: () => ({ store: zoneward.config.storePlace, ...checked }),
    text: () => {
      const head = `${zoneward.config.storePlace}, schema ${checked.schema}`;
      if (checked.ok) return `${out.paint.green('✓')} ${head}: all is well.\n`;
      return `${out.paint.red('✖')} ${head}:\n${linesOf(checked.problems)}`;
    },
  });
  return checked.ok ? EXIT.done : EXIT.findings;
}

async function backUp(session: Session, file: string): Promise<void> {
  const zoneward = await session.zoneward();
  const made = await zoneward.backUpStore(path.resolve(session.io.cwd, file));
  const { out } = session;
  const { config } = zoneward;
  out.result({
    json: () => ({ store: config.storePlace, ...made }),
    text: () =>
      `${out.paint.green('✓')} ${made.path}: ${made.bytes} bytes, examined.\n` +
      `  ${out.paint.yellow('!')} Without the vault's keys it opens no saved credential: keep a copy of them apart from it.\n`,
  });
}

async function moveTo(session: Session, to: string): Promise<number> {
  const zoneward = await session.zoneward();
  const progress = session.progress();
  const moved = await zoneward.moveStore(to, {
    onProgress: ({ table, rows }) => progress.status(`${table}: ${rows} rows`),
  });
  progress.end();
  const { out } = session;
  const broken = moved.audit.filter(({ ok }) => !ok);
  const ok = moved.check.ok && broken.length === 0;
  const rows = moved.tables.reduce((sum, table) => sum + table.rows, 0);
  out.result({
    json: () => ({ from: zoneward.config.storePlace, ...moved, ok, rows }),
    text: () => {
      const head = `${moved.to}: ${rows} rows in ${moved.tables.length} tables, each compared`;
      const problems = [
        ...moved.check.problems,
        ...broken.map(({ tenantId, problem }) => `audit of ${tenantId}: ${problem}`),
      ];
      if (!ok) return `${out.paint.red('✖')} ${head}; but what is there is not sound:\n${linesOf(problems)}`;
      const next = `Set ZONEWARD_STORE to it, start again, and put ${zoneward.config.storePlace} away.`;
      return (
        `${out.paint.green('✓')} ${head}; the store is sound, and so is the audit of ${moved.audit.length} tenants.\n` +
        `  ${out.paint.cyan('→')} ${next}\n`
      );
    },
  });
  return ok ? EXIT.done : EXIT.findings;
}

function linesOf(problems: readonly string[]): string {
  return problems.map((problem) => `  ${problem}\n`).join('');
}
