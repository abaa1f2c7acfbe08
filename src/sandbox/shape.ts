/**
 * Shapes of what the sandbox itself is given (seeds, controls, faults): a key that does not exist, or a value of the
 * wrong kind, is refused with its place. A test whose misspelt order were passed over would prove nothing.
 */
import { isIP } from 'node:net';
import { isCidr } from './auth/cidr.ts';
import { SandboxInputError } from './input-error.ts';

/** What a value must be, and whether it is. */
export interface Kind {
  readonly words: string;
  /** A secret: a wrong one is not repeated. */
  readonly hidden?: boolean;
  readonly test: (value: unknown) => boolean;
}
export type Shape = Readonly<Record<string, Kind>>;

/** Which code the error carries, and the words before the key: `Zone example.com`. */
export interface Place {
  readonly code: string;
  readonly what: string;
}

type PlainKind =
  | 'anything'
  | 'text'
  | 'flag'
  | 'number'
  | 'count'
  | 'id'
  | 'secret'
  | 'moment'
  | 'address'
  | 'network'
  | 'none'
  | 'object';

/** The plain kinds. */
export const is: Readonly<Record<PlainKind, Kind>> = {
  anything: { words: 'anything', test: () => true },
  text: { words: 'a text', test: (value) => typeof value === 'string' && value !== '' },
  flag: { words: 'true or false', test: (value) => typeof value === 'boolean' },
  number: { words: 'a number of at least 0', test: (value) => Number.isFinite(value) && Number(value) >= 0 },
  count: {
    words: 'a whole number of at least 0',
    test: (value) => Number.isInteger(value) && Number(value) >= 0,
  },
  id: { words: '32 hex digits', test: (value) => typeof value === 'string' && /^[0-9a-f]{32}$/.test(value) },
  secret: {
    words: '8 to 256 characters without spaces',
    hidden: true,
    test: (value) => typeof value === 'string' && /^\S{8,256}$/.test(value),
  },
  moment: {
    words: 'a moment, as 2026-10-01T00:00:00Z',
    test: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
  },
  address: { words: 'an IP address', test: (value) => typeof value === 'string' && isIP(value) !== 0 },
  network: {
    words: 'a network, as 192.0.2.0/24',
    test: (value) => typeof value === 'string' && isCidr(value),
  },
  none: { words: 'null', test: (value) => value === null },
  object: { words: 'an object', test: isObject },
};

export function oneOf(...values: readonly string[]): Kind {
  return { words: `one of ${values.join(', ')}`, test: (value) => values.some((item) => item === value) };
}

export function listOf(kind: Kind): Kind {
  return {
    words: `a list, each ${kind.words}`,
    test: (value) => Array.isArray(value) && value.every(kind.test),
  };
}

export function orElse(first: Kind, second: Kind): Kind {
  return {
    words: `${first.words} or ${second.words}`,
    test: (value) => first.test(value) || second.test(value),
  };
}

/** Throws `SandboxInputError` for the first thing that is not as the shape says. Absent keys are not looked at. */
export function checkShape(value: unknown, shape: Shape, { code, what }: Place): void {
  if (!isObject(value)) throw new SandboxInputError(code, `${what} must be an object.`);
  for (const [key, item] of Object.entries(value)) {
    const kind = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (kind === undefined) {
      throw new SandboxInputError(
        code,
        `${what} has no "${key}". There are: ${Object.keys(shape).join(', ')}.`,
      );
    }
    if (item !== undefined && !kind.test(item)) {
      throw new SandboxInputError(
        code,
        `${what}: ${key} must be ${kind.words}${kind.hidden === true ? '' : `, not ${shown(item)}`}.`,
      );
    }
  }
}

function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 60 ? `${json.slice(0, 57)}...` : json;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
