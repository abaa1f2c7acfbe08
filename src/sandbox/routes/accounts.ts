/** Accounts: which a credential sees, their names, new ones, and those that go. */
import { authenticationError, invalidBody } from '../api-error.ts';
import { allows, type Caller } from '../auth/caller.ts';
import { PERMISSION_GROUPS } from '../auth/permission-groups.ts';
import { LIST_PER_PAGE_DEFAULT, LIST_PER_PAGE_MAX } from '../constants.ts';
import type { Call, Needs, Route } from '../http/call.ts';
import { ok, pageOf, pageQuery, type Reply } from '../http/envelope.ts';
import { newId } from '../ids.ts';
import type { Account } from '../state/principals.ts';
import type { World } from '../state/world.ts';

const READ_ACCOUNT: Needs = { scope: 'account', anyOf: ['Account Settings Read', 'Account Settings Write'] };
const PAGE = { perPageDefault: LIST_PER_PAGE_DEFAULT, perPageMax: LIST_PER_PAGE_MAX };

export const accountRoutes: readonly Route[] = [
  { method: 'GET', path: '/accounts', needs: { scope: 'any' }, run: listAccounts },
  {
    method: 'POST',
    path: '/accounts',
    needs: { scope: 'any' },
    audit: { product: 'accounts', type: 'account', action: 'create' },
    run: postAccount,
  },
  { method: 'GET', path: '/accounts/{account_id}', needs: READ_ACCOUNT, run: getAccount },
  {
    method: 'PUT',
    path: '/accounts/{account_id}',
    needs: { scope: 'account', anyOf: ['Account Settings Write'] },
    audit: { product: 'accounts', type: 'account', action: 'update' },
    run: putAccount,
  },
  {
    method: 'DELETE',
    path: '/accounts/{account_id}',
    needs: { scope: 'account', anyOf: ['Account Settings Write'] },
    audit: { product: 'accounts', type: 'account', action: 'delete' },
    run: deleteAccount,
  },
];

export interface AccountWire {
  readonly id: string;
  readonly name: string;
  readonly type: 'standard' | 'enterprise';
  readonly settings: { readonly enforce_twofactor: boolean; readonly abuse_contact_email: null };
  readonly created_on: string;
}

/** The account object. */
export function accountWire(account: Account): AccountWire {
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

/** [U] Which permission it takes: here any credential of a user that may change the user. */
function postAccount(call: Call): Reply {
  const { caller, world } = call;
  const { user } = caller;
  if (user === undefined || !allows(caller, ['User Details Write'], { kind: 'user', userId: user.id })) {
    throw authenticationError();
  }
  const name = readName(call);
  const { standalone, unit, type = 'standard' } = call.jsonObject();
  if (type !== 'standard' && type !== 'enterprise') throw invalidBody('type is invalid', '/type');
  // Organizations are not here, so no unit is known and none can be guessed. [U] code and text
  if (unit !== undefined) throw invalidBody('unit.id is no organization of this user', '/unit/id');
  if (standalone !== true) throw invalidBody('standalone must be true outside of an organization');
  const account: Account = { id: newId(), name, type, createdOn: world.clock.stamp(), bag: {} };
  world.accounts.set(account.id, account);
  const id = newId();
  const roles = ['Super Administrator - All Privileges'];
  world.memberships.set(id, { id, userId: user.id, accountId: account.id, roles, status: 'accepted' });
  world.changed();
  call.resolve({ account });
  const after = accountWire(account);
  Object.assign(call.auditNote, { resourceId: account.id, after });
  return ok(after);
}

function readName(call: Call): string {
  const { name } = call.jsonObject();
  if (typeof name !== 'string' || name === '') throw invalidBody('name is required', '/name');
  return name;
}

/** For good, with zones, tokens and memberships; for tenant admins only. */
function deleteAccount(call: Call): Reply {
  const { world, account } = call;
  if (!world.behaviour.tenantAdmin) throw authenticationError();
  Object.assign(call.auditNote, { resourceId: account.id, before: accountWire(account) });
  world.dropAccount(account);
  world.changed();
  return ok({ id: account.id });
}

function putAccount(call: Call): Reply {
  const name = readName(call);
  const before = accountWire(call.account);
  call.account.name = name;
  call.world.changed();
  const after = accountWire(call.account);
  Object.assign(call.auditNote, { resourceId: call.account.id, before, after });
  return ok(after);
}
