/**
 * Where results go. Standard output carries the result and nothing else: text for people, or with `--json` one JSON
 * value (or one a line, for long lists). Everything on the way there goes to standard error.
 */
import type { Io } from '../io.ts';
import { type Paint, paintFor } from './paint.ts';
import { type Column, formatFacts, formatTable } from './table.ts';

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
}

export interface Output extends OutputOptions {
  readonly paint: Paint;
  /** For standard error, which may be a terminal when standard output is not. */
  readonly notePaint: Paint;
  /** Null off a terminal: then nothing is cut. */
  readonly columns: number | null;
  now(): number;
  /** The one result of a command, in the form that was asked for. */
  result(forms: { readonly text: () => string; readonly json: () => unknown }): void;
  /** One JSON value a line. */
  jsonLine(value: unknown): void;
  /** A line of the result, for people. */
  line(text?: string): void;
  /** Something on the side: to standard error, unless quiet. */
  note(text: string): void;
  /** Something that must be seen: to standard error, also when quiet. */
  warn(text: string): void;
  table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], indent?: string): string;
  facts(facts: readonly (readonly [label: string, value: string | null])[], indent?: string): string;
}

export function openOutput(io: Io, options: OutputOptions): Output {
  const paint = paintFor(io, io.stdout);
  const notePaint = paintFor(io, io.stderr);
  const columns = io.stdout.isTty ? io.stdout.columns : null;
  return {
    ...options,
    paint,
    notePaint,
    columns,
    now: () => io.now(),
    result: ({ text, json }) => {
      if (options.json) io.stdout.write(`${JSON.stringify(json(), null, 2)}\n`);
      else io.stdout.write(text());
    },
    jsonLine: (value) => io.stdout.write(`${JSON.stringify(value)}\n`),
    line: (text = '') => {
      if (!options.json) io.stdout.write(`${text}\n`);
    },
    note: (text) => {
      if (!options.quiet) io.stderr.write(`${text}\n`);
    },
    warn: (text) => io.stderr.write(`${notePaint.yellow('!')} ${text}\n`),
    table: (shown, rows, indent) =>
      formatTable(shown, rows, { paint, columns, ...(indent === undefined ? {} : { indent }) }),
    facts: (facts, indent) => formatFacts(facts, { paint, ...(indent === undefined ? {} : { indent }) }),
  };
}
