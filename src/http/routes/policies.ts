/** Guard rails and approval rules over HTTP. */
import { z } from '@hono/zod-openapi';
import { findConnection, findZone, requireUnlimited } from '../caller.ts';
import { requireMatch } from '../dispatch.ts';
import { type Endpoint, endpoint, json } from '../endpoint.ts';
import { defined } from '../inputs.ts';
import { policiesShape, policyShape } from '../shapes/policies.ts';

const listPolicies = endpoint({
  method: 'get',
  path: '/v1/policies',
  operationId: 'listPolicies',
  tag: 'policies',
  summary: 'Guard rails and approval rules, for all, by connection, by zone',
  scope: 'read',
  answers: { status: 200, description: 'All policies', schema: policiesShape },
  handle: async ({ caller }) => {
    requireUnlimited(caller);
    return json({ items: await caller.tenant.policies.list() });
  },
});

const setPolicy = endpoint({
  method: 'put',
  path: '/v1/policies',
  operationId: 'setPolicy',
  tag: 'policies',
  summary: "Replace the tenant's policy, a connection's or a zone's; null takes it away",
  scope: 'admin',
  body: z
    .strictObject({
      connection: z.string().min(1).max(255).optional(),
      zone: z.string().min(1).max(255).optional(),
      policy: z.union([policyShape, z.null()]),
    })
    .refine(
      (one) => one.connection === undefined || one.zone === undefined,
      'is for a connection or a zone, not both',
    )
    .openapi('PolicyChange'),
  answers: { status: 200, description: 'All policies as they are now', schema: policiesShape },
  handle: async (call, { body }) => {
    const { caller } = call;
    requireUnlimited(caller);
    requireMatch(call, { items: await caller.tenant.policies.list() });
    const target =
      body.zone !== undefined
        ? { zone: (await findZone(caller, body.zone)).facts.id }
        : body.connection === undefined
          ? {}
          : { connection: (await findConnection(caller, body.connection)).id };
    const wanted = body.policy === null ? null : defined(body.policy);
    await caller.tenant.policies.set(target, wanted);
    return json({ items: await caller.tenant.policies.list() });
  },
});

export const POLICY_ENDPOINTS: readonly Endpoint[] = [listPolicies, setPolicy];
