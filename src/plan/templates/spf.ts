/**
 * SPF records (RFC 7208) merged and taken apart: several services of one name share one TXT record, each with its
 * rules. Rules are everything but `v=spf1` and `all`. Of the same rule with two qualifiers the less strict one stays.
 */
import { type Fault, fault, type Read, shown } from '../../dns/fault.ts';

/** RFC 7208 §4.6.4: terms that cost a lookup, those of included records counted too. */
export const SPF_LOOKUPS_MAX = 10;
/** What ends a record that we make: sources that nobody named are lowered, not refused (the draft's recommendation). */
const DEFAULT_ALL = '~all';

export interface Spf {
  /** As written, in order, without `all`. */
  readonly rules: readonly string[];
  /** With its qualifier; null when a `redirect` takes its place, or nothing does. */
  readonly all: string | null;
}

export function isSpf(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text);
}

const MECHANISM = /^[+?~-]?(?:a|mx|ptr)(?:[:/].+)?$|^[+?~-]?(?:include|ip4|ip6|exists):.+$/i;
const MODIFIER = /^[a-z][a-z0-9_.-]*=\S*$/i;
const ALL = /^[+?~-]?all$/i;

/** Reads a whole record. */
export function parseSpf(text: string): Read<Spf> {
  const terms = text.trim().split(/ +/).slice(1);
  const wrong = terms.find((term) => !ALL.test(term) && !MECHANISM.test(term) && !MODIFIER.test(term));
  if (wrong !== undefined)
    return fault(
      'spf-invalid',
      `${shown(wrong)} is no term of an SPF record`,
      'Correct the SPF record of this name first.',
    );
  return { value: { rules: terms.filter((term) => !ALL.test(term)), all: terms.find(isAll) ?? null } };
}

function isAll(term: string): boolean {
  return ALL.test(term);
}

/** Reads the rules of a template: mechanisms, and no `all`, version or `redirect`, which would speak for others too. */
export function parseSpfRules(text: string): Read<readonly string[]> {
  const rules = text.split(/\s+/).filter((term) => term !== '');
  const wrong = rules.find((term) => !MECHANISM.test(term));
  if (wrong === undefined && rules.length > 0) return { value: rules };
  const what = wrong === undefined ? 'there are no rules' : `${shown(wrong)} is no SPF mechanism`;
  return fault(
    'spf-rules-invalid',
    what,
    'Write mechanisms such as include:… or ip4:…, without v=spf1 and all.',
  );
}

export function formatSpf({ rules, all }: Spf): string {
  return ['v=spf1', ...rules, ...(all === null ? [] : [all])].join(' ');
}

/** The record with these rules too. @returns what was not there before, beside it. */
export function mergeSpf(
  existing: Spf | null,
  rules: readonly string[],
): { readonly spf: Spf; readonly added: readonly string[] } {
  let spf: Spf = existing ?? { rules: [], all: DEFAULT_ALL };
  const added: string[] = [];
  for (const rule of rules) {
    const at = spf.rules.findIndex((one) => bodyOf(one) === bodyOf(rule));
    const known = spf.rules[at];
    if (known === undefined) {
      added.push(rule);
      spf = { ...spf, rules: insert(spf.rules, rule) };
    } else if (leniency(rule) > leniency(known)) {
      spf = { ...spf, rules: spf.rules.with(at, rule) };
    }
  }
  return { spf, added };
}

/** The record without these rules; only `all` may be left. */
export function withoutRules(spf: Spf, rules: readonly string[]): Spf {
  const gone = new Set(rules.map(bodyOf));
  return { ...spf, rules: spf.rules.filter((rule) => !gone.has(bodyOf(rule))) };
}

/** Before modifiers, which by custom come last. */
function insert(rules: readonly string[], rule: string): readonly string[] {
  const at = rules.findIndex((one) => MODIFIER.test(one) && !MECHANISM.test(one));
  return at < 0 ? [...rules, rule] : rules.toSpliced(at, 0, rule);
}

function bodyOf(rule: string): string {
  return rule.replace(/^[+?~-]/, '').toLowerCase();
}

const LENIENCY: Readonly<Record<string, number>> = { '-': 0, '~': 1, '?': 2, '+': 3 };

function leniency(rule: string): number {
  return LENIENCY[rule[0] ?? ''] ?? 3;
}

/** Terms of this record alone that cost a lookup. */
export function countLookups({ rules }: Spf): number {
  return rules.filter(costsLookup).length;
}

export function costsLookup(rule: string): boolean {
  return /^(?:(?:include|exists):|(?:a|mx|ptr)(?:[:/]|$)|redirect=)/.test(bodyOf(rule));
}

/** The name whose SPF record is read for the term too; null for a term that costs its own lookup and no more. */
export function referenceOf(rule: string): string | null {
  return /^(?:include:|redirect=)(.+)$/.exec(bodyOf(rule))?.[1] ?? null;
}

/** What is to be said of a merged record; null when it is fine. */
export function spfFault(spf: Spf): Fault | null {
  const lookups = countLookups(spf);
  if (lookups <= SPF_LOOKUPS_MAX) return null;
  return fault(
    'spf-too-many-lookups',
    `the SPF record would cost ${lookups} lookups by itself; receivers refuse more than ${SPF_LOOKUPS_MAX}`,
    'Take rules out that nobody needs any more.',
  ).fault;
}
