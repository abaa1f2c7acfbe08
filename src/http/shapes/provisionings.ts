/** Provisionings as they go out. */
import { z } from '@hono/zod-openapi';
import { holdingStep, type Provisioning } from '../../app/re-exports.ts';
import { isoTime, maybeTime, page, texts, time, type View } from './common.ts';

const step = z.strictObject({
  name: z.string(),
  state: z.enum(['todo', 'waiting', 'action', 'failed', 'skipped', 'done']),
  reason: z.string(),
  next: texts,
  at: maybeTime,
});
export const provisioningShape: z.ZodType = z
  .strictObject({
    id: z.string(),
    domain: z.string(),
    connectionId: z.string(),
    accountId: z.string(),
    state: z.enum(['going', 'live', 'removing', 'removed']),
    holding: z.string().nullable().openapi({ description: 'The step that holds the others up' }),
    steps: z.array(step),
    zoneId: z.string().nullable(),
    nameServers: texts,
    added: z.strictObject({
      zone: z.enum(['none', 'meant', 'made', 'found', 'removed']),
      changeSetId: z.string().nullable(),
      recordsTakenBack: z.boolean(),
      others: z
        .array(z.strictObject({ kind: z.string(), changeSetId: z.string(), takenBack: z.boolean() }))
        .openapi({ description: 'Change sets of templates, TLS and DNSSEC' }),
    }),
    purchaseId: z.string().nullable(),
    author: z.string(),
    createdAt: time,
    dueAt: maybeTime,
  })
  .openapi('Provisioning');
export const provisioningListShape: z.ZodType = page(provisioningShape, 'ProvisioningPage');

export function provisioningView(provisioning: Provisioning): View {
  const { id, domain, connectionId, accountId, state, steps, zoneId, nameServers, added } = provisioning;
  return {
    id,
    domain,
    connectionId,
    accountId,
    state,
    holding: holdingStep(provisioning)?.name ?? null,
    steps: steps.map(({ name, state: now, reason, next, at }) => ({
      name,
      state: now,
      reason,
      next,
      at: isoTime(at),
    })),
    zoneId,
    nameServers,
    added: {
      zone: added.zone.state,
      changeSetId: added.changeSetId,
      recordsTakenBack: added.recordsTakenBack,
      others: added.others ?? [],
    },
    purchaseId: provisioning.wish.register?.purchaseId ?? null,
    author: provisioning.author,
    createdAt: isoTime(provisioning.createdAt),
    dueAt: isoTime(provisioning.dueAt),
  };
}
