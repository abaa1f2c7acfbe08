/** Guard rails and approval rules as they go out. */
import { z } from '@hono/zod-openapi';

const policyShape = {
  deletionShareMax: z.number().optional(),
  deletionShareFrom: z.number().optional(),
  deletionsMax: z.number().optional(),
  updateShareMax: z.number().optional(),
  approval: z.enum(['never', 'guarded', 'always']).optional(),
  approvalMs: z.number().optional(),
};

const scopedPolicy = z.strictObject({
  scope: z.strictObject({ kind: z.enum(['tenant', 'connection', 'zone']), id: z.string().optional() }),
  policy: z.strictObject(policyShape),
});

export const policiesShape: z.ZodType = z.strictObject({ items: z.array(scopedPolicy) }).openapi('Policies');
