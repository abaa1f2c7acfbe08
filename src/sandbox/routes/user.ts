/** The user behind a credential, and the accounts that the user is a member of. */
import { type ApiError, authenticationError, invalidBody, notFound } from '../api-error.ts';
import { LIST_PER_PAGE_DEFAULT, LIST_PER_PAGE_MAX } from '../constants.ts';
import type { Call, Needs, Route } from '../http/call.ts';
import { ok, pageOf, pageQuery, type Reply } from '../http/envelope.ts';
import type { Membership, User } from '../state/principals.ts';
import type { World } from '../state/world.ts';
import { accountWire } from './accounts.ts';

const READ_USER: Needs = { scope: 'user', anyOf: ['User Details Read', 'User Details Write'] };
const WRITE_USER: Needs = { scope: 'user', anyOf: ['User Details Write'] };
const READ: Needs = { scope: 'user', anyOf: ['Memberships Read', 'Memberships Write'] };
const WRITE: Needs = { scope: 'user', anyOf: ['Memberships Write'] };
const ITEM = '/memberships/{membership_id}';
const PAGE = { perPageDefault: LIST_PER_PAGE_DEFAULT, perPageMax: LIST_PER_PAGE_MAX };

export const userRoutes: readonly Route[] = [
  { method: 'GET', path: '/user', needs: READ_USER, run: getUser },
  {
    method: 'PATCH',
    path: '/user',
    needs: WRITE_USER,
    audit: { product: 'user', type: 'user', action: 'update' },
    run: patchUser,
  },
  { method: 'GET', path: '/memberships', needs: READ, run: listMemberships },
  { method: 'GET', path: ITEM, needs: READ, run: getMembership },
  {
    method: 'PUT',
    path: ITEM,
    needs: WRITE,
    audit: { product: 'memberships', type: 'membership', action: 'update' },
    run: putMembership,
  },
  {
    method: 'DELETE',
    path: ITEM,
    needs: WRITE,
    audit: { product: 'memberships', type: 'membership', action: 'delete' },
    run: deleteMembership,
  },
];

function userOf(call: Call): User {
  const { user } = call.caller;
  if (user === undefined) throw authenticationError();
  return user;
}

function userWire(world: World, user: User): Readonly<Record<string, unknown>> {
  const accountIds = world.accountIdsOf(user.id);
  const plans = new Set<string>();
  for (const zone of world.zones.values()) if (accountIds.has(zone.accountId)) plans.add(zone.fields.plan);
  return {
    id: user.id,
    email: user.email,
    first_name: user.firstName,
    last_name: user.lastName,
    telephone: user.telephone,
    country: user.country,
    zipcode: user.zipcode,
    two_factor_authentication_enabled: false,
    two_factor_authentication_locked: false,
    organizations: [],
    has_pro_zones: plans.has('pro'),
    has_business_zones: plans.has('business'),
    has_enterprise_zones: plans.has('enterprise'),
    suspended: false,
    betas: [],
  };
}

function getUser(call: Call): Reply {
  return ok(userWire(call.world, userOf(call)));
}

const USER_FIELDS = {
  first_name: 'firstName',
  last_name: 'lastName',
  telephone: 'telephone',
  country: 'country',
  zipcode: 'zipcode',
} as const;

function patchUser(call: Call): Reply {
  const user = userOf(call);
  const body = call.jsonObject();
  const before = userWire(call.world, user);
  for (const [field, key] of Object.entries(USER_FIELDS)) {
    const value = body[field];
    if (value === undefined) continue;
    if (value !== null && typeof value !== 'string')
      throw invalidBody(`${field} must be a string`, `/${field}`);
    user[key] = value;
  }
  user.modifiedOn = call.world.clock.stamp();
  call.world.changed();
  const after = userWire(call.world, user);
  Object.assign(call.auditNote, { resourceId: user.id, before, after });
  return ok(after);
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

/** [U] code and text */
const noMembership = (): ApiError => notFound(1003, 'Membership not found');

function membershipOf(call: Call): Membership {
  const membership = call.world.memberships.get(call.param('membership_id'));
  if (membership === undefined || membership.userId !== userOf(call).id) throw noMembership();
  return membership;
}

function getMembership(call: Call): Reply {
  return ok(membershipWire(call.world, membershipOf(call)));
}

/** Accepts or rejects an invitation. */
function putMembership(call: Call): Reply {
  const membership = membershipOf(call);
  const { status } = call.jsonObject();
  if (status !== 'accepted' && status !== 'rejected')
    throw invalidBody('status must be accepted or rejected', '/status');
  const before = membershipWire(call.world, membership);
  membership.status = status;
  call.world.changed();
  const after = membershipWire(call.world, membership);
  Object.assign(call.auditNote, { resourceId: membership.id, before, after });
  return ok(after);
}

/** Leaves the account: its zones are out of the user's sight from then on. */
function deleteMembership(call: Call): Reply {
  const membership = membershipOf(call);
  call.world.memberships.delete(membership.id);
  call.world.changed();
  Object.assign(call.auditNote, {
    resourceId: membership.id,
    before: membershipWire(call.world, membership),
  });
  return ok({ id: membership.id });
}

const RIGHTS = { read: true, write: true } as const;

function membershipWire(world: World, membership: Membership): Readonly<Record<string, unknown>> {
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
