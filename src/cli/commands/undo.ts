/** `zoneward undo`: a change set taken back, or a zone brought back to a moment. A plan like any other. */
import type { Command } from 'commander';
import type { ChangeSetId, Planned } from '../../app/re-exports.ts';
import { type ApplyFlags, applyPlanned, withApplyFlags } from '../apply-planned.ts';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { collect, examples } from '../help.ts';
import { parseMoment } from '../moment.ts';
import type { Session } from '../session.ts';

interface UndoFlags extends ApplyFlags {
  readonly to?: string;
  readonly only?: readonly string[];
  readonly force?: boolean;
}

export function register(program: Command, cli: Cli): void {
  const command = program
    .command('undo <change-set-or-zone>')
    .description(
      'Take a change set back, or bring a zone back to a revision or a time: every writable field.',
    )
    .option('--to <moment>', 'for a zone: a revision (12), a time ("2026-11-23 18:04"), or how long ago (2h)')
    .option(
      '--only <group>',
      'only these changes of the change set: g3, g3:0 for one of it, s1 for a setting, o1 for a certificate (may be given again)',
      collect,
    )
    .option('--force', 'also what someone changed since');
  withApplyFlags(command)
    .addHelpText(
      'after',
      examples(
        'zoneward undo chg_01…',
        'zoneward undo example.com --to 12',
        'zoneward undo example.com --to 2h --dry-run',
      ),
    )
    .action(
      cli.run(async (session, target: string, flags: UndoFlags) =>
        applyPlanned(session, await planUndo(session, target, flags), flags),
      ),
    );
}

async function planUndo(session: Session, target: string, flags: UndoFlags): Promise<Planned> {
  const { changes } = await session.tenant();
  if (target.startsWith('chg_')) {
    if (flags.to !== undefined)
      throw new UsageError('--to is for a zone; a change set is taken back as a whole, or with --only.');
    return changes.planUndo(target as ChangeSetId, {
      ...(flags.only === undefined ? {} : { only: flags.only.map(parseSelection) }),
      ...(flags.force === true ? { force: true } : {}),
    });
  }
  if (flags.to === undefined) {
    throw new UsageError(`Back to which state of ${target}?`, [
      `zoneward zones history ${target}`,
      `zoneward undo ${target} --to REVISION`,
      `zoneward changes list --zone ${target}`,
    ]);
  }
  const moment = parseMoment(flags.to, session.out.now());
  if (moment.kind === 'latest') throw new UsageError('The latest state is what the zone is in already.');
  return changes.planRestore(target, moment);
}

/** `g3`, or `g3:1` for the second change of the group; `s1` for a setting, `o1` for a certificate or hostname. */
function parseSelection(text: string): { readonly groupId: string; readonly change?: number } {
  const [, groupId, change] = /^(g\d+(?:\.\d+)?|[so]\d+)(?::(\d+))?$/.exec(text) ?? [];
  if (groupId === undefined)
    throw new UsageError(`"${text}" names no group.`, ['zoneward changes show CHANGESET shows them.']);
  return change === undefined ? { groupId } : { groupId, change: Number(change) };
}
