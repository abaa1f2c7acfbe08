/** API keys as they go out. */
import { z } from '@hono/zod-openapi';
import { type ApiKey, SCOPES } from '../../app/re-exports.ts';
import { isoTime, maybeTime, texts, time, type View } from './common.ts';

const fields = {
  id: z.string(),
  label: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  connectionIds: texts.nullable(),
  zoneIds: texts.nullable(),
  namePatterns: texts.nullable(),
  owner: z.string().openapi({ description: 'Keys of one owner count as one for approvals' }),
  createdAt: time,
  createdBy: z.string(),
  expiresAt: maybeTime,
  lastUsedAt: maybeTime,
  revokedAt: maybeTime,
};

const apiKey = z.strictObject(fields).openapi('ApiKey');

export const apiKeyListShape: z.ZodType = z.strictObject({ items: z.array(apiKey) }).openapi('ApiKeyList');
export const createdApiKeyShape: z.ZodType = z
  .strictObject({
    ...fields,
    secret: z
      .string()
      .nullable()
      .openapi({ description: 'Shown in this answer only; null when it is repeated' }),
  })
  .openapi('CreatedApiKey');

export const apiKeyShape: z.ZodType = apiKey;
export const revokedKeysShape: z.ZodType = z
  .strictObject({
    revoked: z.array(apiKey),
    standing: z
      .array(apiKey)
      .openapi({ description: 'Keys that it made, or that those made, which still stand' }),
  })
  .openapi('RevokedApiKeys');

/** What a change is conditional on: all but when it was last used, which changes by itself. */
export function apiKeyState(key: ApiKey): View {
  return { ...apiKeyView(key), lastUsedAt: null };
}

export function apiKeyView(key: ApiKey): View {
  const { id, label, scopes, reach, owner, createdBy } = key;
  return {
    id,
    label,
    scopes,
    connectionIds: reach.connectionIds,
    zoneIds: reach.zoneIds,
    namePatterns: reach.namePatterns,
    owner,
    createdAt: isoTime(key.createdAt),
    createdBy,
    expiresAt: isoTime(key.expiresAt),
    lastUsedAt: isoTime(key.lastUsedAt),
    revokedAt: isoTime(key.revokedAt),
  };
}
