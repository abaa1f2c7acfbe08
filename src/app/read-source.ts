/** A file, or text from anywhere, as what a plan compares with: records, what they leave out, and their rules. */
import { readFile } from 'node:fs/promises';
import { ZonewardError } from '../base/errors.ts';
import { InvalidInputError, type Problem } from '../base/problem.ts';
import { parseSource, type SourceFormat } from '../dns/detect-source.ts';
import type { DomainName } from '../dns/name.ts';
import type { ZoneWish } from '../domains/changes/plan-change.ts';
import { readDesiredSettings } from '../plan/desired-settings.ts';

export interface SourceText {
  readonly text: string;
  /** As the user named it; `-` for standard input. Shown in messages and plans. */
  readonly file: string;
  /** Told by the file's ending and its content when absent. */
  readonly format?: SourceFormat;
}

/** The wish of a source for `zone`. Throws `InvalidInputError` with every problem, each with its line. */
export function wishOf(source: SourceText, zone: DomainName): ZoneWish {
  const { text, file, format } = source;
  const parsed = parseSource(text, { file, zone, ...(format === undefined ? {} : { format }) });
  if (!parsed.ok)
    throw new InvalidInputError(`${file} cannot be used; nothing was written.`, parsed.problems);
  const { manage, located = {}, records } = parsed.value;
  const settings = readDesiredSettings(located);
  if (!settings.ok)
    throw new InvalidInputError(
      `${file} cannot be used; nothing was written.`,
      inFile(settings.problems, file),
    );
  // A document of settings alone speaks of no record, and that is no mistake.
  const onlySettings = records.length === 0 && settings.value.length > 0;
  return {
    desired: parsed.value,
    scope: manage?.only === undefined ? { kind: 'zone' } : { kind: 'names', patterns: manage.only },
    ignore: manage?.ignore ?? [],
    problems: onlySettings
      ? parsed.problems.filter((problem) => problem.code !== 'empty-source')
      : parsed.problems,
    ...(settings.value.length === 0 ? {} : { settings: settings.value }),
    source: file,
  };
}

function inFile(problems: readonly Problem[], file: string): Problem[] {
  return problems.map((problem) => ({ ...problem, position: { file, ...problem.position } }));
}

/**
 * Reads a file whole. Throws `file-unreadable` with what the system said and what to do; `shown` is how the user
 * named the file.
 */
export async function readSourceFile(file: string, shown: string = file): Promise<string> {
  try {
    const bytes = await readFile(file);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw unreadable(shown, error);
  }
}

const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['it does not exist', 'Check the path; relative ones start at the current folder.'],
  EACCES: ['it may not be read', 'Give yourself the right to read it.'],
  EISDIR: ['it is a folder', 'Name a file in it.'],
};

function unreadable(file: string, error: unknown): ZonewardError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const [why, next] = REASONS[code] ?? ['it is not UTF-8 text', 'Save it as UTF-8.'];
  return new ZonewardError(`${file} cannot be read: ${why}`, {
    code: 'file-unreadable',
    kind: 'input',
    next: [next],
  });
}
