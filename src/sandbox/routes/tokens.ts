/** API tokens of a user and of an account (§1.2): the same shapes under two prefixes. */
import { authenticationError, refusal } from '../api-error.ts';
import { assertUsable, invalidApiToken, presentedToken, tokenStatus } from '../auth/authenticate.ts';
import { groupById, PERMISSION_GROUPS, SCOPE_NAMES } from '../auth/permission-groups.ts';
import { formatSeconds } from '../clock.ts';
import {
  ACCOUNT_TOKENS_MAX,
  LIST_PER_PAGE_DEFAULT,
  LIST_PER_PAGE_MAX,
  USER_TOKENS_MAX,
} from '../constants.ts';
import type { AuditLabel, Call, Needs, Route } from '../http/call.ts';
import { ok, pageOf, pageQuery, type Reply } from '../http/envelope.ts';
import { newId, newSecret } from '../ids.ts';
import type { ApiToken } from '../state/principals.ts';
import type { World } from '../state/world.ts';
import { readTokenBody } from './token-body.ts';

interface Prefix {
  readonly path: '/user' | '/accounts/{account_id}';
  readonly read: Needs;
  readonly write: Needs;
}

const USER: Prefix = {
  path: '/user',
  read: { scope: 'user', anyOf: ['API Tokens Read', 'API Tokens Write'] },
  write: { scope: 'user', anyOf: ['API Tokens Write'] },
};
const ACCOUNT: Prefix = {
  path: '/accounts/{account_id}',
  read: { scope: 'account', anyOf: ['Account API Tokens Read', 'Account API Tokens Write'] },
  write: { scope: 'account', anyOf: ['Account API Tokens Write'] },
};

function label(action: AuditLabel['action']): AuditLabel {
  return { product: 'api_tokens', type: 'token', action };
}

function routesUnder({ path, read, write }: Prefix): readonly Route[] {
  const tokens = `${path}/tokens`;
  const item = `${tokens}/{token_id}`;
  return [
    { method: 'GET', path: tokens, needs: read, run: listTokens },
    { method: 'POST', path: tokens, needs: write, audit: label('create'), run: createToken },
    { method: 'GET', path: `${tokens}/verify`, needs: { scope: 'none' }, run: verifyToken },
    { method: 'GET', path: `${tokens}/permission_groups`, needs: read, run: listGroups },
    { method: 'GET', path: item, needs: read, run: getToken },
    { method: 'PUT', path: item, needs: write, audit: label('update'), run: putToken },
    { method: 'DELETE', path: item, needs: write, audit: label('delete'), run: deleteToken },
    { method: 'PUT', path: `${item}/value`, needs: write, audit: label('update'), run: rollToken },
  ];
}

export const tokenRoutes: readonly Route[] = [...routesUnder(USER), ...routesUnder(ACCOUNT)];

type Owner = ApiToken['owner'];

function ownerOf(call: Call): Owner {
  if (call.params['account_id'] !== undefined) return { kind: 'account', id: call.account.id };
  const { user } = call.caller;
  if (user === undefined) throw authenticationError();
  return { kind: 'user', id: user.id };
}

function tokensOf(world: World, owner: Owner): ApiToken[] {
  return [...world.tokens.values()].filter(
    (token) => token.owner.kind === owner.kind && token.owner.id === owner.id,
  );
}

/** A token object; `value` is shown only on creation. */
export function tokenWire(world: World, token: ApiToken): Readonly<Record<string, unknown>> {
  return {
    id: token.id,
    name: token.name,
    status: tokenStatus(world, token),
    issued_on: token.issuedOn,
    modified_on: token.modifiedOn,
    last_used_on: token.lastUsedOn ?? null,
    ...(token.expiresOn === undefined ? {} : { expires_on: token.expiresOn }),
    ...(token.notBefore === undefined ? {} : { not_before: token.notBefore }),
    policies: token.policies.map((policy) => ({
      id: policy.id,
      effect: policy.effect,
      resources: policy.resources,
      permission_groups: policy.groups.map((id) => ({ id, name: groupById(id)?.name ?? '' })),
    })),
    ...(token.condition === undefined ? {} : { condition: token.condition }),
  };
}

function listTokens(call: Call): Reply {
  const sign = call.query.get('direction') === 'asc' ? 1 : -1;
  const withExpired = call.query.get('include_expired') === 'true';
  const tokens = tokensOf(call.world, ownerOf(call))
    .filter((token) => withExpired || tokenStatus(call.world, token) !== 'expired')
    .sort((a, b) => sign * (a.issuedOn < b.issuedOn ? -1 : 1));
  const wanted = pageQuery(call.query, {
    perPageDefault: LIST_PER_PAGE_DEFAULT,
    perPageMax: LIST_PER_PAGE_MAX,
  });
  const { items, info } = pageOf(tokens, wanted);
  return ok(
    items.map((token) => tokenWire(call.world, token)),
    { info },
  );
}

