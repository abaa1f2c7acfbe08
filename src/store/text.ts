/**
 * Text that every engine can hold. PostgreSQL refuses NUL and lone surrogates, and SQLite alters the latter
 * silently, so both are refused here. JSON is safe: `JSON.stringify` writes them as escapes.
 */
import { ZonewardError } from '../base/errors.ts';

/** Index keys are cut to this many UTF-16 units; longer texts are compared in full after the index. */
export const KEY_LENGTH_MAX = 200;

/** Throws for a text that an engine would refuse or alter. */
export function assertStorable(parameters: readonly unknown[]): void {
  for (const value of parameters) {
    if (typeof value !== 'string' || (value.isWellFormed() && !value.includes('\0'))) continue;
    throw new ZonewardError('A text with a NUL character or half a surrogate pair cannot be stored.', {
      code: 'text-not-storable',
      kind: 'input',
      details: { beginsWith: JSON.stringify(value.slice(0, 40)) },
    });
  }
}

/**
 * A sentence for people as it can be stored: what cannot stands as U+FFFD. For messages and summaries, which may
 * quote a record's odd bytes, and for whose sake no outcome may fail to be written down.
 */
export function showable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** Ends the key of a text that was cut. A key that ends so must be compared in full. */
export const CUT_MARK = '\u2026';

/** What an index keeps of a text: lower case, always storable, cut. For finding, never for showing. */
export function searchKey(text: string): string {
  const key = showable(text.toLowerCase());
  return key.length <= KEY_LENGTH_MAX ? key : `${key.slice(0, KEY_LENGTH_MAX).toWellFormed()}${CUT_MARK}`;
}

/** The least text that is greater than every text beginning with `prefix`; null when there is none. */
export function afterPrefix(prefix: string): string | null {
  const points = [...prefix];
  for (let last = points.length - 1; last >= 0; last -= 1) {
    const point = points[last]?.codePointAt(0) ?? 0;
    if (point < 0x10ffff) {
      // The surrogates are no code points of their own: step over them.
      const next = point === 0xd7ff ? 0xe000 : point + 1;
      return points.slice(0, last).join('') + String.fromCodePoint(next);
    }
  }
  return null;
}

export function toJson(value: unknown): string {
  return JSON.stringify(value);
}

/** Reads back what `toJson` wrote; trusted, since only the store writes there. */
export function fromJson<Value>(text: string): Value {
  return JSON.parse(text) as Value;
}

/** For `like … escape '\\'`: the text itself, whatever stands in it. */
export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (special) => `\\${special}`);
}
