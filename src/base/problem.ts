/**
 * A problem found in what someone gave us: a value, not an exception, because a file can have many of them and
 * all are worth telling at once.
 */
import { ZonewardError } from './errors.ts';

export interface SourcePosition {
  /** The file as the user named it, or `-` for standard input. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based. */
  readonly column?: number;
}

export interface Problem {
  /** Stable, kebab-case, for programs. */
  readonly code: string;
  /** `error` refuses the input; `warning` is told and carried on. */
  readonly severity: 'error' | 'warning';
  /** A sentence that says what is wrong and with which value. */
  readonly message: string;
  /** What to do about it. */
  readonly next?: string;
  readonly position?: SourcePosition;
  /** The record's name and type, or the field's path, where there is one. */
  readonly subject?: string;
}

/** What a parser gives back. Warnings may stand beside a value; errors never do. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}

/** `file:line:column`, with what is unknown left out. */
export function formatPosition(position: SourcePosition | undefined): string {
  if (position === undefined) return '';
  return [position.file, position.line, position.column].filter((part) => part !== undefined).join(':');
}

export function formatProblem(problem: Problem): string {
  const where = formatPosition(problem.position);
  const next = problem.next === undefined ? '' : ` → ${problem.next}`;
  return `${where === '' ? '' : `${where}: `}${problem.message}${next}`;
}

/** Bad input as an error, for callers that cannot go on: the message lists every problem. */
export class InvalidInputError extends ZonewardError {
  override readonly name = 'InvalidInputError';
  readonly problems: readonly Problem[];

  constructor(summary: string, problems: readonly Problem[]) {
    super([summary, ...problems.map((problem) => `  ${formatProblem(problem)}`)].join('\n'), {
      code: problems[0]?.code ?? 'invalid-input',
      kind: 'input',
      next: [...new Set(problems.flatMap((problem) => problem.next ?? []))],
      details: { problems },
    });
    this.problems = problems;
  }
}
