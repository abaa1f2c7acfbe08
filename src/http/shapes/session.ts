/** Who is signed in, and to what, as it goes out. */
import { z } from '@hono/zod-openapi';
import type { Zoneward } from '../../app/open-zoneward.ts';
import { type ApiKey, CLOUDFLARE_BASE_URL, SCOPES, type Session, VERSION } from '../../app/re-exports.ts';
import { isoTime, maybeTime, texts, time, type View } from './common.ts';

export const sessionShape: z.ZodType = z
  .strictObject({
    key: z.strictObject({
      id: z.string(),
      label: z.string(),
      scopes: z.array(z.enum(SCOPES)),
      connectionIds: texts.nullable().openapi({ description: 'What it is narrowed to; null when it is not' }),
      zoneIds: texts.nullable(),
      namePatterns: texts.nullable(),
      expiresAt: maybeTime,
    }),
    tenant: z
      .string()
      .nullable()
      .openapi({ description: "Null for an operator's key while the request names no tenant" }),
    allTenants: z
      .boolean()
      .openapi({ description: "An operator's key: it acts for the tenant that it names" }),
    session: z
      .strictObject({
        startedAt: time,
        endsAt: time,
        idleEndsAt: time.openapi({ description: 'When it ends unless it is used before' }),
      })
      .nullable()
      .openapi({ description: 'Null where the key itself was sent' }),
    server: z.strictObject({
      version: z.string(),
      store: z.enum(['sqlite', 'postgresql']),
      cloudflare: z.string().openapi({ description: 'The base URL of the API that is talked to' }),
      sandbox: z.boolean().openapi({ description: 'That is not Cloudflare, but a local stand-in' }),
    }),
  })
  .openapi('Session');

export function sessionView(
  { config }: Zoneward,
  who: { readonly key: ApiKey; readonly session: Session | null; readonly tenant: string | null },
): View {
  const { key, session, tenant } = who;
  const { id, label, scopes, reach, expiresAt } = key;
  return {
    key: { id, label, scopes, ...reach, expiresAt: isoTime(expiresAt) },
    tenant,
    allTenants: key.tenantId === null,
    session:
      session === null
        ? null
        : {
            startedAt: isoTime(session.startedAt),
            endsAt: isoTime(session.endsAt),
            idleEndsAt: isoTime(session.idleEndsAt),
          },
    server: {
      version: VERSION,
      store: config.storePlace.startsWith('sqlite:') ? 'sqlite' : 'postgresql',
      cloudflare: config.baseUrl,
      sandbox: config.baseUrl !== CLOUDFLARE_BASE_URL,
    },
  };
}
