/** Damage to texts and JSON, as random values: what a slip, a bad tool or an attacker would do to a good input. */
import fc from 'fast-check';

/** What tends to break parsers. */
const SNIPPETS = [
  '"', "'", '\\', '\\0', '\\999', '(', ')', ';', '#', ':', '-', '- ', '\t', '\n', '\r\n', '\u0000', '\ufeff', '\ud800',
  '\u2028', '🙂', 'ß', '*', '@', '.', '..', '$ORIGIN x.\n', '$GENERATE 1-3 a$ A 192.0.2.$\n', '&a', '*a', '!!x ', '? ',
  '{', '}', '[', ']', ', ', '<<: ', 'null', '~', '1e999', '-1', '4294967296', '0x10', 'zone:', 'records:\n', '__proto__: ',
]; // biome-ignore format: a word list

interface Edit {
  readonly at: number;
  readonly cut: number;
  readonly put: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 40 })),
  put: fc.oneof(fc.constant(''), fc.constantFrom(...SNIPPETS), fc.string({ unit: 'binary', maxLength: 8 })),
});

/** One to six edits. */
export const edits: fc.Arbitrary<readonly Edit[]> = fc.array(edit, { minLength: 1, maxLength: 6 });

export function damage(text: string, list: readonly Edit[]): string {
  return list.reduce((damaged, { at, cut, put }) => {
    const from = Math.floor(at * (damaged.length + 1));
    return damaged.slice(0, from) + put + damaged.slice(from + cut);
  }, text);
}

interface JsonEdit {
  /** Which value, of all that there are, in order. */
  readonly at: number;
  readonly act: 'replace' | 'remove' | 'double';
  readonly put: unknown;
}

/** Values that a field may turn out to have. */
const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, '', ' ', '0', -1, 1.5, 2 ** 53, {}, [], [null], { a: 1 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.integer(),
);

export const jsonEdits: fc.Arbitrary<readonly JsonEdit[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    act: fc.constantFrom('replace', 'remove', 'double'),
    put: odd,
  }),
  { minLength: 1, maxLength: 3 },
);

/** A copy of the value with the edits done to it. */
export function damageJson(value: unknown, list: readonly JsonEdit[]): unknown {
  const root = { value: structuredClone(value) };
  for (const { at, act, put } of list) {
    const places = placesIn(root);
    const place = places[Math.floor(at * places.length)];
    if (place === undefined) continue;
    const { holder, key } = place;
    if (act === 'replace') holder[key] = put;
    else if (act === 'double')
      holder[Array.isArray(holder) ? String(holder.length) : `${key}2`] = holder[key];
    else if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
  }
  return root.value;
}

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function placesIn(holder: object): Place[] {
  return Object.entries(holder).flatMap(([key, value]) => [
    { holder: holder as Record<string, unknown>, key },
    ...(typeof value === 'object' && value !== null ? placesIn(value) : []),
  ]);
}
