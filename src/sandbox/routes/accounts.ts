/** Accounts: which a credential sees, and their names. */
import { invalidBody } from '../api-error.ts';
import { allows, type Caller } from '../auth/caller.ts';
import { PERMISSION_GROUPS } from '../auth/permission-groups.ts';
import { LIST_PER_PAGE_DEFAULT, LIST_PER_PAGE_MAX } from '../constants.ts';
import type { Call, Needs, Route } from '../http/call.ts';
import { ok, pageOf, pageQuery, type Reply } from '../http/envelope.ts';
import type { Account } from '../state/principals.ts';
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
