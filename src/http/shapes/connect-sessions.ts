/** Connect sessions as the tenant sees them, and as their visitor does. */
import { z } from '@hono/zod-openapi';
import type { Connection, ConnectSession } from '../../app/re-exports.ts';
import { connectSessionState } from '../../app/re-exports.ts';
import { isoTime, maybeTime, texts, time, type View } from './common.ts';

const brand = z.strictObject({
  name: z.string(),
  logoUrl: z.string().nullable(),
  colour: z.string().nullable(),
});
const state = z.enum(['open', 'used', 'revoked', 'expired']);
const fields = {
  id: z.string(),
  state,
  profile: z.enum(['minimum', 'full']),
  label: z.string().nullable(),
  tags: texts,
  metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  accountId: z.string().nullable(),
  zoneIds: texts,
  relink: z.string().nullable().openapi({ description: 'The connection that is given a new credential' }),
  returnUrl: z.string().nullable(),
  brand: brand.nullable(),
  tries: z.int(),
  createdAt: time,
  createdBy: z.string(),
  expiresAt: time,
  usedAt: maybeTime,
  revokedAt: maybeTime,
  connectionId: z.string().nullable().openapi({ description: 'What came of it' }),
};
const session = z.strictObject(fields).openapi('ConnectSession');

export const connectSessionShape: z.ZodType = session;
export const connectSessionListShape: z.ZodType = z
  .strictObject({ items: z.array(session) })
  .openapi('ConnectSessionList');
export const madeConnectSessionShape: z.ZodType = z
  .strictObject({
    ...fields,
    url: z.string().nullable().openapi({
      description: 'The link for the customer; shown in this answer only, null when it is repeated',
    }),
  })
  .openapi('MadeConnectSession');

const link = z.strictObject({
  userUrl: z.string(),
  accountUrl: z.string(),
  rights: texts,
  instructions: texts,
});
export const connectPageShape: z.ZodType = z
  .strictObject({
    brand: brand.nullable(),
    profile: z.enum(['minimum', 'full']),
    label: z.string().nullable().openapi({ description: 'Null: the visitor may name it' }),
    isRelink: z.boolean(),
    expiresAt: time,
    link: link.nullable().openapi({ description: "Cloudflare's token form, filled in, and the steps" }),
  })
  .openapi('ConnectPage');
export const connectedShape: z.ZodType = z
  .strictObject({
    connection: z.strictObject({
      id: z.string(),
      label: z.string(),
      state: z.string(),
      accountName: z.string().nullable(),
    }),
    returnUrl: z.string().nullable().openapi({ description: 'Where to go now; it names the connection' }),
  })
  .openapi('Connected');

export function connectSessionView(session: ConnectSession, now: number): View {
  const { id, profile, label, tags, metadata, relink, returnUrl, brand, tries, createdBy } = session;
  return {
    id,
    state: connectSessionState(session, now),
    profile,
    label,
    tags,
    metadata,
    accountId: session.accountId,
    zoneIds: session.zoneIds,
    relink,
    returnUrl,
    brand,
    tries,
    createdAt: isoTime(session.createdAt),
    createdBy,
    expiresAt: isoTime(session.expiresAt),
    usedAt: isoTime(session.used?.at ?? null),
    revokedAt: isoTime(session.revokedAt),
    connectionId: session.used?.connectionId ?? null,
  };
}

/** What a stranger with the link may know of the tenant: nothing but what the tenant chose to show. */
export function connectedView({ id, label, state, accountName }: Connection, session: ConnectSession): View {
  return { connection: { id, label, state, accountName }, returnUrl: returnUrlOf(session, id) };
}

function returnUrlOf({ id, returnUrl }: ConnectSession, connectionId: string): string | null {
  if (returnUrl === null) return null;
  const url = new URL(returnUrl);
  url.searchParams.set('connect_session', id);
  url.searchParams.set('connection', connectionId);
  return url.href;
}
