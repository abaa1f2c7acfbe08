/**
 * Amounts of money as decimal strings, compared and added exactly. A price is never a float: `0.1 + 0.2` must be
 * `0.3`, and a confirmation of `10.44` must not let `10.4400001` pass.
 *
 * ```
 * compareAmounts('10.440', '10.44') // 0
 * addAmounts('0.1', '0.2')          // '0.3'
 * ```
 */

export interface Money {
  /** As `parseAmount` takes it. */
  readonly amount: string;
  /** ISO 4217, upper case. */
  readonly currency: string;
}

interface Decimal {
  readonly digits: bigint;
  /** Digits after the point. */
  readonly scale: number;
}

const AMOUNT = /^(\d{1,12})(?:\.(\d{1,8}))?$/;

/** Plain digits with at most one point; no sign, no exponent, no separators. Null for anything else. */
export function parseAmount(text: string): string | null {
  return AMOUNT.test(text) ? text : null;
}

/** Negative when `a` is less, 0 when equal, positive when more. Both must be amounts. */
export function compareAmounts(a: string, b: string): number {
  const [left, right] = align(decimalOf(a), decimalOf(b));
  return left < right ? -1 : left > right ? 1 : 0;
}

/** With as many digits after the point as the longer of the two. */
export function addAmounts(a: string, b: string): string {
  const [x, y] = [decimalOf(a), decimalOf(b)];
  const [left, right] = align(x, y);
  return format({ digits: left + right, scale: Math.max(x.scale, y.scale) });
}

/** `times` is a whole number of at least 0. */
export function multiplyAmount(amount: string, times: number): string {
  const { digits, scale } = decimalOf(amount);
  return format({ digits: digits * BigInt(times), scale });
}

/** What registering for so many years costs: the first at one price, each further at the renewal price. */
export function costOfYears(
  price: { readonly registration: string; readonly renewal: string },
  years: number,
): string {
  return addAmounts(price.registration, multiplyAmount(price.renewal, years - 1));
}

/** `10.44 USD` */
export function formatMoney({ amount, currency }: Money): string {
  return `${amount} ${currency}`;
}

function decimalOf(text: string): Decimal {
  const match = AMOUNT.exec(text);
  if (match === null) throw new Error(`bug: "${text}" is no amount`);
  const fraction = match[2] ?? '';
  return { digits: BigInt(`${match[1]}${fraction}`), scale: fraction.length };
}

function align(a: Decimal, b: Decimal): [bigint, bigint] {
  const scale = Math.max(a.scale, b.scale);
  return [a.digits * 10n ** BigInt(scale - a.scale), b.digits * 10n ** BigInt(scale - b.scale)];
}

function format({ digits, scale }: Decimal): string {
  if (scale === 0) return String(digits);
  const text = String(digits).padStart(scale + 1, '0');
  return `${text.slice(0, -scale)}.${text.slice(-scale)}`;
}
