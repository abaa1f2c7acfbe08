/** What DNS should answer for what Cloudflare holds: a question for each set, and how its answers are judged. Pure. */
import { wireLoc } from '../../dns/loc.ts';
import { compareNames, type DomainName, isWildcard } from '../../dns/name.ts';
import { rdataKey } from '../../dns/rdata-key.ts';
import { formatRdata } from '../../dns/rdata-text.ts';
import { type Rdata, type RecordFields, typeOf } from '../../dns/record.ts';

/** Stands for the `*` of a wildcard in questions. */
const WILDCARD_LABEL = 'zoneward-verify';

export interface RecordSet {
  readonly name: DomainName;
  readonly type: string;
  readonly records: readonly Pick<RecordFields, 'name' | 'rdata' | 'proxied' | 'settings'>[];
}

export type Expectation =
  /** These data, and no others. */
  | { readonly kind: 'same'; readonly keys: ReadonlySet<string> }
  /** So many records: of a type that is not known here, whose data cannot be compared. */
  | { readonly kind: 'count'; readonly count: number }
  /** Addresses, and not these ones: Cloudflare's. */
  | { readonly kind: 'proxied'; readonly origins: ReadonlySet<string> }
  /** Addresses of the target, which change as they like. */
  | { readonly kind: 'flattened' };

export interface Question {
  readonly set: RecordSet;
  /** What is asked: another name for a wildcard, another type for what answers as addresses. */
  readonly name: DomainName;
  readonly type: string;
  readonly expect: Expectation;
}

export interface Questions {
  readonly questions: readonly Question[];
  readonly notAsked: readonly { readonly name: DomainName; readonly type: string; readonly why: string }[];
}

/** One question for each set that can be asked for. `flattensAll`: the zone flattens every CNAME. */
export function questionsOf(
  sets: readonly RecordSet[],
  zone: DomainName,
  names: ReadonlySet<string>,
): Questions {
  const questions: Question[] = [];
  const notAsked: { name: DomainName; type: string; why: string }[] = [];
  for (const set of sets) {
    const { name, type } = set;
    const why = reasonNotToAsk(set, zone, names);
    if (why === null) questions.push(questionOf(set, zone));
    else notAsked.push({ name, type, why });
  }
  return { questions, notAsked };
}

function reasonNotToAsk(
  { name, type }: RecordSet,
  zone: DomainName,
  names: ReadonlySet<string>,
): string | null {
  if (name === zone && type === 'NS') return "Cloudflare answers with its own nameservers at the zone's name";
  if (isWildcard(name) && names.has(askedName(name))) return 'a name of the zone stands in the way';
  return null;
}

/** The sets of a zone's records, in the order of the tree. */
export function setsOf(records: readonly RecordSet['records'][number][]): RecordSet[] {
  const groups = Map.groupBy(records, ({ name, rdata }) => `${name} ${typeOf(rdata)}`);
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      return first === undefined ? [] : [{ name: first.name, type: typeOf(first.rdata), records: group }];
    })
    .sort((a, b) => compareNames(a.name, b.name) || (a.type < b.type ? -1 : 1));
}

function askedName(name: DomainName): DomainName {
  return (isWildcard(name) ? name.replace('*', WILDCARD_LABEL) : name) as DomainName;
}

function questionOf(set: RecordSet, zone: DomainName): Question {
  const { type, records } = set;
  const name = askedName(set.name);
  if (records.some(({ proxied }) => proxied)) {
    const origins = new Set(records.flatMap(({ rdata }) => addressOf(rdata) ?? []));
    return { set, name, type: type === 'AAAA' ? 'AAAA' : 'A', expect: { kind: 'proxied', origins } };
  }
  const flattened =
    type === 'CNAME' &&
    (set.name === zone || records.some(({ settings }) => settings.includes('flatten_cname')));
  if (flattened) return { set, name, type: 'A', expect: { kind: 'flattened' } };
  if (records.some(({ rdata }) => rdata.type === 'unknown'))
    return { set, name, type, expect: { kind: 'count', count: records.length } };
  return {
    set,
    name,
    type,
    expect: { kind: 'same', keys: new Set(records.map(({ rdata }) => servedKey(rdata))) },
  };
}

/** The key of what a nameserver can answer for it. */
function servedKey(rdata: Rdata): string {
  return rdataKey(rdata.type === 'LOC' ? wireLoc(rdata) : rdata);
}

function addressOf(rdata: Rdata): string | null {
  return rdata.type === 'A' || rdata.type === 'AAAA' ? rdataKey(rdata) : null;
}

/** Whether these answers are what is expected. `exposed`: a proxied name shows its origin. */
export function judgeAnswers(expect: Expectation, answers: readonly Rdata[]): 'right' | 'other' | 'exposed' {
  const keys = answers.map(rdataKey);
  switch (expect.kind) {
    case 'same':
      return keys.length === expect.keys.size && keys.every((key) => expect.keys.has(key))
        ? 'right'
        : 'other';
    case 'count':
      return answers.length === expect.count ? 'right' : 'other';
    case 'proxied':
      if (keys.length === 0) return 'other';
      return keys.some((key) => expect.origins.has(key)) ? 'exposed' : 'right';
    case 'flattened':
      return keys.length > 0 ? 'right' : 'other';
    default:
      return expect satisfies never;
  }
}

export function showRecords(records: readonly Pick<RecordFields, 'rdata'>[]): string[] {
  return records.map(({ rdata }) => formatRdata(rdata)).sort();
}
