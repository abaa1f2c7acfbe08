/**
 * Reads YAML 1.2 (and so JSON) into a small tree in which every value knows its place and its text as written.
 * Bounded against hostile input: size, depth, and the number of values after aliases are resolved.
 *
 * Mistakes of form (indentation, tabs, duplicate keys) are problems with line, column and a next step.
 */
import { isAlias, isMap, isPair, isScalar, isSeq, parseAllDocuments, type YAMLError } from 'yaml';
import { type Fault, fault, shown } from './fault.ts';
import { readJson } from './json-source.ts';
import type { SourceProblems } from './source-problems.ts';

/** Characters of one YAML or JSON source. */
export const YAML_CHARS_MAX = 10_485_760;
/** Values of one source, those that aliases repeat included. */
export const YAML_VALUES_MAX = 1_000_000;
/** Lists and maps within each other. */
export const YAML_DEPTH_MAX = 32;

/** Mistakes of form that are told at once; what follows from them is noise. */
const SYNTAX_ERRORS_MAX = 3;

export type SourceNode = SourceMap | SourceList | SourceScalar;

export interface SourceMap {
  readonly kind: 'map';
  readonly offset: number;
  readonly entries: readonly SourceEntry[];
}

export interface SourceEntry {
  readonly key: string;
  readonly keyOffset: number;
  readonly value: SourceNode;
}

export interface SourceList {
  readonly kind: 'list';
  readonly offset: number;
  readonly items: readonly SourceNode[];
}

export interface SourceScalar {
  readonly kind: 'scalar';
  readonly offset: number;
  readonly value: string | number | boolean | null;
  /** As written, without quotes: `1.10` stays `1.10`. */
  readonly text: string;
}

/** The document's tree; `undefined` when it is empty or broken (then `problems` has errors). */
export function readYaml(text: string, problems: SourceProblems): SourceNode | undefined {
  if (text.length > YAML_CHARS_MAX) {
    const message = `the file has ${text.length} characters; ${YAML_CHARS_MAX} are allowed`;
    problems.addFault(fault('source-too-large', message, 'Split the zone, or use a master file.').fault, {
      offset: 0,
    });
    return undefined;
  }
  const json = readJson(text, { values: YAML_VALUES_MAX, depth: YAML_DEPTH_MAX });
  if (json !== undefined) return json;
  try {
    return new TreeReader(text, problems).read();
  } catch (error) {
    // The library descends recursively: a source nested a thousand deep runs out of stack before our own limit.
    if (!(error instanceof RangeError)) throw error;
    problems.addFault(TOO_DEEP, { offset: 0 });
    return undefined;
  }
}

/** The entry of a map by its key. */
export function entryOf(map: SourceMap, key: string): SourceEntry | undefined {
  return map.entries.find((entry) => entry.key === key);
}

/** What a node is, for messages: `a list`, `the text "x"`, `nothing`. */
export function describeNode(node: SourceNode): string {
  if (node.kind === 'map') return 'a map';
  if (node.kind === 'list') return 'a list';
  if (node.value === null) return 'nothing';
  return typeof node.value === 'string' ? `the text ${shown(node.value)}` : `the value ${node.text}`;
}

/** The tree as plain JSON values. */
export function toJson(node: SourceNode): unknown {
  switch (node.kind) {
    case 'map':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, toJson(value)]));
    case 'list':
      return node.items.map(toJson);
    case 'scalar':
      return node.value;
    default:
      return node satisfies never;
  }
}

const TOO_DEEP: Fault = {
  code: 'yaml-too-deep',
  message: 'lists and maps are nested too deep',
  next: `Nest at most ${YAML_DEPTH_MAX} of them.`,
};

/** Our words for the library's error codes; any other code is shown with the library's message. */
const SYNTAX_HELP: Readonly<Record<string, string>> = {
  BAD_INDENT: 'Indent entries that belong together by the same number of spaces.',
  TAB_AS_INDENT: 'Indent with spaces: YAML does not allow tabs there.',
  MISSING_CHAR: 'Look for a quote, bracket or colon that is missing on this line or the one before.',
  BAD_SCALAR_START: 'Put the value in quotes.',
  BLOCK_AS_IMPLICIT_KEY: 'Look at the indentation: a map begins where a value was expected.',
  MULTILINE_IMPLICIT_KEY: 'Look for a colon or a quote that is missing, or for a wrong indentation.',
  IMPOSSIBLE: 'Look at the indentation of this line and of the one before.',
};

class TreeReader {
  readonly #text: string;
  readonly #problems: SourceProblems;
  readonly #anchors = new Map<string, unknown>();
  #values = 0;

  constructor(text: string, problems: SourceProblems) {
    this.#text = text;
    this.#problems = problems;
  }

  read(): SourceNode | undefined {
    const documents = parseAllDocuments(this.#text, {
      keepSourceTokens: false,
      // Checked here: the library compares each key with every other.
      uniqueKeys: false,
      prettyErrors: false,
    });
    if (!Array.isArray(documents)) return undefined;
    const [document, second] = documents;
    this.#syntaxErrors(documents.flatMap((one) => one.errors));
    if (this.#problems.hasErrors || document === undefined) return undefined;
    if (second !== undefined) {
      const offset = second.range[0];
      this.#fail(offset, 'yaml-documents', 'a second document begins here', 'Take the line --- out.');
      return undefined;
    }
    const contents: unknown = document.contents;
    if (contents === null) return undefined;
    const node = this.#node(contents, 0);
    if (node?.kind === 'scalar' && node.value === null) return undefined;
    return node;
  }

