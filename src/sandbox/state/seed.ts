/**
 * Seeds: what a sandbox starts with. Given as a value, a JSON file or zone files. Seeding goes through the same
 * validation as the API, but is bound by no quota, costs no budget and leaves no audit entry.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { ApiError } from '../api-error.ts';
import { groupByName } from '../auth/permission-groups.ts';
import type { Policy } from '../auth/policies.ts';
import { formatSeconds } from '../clock.ts';
import { PLAN_NAMES, type PlanName } from '../constants.ts';
import { FAMILY_SHAPE, type FamilyUpdate, updateFamilies } from '../control/families.ts';
import { idFrom, newId, newSecret } from '../ids.ts';
import { SandboxInputError } from '../input-error.ts';
import { type BuildContext, newRecord, type RecordBody } from '../records/build.ts';
import { assertNoConflict } from '../records/conflicts.ts';
import { isRecordName, toAscii } from '../records/names.ts';
import { parseZoneFile } from '../records/zone-file.ts';
import type { RegistrarUpdate } from '../registrar/controls.ts';
import { checkShape, is, listOf, oneOf, orElse, type Shape } from '../shape.ts';
import type { Account, ApiToken } from './principals.ts';
import type { World } from './world.ts';
import type { Delegation, Zone, ZoneStatus, ZoneType } from './zone.ts';
import { createZone } from './zone-life.ts';

export interface ZoneSeed extends FamilyUpdate {
  readonly name: string;
  readonly id?: string;
  /** Id or name of a seeded account; default the sandbox's own. */
  readonly account?: string;
  readonly plan?: PlanName;
  readonly type?: ZoneType;
  /** Default `active`. */
  readonly status?: Exclude<ZoneStatus, 'deleted'>;
  /** Overrides the plan's quota; a seed may hold more records than its quota. */
  readonly recordQuota?: number;
  readonly delegation?: Delegation;
  /** RFC 3339; free zones older than 2024-09-01 hold more records. */
  readonly createdOn?: string;
  /** Bodies as for `POST …/dns_records`. */
  readonly records?: readonly RecordBody[];
  /** Text of a master file, in addition. */
  readonly zoneFile?: string;
  /** What a scan would find. */
  readonly scanFindings?: readonly RecordBody[];
}

export interface TokenSeed {
  readonly name: string;
  /** The secret; made up when absent. */
  readonly value?: string;
  /** Account-owned when an account's id or name is given; else the sandbox user's. */
  readonly account?: string;
  /** Groups by name, on `zones` (`*` or ids or names) and on all accounts and the user as the groups' scopes need. */
  readonly permissions?: readonly string[];
  /** Which zones zone-scoped permissions cover. Default all. */
  readonly zones?: readonly string[];
  readonly expiresOn?: string;
  readonly notBefore?: string;
  /** Networks that may use it. */
  readonly ipIn?: readonly string[];
}

export interface SandboxSeed {
  readonly accounts?: readonly {
    readonly name: string;
    readonly id?: string;
    readonly type?: Account['type'];
  }[];
  readonly zones?: readonly ZoneSeed[];
  readonly tokens?: readonly TokenSeed[];
  /** Addresses of hosts outside of every zone, for flattening. */
  readonly externalHosts?: Readonly<Record<string, readonly string[]>>;
  /** What registries hold and the account has registered. Planted by `SandboxControls.seed`. */
  readonly registrar?: RegistrarUpdate;
}

const STATUSES: readonly Exclude<ZoneStatus, 'deleted'>[] = ['initializing', 'pending', 'active', 'moved'];
const TYPES: readonly ZoneType[] = ['full', 'partial', 'secondary', 'internal'];

/** What can be said of a zone in a seed, and of a running sandbox's zone. */
export const ZONE_STATE_SHAPE: Shape = {
  plan: oneOf(...PLAN_NAMES),
  status: oneOf(...STATUSES),
  recordQuota: is.count,
  delegation: orElse(oneOf('assigned', 'none'), listOf(is.text)),
  scanFindings: listOf(is.object),
  ...FAMILY_SHAPE,
};
const ZONE_SHAPE: Shape = {
  name: is.text,
  id: is.id,
  account: is.text,
  type: oneOf(...TYPES),
  createdOn: is.moment,
  records: listOf(is.object),
  zoneFile: is.text,
  ...ZONE_STATE_SHAPE,
};
const TOKEN_SHAPE: Shape = {
  name: is.text,
  value: is.secret,
  account: is.text,
  permissions: listOf(is.text),
  zones: listOf(is.text),
  expiresOn: is.moment,
  notBefore: is.moment,
  ipIn: listOf(is.network),
};
const ACCOUNT_SHAPE: Shape = { name: is.text, id: is.id, type: oneOf('standard', 'enterprise') };
const SEED_SHAPE: Shape = {
  accounts: is.anything,
  zones: is.anything,
  tokens: is.anything,
  externalHosts: is.object,
  registrar: is.object,
};

