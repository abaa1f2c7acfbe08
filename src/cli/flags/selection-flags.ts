/** Flags that say which records are meant, and what is told of how far they were looked for. */
import type { Command } from 'commander';
import type { Findings, RecordSelection } from '../../app/handed-out.ts';
import type { Output } from '../output/output.ts';
import { relativeTime } from '../output/time.ts';
import { counted } from '../output/words.ts';

export interface SelectionFlags {
  readonly id?: string;
  readonly name?: string;
  readonly type?: string;
  readonly content?: string;
  readonly comment?: string;
  readonly tag?: string;
}

/** Flags that say which records are meant; all that are given must hold. */
export function withSelectionFlags(command: Command): Command {
  return command
    .option('--name <name>', 'www, www.example.com, *.dev.example.com; * at the end or beginning for any')
    .option('--type <type>', 'A, MX, TXT, …')
    .option('--content <text>', 'the content; * at the end or beginning for any')
    .option('--comment <text>', 'a part of the comment')
    .option('--tag <tag>', 'a tag: name or name:value');
}

export function selectionOf(flags: SelectionFlags): RecordSelection {
  const { id, name, type, content, comment, tag } = flags;
  return {
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    ...(type === undefined ? {} : { type }),
    ...(content === undefined ? {} : { content }),
    ...(comment === undefined ? {} : { comment }),
    ...(tag === undefined ? {} : { tag }),
  };
}

/** So that "nothing found" can be trusted, or not. */
export function tellCoverage(out: Output, { coverage, next, records }: Findings): void {
  const { zones, neverRead, stale, oldestVerifiedAt } = coverage;
  const age =
    oldestVerifiedAt === null ? '' : `, each verified ${relativeTime(oldestVerifiedAt, out.now())} or later`;
  out.note(
    out.notePaint.dim(
      `${counted(records.length, 'record')} in ${counted(zones, 'zone')}${age}${next === null ? '' : '; there are more: --limit'}`,
    ),
  );
  if (neverRead > 0) out.warn(`${neverRead} of ${zones} zones were never read: zoneward zones sync`);
  if (stale > 0)
    out.warn(`${stale} of ${zones} zones have changed since they were read: zoneward zones sync`);
}
