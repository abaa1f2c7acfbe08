/**
 * A small Cloudflare in memory, for tests of connections: accounts, zones, tokens with their rights, and a log of
 * the calls. It decides rights by its own few lines, not by the code under test.
 */
import { ZonewardError } from '../../base/errors.ts';
import type { AccountId, ZoneId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import { Secret } from '../../base/secret.ts';
import type { DomainName } from '../../dns/name.ts';
import type { ZoneFacts } from '../zones/model.ts';
import type { ZoneReader } from '../zones/ports.ts';
import type { Credential } from './model.ts';
import type {
  CredentialInspector,
  InspectedCall,
  Inspection,
  Probe,
  TokenFacts,
  TokenIssuer,
} from './ports.ts';

export interface FakeGrant {
  readonly groups: readonly string[];
  /** Of the token's account. */
  readonly zones: 'all' | readonly ZoneId[];
}

export interface FakeToken {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  readonly kind: 'user-token' | 'account-token';
  readonly accountId: AccountId;
  readonly grants: readonly FakeGrant[];
  readonly status: 'active' | 'disabled' | 'expired';
  readonly expiresAt: number | null;
  readonly notBefore: number | null;
  readonly ipRestricted: boolean;
}

export interface FakeCloudflare {
  readonly accounts: { id: AccountId; name: string }[];
  readonly zones: { id: ZoneId; name: string; accountId: AccountId; records: number }[];
  readonly tokens: Map<string, FakeToken>;
  readonly globalKeys: Map<string, string>;
  readonly calls: InspectedCall[];
  /** Whether zones tell the caller's `permissions`. */
  showPermissions: boolean;
  /** Throws to make a call fail. */
  fault: (method: string, route: string) => void;
  readonly openInspection: (credential: Credential) => Inspection;
  addToken(token: Partial<FakeToken>): FakeToken;
}

/** 32 hex digits that end in `n`. */
export function fakeId<Id extends string>(n: number): Id {
  return n.toString(16).padStart(32, '0') as Id;
}

export const READ_GROUPS: readonly string[] = ['Zone Read', 'DNS Read'];
export const EDIT_GROUPS: readonly string[] = ['Zone Write', 'DNS Write'];
const TOKEN_PREFIX = { 'user-token': 'cfut_', 'account-token': 'cfat_' } as const;

export function fakeCloudflare(options: { readonly zones?: number } = {}): FakeCloudflare {
  const accountId = fakeId<AccountId>(0xacc);
  let made = 0;
  const world: FakeCloudflare = {
    accounts: [{ id: accountId, name: 'Acme' }],
    zones: Array.from({ length: options.zones ?? 3 }, (_, i) => ({
      id: fakeId<ZoneId>(0x1000 + i),
      name: `zone${i}.example`,
      accountId,
      records: 10 + i,
    })),
    tokens: new Map(),
    globalKeys: new Map(),
    calls: [],
    showPermissions: true,
    fault: () => undefined,
    openInspection: (credential) => {
      const from = world.calls.length;
      return {
        inspector: inspector(world),
        reader: reader(world, credential),
        calls: () => world.calls.slice(from),
      };
    },
    addToken: (given) => {
      made += 1;
      const number = made;
      const kind = given.kind ?? 'user-token';
      const token: FakeToken = {
        id: fakeId(0x70000 + number),
        name: `token ${number}`,
        value: `${TOKEN_PREFIX[kind]}${`CANARY${number}`.padEnd(40, 'x')}check`,
        kind,
        accountId,
        grants: [{ groups: READ_GROUPS, zones: 'all' }],
        status: 'active',
        expiresAt: null,
        notBefore: null,
        ipRestricted: false,
        ...given,
      };
      world.tokens.set(token.value, token);
      return token;
    },
  };
  return world;
}

function call(world: FakeCloudflare, method: string, route: string): void {
  const ray = `ray-${world.calls.length + 1}`;
  world.calls.push({ method, route, status: 200, durationMs: 1, ray });
  world.fault(method, route);
}

function refuse(code: string, kind: 'credentials' | 'permission' | 'not-found' | 'refused'): ZonewardError {
  return new ZonewardError(`Cloudflare: ${code}.`, { code, kind });
}

type Actor = { readonly all: true } | { readonly all: false; readonly token: FakeToken };

function actorOf(world: FakeCloudflare, credential: Credential): Actor {
  if (credential.kind === 'global-key') {
    if (world.globalKeys.get(credential.email) !== credential.key.reveal()) {
      throw refuse('credential-rejected', 'credentials');
    }
    return { all: true };
  }
  const token = world.tokens.get(credential.token.reveal());
  if (token === undefined || token.status !== 'active') throw refuse('credential-rejected', 'credentials');
  return { all: false, token };
}

function can(actor: Actor, group: string, zoneId: ZoneId | null): boolean {
  if (actor.all) return true;
  return actor.token.grants.some(
    (grant) =>
      (grant.groups.includes(group) || grant.groups.includes(group.replace(/ Read$/, ' Write'))) &&
      (zoneId === null || grant.zones === 'all' || grant.zones.includes(zoneId)),
  );
}

function need(actor: Actor, group: string, zoneId: ZoneId | null): void {
  if (!can(actor, group, zoneId)) throw refuse('permission-missing', 'permission');
}

const PERMISSIONS: readonly (readonly [string, string])[] = [
  ['#zone:read', 'Zone Read'],
  ['#zone:edit', 'Zone Write'],
  ['#dns_records:read', 'DNS Read'],
  ['#dns_records:edit', 'DNS Write'],
  ['#zone_settings:read', 'Zone Settings Read'],
  ['#zone_settings:edit', 'Zone Settings Write'],
  ['#ssl:read', 'SSL and Certificates Read'],
  ['#ssl:edit', 'SSL and Certificates Write'],
];

function zoneFacts(world: FakeCloudflare, actor: Actor, zone: FakeCloudflare['zones'][number]): ZoneFacts {
  const permissions = PERMISSIONS.filter(([, group]) => can(actor, group, zone.id)).map(([name]) => name);
  return {
    id: zone.id,
    name: zone.name as DomainName,
    accountId: zone.accountId,
    accountName: world.accounts.find((account) => account.id === zone.accountId)?.name ?? '',
    status: 'active',
    paused: false,
    type: 'full',
    planTier: 'free',
    nameServers: [],
    originalNameServers: [],
    permissions: world.showPermissions ? permissions : null,
    createdOn: null,
    modifiedOn: null,
    activatedOn: null,
  };
}

function reader(world: FakeCloudflare, credential: Credential): ZoneReader {
  return {
    listZones: async function* (accountId) {
      call(world, 'GET', '/zones');
      const actor = actorOf(world, credential);
      const account = actor.all ? null : actor.token.accountId;
      const seen = world.zones.filter(
        (zone) =>
          (accountId === null || zone.accountId === accountId) &&
          (account === null || zone.accountId === account) &&
          can(actor, 'Zone Read', zone.id),
      );
      yield {
        zones: seen.slice(0, 50).map((zone) => zoneFacts(world, actor, zone)),
        totalCount: seen.length,
      };
      for (let i = 50; i < seen.length; i += 50) {
        call(world, 'GET', '/zones');
        yield {
          zones: seen.slice(i, i + 50).map((zone) => zoneFacts(world, actor, zone)),
          totalCount: seen.length,
        };
      }
    },
    getZone: async (zoneId) => {
      call(world, 'GET', '/zones/{zone_id}');
      const actor = actorOf(world, credential);
      need(actor, 'Zone Read', zoneId);
      const zone = world.zones.find((candidate) => candidate.id === zoneId);
      if (zone === undefined) throw refuse('permission-missing', 'permission');
      return zoneFacts(world, actor, zone);
    },
    listRecords: async function* (zoneId) {
      call(world, 'GET', '/zones/{zone_id}/dns_records');
      need(actorOf(world, credential), 'DNS Read', zoneId);
      yield { records: [], totalCount: world.zones.find((zone) => zone.id === zoneId)?.records ?? 0 };
    },
  };
}

const PROBE_GROUPS: Readonly<Record<Probe, string>> = {
  records: 'DNS Read',
  settings: 'Zone Settings Read',
  ssl: 'SSL and Certificates Read',
  dnssec: 'DNS Read',
  registrar: 'Registrar Domains Read',
  audit: 'Account Settings Read',
  tokens: 'API Tokens Read',
};

function factsOf(token: FakeToken): TokenFacts {
  const { id: tokenId, kind, status, expiresAt, notBefore } = token;
  return { tokenId, kind, status, expiresAt, notBefore };
}

function inspector(world: FakeCloudflare): CredentialInspector {
  return {
    verify: async (credential, accountId) => {
      call(world, 'GET', '/user/tokens/verify');
      const value = credential.kind === 'global-key' ? '' : credential.token.reveal();
      const token = world.tokens.get(value);
      if (token?.kind === 'user-token') return factsOf(token);
      if (accountId === null) throw refuse('credential-rejected', 'credentials');
      call(world, 'GET', '/accounts/{account_id}/tokens/verify');
      if (token !== undefined && token.accountId === accountId) return factsOf(token);
      throw refuse('credential-rejected', 'credentials');
    },
    policies: async (credential) => {
      call(world, 'GET', '/user/tokens/{token_id}');
      const actor = actorOf(world, credential);
      if (actor.all || !can(actor, 'API Tokens Read', null)) return null;
      return actor.token.grants.map((grant) => ({
        effect: 'allow',
        permissionGroups: grant.groups,
        resources: resourceKeys(actor.token, grant),
      }));
    },
    accounts: async (credential) => {
      call(world, 'GET', '/accounts');
      const actor = actorOf(world, credential);
      return world.accounts.filter((account) => actor.all || actor.token.accountId === account.id);
    },
    probe: async (credential, probe, target) => {
      call(world, 'GET', `probe ${probe}`);
      return can(actorOf(world, credential), PROBE_GROUPS[probe], (target.zoneId ?? null) as ZoneId | null);
    },
  };
}

function resourceKeys(token: FakeToken, grant: FakeGrant): string[] {
  const account = `com.cloudflare.api.account.${token.accountId}`;
  if (grant.zones === 'all') return [account, 'com.cloudflare.api.account.zone.*'];
  return [account, ...grant.zones.map((id) => `com.cloudflare.api.account.zone.${id}`)];
}

/** Token limits are Cloudflare's: 50 for a user, 500 for an account. */
export function fakeIssuer(world: FakeCloudflare): TokenIssuer {
  const ownedBy = (kind: 'user' | 'account'): FakeToken[] =>
    [...world.tokens.values()].filter((token) => (token.kind === 'user-token') === (kind === 'user'));
  const allow = (credential: Credential, group: string): void =>
    need(actorOf(world, credential), group, null);
  return {
    list: async (credential, owner) => {
      call(world, 'GET', 'tokens');
      allow(credential, 'API Tokens Read');
      return ownedBy(owner.kind).map(({ id, name, status, expiresAt }) => ({
        tokenId: id,
        name,
        status,
        expiresAt,
      }));
    },
    read: async (credential, owner, tokenId) => {
      call(world, 'GET', 'tokens/{token_id}');
      allow(credential, 'API Tokens Read');
      const token = ownedBy(owner.kind).find((candidate) => candidate.id === tokenId);
      if (token === undefined) return null;
      const policies = token.grants.map((grant) => ({
        effect: 'allow' as const,
        permissionGroups: grant.groups.map((name) => ({ id: `id of ${name}`, name })),
        resources: Object.fromEntries(resourceKeys(token, grant).map((key) => [key, '*'])),
      }));
      return { name: token.name, policies, condition: null, expiresAt: token.expiresAt };
    },
    create: async (credential, owner, definition) => {
      call(world, 'POST', 'tokens');
      allow(credential, 'API Tokens Write');
      if (ownedBy(owner.kind).length >= (owner.kind === 'user' ? 50 : 500))
        throw refuse('cloudflare-refused', 'refused');
      const token = world.addToken({
        name: definition.name,
        kind: owner.kind === 'user' ? 'user-token' : 'account-token',
        expiresAt: definition.expiresAt,
        grants: definition.policies.map((policy) => grantOf(policy.permissionGroups, policy.resources)),
      });
      return { tokenId: token.id, value: new Secret(token.value) };
    },
    remove: async (credential, owner, tokenId) => {
      call(world, 'DELETE', 'tokens/{token_id}');
      allow(credential, 'API Tokens Write');
      const token = ownedBy(owner.kind).find((candidate) => candidate.id === tokenId);
      if (token !== undefined) world.tokens.delete(token.value);
    },
    permissionGroups: async () => {
      call(world, 'GET', 'tokens/permission_groups');
      return [];
    },
  };
}

function grantOf(groups: readonly { readonly name: string }[], resources: JsonObject): FakeGrant {
  const prefix = 'com.cloudflare.api.account.zone.';
  const zones = Object.keys(resources).filter((key) => key.startsWith(prefix));
  const all = zones.includes(`${prefix}*`);
  return {
    groups: groups.map((group) => group.name),
    zones: all ? 'all' : zones.map((key) => key.slice(prefix.length) as ZoneId),
  };
}
