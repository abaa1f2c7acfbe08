/** `zoneward policies`: how large a change may be, and which one someone else must approve. */
import { type Command, Option } from 'commander';
import type { NamedPolicy, ScopedPolicy } from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { examples, wholeNumber } from '../help.ts';
import { visible } from '../output/width.ts';
import type { Session } from '../session.ts';

interface SetFlags {
  readonly deletionsMax?: number;
  readonly deletionShareMax?: number;
  readonly updateShareMax?: number;
  readonly approval?: 'never' | 'guarded' | 'always';
  readonly approvalHours?: number;
}

const HOUR_MS = 3_600_000;
const COUNT_MAX = 1_000_000;
const HOURS_MAX = 24 * 365;

export function register(program: Command, cli: Cli): void {
  const policies = program
    .command('policies')
    .description(
      'Change policies: of all zones, of those of a --connection, or of one --zone. The strictest counts.',
    );
  policies
    .command('list')
    .description('List the policies that are set.')
    .action(
      cli.run(async (session) => {
        const all = await (await session.tenant()).policies.named();
        session.out.result({
          json: () => ({ policies: all }),
          text: () => (all.length === 0 ? 'No policy is set; the defaults apply.\n' : format(session, all)),
        });
      }),
    );
  policies
    .command('set')
    .description('Replace the policy of all zones, or of --connection or --zone.')
    .option('--deletions-max <number>', 'a plan that deletes more is held', wholeNumber(0, COUNT_MAX))
    .option('--deletion-share-max <percent>', 'a plan that deletes a larger share is held', percent)
    .option('--update-share-max <percent>', 'a plan that changes a larger share is held', percent)
    .addOption(
      new Option('--approval <rule>', 'when someone else must approve').choices([
        'never',
        'guarded',
        'always',
      ]),
    )
    .option('--approval-hours <number>', 'how long an approval holds', wholeNumber(0, HOURS_MAX))
    .addHelpText(
      'after',
      examples(
        'zoneward policies set --approval guarded',
        'zoneward policies set --zone example.com --deletions-max 5 --approval always',
      ),
    )
    .action(
      cli.run(async (session, flags: SetFlags) => {
        const policy = policyOf(flags);
        await (await session.tenant()).policies.set(targetOf(session), policy);
        session.out.result({
          json: () => ({ target: targetOf(session), policy }),
          text: () => `${session.out.paint.green('✓')} The policy is set.\n`,
        });
      }),
    );
  policies
    .command('remove')
    .description('Take the policy of all zones, or of --connection or --zone, away.')
    .action(
      cli.run(async (session) => {
        await (await session.tenant()).policies.set(targetOf(session), null);
        session.out.result({
          json: () => ({ target: targetOf(session), policy: null }),
          text: () => `${session.out.paint.green('✓')} The policy is gone.\n`,
        });
      }),
    );
}

function targetOf(session: Session): { readonly zone?: string; readonly connection?: string } {
  const { zone, connection } = session.flags;
  return { ...(zone === undefined ? {} : { zone }), ...(connection === undefined ? {} : { connection }) };
}

function policyOf(flags: SetFlags): ScopedPolicy['policy'] {
  const { approvalHours, ...rest } = flags;
  const policy = { ...rest, ...(approvalHours === undefined ? {} : { approvalMs: approvalHours * HOUR_MS }) };
  const { deletionsMax, deletionShareMax, updateShareMax, approval, approvalMs } =
    policy as ScopedPolicy['policy'];
  const chosen = Object.fromEntries(
    Object.entries({ deletionsMax, deletionShareMax, updateShareMax, approval, approvalMs }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  if (Object.keys(chosen).length > 0) return chosen;
  throw new UsageError('Nothing is to be set.', [
    'Give at least one of the options: zoneward policies set --help',
  ]);
}

/** `25` or `25%` as 0.25. */
function percent(text: string): number {
  const value = Number(text.replace(/%$/, ''));
  if (text.trim() !== '' && value >= 0 && value <= 100) return value / 100;
  throw new UsageError(`${text} is not a share.`, ['Write a percentage from 0 to 100.']);
}

/** Zones of several accounts may share a name; then the id tells them apart. */
function scopeText({ scope, name }: NamedPolicy, all: readonly NamedPolicy[]): string {
  if (scope.kind === 'tenant') return 'all zones';
  if (name === null) return `${scope.kind} ${scope.id}`;
  const shared = all.some(
    (other) => other.name === name && other.scope.kind === scope.kind && other.scope !== scope,
  );
  return `${scope.kind} ${visible(name)}${shared ? ` (${scope.id})` : ''}`;
}

function format(session: Session, policies: readonly NamedPolicy[]): string {
  return session.out.table<NamedPolicy>(
    [
      {
        title: 'of',
        cell: (one) => scopeText(one, policies),
      },
      { title: 'policy', cell: ({ policy }) => settingsOf(policy) },
    ],
    policies,
  );
}

function settingsOf(policy: ScopedPolicy['policy']): string {
  const { deletionsMax, deletionShareMax, updateShareMax, approval, approvalMs } = policy;
  return [
    deletionsMax === undefined ? '' : `at most ${deletionsMax} deletions`,
    deletionShareMax === undefined ? '' : `at most ${deletionShareMax * 100} % deleted`,
    updateShareMax === undefined ? '' : `at most ${updateShareMax * 100} % changed`,
    approval === undefined ? '' : `approval ${approval}`,
    approvalMs === undefined ? '' : `an approval holds ${approvalMs / HOUR_MS} h`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}
