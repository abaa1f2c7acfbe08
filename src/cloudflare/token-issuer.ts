/**
 * Reads and writes API tokens (`TokenIssuer`; its contract stands there), those of a user and those of an account.
 *
 * Source: cloudflare-api §1.2. Cloudflare gives policies and groups back in any order, keeps whole seconds, and
 * shows a token's value once, in the answer that makes it.
 */
import { isZonewardError, ZonewardError } from '../base/errors.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import { Secret } from '../base/secret.ts';
import type { CallOptions } from '../domains/cloudflare-call.ts';
import type { Credential } from '../domains/connections/model.ts';
import type {
  IssuedToken,
  PermissionGroup,
  TokenDefinition,
  TokenIssuer,
  TokenOwner,
  TokenPolicyDefinition,
} from '../domains/connections/ports.ts';
import type { Api } from './api.ts';
import { isObject } from './envelope.ts';

/** The documented maximum. */
const TOKENS_PER_PAGE = 50;

export function createTokenIssuer(deps: {
  /** The API as a credential sees it. */
  readonly apiFor: (credential: Credential) => Api;
}): TokenIssuer {
  const { apiFor } = deps;
  return {
    list: (credential, owner, options) => list(apiFor(credential), owner, options),
    read: async (credential, owner, tokenId, options) => {
      try {
        return decodeDefinition(await get(apiFor(credential), owner, tokenId, options));
      } catch (error) {
        if (isGone(error)) return null;
        throw error;
      }
    },
    create: (credential, owner, definition, options) =>
      create(apiFor(credential), owner, definition, options),
    remove: async (credential, owner, tokenId, options) => {
      try {
        await remove(apiFor(credential), owner, tokenId, options);
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
    permissionGroups: (credential, owner, options) => permissionGroups(apiFor(credential), owner, options),
  };
}

async function list(api: Api, owner: TokenOwner, options: CallOptions): Promise<IssuedToken[]> {
  const request = { perPage: TOKENS_PER_PAGE, query: { include_expired: true } };
  const pages =
    owner.kind === 'user'
      ? api.pages('GET /user/tokens', {}, request, options)
      : api.pages('GET /accounts/{account_id}/tokens', { account_id: owner.accountId }, request, options);
  // By id: a list that shifts between two pages shows a token twice.
  const tokens = new Map<string, IssuedToken>();
  for await (const { items } of pages) {
    for (const item of items) {
      const token = decodeToken(item as unknown as JsonObject);
      tokens.set(token.tokenId, token);
    }
  }
  return [...tokens.values()];
}

async function get(api: Api, owner: TokenOwner, tokenId: string, options: CallOptions): Promise<JsonObject> {
  const { result } =
    owner.kind === 'user'
      ? await api.call('GET /user/tokens/{token_id}', { token_id: tokenId }, {}, options)
      : await api.call(
          'GET /accounts/{account_id}/tokens/{token_id}',
          { account_id: owner.accountId, token_id: tokenId },
          {},
          options,
        );
  return result as unknown as JsonObject;
}

async function create(
  api: Api,
  owner: TokenOwner,
  definition: TokenDefinition,
  options: CallOptions,
): Promise<{ readonly tokenId: string; readonly value: Secret }> {
  const request = { body: encodeDefinition(definition) };
  const answer =
    owner.kind === 'user'
      ? await api.call('POST /user/tokens', {}, request, options)
      : await api.call(
          'POST /accounts/{account_id}/tokens',
          { account_id: owner.accountId },
          request,
          options,
        );
  const { id, value } = (answer.result ?? {}) as { readonly id?: unknown; readonly value?: unknown };
  if (typeof id === 'string' && typeof value === 'string' && value !== '') {
    return { tokenId: id, value: new Secret(value) };
  }
  throw new ZonewardError('Cloudflare made a token and did not show its value.', {
    code: 'cloudflare-unanswered',
    kind: 'unknown-outcome',
    details: { ray: answer.ray },
  });
}

async function remove(api: Api, owner: TokenOwner, tokenId: string, options: CallOptions): Promise<void> {
  if (owner.kind === 'user') {
    await api.call('DELETE /user/tokens/{token_id}', { token_id: tokenId }, {}, options);
    return;
  }
  const params = { account_id: owner.accountId, token_id: tokenId };
  await api.call('DELETE /accounts/{account_id}/tokens/{token_id}', params, {}, options);
}

async function permissionGroups(
  api: Api,
  owner: TokenOwner,
  options: CallOptions,
): Promise<PermissionGroup[]> {
  const { result } =
    owner.kind === 'user'
      ? await api.call('GET /user/tokens/permission_groups', {}, {}, options)
      : await api.call(
          'GET /accounts/{account_id}/tokens/permission_groups',
          { account_id: owner.accountId },
          {},
          options,
        );
  return listOf(result as unknown as JsonValue).map((group) => ({
    id: text(group['id']),
    name: text(group['name']),
    scopes: Array.isArray(group['scopes']) ? group['scopes'].map(text) : [],
  }));
}

function decodeToken(token: JsonObject): IssuedToken {
  return {
    tokenId: text(token['id']),
    name: text(token['name']),
    status: text(token['status']),
    expiresAt: timeOf(token['expires_on']),
  };
}

function decodeDefinition(token: JsonObject): TokenDefinition {
  const { condition } = token;
  return {
    name: text(token['name']),
    policies: listOf(token['policies']).map(decodePolicy),
    condition: isObject(condition) && Object.keys(condition).length > 0 ? condition : null,
    expiresAt: timeOf(token['expires_on']),
  };
}

function decodePolicy(policy: JsonObject): TokenPolicyDefinition {
  return {
    // What is neither must not become a grant.
    effect: policy['effect'] === 'allow' ? 'allow' : 'deny',
    permissionGroups: listOf(policy['permission_groups']).map((group) => ({
      id: text(group['id']),
      name: text(group['name']),
    })),
    resources: isObject(policy['resources']) ? policy['resources'] : {},
  };
}

/** Cloudflare's own ids of policies are not sent: they belong to the token that was read. */
function encodeDefinition({ name, policies, condition, expiresAt }: TokenDefinition): JsonObject {
  return {
    name,
    policies: policies.map(({ effect, permissionGroups: groups, resources }) => ({
      effect,
      permission_groups: groups.map(({ id }) => ({ id })),
      resources,
    })),
    ...(condition === null ? {} : { condition }),
    ...(expiresAt === null ? {} : { expires_on: wholeSecond(expiresAt) }),
  };
}

function wholeSecond(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function listOf(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter(isObject) : [];
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function timeOf(value: JsonValue | undefined): number | null {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

function isGone(error: unknown): boolean {
  return isZonewardError(error) && error.code === 'cloudflare-not-found';
}
