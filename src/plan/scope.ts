/**
 * Which of a zone's records a plan may touch. Every live record ends in exactly one of three heaps: managed,
 * ignored (by a rule that is named), or read-only. Only the managed ones are compared. What the source wants and
 * the plan may not touch is told, never sent.
 */
import type { RecordId } from '../base/ids.ts';
import type { Problem } from '../base/problem.ts';
import { changedFields } from '../dns/changed-fields.ts';
import type { LiveRecord } from '../dns/live-record.ts';
import type { DomainName } from '../dns/name.ts';
import { formatRdata } from '../dns/rdata-text.ts';
import { type DesiredRecord, type Rdata, typeOf } from '../dns/record.ts';
import { describeRecord, recordKey } from '../dns/record-key.ts';
import type { IgnoreRule } from '../dns/zone-document.ts';
import { compareText } from './compare-text.ts';
import { compilePattern, compilePatterns } from './name-pattern.ts';
import type { RecordMention } from './plan.ts';

/** What the plan speaks for. */
export type Scope =
  /** The whole zone: a record that the source does not hold is deleted. */
  | { readonly kind: 'zone' }
  /** Only names that match one of these patterns (`name-pattern.ts`). */
  | { readonly kind: 'names'; readonly patterns: readonly string[] }
  /** Only records that Zoneward made, and those that it adds. */
  | { readonly kind: 'own'; readonly recordIds: ReadonlySet<RecordId> };

export interface Heaps {
  readonly managed: readonly LiveRecord[];
  /** In order of name, type and data, like `readOnly`. */
  readonly ignored: readonly RecordMention[];
  readonly readOnly: readonly RecordMention[];
  /** What of the source is to be compared. */
  readonly desired: readonly DesiredRecord[];
  /** True when the source has no record at all for what the plan manages. */
  readonly empty: boolean;
  readonly problems: readonly Problem[];
}

interface ScopeInput {
  readonly zone: DomainName;
  readonly live: readonly LiveRecord[];
  readonly desired: readonly DesiredRecord[];
  readonly scope: Scope;
  readonly ignore: readonly IgnoreRule[];
}

const OUTSIDE = 'outside of what this plan manages';

/** Sorts live and desired records by the rules. */
export function applyScope(input: ScopeInput): Heaps {
  const rules = input.ignore.map((rule) => compileRule(rule, input.zone));
  const ruleFor = (name: DomainName, rdata: Rdata): CompiledRule | undefined =>
    rules.find((rule) => rule.matches(name, rdata));
  const coversName = compileNames(input.scope, input.zone);
  const covers = (record: LiveRecord): boolean =>
    input.scope.kind === 'own' ? input.scope.recordIds.has(record.id) : coversName(record.fields.name);
  const managed: LiveRecord[] = [];
  const foreign: LiveRecord[] = [];
  const ignored: RecordMention[] = [];
  const readOnly: RecordMention[] = [];
  for (const record of input.live) {
    const rule = ruleFor(record.fields.name, record.fields.rdata);
    if (record.readOnly === null && rule === undefined && covers(record)) {
      managed.push(record);
      continue;
    }
    foreign.push(record);
    if (record.readOnly !== null) readOnly.push(mention(record, record.readOnly));
    else ignored.push(mention(record, rule?.why ?? OUTSIDE));
  }
  const inside = input.desired.filter((record) => coversName(record.name));
  const wanted = inside.filter((record) => ruleFor(record.name, record.rdata) === undefined);
  const hidden = inside.flatMap((record) => {
    const rule = ruleFor(record.name, record.rdata);
    return rule === undefined ? [] : [ruleHidesOwnRecord(record, rule.why)];
  });
  const { desired, problems } = leaveForeign(wanted, { managed, foreign });
  const outside = outsideProblem(input.desired, inside);
  return {
    managed,
    ignored: ignored.sort(compareMentions),
    readOnly: readOnly.sort(compareMentions),
    desired,
    empty: inside.length === 0,
    problems: [...hidden, ...outside, ...problems],
  };
}

interface CompiledRule {
  readonly why: string;
  matches(name: DomainName, rdata: Rdata): boolean;
}

