/** Names as a table shows them: short where the zone is known, readable where they are encoded. */

/** The part before the zone, `@` for the zone itself; names elsewhere stay whole. */
export function relativeName(name: string, zone: string): string {
  if (name === zone) return '@';
  return name.endsWith(`.${zone}`) ? name.slice(0, -zone.length - 1) : name;
}

/**
 * The name with its A-labels (`xn--…`) as the letters that they stand for. The browser's own decoder is asked through
 * `URL`, which keeps A-labels; so the decoding is done here (RFC 3492).
 */
export function readableName(name: string): string {
  return name
    .split('.')
    .map((label) => (label.startsWith('xn--') ? (decodeLabel(label.slice(4)) ?? label) : label))
    .join('.');
}

const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const BIAS_FIRST = 72;
const N_FIRST = 128;
const CODE_POINT_MAX = 0x10ffff;

/** Null for a label that is no Punycode. */
function decodeLabel(text: string): string | null {
  const split = text.lastIndexOf('-');
  const output = split < 0 ? [] : [...text.slice(0, split)].map((one) => one.codePointAt(0) ?? 0);
  let n = N_FIRST;
  let bias = BIAS_FIRST;
  let i = 0;
  let at = split < 0 ? 0 : split + 1;
  while (at < text.length) {
    const before = i;
    let weight = 1;
    for (let k = BASE; ; k += BASE) {
      const digit = digitOf(text.charCodeAt(at));
      at += 1;
      if (digit === null) return null;
      i += digit * weight;
      const threshold = Math.min(T_MAX, Math.max(T_MIN, k - bias));
      if (digit < threshold) break;
      weight *= BASE - threshold;
    }
    bias = adapt(i - before, output.length + 1, before === 0);
    n += Math.floor(i / (output.length + 1));
    i %= output.length + 1;
    if (n > CODE_POINT_MAX) return null;
    output.splice(i, 0, n);
    i += 1;
  }
  return String.fromCodePoint(...output);
}

function adapt(delta: number, points: number, isFirst: boolean): number {
  let rest = Math.floor(delta / (isFirst ? DAMP : 2));
  rest += Math.floor(rest / points);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}

function digitOf(code: number): number | null {
  if (code >= 0x61 && code <= 0x7a) return code - 0x61;
  return code >= 0x30 && code <= 0x39 ? code - 0x30 + 26 : null;
}
