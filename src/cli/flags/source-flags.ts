/** Flags that say what is wanted of a zone, and the plan that they make: the same for `plan` and `apply`. */
import { type Command, Option } from 'commander';
import type { Planned, SourceFormat } from '../../app/re-exports.ts';
import { collect } from '../help.ts';
import type { Session } from '../session.ts';
import { readSource } from '../source.ts';

export interface SourceFlags {
  readonly file?: string;
  readonly format?: SourceFormat;
  readonly only?: readonly string[];
  readonly own?: boolean;
}

/** Flags that say what is wanted; `plan` and `apply` take the same. */
export function withSourceFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--format <name>', 'bind, octodns or document; else told by the file itself').choices([
        'bind',
        'octodns',
        'document',
      ]),
    )
    .option('--only <pattern>', 'touch only names like this: www, *.dev (may be given again)', collect)
    .addOption(
      new Option('--own', 'touch only records that Zoneward made, and those that the file adds').conflicts(
        'only',
      ),
    );
}

/** Reads the file and plans it on the zone as it is now. */
export async function planSource(session: Session, zone: string, flags: SourceFlags): Promise<Planned> {
  const source = await readSource(session.io, flags.file ?? '-');
  const tenant = await session.tenant();
  const bar = session.progress();
  bar.status(`Reading ${zone} …`);
  return tenant.changes
    .plan(
      zone,
      { ...source, ...(flags.format === undefined ? {} : { format: flags.format }) },
      {
        ...session.via,
        ...(flags.own === true ? { scope: 'own' as const } : {}),
        ...(flags.only === undefined ? {} : { scope: { kind: 'names' as const, patterns: flags.only } }),
      },
    )
    .finally(() => bar.end());
}
