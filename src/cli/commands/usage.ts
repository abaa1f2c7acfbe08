/** `zoneward usage`: calls to Cloudflare, what failed, what is left of the budget. */
import type { Command } from 'commander';
import type { ApiCall, UsageSummary } from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { examples, span, wholeNumber } from '../help.ts';
import type { Output } from '../output/output.ts';
import { formatDuration, isoTime, timeWithAge, utcTime } from '../output/time.ts';

const DAY_MS = 86_400_000;
const CALLS_MAX = 10_000;

interface UsageFlags {
  readonly since?: number;
  readonly calls?: boolean;
  readonly errors?: boolean;
  readonly limit: number;
}

export function register(program: Command, cli: Cli): void {
  program
    .command('usage')
    .description('Calls to Cloudflare: how many, how slow, what failed, what is left of the budget.')
    .option('--since <time>', 'how far back: 90m, 24h, 7d; default 24h', span)
    .option('--calls', 'list the calls, newest first')
    .option('--errors', 'list the calls that failed')
    .option('--limit <number>', 'so many calls', wholeNumber(1, CALLS_MAX), 20)
    .addHelpText('after', examples('zoneward usage', 'zoneward usage --errors --since 7d'))
    .action(
      cli.run(async (session, flags: UsageFlags) => {
        const tenant = await session.tenant();
        const { out } = session;
        const since = out.now() - (flags.since ?? DAY_MS);
        const options = { ...session.via, since };
        if (flags.calls === true || flags.errors === true) {
          const calls = await tenant.usage.calls(
            { ...options, errorsOnly: flags.errors === true },
            flags.limit,
          );
          out.result({
            json: () => ({ calls: calls.map((call) => ({ ...call, at: isoTime(call.at) })) }),
            text: () => (calls.length === 0 ? 'No calls.\n' : formatCalls(out, calls)),
          });
          return;
        }
        const summary = await tenant.usage.summary(options);
        const [latest] = await tenant.usage.calls(options, 1);
        const budgetLeft = latest?.budgetLeft ?? null;
        out.result({
          json: () => ({ since: isoTime(since), budgetLeft, ...summary }),
          text: () => formatSummary(out, summary, { since, budgetLeft }),
        });
      }),
    );
}

function formatSummary(
  out: Output,
  summary: UsageSummary,
  more: { readonly since: number; readonly budgetLeft: number | null },
): string {
  const { calls, errors, rateLimited, routes, lastError } = summary;
  const failed = Object.entries(errors).map(([what, count]) => `${count} × ${what}`);
  const facts = out.facts(
    [
      ['since', timeWithAge(more.since, out.now())],
      ['calls', String(calls)],
      ['errors', failed.length === 0 ? 'none' : failed.join('\n')],
      ['429', String(rateLimited)],
      ['budget left', more.budgetLeft === null ? null : `${more.budgetLeft} calls, as of the last one`],
      ['last error', lastError === null ? null : describeCall(lastError)],
    ],
    '  ',
  );
  if (routes.length === 0) return facts;
  const table = out.table(
    [
      { title: 'route', cell: ({ route }) => route, shrinksTo: 24 },
      { title: 'calls', cell: (route) => String(route.calls), align: 'right' },
      { title: 'slowest', cell: ({ slowestMs }) => formatDuration(slowestMs), align: 'right' },
    ],
    routes,
    '  ',
  );
  return `${facts}\n${table}`;
}

function describeCall({ at, method, route, status, error, ray }: ApiCall): string {
  const answer = status === null ? 'no answer' : String(status);
  return `${method} ${route}: ${answer} ${error ?? ''}\n${utcTime(at)}${ray === null ? '' : `, ray ${ray}`}`;
}

function formatCalls(out: Output, calls: readonly ApiCall[]): string {
  return out.table<ApiCall>(
    [
      { title: 'when', cell: ({ at }) => utcTime(at) },
      { title: 'call', cell: ({ method, route }) => `${method} ${route}`, shrinksTo: 20 },
      {
        title: 'status',
        cell: ({ status }) => (status === null ? '–' : String(status)),
        paint: (text, { error }) => (error === null ? out.paint.green(text) : out.paint.red(text)),
      },
      { title: 'time', cell: ({ durationMs }) => formatDuration(durationMs), align: 'right' },
      {
        title: 'left',
        cell: ({ budgetLeft }) => (budgetLeft === null ? '' : String(budgetLeft)),
        align: 'right',
      },
      { title: 'error', cell: ({ error }) => error ?? '', shrinksTo: 8 },
      { title: 'ray', cell: ({ ray }) => ray ?? '', shrinksTo: 8, paint: out.paint.dim },
    ],
    calls,
  );
}
