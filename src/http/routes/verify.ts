/** A zone verified over HTTP: one look, at Cloudflare and in the DNS. */
import { z } from '@hono/zod-openapi';
import { refuseInnerResolvers } from '../../app/re-exports.ts';
import { findZone, requireAllNames } from '../caller.ts';
import { type Endpoint, endpoint, json } from '../endpoint.ts';
import { zoneParams } from '../inputs.ts';
import { verificationShape, verificationView } from '../shapes/verification.ts';

const BODY_MAX = 32 * 1024 * 1024;

const verify = endpoint({
  method: 'post',
  path: '/v1/zones/{zone}/verify',
  operationId: 'verifyZone',
  tag: 'zones',
  summary:
    'Compare the wanted, the held, what nameservers answer and what resolvers see; asks the parent too',
  scope: 'plan',
  params: zoneParams,
  bodyMax: BODY_MAX,
  body: z
    .strictObject({
      text: z.string().optional().openapi({
        description: 'What is wanted, as a zone document or file; absent: the zone as it was last known',
      }),
      format: z.enum(['bind', 'octodns', 'document']).optional(),
      file: z.string().min(1).max(255).default('request'),
      resolvers: z
        .array(z.string().min(1).max(64))
        .max(20)
        .optional()
        .openapi({ description: 'Resolvers to ask, `IP` or `IP:PORT`; absent: those of the server' }),
      only: z.array(z.string().min(1).max(255)).min(1).max(1_000).optional(),
    })
    .openapi('VerifyRequest'),
  answers: { status: 200, description: 'What was found', schema: verificationShape },
  handle: async (call, { params, body }) => {
    requireAllNames(call.caller);
    const zone = await findZone(call.caller, params.zone);
    const { text, format, file, only, resolvers } = body;
    if (resolvers !== undefined) refuseInnerResolvers(call.zoneward.config, resolvers);
    const source =
      text === undefined ? {} : { source: { text, file, ...(format === undefined ? {} : { format }) } };
    const seen = await call.caller.tenant.zones.verify(zone.facts.id, {
      ...source,
      ...(only === undefined ? {} : { only }),
      ...(resolvers === undefined ? {} : { resolvers }),
      signal: call.signal,
    });
    return json(verificationView(seen));
  },
});

export const VERIFY_ENDPOINTS: readonly Endpoint[] = [verify];
