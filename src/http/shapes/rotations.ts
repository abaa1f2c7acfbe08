/** Rotations of connections as they go out; no token's value is ever among them. */
import { z } from '@hono/zod-openapi';
import type { RotationView } from '../../app/re-exports.ts';
import { count, isoTime, maybeTime, texts, time, type View } from './common.ts';

export const rotationShape: z.ZodType = z
  .strictObject({
    id: z.string(),
    connectionId: z.string(),
    step: z.string(),
    tokenName: z.string(),
    oldTokenId: z.string(),
    newTokenId: z.string().nullable(),
    newExpiresAt: maybeTime,
    startedAt: time,
    stepAt: time,
    dueAt: maybeTime.openapi({ description: 'When it goes on; null once it has ended' }),
    attempts: count,
    lastError: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  })
  .openapi('Rotation');
export const rotationListShape: z.ZodType = z
  .strictObject({
    items: z.array(rotationShape),
    obstacle: z
      .strictObject({ message: z.string(), next: texts })
      .nullable()
      .openapi({ description: 'Why it cannot be rotated now' }),
  })
  .openapi('RotationList');
export const minterShape: z.ZodType = z
  .strictObject({
    minter: z
      .strictObject({
        kind: z.enum(['user-token', 'account-token', 'global-key']),
        email: z.string().nullable(),
      })
      .nullable(),
  })
  .openapi('Minter', { description: 'The credential that makes tokens for a connection; its secret stays' });

export function rotationView(rotation: RotationView): View {
  const { id, connectionId, step, tokenName, oldTokenId, newTokenId, attempts, lastError } = rotation;
  return {
    id,
    connectionId,
    step,
    tokenName,
    oldTokenId,
    newTokenId,
    newExpiresAt: isoTime(rotation.newExpiresAt),
    startedAt: isoTime(rotation.startedAt),
    stepAt: isoTime(rotation.stepAt),
    dueAt: isoTime(rotation.dueAt),
    attempts,
    lastError,
  };
}
