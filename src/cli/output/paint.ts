/** Colour, or none: `NO_COLOR`, `FORCE_COLOR`, and whether a terminal is there. */
import type { Io, OutStream } from '../io.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

export type Paint = Readonly<Record<Style, (text: string) => string>>;

const CODES: Readonly<Record<Style, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
};

/** What is painted for a stream. `NO_COLOR` (any text but the empty one) wins over `FORCE_COLOR`. */
export function paintFor(io: Io, stream: OutStream): Paint {
  return makePaint(wantsColour(io.env, stream.isTty));
}

export function wantsColour(env: Io['env'], isTty: boolean): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTty && env['TERM'] !== 'dumb';
}

function makePaint(colour: boolean): Paint {
  const styles = Object.entries(CODES).map(([style, [on, off]]) => {
    const plain = (text: string): string => text;
    const painted = (text: string): string => (text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`);
    return [style, colour ? painted : plain] as const;
  });
  return Object.fromEntries(styles) as Record<Style, (text: string) => string>;
}
