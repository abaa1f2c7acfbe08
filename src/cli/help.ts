/** What the help texts of all commands share. */
import { InvalidArgumentError } from 'commander';

/** The `Examples:` section at the end of a help text. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}

/** A whole number from `min` to `max`, for an option. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** For options that may be given several times. */
export function collect(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

/** The same, where only these values mean something. */
export function collectOf(
  values: readonly string[],
): (text: string, before: readonly string[] | undefined) => readonly string[] {
  return (text, before) => {
    if (values.includes(text)) return collect(text, before);
    throw new InvalidArgumentError(`Allowed choices are ${values.join(', ')}.`);
  };
}

/** `24h`, `90m`, `7d`: milliseconds. */
export function span(text: string): number {
  const match = /^(\d{1,6})(s|m|h|d)$/.exec(text);
  const unit = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match?.[2] ?? ''];
  if (match === null || unit === undefined)
    throw new InvalidArgumentError('Write a number and s, m, h or d: 90m, 24h, 7d.');
  return Number(match[1]) * unit;
}
