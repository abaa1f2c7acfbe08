/**
 * A list of domains to bring up, from CSV, JSON or YAML. Every line is judged alone: a bad one is told with its place,
 * and the others go on. Pure.
 */
import type { Problem, SourcePosition } from '../../base/problem.ts';
import type { DomainName } from '../../dns/name.ts';
import { parseRegistrable } from '../../dns/registrable-name.ts';
import { SourceProblems } from '../../dns/source-problems.ts';
import { suggest } from '../../dns/suggest.ts';
import { readYaml, type SourceMap, type SourceNode } from '../../dns/yaml-source.ts';
import { BASELINE_NAMES, type BaselineName } from '../../plan/baselines.ts';
import { parseCsv } from '../connections/csv.ts';

/** Domains of one list. */
export const BULK_LINES_MAX = 5_000;

export interface BulkLine {
  readonly domain: DomainName;
  /** Records; relative to the list. */
  readonly file: string | null;
  readonly template: string | null;
  readonly host: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly tls: BaselineName | null;
  readonly dnssec: boolean;
  /** Buys the name first, for exactly this. */
  readonly confirmPrice: string | null;
}

export type ReadLine = { readonly position: SourcePosition } & (
  | { readonly ok: true; readonly line: BulkLine }
  | { readonly ok: false; readonly domain: string; readonly problems: readonly Problem[] }
);

export type BulkFile =
  | { readonly ok: true; readonly lines: readonly ReadLine[] }
  /** Nothing of it can be read. */
  | { readonly ok: false; readonly problems: readonly Problem[] };

const COLUMNS: readonly string[] = ['domain', 'file', 'template', 'host', 'tls', 'dnssec', 'confirmPrice'];
const VARIABLE = /^var[.:](.+)$/;

/** A file that begins like JSON or YAML is read so, any other as CSV with a line of headings. */
export function parseBulk(text: string, file: string): BulkFile {
  const isTree = /^\s*(?:\[|\{|-\s|#|---)/.test(text) || /\.(?:json|ya?ml)$/i.test(file);
  const rows = isTree ? rowsOfTree(text, file) : rowsOfCsv(text, file);
  if ('problems' in rows) return { ok: false, problems: rows.problems };
  if (rows.length === 0 || rows.length > BULK_LINES_MAX)
    return {
      ok: false,
      problems: [wrong(`${file} has ${rows.length} domains`, `Give 1 to ${BULK_LINES_MAX}.`)],
    };
  const seen = new Map<string, number>();
  return { ok: true, lines: rows.map((row) => readRow(row, seen)) };
}

interface Row {
  readonly position: SourcePosition;
  readonly cells: ReadonlyMap<string, string>;
}

type Rows = readonly Row[] | { readonly problems: readonly Problem[] };

function rowsOfCsv(text: string, file: string): Rows {
  const parsed = parseCsv(text, file);
  if (!parsed.ok) return { problems: parsed.problems };
  const [head, ...rest] = parsed.value;
  if (head === undefined) return [];
  // A bare list of names is a list too.
  const hasHead = head.cells.some((cell) => cell.toLowerCase() === 'domain');
  const columns = hasHead ? head.cells : ['domain'];
  return (hasHead ? rest : parsed.value).map(({ line, cells }) => ({
    position: { file, line },
    cells: new Map(cells.map((cell, at) => [columns[at] ?? `column ${at + 1}`, cell] as const)),
  }));
}

function rowsOfTree(text: string, file: string): Rows {
  const problems = new SourceProblems(text, file);
  const root = readYaml(text, problems);
  if (root?.kind !== 'list') {
    const listed = problems.list();
    return {
      problems: listed.length > 0 ? listed : [wrong(`${file} is no list`, 'Write a list of domains.')],
    };
  }
  return root.items.map((item) => ({ position: problems.position(item.offset), cells: cellsOf(item) }));
}

function cellsOf(item: SourceNode): ReadonlyMap<string, string> {
  if (item.kind === 'scalar') return new Map([['domain', item.text]]);
  if (item.kind === 'list') return new Map();
  return new Map(item.entries.flatMap(({ key, value }) => entriesOf(key, value)));
}

function entriesOf(key: string, value: SourceNode): (readonly [string, string])[] {
  if (value.kind === 'scalar') return [[key, value.text]];
  if (value.kind === 'map' && key === 'variables') return variablesOf(value);
  return [[`${key} (a ${value.kind})`, '']];
}

function variablesOf(map: SourceMap): (readonly [string, string])[] {
  return map.entries.map(
    ({ key, value }) => [`var.${key}`, value.kind === 'scalar' ? value.text : ''] as const,
  );
}

function readRow({ position, cells }: Row, seen: Map<string, number>): ReadLine {
  const given = (key: string): string => cells.get(key)?.trim() ?? '';
  const text = given('domain');
  const problems: Problem[] = [];
  const add = (message: string, next: string): void => {
    problems.push({ ...wrong(message, next), position, subject: text });
  };
  for (const key of cells.keys()) {
    if (COLUMNS.includes(key) || VARIABLE.test(key) || given(key) === '') continue;
    const near = suggest(key, COLUMNS);
    add(
      `${JSON.stringify(key)} is not known here`,
      near === undefined ? `Known are: ${COLUMNS.join(', ')}, var.NAME.` : `Did you mean ${near}?`,
    );
  }
  const name = parseRegistrable(text);
  if (!name.ok) problems.push(...name.problems.map((problem) => ({ ...problem, position })));
  const first = name.ok ? seen.get(name.value.name) : undefined;
  if (first !== undefined) add(`${text} is there twice, first on line ${first}`, 'Take one out.');
  if (name.ok && first === undefined) seen.set(name.value.name, position.line ?? 0);
  const tls = BASELINE_NAMES.find((known) => known === given('tls')) ?? null;
  if (given('tls') !== '' && tls === null)
    add(`there is no baseline ${given('tls')}`, `Use ${BASELINE_NAMES.join(' or ')}.`);
  const dnssec = given('dnssec');
  if (!['', 'true', 'false', 'yes', 'no'].includes(dnssec))
    add(`dnssec is ${JSON.stringify(dnssec)}`, 'Write true or false.');
  if (!name.ok || problems.length > 0) return { ok: false, position, domain: text, problems };
  const variables = [...cells.keys()].flatMap((key): [string, string][] => {
    const variable = VARIABLE.exec(key)?.[1];
    return variable === undefined || given(key) === '' ? [] : [[variable, given(key)]];
  });
  const line: BulkLine = {
    domain: name.value.name,
    file: given('file') || null,
    template: given('template') || null,
    host: given('host'),
    variables: Object.fromEntries(variables),
    tls,
    dnssec: dnssec === 'true' || dnssec === 'yes',
    confirmPrice: given('confirmPrice') || null,
  };
  return { ok: true, position, line };
}

/** A problem of a line. */
export function wrong(message: string, next: string): Problem {
  return { code: 'bulk-invalid', severity: 'error', message, next };
}
