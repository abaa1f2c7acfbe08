/** Accounts, the user behind a credential, and memberships. */
import { authenticationError, invalidBody, notFound } from '../api-error.ts';
import { allows, type Caller } from '../auth/caller.ts';
import { PERMISSION_GROUPS } from '../auth/permission-groups.ts';
import { LIST_PER_PAGE_DEFAULT, LIST_PER_PAGE_MAX } from '../constants.ts';
import type { Call, Needs, Route } from '../http/call.ts';
import { ok, pageOf, pageQuery, type Reply } from '../http/envelope.ts';
import type { Account, Membership, User } from '../state/principals.ts';
import type { World } from '../state/world.ts';

const READ_ACCOUNT: Needs = { scope: 'account', anyOf: ['Account Settings Read', 'Account Settings Write'] };
const PAGE = { perPageDefault: LIST_PER_PAGE_DEFAULT, perPageMax: LIST_PER_PAGE_MAX };

export const accountRoutes: readonly Route[] = [
  { method: 'GET', path: '/accounts', needs: { scope: 'any' }, run: listAccounts },
  { method: 'GET', path: '/accounts/{account_id}', needs: READ_ACCOUNT, run: getAccount },
  {
    method: 'PUT',
    path: '/accounts/{account_id}',
    needs: { scope: 'account', anyOf: ['Account Settings Write'] },
    audit: { product: 'accounts', type: 'account', action: 'update' },
    run: putAccount,
  },
  {
    method: 'GET',
    path: '/user',
    needs: { scope: 'user', anyOf: ['User Details Read', 'User Details Write'] },
    run: getUser,
  },
  {
    method: 'GET',
    path: '/memberships',
    needs: { scope: 'user', anyOf: ['Memberships Read', 'Memberships Write'] },
    run: listMemberships,
  },
  {
    method: 'GET',
    path: '/memberships/{membership_id}',
    needs: { scope: 'user', anyOf: ['Memberships Read', 'Memberships Write'] },
    run: getMembership,
  },
];

interface AccountWire {
  readonly id: string;
  readonly name: string;
  readonly type: 'standard' | 'enterprise';
  readonly settings: { readonly enforce_twofactor: boolean; readonly abuse_contact_email: null };
  readonly created_on: string;
}

function accountWire(account: Account): AccountWire {
  return {
    id: account.id,
    name: account.name,
    type: account.type,
    settings: { enforce_twofactor: false, abuse_contact_email: null },
    created_on: account.createdOn,
  };
}

/** The accounts in which the credential may do anything at all. */
function listAccounts(call: Call): Reply {
  const name = call.query.get('name');
  const sign = call.query.get('direction') === 'desc' ? -1 : 1;
  const visible = [...call.world.accounts.values()]
    .filter((account) => isVisible(call.world, call.caller, account))
    .filter((account) => name === null || name === '' || account.name === name)
    .sort((a, b) => sign * (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const { items, info } = pageOf(visible, pageQuery(call.query, PAGE));
  return ok(items.map(accountWire), { info, infoPlace: 'after-result' });
}

const ACCOUNT_GROUPS = PERMISSION_GROUPS.filter((group) => group.scope === 'account').map(
  (group) => group.name,
);
const ZONE_GROUPS = PERMISSION_GROUPS.filter((group) => group.scope === 'zone').map((group) => group.name);

function isVisible(world: World, caller: Caller, account: Account): boolean {
  if (!caller.accountIds.has(account.id)) return false;
  if (caller.kind === 'global-key') return true;
  if (allows(caller, ACCOUNT_GROUPS, { kind: 'account', accountId: account.id })) return true;
  if (allows(caller, ZONE_GROUPS, { kind: 'zone', zoneId: '*', accountId: account.id })) return true;
  for (const zone of world.zones.values()) {
    if (
      zone.accountId === account.id &&
      allows(caller, ZONE_GROUPS, { kind: 'zone', zoneId: zone.id, accountId: account.id })
    ) {
      return true;
    }
  }
  return false;
}

function getAccount(call: Call): Reply {
  return ok(accountWire(call.account));
}

function putAccount(call: Call): Reply {
  const name = call.jsonObject()['name'];
  if (typeof name !== 'string' || name === '') throw invalidBody('name is required', '/name');
  const before = accountWire(call.account);
  call.account.name = name;
  call.world.changed();
  const after = accountWire(call.account);
  Object.assign(call.auditNote, { resourceId: call.account.id, before, after });
  return ok(after);
}

function getUser(call: Call): Reply {
  const user = userOf(call);
  return ok({
    id: user.id,
    email: user.email,
    first_name: user.firstName,
    last_name: user.lastName,
    username: user.id,
    telephone: null,
    country: null,
    zipcode: null,
    two_factor_authentication_enabled: false,
    two_factor_authentication_locked: false,
    created_on: user.createdOn,
    modified_on: user.modifiedOn,
    organizations: [],
    has_pro_zones: false,
    has_business_zones: false,
    has_enterprise_zones: false,
    suspended: false,
    betas: [],
  });
}

function listMemberships(call: Call): Reply {
  const user = userOf(call);
  const status = call.query.get('status');
  const mine = [...call.world.memberships.values()].filter(
    (membership) => membership.userId === user.id && (status === null || membership.status === status),
  );
  const { items, info } = pageOf(mine, pageQuery(call.query, PAGE));
  return ok(
    items.map((item) => membershipWire(call.world, item)),
    { info, infoPlace: 'after-result' },
  );
}

function getMembership(call: Call): Reply {
  const membership = call.world.memberships.get(call.param('membership_id'));
  if (membership === undefined || membership.userId !== userOf(call).id) {
    throw notFound(1003, 'Membership not found'); // [U] code and text
  }
  return ok(membershipWire(call.world, membership));
}

const RIGHTS = { read: true, write: true } as const;

function membershipWire(world: World, membership: Membership): unknown {
  const account = world.account(membership.accountId);
  return {
    id: membership.id,
    status: membership.status,
    account: account === undefined ? null : accountWire(account),
    api_access_enabled: null,
    roles: membership.roles,
    permissions: { billing: RIGHTS, dns_records: RIGHTS, ssl: RIGHTS, zone_settings: RIGHTS, zones: RIGHTS },
  };
}

function userOf(call: Call): User {
  const { user } = call.caller;
  if (user === undefined) throw authenticationError();
  return user;
}
