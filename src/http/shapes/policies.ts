/** Guard rails and approval rules as they go out. */
import { z } from '@hono/zod-openapi';
import type { ChangePolicy } from '../../app/re-exports.ts';

/** As zod reads: a field that is absent may be written as `undefined`. */
type Unsure<Value> = { readonly [Key in keyof Value]: Value[Key] | undefined };

/** What one policy may say; the same going in and out. */
export const policyShape: z.ZodType<Unsure<Partial<ChangePolicy>>> = z
  .strictObject({
    deletionShareMax: z.number().optional(),
    deletionShareFrom: z.number().optional(),
    deletionsMax: z.number().optional(),
    updateShareMax: z.number().optional(),
    approval: z.enum(['never', 'guarded', 'always']).optional(),
    approvalMs: z.number().optional(),
  })
  .openapi('Policy');

const scopedPolicy = z.strictObject({
  scope: z.strictObject({ kind: z.enum(['tenant', 'connection', 'zone']), id: z.string().optional() }),
  policy: policyShape,
});

export const policiesShape: z.ZodType = z.strictObject({ items: z.array(scopedPolicy) }).openapi('Policies');
