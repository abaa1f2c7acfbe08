/** What keeps the mirror in step, and what it keeps, as they go out. */
import { z } from '@hono/zod-openapi';
import type { Discovery, InventorySettings, RoundState } from '../../app/re-exports.ts';
import { count, isoTime, maybeTime, type View } from './common.ts';

const ignoreRule = z.looseObject({ zone: z.string().optional() });
export const inventoryShape: z.ZodType = z
  .strictObject({
    historyDays: z.int().nullable().openapi({ description: 'Null keeps all' }),
    ignore: z.array(ignoreRule).openapi({ description: 'Names whose drift is shown as ignored' }),
  })
  .openapi('Inventory');

export const prunedShape: z.ZodType = z
  .strictObject({ zones: count, revisions: count, versions: count, before: maybeTime })
  .openapi('PrunedHistory');

const mention = z.looseObject({ id: z.string(), name: z.string() });
export const discoveryShape: z.ZodType = z
  .strictObject({
    seen: count,
    appeared: z.array(mention),
    vanished: z.array(mention).openapi({ description: 'Marked deleted now; their history stays' }),
    outOfReach: z.array(mention),
    handedOver: z.array(mention),
    touched: count,
  })
  .openapi('Discovery');

export const roundListShape: z.ZodType = z
  .strictObject({
    items: z.array(
      z.strictObject({
        connectionId: z.string(),
        state: z.enum(['waiting', 'going', 'backing-off', 'paused']),
        reason: z.string().nullable(),
        discoveredAt: maybeTime,
        auditLog: z.enum(['readable', 'refused', 'unknown']),
        auditReadUpTo: maybeTime,
        soaAskedAt: maybeTime,
        failures: count.openapi({ description: 'Rounds that failed in a row' }),
        backOffUntil: maybeTime,
      }),
    ),
  })
  .openapi('RoundList');

export function inventoryView({ historyDays, ignore }: InventorySettings): View {
  return { historyDays, ignore };
}

export function discoveryView(discovery: Discovery): View {
  const mentions = (zones: readonly { readonly id: string; readonly name: string }[]) =>
    zones.map(({ id, name }) => ({ id, name }));
  return {
    seen: discovery.seen,
    appeared: mentions(discovery.appeared),
    vanished: mentions(discovery.vanished),
    outOfReach: mentions(discovery.outOfReach),
    handedOver: mentions(discovery.handedOver),
    touched: discovery.touched.length,
  };
}

export function roundView({ connectionId, state, reason, sync }: RoundState): View {
  return {
    connectionId,
    state,
    reason,
    discoveredAt: isoTime(sync?.discoveredAt ?? null),
    auditLog: sync?.auditLog ?? 'unknown',
    auditReadUpTo: isoTime(sync?.auditReadUpTo ?? null),
    soaAskedAt: isoTime(sync?.soaAskedAt ?? null),
    failures: sync?.failures ?? 0,
    backOffUntil: isoTime(sync?.backOffUntil ?? null),
  };
}