function createToken(call: Call): Reply {
  const owner = ownerOf(call);
  const max = owner.kind === 'user' ? USER_TOKENS_MAX : ACCOUNT_TOKENS_MAX;
  if (tokensOf(call.world, owner).length >= max) {
    throw refusal(400, 1010, `You have reached the maximum of ${max} API tokens`); // [U] code and text
  }
  const body = readTokenBody(call, owner);
  const now = formatSeconds(call.world.clock.now());
  const token: ApiToken = {
    id: newId(),
    owner,
    secret: newSecret(owner.kind === 'user' ? 'cfut' : 'cfat'),
    issuedOn: now,
    modifiedOn: now,
    ...body,
  };
  call.world.addToken(token);
  call.world.changed();
  const wire = tokenWire(call.world, token);
  Object.assign(call.auditNote, { resourceId: token.id, after: wire });
  return ok({ ...wire, value: token.secret });
}

function existing(call: Call): ApiToken {
  const owner = ownerOf(call);
  const token = call.world.tokens.get(call.param('token_id'));
  if (token === undefined || token.owner.kind !== owner.kind || token.owner.id !== owner.id) {
    throw refusal(404, 1003, 'API Token not found'); // [U] status, code and text
  }
  return token;
}

function getToken(call: Call): Reply {
  return ok(tokenWire(call.world, existing(call)));
}

function putToken(call: Call): Reply {
  const token = existing(call);
  const before = tokenWire(call.world, token);
  const { condition, expiresOn, notBefore, ...body } = readTokenBody(call, token.owner);
  // A PUT replaces: what it leaves out is gone.
  Object.assign(token, body, {
    condition,
    expiresOn,
    notBefore,
    modifiedOn: formatSeconds(call.world.clock.now()),
  });
  call.world.changed();
  const after = tokenWire(call.world, token);
  Object.assign(call.auditNote, { resourceId: token.id, before, after });
  return ok(after);
}

function deleteToken(call: Call): Reply {
  const token = existing(call);
  Object.assign(call.auditNote, { resourceId: token.id, before: tokenWire(call.world, token) });
  call.world.removeToken(token);
  call.world.changed();
  return ok({ id: token.id });
}

/** Another secret for the same token: the old one is dead at once. The result is the bare secret. */
function rollToken(call: Call): Reply {
  const token = existing(call);
  call.world.rollToken(token, newSecret(token.owner.kind === 'user' ? 'cfut' : 'cfat'));
  token.modifiedOn = formatSeconds(call.world.clock.now());
  call.world.changed();
  call.auditNote.resourceId = token.id;
  return ok(token.secret);
}

function listGroups(call: Call): Reply {
  const name = call.query.get('name');
  const scope = call.query.get('scope');
  const accountOnly = call.params['account_id'] !== undefined;
  const groups = PERMISSION_GROUPS.filter(
    (group) =>
      // An account's tokens cannot have user-scoped rights.
      (!accountOnly || group.scope !== 'user') &&
      (name === null || name === '' || group.name === name) &&
      (scope === null || scope === '' || SCOPE_NAMES[group.scope] === scope),
  );
  return ok(
    groups.map(({ id, name: groupName, scope: groupScope }) => ({
      id,
      name: groupName,
      scopes: [SCOPE_NAMES[groupScope]],
    })),
  );
}

const VERIFY_TEXTS = {
  active: 'This API Token is valid and active',
  // [U] Texts of a token that exists but may not be used.
  disabled: 'This API Token is disabled',
  expired: 'This API Token is expired',
} as const;

/**
 * Tells whether the presented token is good. A token of the other kind of owner is answered as unknown; without
 * credential, the account form says 1001.
 */
function verifyToken(call: Call): Reply {
  const { world, request, params } = call;
  const accountId = params['account_id'];
  if (request.headers['authorization'] === undefined) {
    if (accountId !== undefined) throw refusal(401, 1001, 'Missing authentication'); // [U] text and status
    throw invalidApiToken();
  }
  const token = presentedToken(world, request.headers['authorization']);
  const wantedKind = accountId === undefined ? 'user' : 'account';
  if (token.owner.kind !== wantedKind || (accountId !== undefined && token.owner.id !== accountId)) {
    throw invalidApiToken();
  }
  const status = tokenStatus(world, token);
  if (status === 'active') assertUsable(world, token, request.ip);
  const result = {
    id: token.id,
    status,
    ...(token.notBefore === undefined ? {} : { not_before: token.notBefore }),
    ...(token.expiresOn === undefined ? {} : { expires_on: token.expiresOn }),
  };
  return ok(result, { messages: [{ code: 10000, message: VERIFY_TEXTS[status], type: null }] });
}
