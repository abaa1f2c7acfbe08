/** API keys over HTTP. A secret is in the answer that makes it and nowhere else. */
import { z } from '@hono/zod-openapi';
import { type ConnectionId, SCOPES, type ZoneId } from '../../app/handed-out.ts';
import { requireUnlimited } from '../caller.ts';
import { type Endpoint, endpoint, json } from '../endpoint.ts';
import { idParams, time } from '../inputs.ts';
import { apiKeyListShape, apiKeyView, createdApiKeyShape } from '../shapes/api-keys.ts';

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

const revokeApiKey = endpoint({
  method: 'delete',
  path: '/v1/api-keys/{id}',
  operationId: 'revokeApiKey',
  tag: 'api-keys',
  summary: 'Revoke an API key, from the next request on',
  scope: 'admin',
  params: idParams,
  answers: { status: 204, description: 'It is revoked' },
  handle: async ({ zoneward, caller }, { params }) => {
    requireUnlimited(caller);
    await zoneward.apiKeys.revoke(caller.tenantName, params.id, { principal: caller.principal });
    return { kind: 'empty' };
  },
});

export const API_KEY_ENDPOINTS: readonly Endpoint[] = [listApiKeys, createApiKey, revokeApiKey];
