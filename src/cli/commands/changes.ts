/** `zoneward changes`: change sets, what became of them, and going on with one that stopped. */
import { type Command, Option } from 'commander';
import type { ApplyRequest, ChangeSet, ChangeSetId, ChangeSetStatus } from '../../app/re-exports.ts';
import { ZonewardError } from '../../app/re-exports.ts';
import { type ApplyFlags, requestOf, tellApplied, withProgress } from '../apply-planned.ts';
import type { Cli } from '../cli.ts';
import { examples, wholeNumber } from '../help.ts';
import { confirm } from '../prompt.ts';
import type { Session } from '../session.ts';
import { readSource } from '../source.ts';
import {
  changeSetJson,
  detailsJson,
  formatChangeSet,
  formatChangeSets,
  STATUS_STYLES,
} from '../views/change-set.ts';
import { nextSteps } from '../views/connection.ts';

const LIST_MAX = 1_000;

export function register(program: Command, cli: Cli): void {
  const changes = program
    .command('changes')
    .alias('change')
    .description('Change sets: what was planned, what became of it.');
  registerLooking(changes, cli);
  changes
    .command('approve <change-set>')
    .description('Agree to a stored change set that someone else wrote. For a policy that asks for it.')
    .addHelpText('after', '\nWho you are is the user and host of this command; the author cannot approve.\n')
    .action(
      cli.run(async (session, id: string) => {
        const tenant = await session.tenant();
        await tenant.changes.approve(id as ChangeSetId);
        session.out.result({
          json: () => ({ id, status: 'approved' }),
          text: () =>
            `${session.out.paint.green('✓')} ${id} is approved.\n${nextSteps(session.out, [`zoneward apply ${id}`])}`,
        });
      }),
    );
  changes
    .command('cancel <change-set>')
    .description('Call off a change set that waits or was interrupted. What it did stays done.')
    .action(
      cli.run(async (session, id: string) => {
        const tenant = await session.tenant();
        await tenant.changes.cancel(id as ChangeSetId);
        session.out.result({
          json: () => ({ id, status: 'cancelled' }),
          text: () => `${session.out.paint.green('✓')} ${id} is called off.\n`,
        });
      }),
    );
  changes
    .command('resume <change-set>')
    .description('Go on with a change set that was interrupted, or whose outcome was not known.')
    .option('--continue', 'when Cloudflare refuses a request, find the records at fault and apply the others')
    .option('--verify', 'read the zone once more at the end and compare')
    .option('--key <file>', 'the private key of a certificate that it uploads; keys are never stored')
    .addHelpText('after', examples('zoneward changes resume chg_01…'))
    .action(
      cli.run(async (session, id: string, { key, ...flags }: ApplyFlags & { readonly key?: string }) => {
        if (key === undefined) return resumeChangeSet(session, id as ChangeSetId, flags);
        const { keysForChangeSet, Secret } = await import('../../app/re-exports.ts');
        const { changeSet } = await (await session.tenant()).changes.get(id as ChangeSetId);
        const secret = new Secret((await readSource(session.io, key)).text);
        const keys = keysForChangeSet(changeSet, { secret, file: key });
        return resumeChangeSet(session, id as ChangeSetId, flags, { keys });
      }),
    );
}

function registerLooking(changes: Command, cli: Cli): void {
  changes
    .command('list')
    .description('List change sets, newest first.')
    .addOption(
      new Option('--status <status>', 'only those in this status').choices(Object.keys(STATUS_STYLES)),
    )
    .option('--limit <number>', 'so many', wholeNumber(1, LIST_MAX), 20)
    .addHelpText(
      'after',
      examples('zoneward changes list --zone example.com', 'zoneward changes list --status interrupted'),
    )
    .action(
      cli.run(async (session, flags: { readonly status?: ChangeSetStatus; readonly limit: number }) => {
        const tenant = await session.tenant();
        const { zone } = session.flags;
        const list = await tenant.changes.list(
          {
            ...(zone === undefined ? {} : { zone }),
            ...(flags.status === undefined ? {} : { status: flags.status }),
          },
          flags.limit,
        );
        session.out.result({
          json: () => ({ changeSets: list.map(changeSetJson) }),
          text: () => formatChangeSets(session.out, list),
        });
      }),
    );
  changes
    .command('show <change-set>')
    .description('Show a change set: the diff, and what became of each change.')
    .action(
      cli.run(async (session, id: string) => {
        const tenant = await session.tenant();
        const details = await tenant.changes.get(id as ChangeSetId);
        session.out.result({
          json: () => detailsJson(details),
          text: () => formatChangeSet(session.out, details),
        });
      }),
    );
}

/** Shows what is left to do, asks, and goes on. */
export async function resumeChangeSet(
  session: Session,
  id: ChangeSetId,
  flags: ApplyFlags,
  more: Partial<Pick<ApplyRequest, 'keys'>> = {},
): Promise<number> {
  const tenant = await session.tenant();
  const details = await tenant.changes.get(id);
  refuseEnded(details.changeSet);
  session.out.line(session.out.json ? '' : formatChangeSet(session.out, details, []).trimEnd());
  await confirm(session.io, `Go on with ${id}?`, session.flags.yes === true);
  const startedAt = session.out.now();
  const applied = await withProgress(session, details.changeSet.plans, (request) =>
    tenant.changes.resume(id, { ...request, ...requestOf(flags), ...more }),
  );
  return tellApplied(session, null, applied, session.out.now() - startedAt);
}

/** Before anybody is asked for a yes. */
function refuseEnded({ id, status }: ChangeSet): void {
  if (status !== 'applied' && status !== 'partly-applied' && status !== 'failed' && status !== 'cancelled')
    return;
  throw new ZonewardError(`The change set ${id} is ${status}: there is nothing left of it to go on with`, {
    code: 'change-set-moved',
    kind: 'conflict',
    next: [`zoneward changes show ${id}`],
    details: { status },
  });
}
