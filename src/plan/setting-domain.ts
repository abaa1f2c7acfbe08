/**
 * What a setting may be: one small language for the values, read from sources (with places), from JSON (plan files,
 * Cloudflare) and shown to people.
 */
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { SourcePosition } from '../base/problem.ts';
import {
  describeLocated,
  type LocatedMap,
  type LocatedScalar,
  type LocatedValue,
} from '../dns/located-value.ts';
import { suggest } from '../dns/suggest.ts';
import { canonicalJson } from './hash.ts';

export type SettingDomain =
  /** `on` and `off`; `true` and `false` are read as such. */
  | { readonly kind: 'switch' }
  | { readonly kind: 'flag' }
  | { readonly kind: 'choice'; readonly values: readonly (string | number)[] }
  | { readonly kind: 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'text'; readonly charsMax: number; readonly nullable?: true }
  | { readonly kind: 'texts'; readonly known?: readonly string[] }
  /** Fields that are not named keep what they are. */
  | {
      readonly kind: 'fields';
      readonly fields: Readonly<Record<string, SettingDomain>>;
      /** What `on` and `off` stand for. */
      readonly words?: Readonly<Record<'on' | 'off', JsonObject>>;
    };

export interface DomainFault {
  readonly message: string;
  readonly next: string;
  readonly position: SourcePosition;
}

export type ReadValue =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly faults: readonly DomainFault[] };

const TEXTS_MAX = 200;

/** Reads a value out of a source. `name` is what messages call it. */
export function readValue(domain: SettingDomain, node: LocatedValue, name: string): ReadValue {
  if (domain.kind === 'fields') return readFields(domain, node, name);
  const value = domain.kind === 'texts' ? readTexts(domain, node) : readScalar(domain, node);
  if (value !== undefined) return { ok: true, value };
  return bad(
    node.position,
    `${name} cannot be ${describeLocated(node)}`,
    `It may be ${describeDomain(domain)}.`,
  );
}

function bad(position: SourcePosition, message: string, next: string): ReadValue {
  return { ok: false, faults: [{ position, message, next }] };
}

function readScalar(domain: SettingDomain, node: LocatedValue): JsonValue | undefined {
  if (node.kind !== 'scalar') return undefined;
  switch (domain.kind) {
    case 'switch':
      return { on: 'on', off: 'off', true: 'on', false: 'off' }[node.text.toLowerCase()];
    case 'flag':
      return { on: true, off: false, true: true, false: false }[node.text.toLowerCase()];
    case 'choice':
      return domain.values.find((known) => String(known) === node.text);
    case 'number':
      return readNumber(domain, node);
    case 'text':
      if (node.value === null) return domain.nullable === true ? null : undefined;
      return node.text.length <= domain.charsMax ? node.text : undefined;
    default:
      return undefined;
  }
}

function readNumber(
  { min, max }: { readonly min: number; readonly max: number },
  { text }: LocatedScalar,
): number | undefined {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

function readTexts(
  { known }: { readonly known?: readonly string[] },
  node: LocatedValue,
): readonly string[] | undefined {
  if (node.kind !== 'list' || node.items.length > TEXTS_MAX) return undefined;
  const texts = node.items.map((item) => (item.kind === 'scalar' && item.value !== null ? item.text : ''));
  const fit = texts.every((text) => text !== '' && (known === undefined || known.includes(text)));
  return fit && new Set(texts).size === texts.length ? texts : undefined;
}

function readFields(
  domain: Extract<SettingDomain, { kind: 'fields' }>,
  node: LocatedValue,
  name: string,
): ReadValue {
  if (node.kind === 'scalar' && domain.words !== undefined) {
    const word = { on: 'on', off: 'off', true: 'on', false: 'off' }[node.text.toLowerCase()];
    if (word !== undefined) return { ok: true, value: domain.words[word as 'on' | 'off'] };
  }
  if (node.kind !== 'map')
    return bad(
      node.position,
      `${name} cannot be ${describeLocated(node)}`,
      `It may be ${describeDomain(domain)}.`,
    );
  return readFieldMap(domain, node, name);
}

function readFieldMap(
  { fields }: Extract<SettingDomain, { kind: 'fields' }>,
  node: LocatedMap,
  name: string,
): ReadValue {
  const value: Record<string, JsonValue> = {};
  const faults: DomainFault[] = [];
  for (const { key, position, value: inner } of node.entries) {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field === undefined) {
      const near = suggest(key, Object.keys(fields));
      const next =
        near === undefined ? `Known are: ${Object.keys(fields).join(', ')}.` : `Did you mean ${near}?`;
      faults.push({ position, message: `${name} has no field ${JSON.stringify(key)}`, next });
      continue;
    }
    const read = readValue(field, inner, `${name}.${key}`);
    if (read.ok) value[key] = read.value;
    else faults.push(...read.faults);
  }
  return faults.length === 0 ? { ok: true, value } : { ok: false, faults };
}

/** Whether a JSON value is one of the domain's. Fields may be missing; unknown ones may not be there. */
export function isInDomain(domain: SettingDomain, value: JsonValue): boolean {
  switch (domain.kind) {
    case 'switch':
      return value === 'on' || value === 'off';
    case 'flag':
      return typeof value === 'boolean';
    case 'choice':
      return domain.values.some((known) => known === value);
    case 'number':
      return Number.isInteger(value) && Number(value) >= domain.min && Number(value) <= domain.max;
    case 'text':
      if (value === null) return domain.nullable === true;
      return typeof value === 'string' && value.length <= domain.charsMax;
    case 'texts':
      return (
        Array.isArray(value) &&
        value.length <= TEXTS_MAX &&
        value.every((one) => typeof one === 'string' && (domain.known?.includes(one) ?? true))
      );
    case 'fields':
      return (
        isRecord(value) &&
        Object.entries(value).every(([key, inner]) => {
          const field = Object.hasOwn(domain.fields, key) ? domain.fields[key] : undefined;
          return field !== undefined && isInDomain(field, inner);
        })
      );
    default:
      return domain satisfies never;
  }
}

/** Whether a value is as wanted: the same, or a map with every wanted field; Cloudflare may tell more of it. */
export function holds(now: JsonValue, wanted: JsonValue): boolean {
  if (!isRecord(now) || !isRecord(wanted)) return canonicalJson(now) === canonicalJson(wanted);
  return Object.entries(wanted).every(
    ([key, value]) => canonicalJson(now[key] ?? null) === canonicalJson(value),
  );
}

export function isRecord(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `on or off`, `1.0, 1.1, 1.2 or 1.3`, `a whole number from 60 to 86400`. */
export function describeDomain(domain: SettingDomain): string {
  switch (domain.kind) {
    case 'switch':
      return 'on or off';
    case 'flag':
      return 'true or false';
    case 'choice':
      return orList(domain.values.map(String));
    case 'number':
      return `a whole number from ${domain.min} to ${domain.max}`;
    case 'text':
      return `a text of at most ${domain.charsMax} characters`;
    case 'texts':
      return domain.known === undefined ? 'a list of texts' : `a list out of ${domain.known.join(', ')}`;
    case 'fields': {
      const fields = `a map of ${Object.keys(domain.fields).join(', ')}`;
      return domain.words === undefined ? fields : `on, off, or ${fields}`;
    }
    default:
      return domain satisfies never;
  }
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
