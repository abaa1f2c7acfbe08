/**
 * A file of connections to add: CSV with a header line, or a JSON or YAML list. Each row stands by itself: a bad one
 * has its problems, with file and line, and does not hold up the others. Pure; no problem repeats a secret.
 */
import { isMap, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Parsed, Problem, SourcePosition } from '../../base/problem.ts';
import { hasErrors } from '../../base/problem.ts';
import { parseCsv } from './csv.ts';
import { checkDescriptors, type Metadata } from './descriptors.ts';
import type { Profile } from './model.ts';
import { type CredentialParts, type FieldNames, parseCredential } from './parse-credential.ts';

export const IMPORT_ROWS_MAX = 1_000;
export const IMPORT_TEXT_MAX: number = 4 * 1024 * 1024;

/** One connection as the file has it. */
export interface ImportEntry {
  readonly label: string | undefined;
  /** Null when the secret is named by a reference; it is parsed once it was fetched. */
  readonly parts: CredentialParts | null;
  readonly reference: string | undefined;
  readonly email: string | undefined;
  readonly accountId: string | undefined;
  readonly zoneIds: string | undefined;
  readonly profile: Profile;
  readonly tags: readonly string[];
  readonly metadata: Metadata;
}

export interface ImportRow {
  /** 1-based line in the file. */
  readonly line: number;
  /** The label as given, for the report. */
  readonly label: string | undefined;
  readonly entry: Parsed<ImportEntry>;
}

/** Columns and keys; spelled `account-id`, `account_id` or `accountId`. */
const FIELDS = [
  'label',
  'token',
  'email',
  'key',
  'reference',
  'accountid',
  'zoneids',
  'profile',
  'tags',
  'metadata',
];

export const IMPORT_NAMES: FieldNames = {
  token: 'token',
  email: 'email',
  key: 'key',
  accountId: 'account-id',
  zoneIds: 'zone-ids',
};