/** The account and user that everything belongs to unless a seed says otherwise. */
export interface Home {
  readonly accountId: string;
  readonly userId: string;
}

function bad(message: string, cause?: unknown): SandboxInputError {
  return new SandboxInputError('bad-seed', message, cause);
}

/** Reads a seed file: JSON, or a zone file whose zone is named by `$ORIGIN`, its SOA's owner or the file's name. */
export function readSeedFile(path: string): SandboxSeed {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw bad(`Cannot read seed ${path}: ${error instanceof Error ? error.message : String(error)}`, error);
  }
  if (path.endsWith('.json') || text.trimStart().startsWith('{')) {
    try {
      return JSON.parse(text) as SandboxSeed;
    } catch (error) {
      throw bad(`Seed ${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`, error);
    }
  }
  const origin = /^\s*\$ORIGIN\s+(\S+)\.\s*(?:;.*)?$/im.exec(text)?.[1];
  const owner = /^(\S+)\.\s[^\n;]*\bSOA\b/im.exec(text)?.[1];
  const name = origin ?? owner ?? basename(path).replace(/\.(?:zone|txt|db)$/i, '');
  const records = parseZoneFile(text, name);
  if (!records.ok) throw bad(`${path}:${records.line}: ${records.reason}`);
  return { zones: [{ name, zoneFile: text, plan: 'pro' }] };
}

/** Puts a seed into the world. Throws `SandboxInputError` that names the place. */
export function plantSeed(world: World, home: Home, seed: SandboxSeed): void {
  checkShape(seed, SEED_SHAPE, { code: 'bad-seed', what: 'A seed' });
  for (const account of listIn(seed.accounts, 'accounts')) plantAccount(world, home, account);
  for (const zone of listIn(seed.zones, 'zones')) plantZone(world, home, zone);
  for (const token of listIn(seed.tokens, 'tokens')) plantToken(world, home, token);
  for (const [host, addresses] of Object.entries(seed.externalHosts ?? {})) {
    if (!listOf(is.address).test(addresses))
      throw bad(`externalHosts: ${host} must be a list of IP addresses.`);
    world.externalHosts.set(host.toLowerCase(), addresses);
  }
  world.changed();
}

function listIn<T>(value: readonly T[] | undefined, key: string): readonly T[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw bad(`A seed's "${key}" must be a list.`);
  for (const [index, item] of value.entries()) {
    const name = typeof item === 'object' && item !== null ? (item as { name?: unknown }).name : undefined;
    if (typeof name !== 'string' || name === '') throw bad(`${key}[${index}] needs a name.`);
  }
  return value;
}

function plantAccount(
  world: World,
  home: Home,
  seed: { readonly name: string; readonly id?: string; readonly type?: Account['type'] },
): void {
  checkShape(seed, ACCOUNT_SHAPE, { code: 'bad-seed', what: `Account ${seed.name}` });
  const id = seed.id ?? idFrom(`account:${seed.name}`);
  world.accounts.set(id, {
    id,
    name: seed.name,
    type: seed.type ?? 'standard',
    createdOn: world.clock.stamp(),
    bag: {},
  });
  const membershipId = idFrom(`membership:${id}:${home.userId}`);
  world.memberships.set(membershipId, {
    id: membershipId,
    userId: home.userId,
    accountId: id,
    roles: ['Super Administrator - All Privileges'],
    status: 'accepted',
  });
}

function accountIdFor(world: World, home: Home, wanted: string | undefined): string {
  if (wanted === undefined) return home.accountId;
  for (const account of world.accounts.values())
    if (account.id === wanted || account.name === wanted) return account.id;
  throw bad(`There is no account ${wanted}.`);
}

/** Makes a zone with its records. Throws `SandboxInputError`; the zone is then not there. */
export function plantZone(world: World, home: Home, seed: ZoneSeed): Zone {
  if (!is.text.test(seed.name)) throw bad('A zone needs a name.');
  checkShape(seed, ZONE_SHAPE, { code: 'bad-seed', what: `Zone ${seed.name}` });
  const name = toAscii(seed.name.replace(/\.$/, ''));
  if (name === undefined || !isRecordName(name) || !name.includes('.'))
    throw bad(`${seed.name} is no zone name.`);
  const accountId = accountIdFor(world, home, seed.account);
  if (world.zonesNamed(name).some((zone) => zone.accountId === accountId))
    throw bad(`Zone ${seed.name} is there twice.`);
  const zone = createZone(world, {
    name,
    accountId,
    id: seed.id ?? idFrom(`zone:${accountId}:${name}`),
    plan: seed.plan ?? 'free',
    type: seed.type ?? 'full',
    status: seed.status ?? 'active',
    recordQuota: seed.recordQuota,
    ...(seed.delegation === undefined ? {} : { delegation: seed.delegation }),
    ...(seed.createdOn === undefined ? {} : { createdOn: seed.createdOn }),
  });
  try {
    plantRecords(world, zone, [...(seed.records ?? []), ...zoneFileBodies(zone, seed.zoneFile)]);
    setFindings(world, zone, seed.scanFindings ?? []);
  } catch (error) {
    world.dropZone(zone);
    world.deletedZones.delete(zone.id);
    throw error;
  }
  updateFamilies(world, zone, seed);
  return zone;
}

