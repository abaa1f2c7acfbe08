/**
 * Reads strict JSON (RFC 8259) into the tree that `yaml-source.ts` gives, fifteen times as fast as YAML is read: what
 * programs write is JSON, and large. Whatever is not strict JSON, or breaks a limit, is left to the reader of YAML,
 * which takes more and says what is wrong; so nothing is reported here.
 */
import type { SourceEntry, SourceMap, SourceNode } from './yaml-source.ts';

export interface JsonLimits {
  readonly values: number;
  readonly depth: number;
}

/** The tree of a JSON object; `undefined` when it is not one, or not strictly. */
export function readJson(text: string, limits: JsonLimits): SourceMap | undefined {
  return new JsonReader(text, limits).read();
}

const SPACE = /[ \t\r\n]*/y;
/** Nothing that needs a look: no escape, no control character. */
const PLAIN_STRING = /"[^"\\\p{Cc}]*"/uy;
const ANY_STRING = /"[^"\\\p{Cc}]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\p{Cc}]*)*"/uy;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?=[ \t\r\n,\]}])/y;
const WORDS = { true: true, false: false, null: null } as const;

/** The key that merges maps in YAML 1.1. */
const MERGE = '<<';

class JsonReader {
  readonly #text: string;
  readonly #limits: JsonLimits;
  #at = 0;
  #values = 0;

  constructor(text: string, limits: JsonLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  read(): SourceMap | undefined {
    this.#space();
    const root = this.#value(0);
    this.#space();
    return root?.kind === 'map' && this.#at === this.#text.length ? root : undefined;
  }

  #space(): void {
    SPACE.lastIndex = this.#at;
    SPACE.test(this.#text);
    this.#at = SPACE.lastIndex;
  }

  /** Steps over the character where it is the next one. */
  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return undefined;
    const found = this.#text.slice(this.#at, pattern.lastIndex);
    this.#at = pattern.lastIndex;
    return found;
  }

  #value(depth: number): SourceNode | undefined {
    this.#values += 1;
    if (this.#values > this.#limits.values || depth > this.#limits.depth) return undefined;
    const offset = this.#at;
    switch (this.#text[offset]) {
      case '{':
        return this.#map(offset, depth);
      case '[':
        return this.#list(offset, depth);
      case '"': {
        const value = this.#string();
        return value === undefined ? undefined : { kind: 'scalar', offset, value, text: value };
      }
      default:
        return this.#word(offset);
    }
  }

  #word(offset: number): SourceNode | undefined {
    for (const [word, value] of Object.entries(WORDS)) {
      if (!this.#text.startsWith(word, offset)) continue;
      this.#at += word.length;
      return { kind: 'scalar', offset, value, text: word };
    }
    const text = this.#match(NUMBER);
    return text === undefined ? undefined : { kind: 'scalar', offset, value: Number(text), text };
  }

  #string(): string | undefined {
    const plain = this.#match(PLAIN_STRING);
    if (plain !== undefined) return plain.slice(1, -1);
    const escaped = this.#match(ANY_STRING);
    return escaped === undefined ? undefined : (JSON.parse(escaped) as string);
  }

  #list(offset: number, depth: number): SourceNode | undefined {
    const items: SourceNode[] = [];
    this.#at += 1;
    this.#space();
    if (this.#take(']')) return { kind: 'list', offset, items };
    for (;;) {
      const item = this.#value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      this.#space();
      if (this.#take(']')) return { kind: 'list', offset, items };
      if (!this.#take(',')) return undefined;
      this.#space();
    }
  }

  #map(offset: number, depth: number): SourceMap | undefined {
    const entries: SourceEntry[] = [];
    const keys = new Set<string>();
    this.#at += 1;
    this.#space();
    if (this.#take('}')) return { kind: 'map', offset, entries };
    for (;;) {
      const entry = this.#entry(depth);
      // A key that is there twice is a mistake, which the reader of YAML tells.
      if (entry === undefined || keys.has(entry.key) || entry.key === MERGE) return undefined;
      keys.add(entry.key);
      entries.push(entry);
      this.#space();
      if (this.#take('}')) return { kind: 'map', offset, entries };
      if (!this.#take(',')) return undefined;
      this.#space();
    }
  }

  #entry(depth: number): SourceEntry | undefined {
    const keyOffset = this.#at;
    this.#values += 1;
    const key = this.#string();
    if (key === undefined) return undefined;
    this.#space();
    if (!this.#take(':')) return undefined;
    this.#space();
    const value = this.#value(depth + 1);
    return value === undefined ? undefined : { key, keyOffset, value };
  }
}