  #fail(offset: number, code: string, message: string, next: string): void {
    this.#problems.addFault(fault(code, message, next).fault, { offset });
  }

  /** One mistake makes the library report many; the first of each line is told, the first three in all. */
  #syntaxErrors(errors: readonly YAMLError[]): void {
    const lines = new Set<number | undefined>();
    for (const { code, message, pos } of errors) {
      if (message.includes('call stack')) {
        this.#problems.addFault(TOO_DEEP, { offset: pos[0] });
        return;
      }
      const { line } = this.#problems.position(pos[0]);
      if (lines.has(line) || lines.size === SYNTAX_ERRORS_MAX) continue;
      lines.add(line);
      const text = message.split('\n', 1)[0] ?? message;
      this.#fail(
        pos[0],
        'yaml-syntax',
        text.charAt(0).toLowerCase() + text.slice(1),
        this.#syntaxHelp(code, pos[0]),
      );
    }
  }

  #syntaxHelp(code: string, offset: number): string {
    const line = this.#text.slice(this.#text.lastIndexOf('\n', offset - 1) + 1, offset + 1);
    if (/^\s*(- )?[*@]/.test(line)) return "Put a name that begins with * or @ in quotes: '*'.";
    return SYNTAX_HELP[code] ?? 'Correct the form of this line; the indentation matters.';
  }

  /** `undefined` where a limit is broken or an alias is unknown; that is a problem already. */
  #node(node: unknown, depth: number): SourceNode | undefined {
    this.#values += 1;
    if (this.#values > YAML_VALUES_MAX) {
      const once = this.#values === YAML_VALUES_MAX + 1;
      const message = `the file has more than ${YAML_VALUES_MAX} values, repeated ones included`;
      if (once) this.#fail(0, 'yaml-too-many', message, 'Use fewer anchors and aliases, or split the zone.');
      return undefined;
    }
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target !== undefined) return this.#node(target, depth + 1);
      const next = 'Put a text that begins with * in quotes; an alias needs its anchor before it.';
      this.#fail(node.range?.[0] ?? 0, 'yaml-alias', `the alias *${node.source} has no anchor`, next);
      return undefined;
    }
    if (depth > YAML_DEPTH_MAX) {
      this.#problems.addFault(TOO_DEEP, { offset: offsetOf(node) });
      return undefined;
    }
    const offset = offsetOf(node);
    let read: SourceNode | undefined;
    if (isMap(node)) read = this.#map(node.items, offset, depth);
    else if (isSeq(node)) {
      const items = node.items.map((item) => this.#node(item, depth + 1));
      read = { kind: 'list', offset, items: items.filter((item) => item !== undefined) };
    } else read = scalarOf(node, offset);
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    // Set after the content is read, so that an alias within its own anchor has no target.
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    return read;
  }

  #map(pairs: readonly unknown[], offset: number, depth: number): SourceMap {
    const entries: SourceEntry[] = [];
    const merged: SourceEntry[] = [];
    const seen = new Map<string, number>();
    for (const pair of pairs) {
      if (!isPair(pair)) continue;
      const key = this.#node(pair.key, depth + 1);
      if (key === undefined) continue;
      if (key.kind !== 'scalar') {
        this.#fail(
          key.offset,
          'yaml-key',
          `${describeNode(key)} stands where a key belongs`,
          'Write a plain key.',
        );
        continue;
      }
      const absent: SourceScalar = { kind: 'scalar', offset: key.offset, value: null, text: '' };
      const value = pair.value === null ? absent : this.#node(pair.value, depth + 1);
      if (value === undefined) continue;
      if (key.text === '<<') {
        merged.push(...mergedEntries(value));
        continue;
      }
      if (seen.has(key.text)) {
        const first = this.#problems.position(seen.get(key.text) ?? 0).line;
        const message = `the key ${shown(key.text)} is there twice, first on line ${first}`;
        this.#fail(key.offset, 'yaml-duplicate-key', message, 'Join the two, or take one out.');
        continue;
      }
      seen.set(key.text, key.offset);
      entries.push({ key: key.text, keyOffset: key.offset, value });
    }
    for (const entry of merged) {
      if (seen.has(entry.key)) continue;
      seen.set(entry.key, entry.keyOffset);
      entries.push(entry);
    }
    return { kind: 'map', offset, entries };
  }
}

/** The entries that a merge key `<<` brings (YAML 1.1, still widely used): of a map or a list of maps. */
function mergedEntries(value: SourceNode): readonly SourceEntry[] {
  if (value.kind === 'map') return value.entries;
  return value.kind === 'list' ? value.items.flatMap(mergedEntries) : [];
}

function scalarOf(node: unknown, offset: number): SourceScalar {
  const value: unknown = isScalar(node) ? node.value : null;
  if (typeof value === 'string') return { kind: 'scalar', offset, value, text: value };
  const text = isScalar(node) && node.source !== undefined ? node.source : String(value ?? '');
  const isPlain = typeof value === 'number' || typeof value === 'boolean';
  return { kind: 'scalar', offset, value: isPlain ? value : null, text };
}

function offsetOf(node: unknown): number {
  if (!isMap(node) && !isSeq(node) && !isScalar(node)) return 0;
  return node.range?.[0] ?? 0;
}
