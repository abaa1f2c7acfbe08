/** `zoneward apply`: a file, a saved plan, or a change set that waits, made true. */
import type { Command } from 'commander';
import type { ChangeSetId } from '../../app/re-exports.ts';
import { type ApplyFlags, applyPlanned, withApplyFlags } from '../apply-planned.ts';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { planSource, type SourceFlags, withSourceFlags } from '../flags/source-flags.ts';
import { examples } from '../help.ts';
import { readSource } from '../source.ts';
import { resumeChangeSet } from './changes.ts';

export function register(program: Command, cli: Cli): void {
  const command = program
    .command('apply [zone-or-plan]')
    .description('Make a zone hold what a file, or a saved plan, says. Shows the diff and asks first.')
    .option(
      '-f, --file <path>',
      'master file, zone document (YAML, JSON) or octoDNS YAML; - for standard input',
    );
  withApplyFlags(withSourceFlags(command))
    .addHelpText(
      'after',
      `${examples(
        'zoneward apply example.com -f example.com.yaml',
        'zoneward apply plan.json --yes',
        'zoneward apply example.com -f example.com.yaml --allow deletions',
      )}\nCtrl-C stops after the request under way; \`zoneward changes resume\` goes on.\n`,
    )
    .action(
      cli.run(async (session, target: string | undefined, flags: ApplyFlags & SourceFlags) => {
        if (flags.file !== undefined) {
          const planned = await planSource(session, session.zoneName(target), flags);
          return applyPlanned(session, planned, flags);
        }
        if (target === undefined) {
          throw new UsageError('What is to be applied?', [
            'A file: zoneward apply example.com -f example.com.yaml',
            'A saved plan: zoneward apply plan.json',
          ]);
        }
        if (target.startsWith('chg_')) return resumeChangeSet(session, target as ChangeSetId, flags);
        const source = await readSource(session.io, target);
        const tenant = await session.tenant();
        const { zone } = session.flags;
        const planned = await tenant.changes.planSaved(source, {
          ...session.via,
          ...(zone === undefined ? {} : { zone }),
        });
        return applyPlanned(session, planned, flags);
      }),
    );
}
