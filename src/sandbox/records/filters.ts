/** Filters, order and search of the record list (§4.2 of the fact sheet), with the older forms that clients send. */
import { refusal } from '../api-error.ts';
import { byDefaultOrder, type RecordEntry, type RecordStore } from '../state/record-store.ts';
import { ancestorsWithin, toAscii } from './names.ts';
import type { DnsRecord } from './record.ts';

type Test = (record: DnsRecord) => boolean;

const TEXT_OPERATORS: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  exact: (value, wanted) => value === wanted,
  contains: (value, wanted) => value.includes(wanted),
  startswith: (value, wanted) => value.startsWith(wanted),
  endswith: (value, wanted) => value.endsWith(wanted),
};

/** Operators as prefix of the value (`name=ends_with:x`), by their older names. */
const PREFIX_OPERATORS: Readonly<Record<string, string>> = {
  equal: 'exact',
  exact: 'exact',
  contains: 'contains',
  starts_with: 'startswith',
  startswith: 'startswith',
  ends_with: 'endswith',
  endswith: 'endswith',
};

/** The records that the query asks for, filtered and in its order. Without filters, the store's own array. */
export function selectRecords(
  store: RecordStore,
  query: URLSearchParams,
  zone: string,
): readonly RecordEntry[] {
  const filtered = filterRecords(store, query, zone);
  return orderRecords(filtered, query);
}

function filterRecords(store: RecordStore, query: URLSearchParams, zone: string): readonly RecordEntry[] {
  const any = query.get('match') === 'any';
  const tests: Test[] = [...nameTests(query), ...valueTests(query)];
  const tagTest = tagTests(query);
  if (tagTest !== undefined) tests.push(tagTest);
  const always: Test[] = [...searchTests(query), ...shadowTests(query, zone)];
  if (tests.length === 0 && always.length === 0) return store.sorted();
  const exactName = any ? undefined : (query.get('name.exact') ?? plainName(query));
  const candidates = exactName === undefined ? store.sorted() : namedInOrder(store, foldName(exactName));
  return candidates.filter(({ record }) => {
    const matches =
      tests.length === 0 || (any ? tests.some((test) => test(record)) : tests.every((test) => test(record)));
    return matches && always.every((test) => test(record));
  });
}

/** The value of a plain `name=` without operator, when there is exactly one. */
function plainName(query: URLSearchParams): string | undefined {
  const names = query.getAll('name');
  const [name] = names;
  return names.length === 1 && name !== undefined && name !== '' && !/^[a-z_]+:/.test(name)
    ? name
    : undefined;
}

function namedInOrder(store: RecordStore, name: string): readonly RecordEntry[] {
  return [...store.named(name)].sort(byDefaultOrder);
}

/** Trailing dot, case and Unicode do not matter in a name filter. */
function foldName(name: string): string {
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  return toAscii(bare) ?? bare.toLowerCase();
}

function nameTests(query: URLSearchParams): Test[] {
  const tests: Test[] = [];
  const plain = query.getAll('name').filter((value) => value !== '');
  if (plain.length > 0) {
    // Several names are alternatives.
    const each = plain.map((value) => textTest(value, (record) => record.name, foldName));
    tests.push((record) => each.some((test) => test(record)));
  }
  for (const operator of Object.keys(TEXT_OPERATORS)) {
    const wanted = query.get(`name.${operator}`);
    if (wanted !== null) tests.push(operatorTest(operator, foldName(wanted), (record) => record.name));
  }
  return tests;
}

function valueTests(query: URLSearchParams): Test[] {
  const tests: Test[] = [];
  const content = query.get('content');
  if (content !== null && content !== '') tests.push(textTest(content, shownContent, foldContent));
  for (const operator of Object.keys(TEXT_OPERATORS)) {
    const wanted = query.get(`content.${operator}`);
    if (wanted !== null) tests.push(operatorTest(operator, foldContent(wanted), shownContent));
    const comment = query.get(`comment.${operator}`);
    if (comment !== null) {
      const test = operatorTest(operator, comment.toLowerCase(), (record) =>
        (record.comment ?? '').toLowerCase(),
      );
      tests.push((record) => record.comment !== null && test(record));
    }
  }
  if (query.has('comment.present')) tests.push((record) => record.comment !== null);
  if (query.has('comment.absent')) tests.push((record) => record.comment === null);
  const types = query.getAll('type').flatMap((value) => value.split(','));
  if (types.some((type) => type !== '')) {
    const wanted = new Set(types.map((type) => type.trim().toUpperCase()));
    tests.push((record) => wanted.has(record.type));
  }
  const proxied = query.get('proxied');
  if (proxied !== null && proxied !== '')
    tests.push((record) => String(record.proxied) === proxied.toLowerCase());
  return tests;
}

