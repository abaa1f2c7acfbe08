/**
 * Typed values out of a map of a YAML or JSON source. Every reader reports what is wrong with its place and gives
 * `undefined`, so that one pass finds all mistakes. A key without a value is always a mistake: it is what a wrong
 * indentation looks like.
 */
import { type Fault, fault, shown } from './fault.ts';
import type { SourceProblems } from './source-problems.ts';
import { suggest } from './suggest.ts';
import { describeNode, entryOf, type SourceEntry, type SourceMap, type SourceNode } from './yaml-source.ts';

/** Where the reader stands: what it reports to, and what its messages name. */
export interface MapContext {
  readonly problems: SourceProblems;
  /** The record or section, for messages: `www.example.com A`. */
  readonly subject: string;
}

export function report(context: MapContext, offset: number, wrong: { readonly fault: Fault }): undefined {
  context.problems.addFault(wrong.fault, { offset, subject: context.subject });
  return undefined;
}

export function warn(context: MapContext, offset: number, wrong: { readonly fault: Fault }): void {
  context.problems.addFault(wrong.fault, { offset, subject: context.subject, severity: 'warning' });
}

export interface KeyRules {
  readonly known: readonly string[];
  /** Keys that have a place of their own elsewhere: `{ proxied: 'under a record' }`. */
  readonly elsewhere?: Readonly<Record<string, string>>;
}

/** Reports keys that have no meaning here: where they belong, or what they may have been meant to be. */
export function rejectUnknownKeys(map: SourceMap, rules: KeyRules, context: MapContext): void {
  for (const { key, keyOffset, value } of map.entries) {
    if (rules.known.includes(key)) continue;
    const { elsewhere = {} } = rules;
    const place = Object.hasOwn(elsewhere, key) ? elsewhere[key] : undefined;
    if (place !== undefined) {
      const next = `It belongs ${place}: look at the indentation of this line.`;
      report(context, keyOffset, fault('key-misplaced', `${key} stands in the wrong place`, next));
      continue;
    }
    const near = suggest(key, rules.known);
    // In braces, a comma ends a value: its rest looks like a key without a value.
    const hint = isNothing(value) ? ' A value that holds a comma belongs in quotes.' : '';
    const next =
      near === undefined ? `Known here are: ${rules.known.join(', ')}.${hint}` : `Did you mean ${near}?`;
    report(context, keyOffset, fault('key-unknown', `${shown(key)} is no key that is known here`, next));
  }
}

/** The entry, with a report when its value is missing. */
export function entryWithValue(map: SourceMap, key: string, context: MapContext): SourceEntry | undefined {
  const entry = entryOf(map, key);
  if (entry === undefined || !isNothing(entry.value)) return entry;
  const next = `Write a value behind it, or take ${key} out; what belongs to it is indented further than ${key}.`;
  return report(context, entry.keyOffset, fault('value-missing', `${key} has no value`, next));
}

export function isNothing(node: SourceNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/** A text; numbers and truth values count as the text that was written. */
export function readText(map: SourceMap, key: string, context: MapContext): string | undefined {
  const entry = entryWithValue(map, key, context);
  if (entry === undefined) return undefined;
  if (entry.value.kind === 'scalar') return entry.value.text;
  return wrongType(entry, 'a text', context);
}

export function readFlag(map: SourceMap, key: string, context: MapContext): boolean | undefined {
  const entry = entryWithValue(map, key, context);
  if (entry === undefined) return undefined;
  if (entry.value.kind === 'scalar' && typeof entry.value.value === 'boolean') return entry.value.value;
  return wrongType(entry, 'true or false', context);
}

/** A list of texts; a single text counts as a list of one. */
export function readTexts(map: SourceMap, key: string, context: MapContext): readonly string[] | undefined {
  const entry = entryWithValue(map, key, context);
  if (entry === undefined) return undefined;
  const items = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  const texts = items.map((item) => (item.kind === 'scalar' && item.value !== null ? item.text : undefined));
  if (texts.every((text) => text !== undefined)) return texts;
  return wrongType(entry, 'a list of texts', context);
}

export function readMap(map: SourceMap, key: string, context: MapContext): SourceMap | undefined {
  const entry = entryWithValue(map, key, context);
  if (entry === undefined) return undefined;
  if (entry.value.kind === 'map') return entry.value;
  return wrongType(entry, 'a map', context);
}

export function wrongType(entry: SourceEntry, wanted: string, context: MapContext): undefined {
  const message = `${entry.key} is ${describeNode(entry.value)}, not ${wanted}`;
  return report(
    context,
    entry.value.offset,
    fault('value-type', message, `Write ${wanted} behind ${entry.key}.`),
  );
}
