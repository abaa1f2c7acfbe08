/**
 * Which of a zone's records a plan may touch. Every live record ends in exactly one of three heaps: managed,
 * ignored (by a rule that is named), or read-only. Only the managed ones are compared.
 */
import type { RecordId } from '../base/ids.ts';
import type { Problem } from '../base/problem.ts';
import type { LiveRecord } from '../dns/live-record.ts';
import type { DomainName } from '../dns/name.ts';
import { formatRdata } from '../dns/rdata-text.ts';
import { type DesiredRecord, type Rdata, typeOf } from '../dns/record.ts';
import type { IgnoreRule } from '../dns/zone-document.ts';
import type { RecordMention } from './plan.ts';

/** What the plan speaks for. */
export type Scope =
  /** The whole zone: a record that the source does not hold is deleted. */
  | { readonly kind: 'zone' }
  /** Only names that match one of these patterns (`*` is any run of characters, also across dots). */
  | { readonly kind: 'names'; readonly patterns: readonly string[] }
  /** Only records that Zoneward made, and names where it adds some. */
  | { readonly kind: 'own'; readonly recordIds: ReadonlySet<RecordId> };

export interface Heaps {
  readonly managed: readonly LiveRecord[];
  readonly ignored: readonly RecordMention[];
  readonly readOnly: readonly RecordMention[];
  readonly desired: readonly DesiredRecord[];
  readonly problems: readonly Problem[];
}

/** Sorts live and desired records by the rules. Names in patterns may be relative to the zone, `@` is the apex. */
export function applyScope(input: {
  readonly zone: DomainName;
  readonly live: readonly LiveRecord[];
  readonly desired: readonly DesiredRecord[];
  readonly scope: Scope;
  readonly ignore: readonly IgnoreRule[];
}): Heaps {
  const rules = input.ignore.map((rule) => compileRule(rule, input.zone));
  const covers = compileScope(input.scope, input.zone);
  const managed: LiveRecord[] = [];
  const ignored: RecordMention[] = [];
  const readOnly: RecordMention[] = [];
  for (const record of input.live) {
    const rule = rules.find((candidate) => candidate.matches(record.fields.name, record.fields.rdata));
    if (record.readOnly !== null) readOnly.push(mention(record, record.readOnly));
    else if (rule !== undefined) ignored.push(mention(record, rule.why));
    else if (!covers(record)) ignored.push(mention(record, `outside of what this plan manages`));
    else managed.push(record);
  }
  const problems: Problem[] = [];
  const desired = input.desired.filter((record) => {
    const rule = rules.find((candidate) => candidate.matches(record.name, record.rdata));
    if (rule !== undefined) problems.push(ruleHidesOwnRecord(record, rule.why));
    return rule === undefined;
  });
  return { managed, ignored, readOnly, desired, problems };
}

interface CompiledRule {
  readonly why: string;
  matches(name: DomainName, rdata: Rdata): boolean;
}

function compileRule(rule: IgnoreRule, zone: DomainName): CompiledRule {
  const pattern = compilePattern(rule.name, zone);
  const type = rule.type?.toUpperCase();
  const label = `ignore rule ${rule.name}${type === undefined ? '' : ` ${type}`}`;
  return {
    why: rule.reason === undefined ? label : `${label}: ${rule.reason}`,
    matches: (name, rdata) => pattern.test(name) && (type === undefined || type === typeOf(rdata)),
  };
}

function compileScope(scope: Scope, zone: DomainName): (record: LiveRecord) => boolean {
  switch (scope.kind) {
    case 'zone':
      return () => true;
    case 'names': {
      const patterns = scope.patterns.map((pattern) => compilePattern(pattern, zone));
      return (record) => patterns.some((pattern) => pattern.test(record.fields.name));
    }
    case 'own':
      return (record) => scope.recordIds.has(record.id);
    default:
      return scope satisfies never;
  }
}

/** `@`, `www`, `*.dyn`, `www.example.com.` → a test over absolute names. */
function compilePattern(pattern: string, zone: DomainName): RegExp {
  const text = pattern.toLowerCase();
  const absolute =
    text === '@'
      ? zone
      : text.endsWith('.')
        ? text.slice(0, -1)
        : text.endsWith(zone)
          ? text
          : `${text}.${zone}`;
  const source = absolute
    .split('*')
    .map((part) => part.replace(/[.\\+?^${}()|[\]]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}$`);
}

/** How a record is shown in a list: name, type, data, and why it is there. */
export function mention(record: LiveRecord, why: string): RecordMention {
  const { name, rdata } = record.fields;
  return { name, type: typeOf(rdata), content: formatRdata(rdata), why };
}

function ruleHidesOwnRecord(record: DesiredRecord, why: string): Problem {
  return {
    code: 'ignored-record-wanted',
    severity: 'error',
    message: `${record.name} ${typeOf(record.rdata)} is wanted here, but ${why} keeps Zoneward from touching it`,
    next: 'Take the record out of the source, or narrow the rule.',
    ...(record.position === undefined ? {} : { position: record.position }),
    subject: `${record.name} ${typeOf(record.rdata)}`,
  };
}
