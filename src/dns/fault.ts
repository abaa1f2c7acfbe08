/**
 * What is wrong with one value, before it is known where the value stood. Parsers of a whole source turn faults
 * into problems by adding the position and the record they belong to.
 */
import type { Problem, SourcePosition } from '../base/problem.ts';

export interface Fault {
  readonly code: string;
  /** Says what is wrong and with which value; begins in lower case so that it can follow a record's name. */
  readonly message: string;
  readonly next: string;
  /** Offset of the word at fault in the text that was read, where it is known. */
  readonly at?: number;
}

/** What a reader of one value gives back. */
export type Read<T> = { readonly value: T } | { readonly fault: Fault };

export function fault(code: string, message: string, next: string): { readonly fault: Fault } {
  return { fault: { code, message, next } };
}

/** The fault as an error in a source. `subject` is the record: `www.example.com MX`. */
export function faultToProblem(
  { code, message, next }: Fault,
  where: { readonly subject?: string; readonly position?: SourcePosition },
): Problem {
  const text = where.subject === undefined ? message : `${where.subject}: ${message}`;
  return { code, severity: 'error', message: text, next, ...where };
}

/** A value as messages show it: quoted, and cut when it is long. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}
