/** Filters and order of the zone list (§3.1 of the fact sheet). */
import { toAscii } from '../records/names.ts';
import { PLANS } from '../state/plans.ts';
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';

type Test = (zone: Zone) => boolean;

const OPERATORS: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  equal: (value, wanted) => value === wanted,
  not_equal: (value, wanted) => value !== wanted,
  starts_with: (value, wanted) => value.startsWith(wanted),
  ends_with: (value, wanted) => value.endsWith(wanted),
  contains: (value, wanted) => value.includes(wanted),
};

/** The zones that the query asks for, in its order; without order by name, as `zones` comes. */
export function selectZones(world: World, zones: readonly Zone[], query: URLSearchParams): readonly Zone[] {
  const tests = testsOf(world, query);
  const any = query.get('match') === 'any';
  const types = query.get('type');
  const shownTypes = types === null || types === '' ? undefined : new Set(types.split(','));
  const filtered = zones.filter((zone) => {
    // Internal zones are shown only when asked for.
    if (shownTypes === undefined ? zone.fields.type === 'internal' : !shownTypes.has(zone.fields.type))
      return false;
    if (tests.length === 0) return true;
    return any ? tests.some((test) => test(zone)) : tests.every((test) => test(zone));
  });
  return orderZones(world, filtered, query);
}

function testsOf(world: World, query: URLSearchParams): Test[] {
  const tests: Test[] = [];
  const name = query.get('name');
  if (name !== null && name !== '')
    tests.push(textTest(name, (zone) => [zone.name, zone.shownName], foldName));
  const status = query.get('status');
  if (status !== null && status !== '') {
    const wanted = new Set(status.split(','));
    tests.push((zone) => wanted.has(zone.fields.status));
  }
  const accountId = query.get('account.id') ?? query.get('account_id');
  if (accountId !== null && accountId !== '') tests.push((zone) => zone.accountId === accountId);
  const accountName = query.get('account.name');
  if (accountName !== null && accountName !== '') {
    tests.push(
      textTest(
        accountName,
        (zone) => [world.account(zone.accountId)?.name ?? ''],
        (text) => text,
      ),
    );
  }
  return tests;
}

/** `value`, or `operator:value`; operators ending in `_case_sensitive` compare as written. */
function textTest(value: string, read: (zone: Zone) => string[], fold: (text: string) => string): Test {
  const match = /^([a-z_]+):(.*)$/s.exec(value);
  const operatorName = match?.[1]?.replace(/_case_sensitive$/, '') ?? '';
  const operator = OPERATORS[operatorName];
  const sensitive = match?.[1]?.endsWith('_case_sensitive') ?? false;
  const text = operator === undefined ? value : (match?.[2] ?? '');
  const wanted = sensitive ? text : fold(text);
  const compare = operator ?? OPERATORS['equal'];
  if (compare === undefined) throw new Error('No operator equal');
  const adapt = (text: string): string => (sensitive ? text : text.toLowerCase());
  const negative = operatorName === 'not_equal';
  return (zone) => {
    const values = read(zone).map((text) => compare(adapt(text), adapt(wanted)));
    return negative ? values.every(Boolean) : values.some(Boolean);
  };
}

function foldName(name: string): string {
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  return toAscii(bare) ?? bare;
}

/** The input is in order of names, which is the default. */
function orderZones(world: World, zones: readonly Zone[], query: URLSearchParams): readonly Zone[] {
  const descending = query.get('direction') === 'desc';
  const key = ORDERS[query.get('order') ?? ''];
  if (key === undefined) return descending ? [...zones].reverse() : zones;
  const sign = descending ? -1 : 1;
  return [...zones].sort((a, b) => sign * compareText(key(world, a), key(world, b)));
}

const ORDERS: Readonly<Record<string, (world: World, zone: Zone) => string>> = {
  status: (_, zone) => zone.fields.status,
  'account.id': (_, zone) => zone.accountId,
  'account.name': (world, zone) => world.account(zone.accountId)?.name ?? '',
  'plan.id': (_, zone) => PLANS[zone.fields.plan].id,
};

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