function zoneFileBodies(zone: Zone, text: string | undefined): readonly RecordBody[] {
  if (text === undefined) return [];
  const parsed = parseZoneFile(text, zone.name);
  if (!parsed.ok) throw bad(`Zone file of ${zone.name}, line ${parsed.line}: ${parsed.reason}`);
  return parsed.records
    .filter((record) => !(record.type === 'NS' && record.name === zone.name))
    .sort((a, b) => Number(a.type === 'DS') - Number(b.type === 'DS'))
    .map((record) => record.body);
}

function plantRecords(world: World, zone: Zone, bodies: readonly RecordBody[]): void {
  const context: BuildContext = { zone, behaviour: world.behaviour, now: world.clock.stamp() };
  for (const [index, body] of bodies.entries()) {
    saying(`Zone ${zone.name}, record ${index + 1}`, body, () => {
      const record = newRecord(context, body, idFrom(`record:${zone.id}:${index}`));
      assertNoConflict(zone, record, { behaviour: world.behaviour, self: undefined });
      zone.records.add(record);
    });
  }
}

/** What a scan would find from now on: bodies that the API would take. Throws `SandboxInputError`. */
export function setFindings(world: World, zone: Zone, bodies: readonly RecordBody[]): void {
  const context: BuildContext = { zone, behaviour: world.behaviour, now: world.clock.stamp() };
  for (const [index, body] of bodies.entries()) {
    saying(`Zone ${zone.name}, scan finding ${index + 1}`, body, () => newRecord(context, body));
  }
  zone.fields.scanFindings = bodies;
}

/** A refusal of the API becomes one of the seed, with its place. */
function saying(place: string, body: RecordBody, run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw bad(`${place} (${String(body['type'])} ${String(body['name'])}): ${error.message}`, error);
  }
}

export function plantToken(world: World, home: Home, seed: TokenSeed): ApiToken {
  checkShape(seed, TOKEN_SHAPE, { code: 'bad-seed', what: `Token ${String(seed?.name)}` });
  const accountId = seed.account === undefined ? undefined : accountIdFor(world, home, seed.account);
  const owner: ApiToken['owner'] =
    accountId === undefined ? { kind: 'user', id: home.userId } : { kind: 'account', id: accountId };
  const now = formatSeconds(world.clock.now());
  const token: ApiToken = {
    id: newId(),
    owner,
    secret: seed.value ?? newSecret(owner.kind === 'user' ? 'cfut' : 'cfat'),
    name: seed.name,
    status: 'active',
    policies: seedPolicies(world, owner, seed),
    issuedOn: now,
    modifiedOn: now,
    ...(seed.expiresOn === undefined ? {} : { expiresOn: seed.expiresOn }),
    ...(seed.notBefore === undefined ? {} : { notBefore: seed.notBefore }),
    ...(seed.ipIn === undefined ? {} : { condition: { request_ip: { in: seed.ipIn } } }),
  };
  world.addToken(token);
  world.changed();
  return token;
}

function seedPolicies(world: World, owner: ApiToken['owner'], seed: TokenSeed): readonly Policy[] {
  const groups = (seed.permissions ?? []).map((name) => {
    const group = groupByName(name);
    if (group === undefined) throw bad(`Token ${seed.name}: no permission group "${name}".`);
    return group;
  });
  const account = owner.kind === 'account' ? owner.id : '*';
  const resources = {
    zone: zoneResources(world, owner, seed),
    account: { [`com.cloudflare.api.account.${account}`]: '*' },
    user: { [`com.cloudflare.api.user.${owner.id}`]: '*' },
  };
  return (['zone', 'account', 'user'] as const).flatMap((scope) => {
    const ids = groups.filter((group) => group.scope === scope).map((group) => group.id);
    return ids.length === 0
      ? []
      : [{ id: newId(), effect: 'allow' as const, groups: ids, resources: resources[scope] }];
  });
}

function zoneResources(world: World, owner: ApiToken['owner'], seed: TokenSeed): Policy['resources'] {
  const wanted = seed.zones ?? ['*'];
  if (wanted.includes('*')) {
    const all = { 'com.cloudflare.api.account.zone.*': '*' };
    return owner.kind === 'account' ? { [`com.cloudflare.api.account.${owner.id}`]: all } : all;
  }
  const ids = wanted.map((zone) => {
    const found = world.zone(zone) ?? world.zonesNamed(toAscii(zone) ?? zone)[0];
    if (found === undefined) throw bad(`Token ${seed.name}: there is no zone ${zone}.`);
    return found.id;
  });
  return Object.fromEntries(ids.map((id) => [`com.cloudflare.api.account.zone.${id}`, '*']));
}
