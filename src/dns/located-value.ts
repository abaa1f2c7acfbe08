/**
 * A part of a YAML or JSON source that another room reads: plain values, each with its line and column, so that what
 * is wrong with one can be told with its place.
 */
import type { SourcePosition } from '../base/problem.ts';
import type { SourceProblems } from './source-problems.ts';
import type { SourceNode } from './yaml-source.ts';

export type LocatedValue = LocatedMap | LocatedList | LocatedScalar;

export interface LocatedMap {
  readonly kind: 'map';
  readonly position: SourcePosition;
  readonly entries: readonly LocatedEntry[];
}

export interface LocatedEntry {
  readonly key: string;
  /** Of the key. */
  readonly position: SourcePosition;
  readonly value: LocatedValue;
}

export interface LocatedList {
  readonly kind: 'list';
  readonly position: SourcePosition;
  readonly items: readonly LocatedValue[];
}

export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly position: SourcePosition;
  readonly value: string | number | boolean | null;
  /** As written, without quotes: `1.0` stays `1.0`. */
  readonly text: string;
}

/** The tree below a node of a source, with places instead of offsets. */
export function locate(node: SourceNode, problems: SourceProblems): LocatedValue {
  const position = problems.position(node.offset);
  switch (node.kind) {
    case 'map':
      return {
        kind: 'map',
        position,
        entries: node.entries.map(({ key, keyOffset, value }) => ({
          key,
          position: problems.position(keyOffset),
          value: locate(value, problems),
        })),
      };
    case 'list':
      return { kind: 'list', position, items: node.items.map((item) => locate(item, problems)) };
    case 'scalar':
      return { kind: 'scalar', position, value: node.value, text: node.text };
    default:
      return node satisfies never;
  }
}

/** A value for messages: `the text "x"`, `a map`, `nothing`. */
export function describeLocated(value: LocatedValue): string {
  if (value.kind === 'map') return 'a map';
  if (value.kind === 'list') return 'a list';
  if (value.value === null) return 'nothing';
  return JSON.stringify(value.text);
}
