/** Flags that say which records are meant, and what is told of how far they were looked for. */
import type { Command } from 'commander';
import type { Findings, RecordSelection } from '../../app/re-exports.ts';
import type { Output } from '../output/output.ts';

import { counted } from '../output/words.ts';
import { tellAge } from '../views/zone.ts';

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
  const more = next === null ? '' : '; there are more: --limit';
  tellAge(out, coverage, { before: `${counted(records.length, 'record')} in `, after: more });
}
