/**
 * BIND's `$GENERATE` (BIND 9 Administrator Reference Manual, "The $GENERATE Directive"):
 * `$GENERATE 1-20/2 host-${0,3} A 192.0.2.$`. In the words behind the range, `$` is the iterator,
 * `${offset,width,base}` its modified form, `$$` and `\$` a dollar sign.
 */
import { fault, type Read, shown } from './fault.ts';
import type { Token } from './lexer.ts';

/** Records that all `$GENERATE` directives of one file may make together. */
export const GENERATED_RECORDS_MAX = 65_536;

export interface GenerateRange {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
}

/** `1-20` or `1-20/2`. */
export function parseGenerateRange(text: string): Read<GenerateRange> {
  const match = /^(\d{1,9})-(\d{1,9})(?:\/(\d{1,9}))?$/.exec(text);
  const range = { start: Number(match?.[1]), stop: Number(match?.[2]), step: Number(match?.[3] ?? 1) };
  if (match === null || range.stop < range.start || range.step < 1) {
    return fault(
      'generate-range',
      `${shown(text)} is no range`,
      'Write start-stop or start-stop/step, such as 1-20.',
    );
  }
  const count = Math.floor((range.stop - range.start) / range.step) + 1;
  if (count <= GENERATED_RECORDS_MAX) return { value: range };
  const message = `the range ${text} makes ${count} records; ${GENERATED_RECORDS_MAX} are allowed`;
  return fault('generate-range', message, 'Use a smaller range.');
}

/** The words of one generated record. */
export function generateWords(words: readonly Token[], iterator: number): Read<readonly Token[]> {
  const made: Token[] = [];
  for (const word of words) {
    const text = substitute(word.text, iterator);
    if ('fault' in text) return text;
    made.push({ ...word, text: text.value });
  }
  return { value: made };
}

function substitute(text: string, iterator: number): Read<string> {
  if (!text.includes('$')) return { value: text };
  let wrong: string | undefined;
  const value = text.replace(/\\\$|\$\$|\$\{([^}]*)\}|\\.|\$/gs, (match, modifier: string | undefined) => {
    if (match === '$') return String(iterator);
    if (match === '$$' || match === '\\$') return '$';
    if (modifier === undefined) return match;
    const formatted = formatIterator(modifier, iterator);
    if (formatted === undefined) wrong ??= match;
    return formatted ?? '';
  });
  if (wrong === undefined) return { value };
  const next =
    'Within the braces stand offset, offset,width or offset,width,base; the base is one of d o x X n N.';
  return fault('generate-modifier', `${shown(wrong)} is no modifier`, next);
}

/** `offset,width,base`; `undefined` when it is none, or when the value would be negative. */
function formatIterator(modifier: string, iterator: number): string | undefined {
  const match = /^(-?\d{1,9})(?:,(\d{1,3})(?:,([doxXnN]))?)?$/.exec(modifier);
  if (match === null) return undefined;
  const value = iterator + Number(match[1]);
  const width = Number(match[2] ?? 0);
  const base = match[3] ?? 'd';
  if (value < 0) return undefined;
  if (base === 'n' || base === 'N') return formatNibbles(value, width, base);
  const radix = base === 'o' ? 8 : base === 'd' ? 10 : 16;
  const digits = value.toString(radix).padStart(width, '0');
  return base === 'X' ? digits.toUpperCase() : digits;
}

/** Hex digits from the least significant, with dots between. As in BIND, `width` counts digits and dots. */
function formatNibbles(value: number, width: number, base: 'n' | 'N'): string {
  let text = '';
  let rest = value;
  let left = width;
  do {
    text += (rest & 15).toString(16);
    rest >>= 4;
    left -= 1;
    if (left > 0 || rest !== 0) {
      text += '.';
      left -= 1;
    }
  } while (left > 0 || rest !== 0);
  return base === 'N' ? text.toUpperCase() : text;
}
