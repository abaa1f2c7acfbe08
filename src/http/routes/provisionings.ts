/** Domains brought up and taken down over HTTP. What waits goes on by itself; whoever asks looks again. */
import { z } from '@hono/zod-openapi';
import {
  BASELINE_NAMES,
  isZonewardError,
  type Provisioning,
  type ProvisionTemplate,
} from '../../app/handed-out.ts';
import { reachAccount, seesConnection } from '../caller.ts';
import { type Call, type Endpoint, endpoint, json } from '../endpoint.ts';
import { PAGE } from '../inputs.ts';
import { HttpError } from '../problem.ts';
import { provisioningListShape, provisioningShape, provisioningView } from '../shapes/provisionings.ts';
import { templateReference } from './templates.ts';

const tag = 'provisionings';
const SOURCE_MAX = 4 * 1024 * 1024;
const BODY_MAX = SOURCE_MAX + 64 * 1024;
const reference = z.string().min(1).max(255);
const domainParams = z.strictObject({ domain: reference });
const allow = z.array(z.string().max(64)).max(50).optional();

function sees({ caller }: Call, { connectionId }: Provisioning): boolean {
  const { zoneIds, namePatterns } = caller.key.reach;
  return zoneIds === null && namePatterns === null && seesConnection(caller, { id: connectionId });
}

async function findProvisioning(call: Call, domain: string): Promise<Provisioning> {
  const found = await call.caller.tenant.provisioning.status(domain);
  if (sees(call, found)) return found;
  throw new HttpError(404, 'provisioning-unknown', 'This domain is not provisioned here.');
}

/** What was begun for a domain is carried on by whoever asks for it again: so only by a key that sees it. */
async function refuseUnseen(call: Call, domain: string): Promise<void> {
  try {
    await findProvisioning(call, domain);
  } catch (error) {
    // There is none yet.
    if (isZonewardError(error) && error.code === 'provisioning-unknown') return;
    throw error;
  }
}

const list = endpoint({
  method: 'get',
  path: '/v1/provisionings',
  operationId: 'listProvisionings',
  tag,
  summary: 'The latest provisionings, newest first',
  scope: 'read',
  query: z.strictObject({ limit: PAGE.limit }),
  answers: { status: 200, description: 'The provisionings', schema: provisioningListShape },
  handle: async (call, { query }) => {
    const all = await call.caller.tenant.provisioning.list(query.limit);
    return json({ items: all.filter((one) => sees(call, one)).map(provisioningView) });
  },
});

const get = endpoint({
  method: 'get',
  path: '/v1/provisionings/{domain}',
  operationId: 'getProvisioning',
  tag,
  summary: 'How far a domain is, step by step',
  scope: 'read',
  params: domainParams,
  answers: { status: 200, description: 'The provisioning', schema: provisioningShape },
  handle: async (call, { params }) => json(provisioningView(await findProvisioning(call, params.domain))),
});

const start = endpoint({
  method: 'post',
  path: '/v1/provisionings',
  operationId: 'startProvisioning',
  tag,
  summary: 'Bring a domain up: zone, nameservers, records, TLS, DNSSEC. Sent again, it is carried on.',
  scope: 'apply',
  bodyMax: BODY_MAX,
  body: z
    .strictObject({
      domain: reference,
      connection: reference.optional(),
      text: z
        .string()
        .max(SOURCE_MAX)
        .optional()
        .openapi({ description: 'Its records, and settings where it is a zone document' }),
      format: z.enum(['bind', 'octodns', 'document']).optional(),
      file: reference.optional().openapi({ description: 'What messages call it' }),
      templates: z
        .array(
          z.strictObject({
            template: templateReference,
            host: z.string().max(255).optional(),
            variables: z.record(z.string().max(255), z.string().max(4_096)).optional(),
            groups: z.array(reference).min(1).max(100).optional(),
          }),
        )
        .max(20)
        .optional()
        .openapi({ description: 'Templates for the zone, in order, after `text`' }),
      tls: z.enum(BASELINE_NAMES).optional().openapi({ description: 'A baseline of TLS settings' }),
      dnssec: z.boolean().optional(),
      allow,
      resolvers: z.array(z.string().max(64)).max(20).optional(),
    })
    .openapi('NewProvisioning'),
  answers: { status: 202, description: 'The provisioning, as far as it is', schema: provisioningShape },
  handle: async (call, { body }) => {
    const { domain, text, format, file = 'request', resolvers, templates, tls, dnssec } = body;
    const via = await reachAccount(call.caller, body.connection);
    await refuseUnseen(call, domain);
    const begun = await call.caller.tenant.provisioning.provision(domain, {
      ...via,
      ...(text === undefined ? {} : { source: { text, file, ...(format === undefined ? {} : { format }) } }),
      ...(templates === undefined ? {} : { templates: templates.map(wantedTemplate) }),
      ...(tls === undefined ? {} : { tls }),
      ...(dnssec === undefined ? {} : { dnssec }),
      ...(body.allow === undefined ? {} : { allow: body.allow }),
      ...(resolvers === undefined ? {} : { resolvers }),
      signal: call.signal,
    });
    return json(provisioningView(begun), 202, { location: `/v1/provisionings/${begun.domain}` });
  },
});

type TemplateBody = Pick<ProvisionTemplate, 'template'> & {
  readonly [Key in 'host' | 'variables' | 'groups']?: ProvisionTemplate[Key] | undefined;
};

function wantedTemplate({ template, host, variables, groups }: TemplateBody): ProvisionTemplate {
  return {
    template,
    ...(host === undefined ? {} : { host }),
    ...(variables === undefined ? {} : { variables }),
    ...(groups === undefined ? {} : { groups }),
  };
}

const resume = endpoint({
  method: 'post',
  path: '/v1/provisionings/{domain}/resume',
  operationId: 'resumeProvisioning',
  tag,
  summary: 'Try what failed or waits again, now',
  scope: 'apply',
  params: domainParams,
  answers: { status: 202, description: 'The provisioning, as far as it is', schema: provisioningShape },
  handle: async (call, { params }) => {
    const { id } = await findProvisioning(call, params.domain);
    const carried = await call.caller.tenant.provisioning.carryOn(id, { signal: call.signal });
    return json(provisioningView(carried), 202);
  },
});

const takeDown = endpoint({
  method: 'post',
  path: '/v1/provisionings/{domain}/take-down',
  operationId: 'takeDownProvisioning',
  tag,
  summary: 'Remove exactly what was added; where that is a zone, with `allow: ["zone-delete"]`',
  scope: 'apply',
  params: domainParams,
  body: z.strictObject({ allow }).openapi('TakeDown'),
  answers: { status: 202, description: 'The provisioning, as far as it is', schema: provisioningShape },
  handle: async (call, { params, body }) => {
    const { domain } = await findProvisioning(call, params.domain);
    const removed = await call.caller.tenant.provisioning.deprovision(domain, {
      ...(body.allow === undefined ? {} : { allow: body.allow }),
      signal: call.signal,
    });
    return json(provisioningView(removed), 202);
  },
});

export const PROVISIONING_ENDPOINTS: readonly Endpoint[] = [list, get, start, resume, takeDown];
