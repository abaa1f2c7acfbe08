/** Amounts are decimal text, counted in whole hundred-thousandths so that nothing is rounded on the way. */

const PLACES = 5;

/** What a name costs for `years`: the first at the price of a registration, the others at that of a renewal. */
export function totalOf(
  price: { readonly registration: string; readonly renewal: string },
  years: number,
): string {
  const total = units(price.registration) + units(price.renewal) * BigInt(years - 1);
  const text = total.toString().padStart(PLACES + 1, '0');
  const whole = text.slice(0, -PLACES);
  const part = text.slice(-PLACES).replace(/0+$/, '').padEnd(2, '0');
  return `${whole}.${part}`;
}

function units(amount: string): bigint {
  const [whole = '0', part = ''] = amount.split('.');
  return BigInt(whole + part.slice(0, PLACES).padEnd(PLACES, '0'));
}

/** Whether what was typed is the amount: `10.46`, `10,46`, with or without the currency. */
export function isSameAmount(typed: string, amount: string): boolean {
  const text = typed
    .trim()
    .replace(',', '.')
    .replace(/\s*[A-Za-z$€£]+$/, '')
    .replace(/^[$€£]\s*/, '');
  return /^\d{1,9}(\.\d{1,5})?$/.test(text) && units(text) === units(amount);
}