function textTest(value: string, read: (record: DnsRecord) => string, fold: (text: string) => string): Test {
  const prefixed = /^([a-z_]+):(.*)$/s.exec(value);
  const operator = prefixed === null ? undefined : PREFIX_OPERATORS[prefixed[1] ?? ''];
  if (operator !== undefined) return operatorTest(operator, fold(prefixed?.[2] ?? ''), read);
  return operatorTest('exact', fold(value), read);
}

function operatorTest(operator: string, wanted: string, read: (record: DnsRecord) => string): Test {
  const compare = TEXT_OPERATORS[operator];
  if (compare === undefined) throw new Error(`No operator ${operator}`);
  return (record) => compare(read(record), wanted);
}

/** Case and the kind of white space do not matter: some clients send tabs between the parts of structured types. */
function foldContent(text: string): string {
  return text.replace(/\s+/g, ' ').toLowerCase();
}

function shownContent(record: DnsRecord): string {
  return foldContent(record.content);
}

function tagTests(query: URLSearchParams): Test | undefined {
  const tests: Test[] = [];
  for (const wanted of query.getAll('tag.present')) tests.push((record) => hasTag(record, wanted, undefined));
  for (const wanted of query.getAll('tag.absent')) tests.push((record) => !hasTag(record, wanted, undefined));
  for (const operator of Object.keys(TEXT_OPERATORS)) {
    for (const wanted of query.getAll(`tag.${operator}`))
      tests.push((record) => hasTag(record, wanted, operator));
  }
  for (const wanted of query.getAll('tag')) tests.push((record) => hasTag(record, wanted, 'exact'));
  if (tests.length === 0) return undefined;
  const any = query.get('tag_match') === 'any' || query.get('tag-match') === 'any';
  return (record) => (any ? tests.some((test) => test(record)) : tests.every((test) => test(record)));
}

/** `name` alone asks for a tag of that name; `name:value` compares the value by the operator. */
function hasTag(record: DnsRecord, wanted: string, operator: string | undefined): boolean {
  const [wantedName = '', ...wantedValue] = wanted.toLowerCase().split(':');
  return record.tags.some((tag) => {
    const [name = '', ...value] = tag.toLowerCase().split(':');
    if (name !== wantedName) return false;
    if (operator === undefined || wantedValue.length === 0) return true;
    return TEXT_OPERATORS[operator]?.(value.join(':'), wantedValue.join(':')) ?? false;
  });
}

/** Loose on purpose: any of the words' text in name, content, comment, type or tags. */
function searchTests(query: URLSearchParams): Test[] {
  const search = query.get('search');
  if (search === null || search === '') return [];
  const wanted = foldContent(search);
  return [
    (record) =>
      [record.name, record.type, record.content, record.comment ?? '', ...record.tags].some((text) =>
        foldContent(text).includes(wanted),
      ),
  ];
}

function shadowTests(query: URLSearchParams, zone: string): Test[] {
  const tests: Test[] = [];
  const below = query.get('shadowed_by_name');
  if (below !== null) {
    const name = subdomain(below, zone);
    tests.push(
      (record) =>
        (record.name === name || record.name.endsWith(`.${name}`)) &&
        !(record.name === name && record.type === 'NS'),
    );
  }
  const shadowing = query.get('shadowing_name');
  if (shadowing !== null) {
    const name = subdomain(shadowing, zone);
    const above = new Set([name, ...ancestorsWithin(name, zone)]);
    tests.push((record) => record.type === 'NS' && above.has(record.name));
  }
  return tests;
}

function subdomain(value: string, zone: string): string {
  const name = foldName(value);
  // Code and text [U].
  if (!name.endsWith(`.${zone}`)) throw refusal(400, 10021, 'The name must be a subdomain of the zone.');
  return name;
}

const ORDERS: Readonly<Record<string, (a: DnsRecord, b: DnsRecord) => number>> = {
  type: (a, b) => compare(a.type, b.type),
  name: (a, b) => compare(a.name, b.name),
  content: (a, b) => compare(a.content, b.content),
  ttl: (a, b) => a.ttl - b.ttl,
  proxied: (a, b) => Number(a.proxied) - Number(b.proxied),
};

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function orderRecords(entries: readonly RecordEntry[], query: URLSearchParams): readonly RecordEntry[] {
  const order = ORDERS[query.get('order') ?? ''];
  const descending = query.get('direction') === 'desc';
  if (order === undefined) return descending ? [...entries].reverse() : entries;
  const sign = descending ? -1 : 1;
  return [...entries].sort((a, b) => sign * order(a.record, b.record) || byDefaultOrder(a, b));
}
