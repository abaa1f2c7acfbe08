/** A tenant's end, as it goes over the wire. */
import { z } from '@hono/zod-openapi';
import type { ErasureCertificate, PreparedErasure } from '../../app/re-exports.ts';
import { count, isoTime, texts, time, type View } from './common.ts';

const counts = z.record(z.string(), count);

export const tenantListShape: z.ZodType = z.strictObject({ items: texts }).openapi('TenantList');
export const preparedErasureShape: z.ZodType = z
  .strictObject({
    tenant: z.string(),
    rows: counts.openapi({ description: 'What would go, by table' }),
    underWay: texts.openapi({ description: 'Must end first; empty: nothing stands in the way' }),
    code: z.string().nullable().openapi({ description: 'For the erasure; null when this is repeated' }),
    codeUntil: time,
  })
  .openapi('PreparedErasure');
export const erasureShape: z.ZodType = z
  .strictObject({
    format: z.literal('zoneward-erasure'),
    version: z.literal(1),
    erasureId: z.string(),
    tenant: z.string(),
    storeId: z.string(),
    at: time,
    by: z.string(),
    reason: z.string(),
    secretsDestroyed: count,
    rowsDeleted: counts,
    audit: z.strictObject({ trail: z.string(), events: count, hash: z.string() }),
    keyId: z.string(),
    signature: z.string().openapi({ description: 'ed25519, by the key of the audit checkpoints' }),
  })
  .openapi('ErasureCertificate');

export function preparedView({ codeUntil, ...prepared }: PreparedErasure): View {
  return { ...prepared, codeUntil: isoTime(codeUntil) };
}

export function certificateView(certificate: ErasureCertificate): View {
  return { ...certificate };
}
