/** API keys over HTTP. A secret is in the answer that makes it and nowhere else. */
import { z } from '@hono/zod-openapi';
import { type ApiKey, type ConnectionId, SCOPES, type ZoneId } from '../../app/re-exports.ts';
import { requireUnlimited } from '../caller.ts';
import { requireMatch } from '../dispatch.ts';
import { type Call, type Endpoint, endpoint, json } from '../endpoint.ts';
import { flag, idParams, time } from '../inputs.ts';
import { HttpError } from '../problem.ts';
import {
  apiKeyListShape,
  apiKeyShape,
  apiKeyState,
  apiKeyView,
  createdApiKeyShape,
  revokedKeysShape,
} from '../shapes/api-keys.ts';

const listApiKeys = endpoint({
  method: 'get',
  path: '/v1/api-keys',
  operationId: 'listApiKeys',
  tag: 'api-keys',
  summary: "The tenant's API keys, newest first, without their secrets",
  scope: 'admin',
  answers: { status: 200, description: 'The keys', schema: apiKeyListShape },
  handle: async ({ zoneward, caller }) => {
    requireUnlimited(caller);
    return json({ items: (await zoneward.apiKeys.list(caller.tenantName)).map(apiKeyView) });
  },
});

const names = (max: number) => z.array(z.string().min(1).max(255)).min(1).max(max).nullable().optional();

const createApiKey = endpoint({
  method: 'post',
  path: '/v1/api-keys',
  operationId: 'createApiKey',
  tag: 'api-keys',
  summary: 'Make an API key. Its secret is in this answer and nowhere else.',
  scope: 'admin',
  body: z
    .strictObject({
      label: z.string().min(1).max(128),
      scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
      connectionIds: names(1_000),
      zoneIds: names(1_000),
      namePatterns: names(1_000),
      expiresAt: time.nullable().optional(),
    })
    .openapi('NewApiKey'),
  answers: { status: 201, description: 'The key', schema: createdApiKeyShape },
  handle: async ({ zoneward, caller }, { body }) => {
    requireUnlimited(caller);
    const { key, secret } = await zoneward.apiKeys.create(
      caller.tenantName,
      {
        label: body.label,
        scopes: body.scopes,
        reach: {
          connectionIds: (body.connectionIds ?? null) as readonly ConnectionId[] | null,
          zoneIds: (body.zoneIds ?? null) as readonly ZoneId[] | null,
          namePatterns: body.namePatterns ?? null,
        },
        expiresAt: body.expiresAt ?? null,
      },
      { principal: caller.principal },
    );
    const view = apiKeyView(key);
    return {
      kind: 'json',
      status: 201,
      body: { ...view, secret: secret.reveal() },
      keptBody: { ...view, secret: null },
    };
  },
});

async function findKey(call: Call, id: string): Promise<ApiKey> {
  requireUnlimited(call.caller);
  const all = await call.zoneward.apiKeys.list(call.caller.tenantName);
  const found = all.find((key) => key.id === id);
  if (found !== undefined) return found;
  throw new HttpError(404, 'api-key-unknown', 'There is no such API key.');
}

const getApiKey = endpoint({
  method: 'get',
  path: '/v1/api-keys/{id}',
  operationId: 'getApiKey',
  tag: 'api-keys',
  summary: 'One API key, without its secret',
  scope: 'admin',
  params: idParams,
  answers: { status: 200, description: 'The key', schema: apiKeyShape },
  handle: async (call, { params }) => {
    const key = await findKey(call, params.id);
    return { kind: 'json', status: 200, body: apiKeyView(key), tagged: apiKeyState(key) };
  },
});

const revokeApiKey = endpoint({
  method: 'delete',
  path: '/v1/api-keys/{id}',
  operationId: 'revokeApiKey',
  tag: 'api-keys',
  summary: 'Revoke an API key, from the next request on; with `withMade`, the keys that it made too',
  scope: 'admin',
  params: idParams,
  query: z.strictObject({ withMade: flag.optional() }),
  answers: {
    status: 200,
    description: 'What is revoked, and what it made still stands',
    schema: revokedKeysShape,
  },
  handle: async (call, { params, query }) => {
    const { zoneward, caller } = call;
    requireMatch(call, apiKeyState(await findKey(call, params.id)));
    const { revoked, standing } = await zoneward.apiKeys.revoke(caller.tenantName, params.id, {
      principal: caller.principal,
      withMade: query.withMade ?? false,
    });
    return json({ revoked: revoked.map(apiKeyView), standing: standing.map(apiKeyView) });
  },
});

export const API_KEY_ENDPOINTS: readonly Endpoint[] = [listApiKeys, createApiKey, getApiKey, revokeApiKey];
