/** Tables for people: columns aligned, as wide as the terminal allows. Off a terminal nothing is cut. */
import type { Paint } from './paint.ts';
import { cut, padEnd, padStart, visible, widthOf } from './width.ts';

export interface Column<Row> {
  readonly title: string;
  /** Plain text; control characters in it are made visible. */
  readonly cell: (row: Row) => string;
  readonly align?: 'left' | 'right';
  /** Left out on a terminal that is narrower than this. */
  readonly hiddenBelow?: number;
  /** May be cut to this many columns when the terminal is narrow. Absent: never cut. */
  readonly shrinksTo?: number;
  /** Colours a cell after it has its width. */
  readonly paint?: (text: string, row: Row) => string;
}

export interface TableOptions {
  readonly paint: Paint;
  /** The terminal's width; null where nothing is to be cut. */
  readonly columns: number | null;
  readonly indent?: string;
}

const GAP = '  ';

export function formatTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: TableOptions,
): string {
  const cells = rows.map((row) => columns.map((column) => visible(column.cell(row))));
  // A column in which nothing stands says nothing.
  const shown = columns
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => (column.hiddenBelow ?? 0) <= (options.columns ?? Number.POSITIVE_INFINITY))
    .filter(({ index }) => rows.length === 0 || cells.some((line) => line[index] !== ''));
  const natural = shown.map(({ column, index }) =>
    cells.reduce((max, line) => Math.max(max, widthOf(line[index] ?? '')), widthOf(column.title)),
  );
  const indent = options.indent ?? '';
  const widths = fit(
    natural,
    shown.map(({ column }) => column.shrinksTo),
    options.columns === null ? null : options.columns - indent.length - GAP.length * (shown.length - 1),
  );
  const last = shown.length - 1;
  const line = (texts: readonly string[], paint: (text: string, at: number) => string): string => {
    const painted = texts.map((text, at) => {
      const column = shown[at]?.column;
      const aligned = align(column?.align, text, widths[at] ?? 0);
      return paint(at === last ? aligned.trimEnd() : aligned, at);
    });
    return `${indent}${painted.join(GAP)}`;
  };
  const head = line(
    shown.map(({ column }) => column.title.toUpperCase()),
    (text) => options.paint.dim(text),
  );
  const body = rows.map((row, number) =>
    line(
      shown.map(({ index }, at) => cut(cells[number]?.[index] ?? '', widths[at] ?? 0)),
      (text, at) => shown[at]?.column.paint?.(text, row) ?? text,
    ),
  );
  return `${[head, ...body].join('\n')}\n`;
}

function align(side: 'left' | 'right' | undefined, text: string, width: number): string {
  return side === 'right' ? padStart(text, width) : padEnd(text, width);
}

/** Takes from the widest column that may shrink, until all fit or none may shrink further. */
function fit(
  natural: readonly number[],
  smallest: readonly (number | undefined)[],
  room: number | null,
): readonly number[] {
  const widths = [...natural];
  if (room === null) return widths;
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  while (excess > 0) {
    let widest = -1;
    for (const [index, width] of widths.entries()) {
      const limit = smallest[index];
      if (limit === undefined || width <= limit) continue;
      if (widest === -1 || width > (widths[widest] ?? 0)) widest = index;
    }
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
  return widths;
}

/** `label  value` lines, labels aligned; a value of null leaves its line out. */
export function formatFacts(
  facts: readonly (readonly [label: string, value: string | null])[],
  options: { readonly paint: Paint; readonly indent?: string },
): string {
  const given = facts.filter((fact): fact is readonly [string, string] => fact[1] !== null);
  const width = given.reduce((max, [label]) => Math.max(max, widthOf(label)), 0);
  const indent = options.indent ?? '';
  const rest = `\n${indent}${' '.repeat(width)}${GAP}`;
  return given
    .map(([label, value]) => {
      const text = value.replaceAll('\n', rest);
      return `${indent}${options.paint.dim(padEnd(label, width))}${GAP}${text}\n`;
    })
    .join('');
}