/** A problem of the file as a whole (syntax, columns, size) refuses it whole; problems of rows stand in the rows. */
export function parseImportFile(
  text: string,
  source: { readonly file?: string },
): Parsed<readonly ImportRow[]> {
  if (text.length > IMPORT_TEXT_MAX)
    return refused('import-too-large', 'The file is larger than 4 MB.', source);
  const isCsv = !/^\s*(\[|\{|-|#|---|connections\s*:)/.test(text);
  const raw = isCsv ? rowsOfCsv(text, source) : rowsOfYaml(text, source);
  if (!raw.ok) return raw;
  if (raw.value.length === 0) return refused('import-empty', 'The file holds no connection.', source);
  if (raw.value.length > IMPORT_ROWS_MAX) {
    return refused('import-too-many', `${raw.value.length} rows; at most ${IMPORT_ROWS_MAX}.`, source);
  }
  return { ok: true, value: raw.value.map((row) => readRow(row, source)), problems: [] };
}

interface RawRow {
  readonly line: number;
  readonly fields: ReadonlyMap<string, unknown>;
}

function rowsOfCsv(text: string, source: { readonly file?: string }): Parsed<readonly RawRow[]> {
  const table = parseCsv(text, source.file);
  if (!table.ok) return table;
  const [header, ...rows] = table.value;
  const names = header?.cells ?? [];
  const unknown = names.filter((name) => !isField(name) && !name.startsWith('metadata.'));
  if (unknown.length > 0)
    return refused('column-unknown', `Unknown columns: ${columns(unknown)}.`, { ...source, line: 1 });
  const raw = rows.map(({ line, cells }) => {
    const metadata = names.flatMap((name, i): [string, string][] =>
      name.startsWith('metadata.') && cells[i] ? [[name.slice('metadata.'.length), cells[i]]] : [],
    );
    const given = names.flatMap((name, i): [string, unknown][] =>
      isField(name) && cells[i] ? [[fieldKey(name), cells[i]]] : [],
    );
    if (metadata.length > 0) given.push(['metadata', Object.fromEntries(metadata)]);
    if (cells.length > names.length) given.push(['extra', true]);
    return { line, fields: new Map(given) };
  });
  return { ok: true, value: raw, problems: [] };
}

/** JSON is YAML too, so one parser gives both their line numbers. */
function rowsOfYaml(text: string, source: { readonly file?: string }): Parsed<readonly RawRow[]> {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = counter.linePos(error.pos[0]);
    // The parser's own text may quote what it stumbled over.
    return refused('import-syntax', `This is neither JSON nor YAML (${error.code}).`, {
      ...source,
      line,
      column: col,
    });
  }
  const { contents } = document;
  const list = isMap(contents) ? contents.get('connections') : contents;
  if (!isSeq(list)) {
    return refused(
      'import-shape',
      'Expected a list of connections, or "connections:" with such a list.',
      source,
    );
  }
  const rows = list.items.map((item): RawRow => {
    const line = isMap(item) && item.range ? counter.linePos(item.range[0]).line : 1;
    const value: unknown = isMap(item) ? item.toJS(document) : {};
    const entries = Object.entries(value as Record<string, unknown>).filter(([, field]) => field !== null);
    return {
      line,
      fields: new Map(
        isMap(item) ? entries.map(([name, field]) => [fieldKey(name), field]) : [['item', item]],
      ),
    };
  });
  return { ok: true, value: rows, problems: [] };
}

function readRow({ line, fields }: RawRow, source: { readonly file?: string }): ImportRow {
  const problems: Problem[] = [...fields.keys()]
    .filter((name) => !FIELDS.includes(name))
    .map((name) => error('field-unknown', `Unknown field ${columns([name])}.`));
  const text = (name: string): string | undefined => textOf(fields.get(name), name, problems);
  const given = {
    token: text('token'),
    email: text('email'),
    key: text('key'),
    accountId: text('accountid'),
    zoneIds: listOf(fields.get('zoneids'), 'zone-ids', problems).join(' '),
  };
  const reference = text('reference');
  const parts = reference === undefined ? credentialParts(given, problems) : null;
  if (reference !== undefined) problems.push(...checkReference(reference, given));
  const label = text('label');
  const tags = listOf(fields.get('tags'), 'tags', problems);
  const metadata = metadataOf(fields.get('metadata'), problems);
  problems.push(...checkDescriptors({ label, tags, metadata }));
  const profile = text('profile') ?? 'minimum';
  if (profile !== 'minimum' && profile !== 'full') {
    problems.push(error('profile-unknown', 'The profile must be "minimum" or "full".'));
  }
  const placed = problems.map((problem): Problem => ({ ...problem, position: { ...source, line } }));
  const safeLabel = problems.some((problem) => problem.subject === 'label') ? undefined : label;
  if (hasErrors(placed)) return { line, label: safeLabel, entry: { ok: false, problems: placed } };
  const value: ImportEntry = {
    label,
    parts,
    reference,
    email: given.email,
    accountId: given.accountId,
    zoneIds: given.zoneIds,
    profile: profile as Profile,
    tags,
    metadata,
  };
  return { line, label: safeLabel, entry: { ok: true, value, problems: placed } };
}

function credentialParts(
  given: { readonly [field: string]: string | undefined },
  problems: Problem[],
): CredentialParts | null {
  const parsed = parseCredential(given, IMPORT_NAMES);
  problems.push(...parsed.problems);
  return parsed.ok ? parsed.value : null;
}

function checkReference(
  reference: string,
  given: { readonly token: string | undefined; readonly key: string | undefined },
): readonly Problem[] {
  if (given.token !== undefined || given.key !== undefined) {
    return [error('credential-ambiguous', 'Both a reference and a secret are given.', 'keep one of them')];
  }
  if (/^[a-z][a-z0-9-]*:./.test(reference) && !/cf(k|ut|at|oat)_/.test(reference)) return [];
  return [error('reference-malformed', 'The reference must be of the form env:NAME or file:PATH.')];
}

function textOf(value: unknown, name: string, problems: Problem[]): string | undefined {
  if (value === undefined || typeof value === 'string') return value === '' ? undefined : value;
  // A key of digits alone, or an id like 1e10…, is a number to YAML; its digits are lost by then.
  problems.push(error('field-type', `"${name}" must be text.`, 'put it in quotes'));
  return undefined;
}

function listOf(value: unknown, name: string, problems: Problem[]): readonly string[] {
  const items = typeof value === 'string' ? value.split(/[;,\s]+/) : (value ?? []);
  if (Array.isArray(items) && items.every((item) => typeof item === 'string')) {
    return items.filter((item) => item !== '');
  }
  problems.push(error('field-type', `"${name}" must be a list of texts.`));
  return [];
}

function metadataOf(value: unknown, problems: Problem[]): Metadata {
  if (value === undefined) return {};
  // `checkDescriptors` looks at each value.
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Metadata;
  problems.push(error('field-type', '"metadata" must be a map of keys and values.'));
  return {};
}

function fieldKey(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[-_ ]/g, '')
    .replace(/^zoneid$/, 'zoneids');
}

function isField(name: string): boolean {
  return FIELDS.includes(fieldKey(name));
}

/** Names as given, unless one is so odd that it may be a value: a file without its header line. */
function columns(names: readonly string[]): string {
  return names.map((name) => (/^[\w .-]{1,30}$/.test(name) ? `"${name}"` : '(not a name)')).join(', ');
}

function error(code: string, message: string, next?: string): Problem {
  return { code, severity: 'error', message, ...(next === undefined ? {} : { next }) };
}

function refused(code: string, message: string, position: SourcePosition): Parsed<never> {
  return { ok: false, problems: [{ ...error(code, message), position }] };
}
