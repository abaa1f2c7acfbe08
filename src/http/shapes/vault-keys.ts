/** The vault's keys as they go out: their ids and states, never themselves. */
import { z } from '@hono/zod-openapi';
import type { KeyStatus } from '../../app/re-exports.ts';
import { count, isoTime, maybeTime, type View } from './common.ts';

export const vaultKeyListShape: z.ZodType = z
  .strictObject({
    place: z.string().openapi({ description: 'Where the keys are: a path, a variable, an address' }),
    items: z.array(
      z.strictObject({
        id: z.string(),
        state: z.enum(['current', 'older', 'ready', 'unregistered']),
        held: z.boolean().openapi({ description: 'Whether this process has it' }),
        addedAt: maybeTime,
        rows: count.openapi({ description: 'Sealed secrets that stand under it' }),
        fingerprint: z.boolean(),
      }),
    ),
  })
  .openapi('VaultKeyList');

export const rewrapShape: z.ZodType = z
  .strictObject({
    keyId: z.string(),
    rewrapped: count.openapi({ description: 'Secrets that stand under it now, and did not before' }),
    moved: count.openapi({ description: 'Changed by somebody else meanwhile; the next run finds them' }),
  })
  .openapi('VaultRewrap');

export function vaultKeyView({ id, state, held, addedAt, rows, fingerprint }: KeyStatus): View {
  return { id, state, held, addedAt: isoTime(addedAt), rows, fingerprint };
}
