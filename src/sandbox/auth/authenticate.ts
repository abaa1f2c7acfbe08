/**
 * The ladder of authentication: missing headers, malformed, unknown, expired or out of its conditions, good. Which
 * permission a good credential has is asked later, per route.
 */
import { ApiError, refusal } from '../api-error.ts';
import type { RawRequest } from '../http/call.ts';
import type { ApiToken } from '../state/principals.ts';
import type { World } from '../state/world.ts';
import type { Caller } from './caller.ts';
import { inNetworks } from './cidr.ts';

/** Today's secrets carry a prefix and a checksum, older ones are 40 characters. No strict length is checked. */
const TOKEN_FORM = /^[A-Za-z0-9_-]{40,128}$/;
const KEY_FORM = /^(?:[0-9a-f]{37,45}|cfk_[A-Za-z0-9_-]{40,80})$/;

/** 6003 with the older chain: 400, not 401. */
function invalidHeaders(code: number, header: string): ApiError {
  return new ApiError(400, {
    code: 6003,
    message: 'Invalid request headers',
    error_chain: [{ code, message: `Invalid format for ${header} header` }],
  });
}

export function invalidApiToken(): ApiError {
  return refusal(401, 1000, 'Invalid API Token');
}

/** Expired, disabled or called from a refused address. Text and split are [U]. */
export function invalidAccessToken(): ApiError {
  return refusal(403, 9109, 'Invalid access token');
}

/** Text as widely reported, status [U]. */
export function missingHeaders(): ApiError {
  return refusal(400, 9106, 'Missing X-Auth-Key, X-Auth-Email or Authorization headers');
}

/** Who sent the request. Throws an `ApiError` of the ladder. */
export function authenticate(world: World, request: RawRequest): Caller {
  const { authorization } = request.headers;
  const email = request.headers['x-auth-email'];
  const key = request.headers['x-auth-key'];
  if (authorization !== undefined) {
    // A bearer token beside X-Auth-Email is refused; with which code is [U].
    if (email !== undefined || key !== undefined) throw invalidHeaders(6111, 'Authorization');
    const token = presentedToken(world, authorization);
    assertUsable(world, token, request.ip);
    return tokenCaller(world, token, request.ip);
  }
  if (email === undefined && key === undefined) throw missingHeaders();
  return keyCaller(world, email ?? '', key ?? '', request.ip);
}

/** The token of an `Authorization` header, good or expired. Throws when malformed or unknown. */
export function presentedToken(world: World, authorization: string | undefined): ApiToken {
  const value = /^Bearer\s+(\S+)$/i.exec(authorization?.trim() ?? '')?.[1];
  const token = value === undefined ? undefined : world.tokenBySecret(value);
  if (token !== undefined) return token;
  if (value === undefined || !TOKEN_FORM.test(value)) throw invalidHeaders(6111, 'Authorization');
  throw invalidApiToken();
}

/** Where a token stands by the clock. */
export function tokenStatus(world: World, token: ApiToken): 'active' | 'disabled' | 'expired' {
  if (token.expiresOn !== undefined && Date.parse(token.expiresOn) <= world.clock.now()) return 'expired';
  return token.status;
}

export function assertUsable(world: World, token: ApiToken, ip: string): void {
  if (tokenStatus(world, token) !== 'active') throw invalidAccessToken();
  if (token.notBefore !== undefined && Date.parse(token.notBefore) > world.clock.now())
    throw invalidAccessToken();
  const condition = token.condition?.request_ip;
  if (condition?.in !== undefined && condition.in.length > 0 && !inNetworks(ip, condition.in)) {
    throw invalidAccessToken();
  }
  if (condition?.not_in !== undefined && inNetworks(ip, condition.not_in)) throw invalidAccessToken();
}

export function tokenCaller(world: World, token: ApiToken, ip: string): Caller {
  if (token.owner.kind === 'account') {
    return {
      kind: 'account-token',
      user: undefined,
      owner: world.account(token.owner.id),
      token,
      accountIds: new Set([token.owner.id]),
      ip,
    };
  }
  const user = world.user(token.owner.id);
  return {
    kind: 'user-token',
    user,
    owner: undefined,
    token,
    accountIds: world.accountIdsOf(token.owner.id),
    ip,
  };
}

function keyCaller(world: World, email: string, key: string, ip: string): Caller {
  const user = world.userByEmail(email);
  if (user !== undefined && user.globalKey === key) {
    return {
      kind: 'global-key',
      user,
      owner: undefined,
      token: undefined,
      accountIds: world.accountIdsOf(user.id),
      ip,
    };
  }
  if (!/^[^@\s]+@[^@\s]+$/.test(email)) throw invalidHeaders(6102, 'X-Auth-Email');
  if (!KEY_FORM.test(key)) throw invalidHeaders(6103, 'X-Auth-Key');
  // Status and text are [U].
  throw refusal(403, 9103, 'Unknown X-Auth-Key or X-Auth-Email');
}
