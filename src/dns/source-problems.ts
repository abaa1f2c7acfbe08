/**
 * Collects the problems of one source file with their places, up to a limit, and turns offsets into lines and
 * columns.
 */
import type { Problem, SourcePosition } from '../base/problem.ts';
import { type Fault, faultToProblem } from './fault.ts';

/** Problems of one file that are listed; the rest is counted. */
export const PROBLEMS_MAX = 100;

export interface FaultPlace {
  readonly offset: number;
  /** The record: `www.example.com MX`. */
  readonly subject?: string;
  readonly severity?: Problem['severity'];
}

export class SourceProblems {
  readonly #file: string | undefined;
  readonly #lineStarts: readonly number[];
  readonly #problems: Problem[] = [];
  #errors = 0;
  #unlisted = 0;

  constructor(text: string, file: string | undefined) {
    this.#file = file;
    this.#lineStarts = findLineStarts(text);
  }

  /** Line and column of an offset, both from 1. */
  position(offset: number): SourcePosition {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const column = offset - (this.#lineStarts[low] ?? 0) + 1;
    return { ...(this.#file === undefined ? {} : { file: this.#file }), line: low + 1, column };
  }

  add(problem: Problem): void {
    if (problem.severity === 'error') this.#errors += 1;
    if (this.#problems.length < PROBLEMS_MAX) this.#problems.push(problem);
    else this.#unlisted += 1;
  }

  /** Adds the fault at its own offset, or at `where.offset` when it has none. An error unless said otherwise. */
  addFault(fault: Fault, where: FaultPlace): void {
    const position = this.position(fault.at ?? where.offset);
    const subject = where.subject === undefined ? {} : { subject: where.subject };
    const problem = faultToProblem(fault, { position, ...subject });
    this.add({ ...problem, severity: where.severity ?? 'error' });
  }

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  /** The problems in the order of their lines; when there were more than the limit, the last one says so. */
  list(): readonly Problem[] {
    const listed = this.#problems.toSorted(
      (a, b) =>
        (a.position?.line ?? 0) - (b.position?.line ?? 0) ||
        (a.position?.column ?? 0) - (b.position?.column ?? 0),
    );
    if (this.#unlisted === 0) return listed;
    const message = `${this.#unlisted} more problems are not listed`;
    const severity = this.#errors > 0 ? 'error' : 'warning';
    return [...listed, { code: 'problems-unlisted', severity, message, next: 'Correct these first.' }];
  }
}

function findLineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
