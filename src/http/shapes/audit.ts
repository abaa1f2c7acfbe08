/** The audit trail as it goes out. */
import { z } from '@hono/zod-openapi';
import type { AuditEvent } from '../../app/re-exports.ts';
import { count, isoTime, loose, page, time, type View } from './common.ts';

const auditEvent = z
  .strictObject({
    id: z.string(),
    sequence: count,
    kind: z.string(),
    at: time,
    principal: z.string(),
    connectionId: z.string().nullable(),
    zoneId: z.string().nullable(),
    changeSetId: z.string().nullable(),
    summary: z.string(),
    payload: loose.nullable(),
    payloadHash: z.string(),
    hash: z.string(),
    previousHash: z.string(),
  })
  .openapi('AuditEvent');
export const eventPageShape: z.ZodType = page(auditEvent, 'AuditEventPage');

export const checkpointShape: z.ZodType = z
  .strictObject({
    checkpoint: z.looseObject({ sequence: count, hash: z.string(), signature: z.string() }).nullable(),
  })
  .openapi('AuditCheckpoint');
export const prunedShape: z.ZodType = z.strictObject({ pruned: loose.nullable() }).openapi('PrunedAudit');
export const verdictShape: z.ZodType = z.looseObject({ ok: z.boolean() }).openapi('AuditVerdict');

export function eventView(event: AuditEvent): View {
  const { tenantId: _, at, connectionId, zoneId, changeSetId, ...rest } = event;
  return {
    ...rest,
    at: isoTime(at),
    connectionId: connectionId ?? null,
    zoneId: zoneId ?? null,
    changeSetId: changeSetId ?? null,
  };
}