function compileRule(rule: IgnoreRule, zone: DomainName): CompiledRule {
  const matchesName = compilePattern(rule.name, zone);
  const type = rule.type?.toUpperCase();
  const label = `ignore rule ${rule.name}${type === undefined ? '' : ` ${type}`}`;
  return {
    why: rule.reason === undefined ? label : `${label}: ${rule.reason}`,
    matches: (name, rdata) => (type === undefined || type === typeOf(rdata)) && matchesName(name),
  };
}

function compileNames(scope: Scope, zone: DomainName): (name: DomainName) => boolean {
  if (scope.kind !== 'names') return () => true;
  return compilePatterns(scope.patterns, zone);
}

/**
 * Takes out of `wanted` what stands in the zone already in a record that the plan may not touch: sent, it would be
 * refused as identical (81058). Where the source wants it otherwise than it is, that is told.
 */
function leaveForeign(
  wanted: readonly DesiredRecord[],
  { managed, foreign }: { readonly managed: readonly LiveRecord[]; readonly foreign: readonly LiveRecord[] },
): { desired: readonly DesiredRecord[]; problems: Problem[] } {
  if (foreign.length === 0) return { desired: wanted, problems: [] };
  const names = new Set(wanted.map((record) => record.name));
  const atNames = (records: readonly LiveRecord[]): LiveRecord[] =>
    records.filter((record) => names.has(record.fields.name));
  const held = new Map(atNames(foreign).map((record) => [recordKey(record.fields), record]));
  if (held.size === 0) return { desired: wanted, problems: [] };
  const own = new Set(atNames(managed).map((record) => recordKey(record.fields)));
  const desired: DesiredRecord[] = [];
  const problems: Problem[] = [];
  for (const record of wanted) {
    const key = recordKey(record);
    const holder = own.has(key) ? undefined : held.get(key);
    if (holder === undefined) desired.push(record);
    else problems.push(...foreignProblems(record, holder));
  }
  return { desired, problems };
}

function foreignProblems(record: DesiredRecord, holder: LiveRecord): Problem[] {
  const fields = changedFields(holder.fields, record);
  // A record of a Cloudflare product that is as the source wants it is nothing to speak of.
  if (holder.readOnly !== null && fields.length === 0) return [];
  const differs = fields.length === 0 ? '' : ` with another ${fields.join(', ')}`;
  const subject = `${record.name} ${typeOf(record.rdata)}`;
  const position = record.position === undefined ? {} : { position: record.position };
  if (holder.readOnly !== null) {
    return [
      {
        code: 'record-read-only',
        severity: 'warning',
        message: `${describeRecord(record)} is there${differs} and cannot be changed: ${holder.readOnly}`,
        next: 'Change it where it was made.',
        subject,
        ...position,
      },
    ];
  }
  return [
    {
      code: 'record-not-own',
      severity: 'warning',
      message: `${describeRecord(record)} is there already${differs}, but is not Zoneward's; it stays as it is`,
      next: 'Plan for the whole zone to take it over, or take it out of the source.',
      subject,
      ...position,
    },
  ];
}

function outsideProblem(all: readonly DesiredRecord[], inside: readonly DesiredRecord[]): Problem[] {
  if (all.length === inside.length) return [];
  const known = new Set(inside);
  const first = all.find((record) => !known.has(record));
  if (first === undefined) return [];
  const count = all.length - inside.length;
  const which = count === 1 ? describeRecord(first) : `${count} records, ${describeRecord(first)} for one,`;
  return [
    {
      code: 'record-outside-scope',
      severity: 'warning',
      message: `${which} ${count === 1 ? 'is' : 'are'} ${OUTSIDE}, and left out`,
      next: 'Widen the name patterns if this plan should manage them.',
      ...(first.position === undefined ? {} : { position: first.position }),
    },
  ];
}

/** How a record is shown in a list: name, type, data, and why it is there. */
export function mention(record: LiveRecord, why: string): RecordMention {
  const { name, rdata } = record.fields;
  return { name, type: typeOf(rdata), content: formatRdata(rdata), why };
}

export function compareMentions(a: RecordMention, b: RecordMention): number {
  return compareText(a.name, b.name) || compareText(a.type, b.type) || compareText(a.content, b.content);
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
