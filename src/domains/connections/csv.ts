/** Comma-separated values as RFC 4180 has them: quotes, doubled quotes, line breaks in quotes. Pure. */
import type { Parsed, Problem } from '../../base/problem.ts';

export interface CsvRow {
  /** 1-based line where the row begins. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** Rows that hold something; empty lines are left out. A quote that is never closed is the only fault there is. */
export function parseCsv(text: string, file?: string): Parsed<readonly CsvRow[]> {
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let [line, rowLine] = [1, 1];
  // One cell at each step: quoted, or plain up to a comma or a line's end; then what ends it.
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;
  const source = text.startsWith('\ufeff') ? text.slice(1) : text;
  while (cell.lastIndex < source.length) {
    const at = cell.lastIndex;
    const match = cell.exec(source);
    if (match === null) return { ok: false, problems: [badQuote(line, source.slice(0, at), file)] };
    const [whole, quoted, plain = '', end] = match;
    cells.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    line += whole.match(/\r\n|\n|\r/g)?.length ?? 0;
    // A comma at the very end of the text stands before one more, empty cell.
    if (end === ',' && cell.lastIndex === source.length) cells.push('');
    if (end === ',' && cell.lastIndex < source.length) continue;
    if (cells.some((text) => text !== '')) rows.push({ line: rowLine, cells });
    cells = [];
    rowLine = line;
  }
  return { ok: true, value: rows, problems: [] };
}

function badQuote(line: number, before: string, file: string | undefined): Problem {
  const lineStart = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r'));
  return {
    code: 'csv-quote',
    severity: 'error',
    message: 'A quoted cell is not closed, or has text beside its quotes.',
    next: 'put the whole cell in quotes, and write a quote inside it twice',
    position: { ...(file === undefined ? {} : { file }), line, column: before.length - lineStart },
  };
}
