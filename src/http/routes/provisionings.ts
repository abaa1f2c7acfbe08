/** Domains brought up and taken down over HTTP. What waits goes on by itself; whoever asks looks again. */
import { z } from '@hono/zod-openapi';
import {
  BASELINE_NAMES,
  type BulkWish,
  InvalidInputError,
  isZonewardError,
  type ProvisionInput,
  type Provisioning,
  type ProvisionTemplate,
  type PurchaseOrder,
  refuseInnerResolvers,
} from '../../app/re-exports.ts';
import { reachAccount, requireScope, seesConnection } from '../caller.ts';
import { formatCursor, parseCursor, textAt } from '../cursor.ts';
import { requireMatch } from '../dispatch.ts';
import { type Call, type Endpoint, endpoint, json } from '../endpoint.ts';
import { defined, OWNER_DETAILS, PAGE } from '../inputs.ts';
import { HttpError } from '../problem.ts';
import { reachedPage } from '../reached-page.ts';
import { jobShape } from '../shapes/jobs.ts';
import { provisioningListShape, provisioningShape, provisioningView } from '../shapes/provisionings.ts';
import { startJob } from '../start-job.ts';
import { templateReference } from './templates.ts';

const tag = 'provisionings';
const SOURCE_MAX = 4 * 1024 * 1024;
const BODY_MAX = SOURCE_MAX + 64 * 1024;
/** Domains of one job. */
const BULK_MAX = 1_000;
const BULK_BODY_MAX = 16 * 1024 * 1024;
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
    // There is none yet; and what is no name at all is told where it is used.
    if (isZonewardError(error) && error.code === 'provisioning-unknown') return;
    if (error instanceof InvalidInputError) return;
    throw error;
  }
}

const list = endpoint({
  method: 'get',
  path: '/v1/provisionings',
  operationId: 'listProvisionings',
  tag,
  summary: 'Provisionings, newest first',
  scope: 'read',
  query: z.strictObject(PAGE),
  answers: { status: 200, description: 'The provisionings', schema: provisioningListShape },
  handle: async (call, { query }) => {
    const scope = { tenant: call.caller.tenantName, route: call.route, query };
    const from = query.cursor === undefined ? undefined : textAt(parseCursor(scope, query.cursor), 'id');
    const { provisioning } = call.caller.tenant;
    const { items, more } = await reachedPage(
      (last: Provisioning | null, limit) => provisioning.list(limit, last?.id ?? from),
      { limit: query.limit, reaches: (one) => sees(call, one), signal: call.signal },
    );
    const last = more ? items.at(-1) : undefined;
    return json({
      items: items.map(provisioningView),
      next: last === undefined ? null : formatCursor(scope, { id: last.id }),
    });
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

/** What a domain is to have. */
const WISH = {
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
      z
        .strictObject({
          template: templateReference,
          host: z.string().max(255).optional(),
          variables: z.record(z.string().max(255), z.string().max(4_096)).optional(),
          groups: z.array(reference).min(1).max(100).optional(),
        })
        .openapi('WantedTemplate'),
    )
    .max(20)
    .optional()
    .openapi({ description: 'Templates for the zone, in order, after `text`' }),
  tls: z.enum(BASELINE_NAMES).optional().openapi({ description: 'A baseline of TLS settings' }),
  dnssec: z.boolean().optional(),
  allow,
  resolvers: z.array(z.string().max(64)).max(20).optional(),
};
const DOMAIN = {
  domain: reference,
  ...WISH,
  register: z
    .strictObject({
      confirmPrice: z.string().max(24).optional(),
      years: z.int().min(1).max(10).optional(),
      autoRenew: z.boolean().optional(),
      ...OWNER_DETAILS,
    })
    .optional()
    .openapi({ description: 'Buys the name first, for exactly this price; needs the scope billing' }),
};
const wish = z.strictObject(WISH);
const domainWish = z.strictObject(DOMAIN).openapi('NewProvisioning');
type WishBody = z.output<typeof wish> & Pick<z.output<typeof domainWish>, 'register'>;

/** Without its connection, which the key must reach. */
function inputOf({ text, format, file = 'request', templates, register, ...rest }: WishBody): ProvisionInput {
  const { tls, dnssec, allow: lifted, resolvers } = rest;
  return {
    ...(text === undefined ? {} : { source: { text, file, ...(format === undefined ? {} : { format }) } }),
    ...(templates === undefined ? {} : { templates: templates.map(wantedTemplate) }),
    ...(tls === undefined ? {} : { tls }),
    ...(dnssec === undefined ? {} : { dnssec }),
    ...(lifted === undefined ? {} : { allow: lifted }),
    ...(resolvers === undefined ? {} : { resolvers }),
    // Whoever asks looks again; a worker follows the purchase meanwhile.
    ...(register === undefined
      ? {}
      : { register: { ...(defined(register) as Partial<PurchaseOrder>), waitMs: 0 } }),
  };
}

function refuseForbidden(call: Call, { resolvers = [], register }: WishBody): void {
  refuseInnerResolvers(call.zoneward.config, resolvers);
  if (register !== undefined) requireScope(call.caller, 'billing');
}

const start = endpoint({
  method: 'post',
  path: '/v1/provisionings',
  operationId: 'startProvisioning',
  tag,
  summary: 'Bring a domain up: zone, nameservers, records, TLS, DNSSEC. Sent again, it is carried on.',
  scope: 'apply',
  bodyMax: BODY_MAX,
  body: domainWish,
  answers: { status: 202, description: 'The provisioning, as far as it is', schema: provisioningShape },
  handle: async (call, { body }) => {
    const { domain, connection, ...rest } = body;
    refuseForbidden(call, rest);
    const via = await reachAccount(call.caller, connection);
    await refuseUnseen(call, domain);
    const begun = await call.caller.tenant.provisioning.provision(domain, {
      ...via,
      ...inputOf(rest),
      signal: call.signal,
    });
    return json(provisioningView(begun), 202, { location: `/v1/provisionings/${begun.domain}` });
  },
});

const bulk = endpoint({
  method: 'post',
  path: '/v1/provisionings/bulk',
  operationId: 'startProvisionings',
  tag,
  summary:
    'Bring many domains up, as a job: each as far as it can go now. A bad or refused one is told in the result and the others go on; sent again, each goes on where it stands.',
  scope: 'apply',
  bodyMax: BULK_BODY_MAX,
  body: z
    .strictObject({
      domains: z.array(domainWish).min(1).max(BULK_MAX),
      common: wish.optional().openapi({ description: 'For every domain that does not say otherwise' }),
    })
    .openapi('NewProvisionings'),
  answers: { status: 202, description: 'The job', schema: jobShape },
  handle: async (call, { body: { domains, common = {} } }) => {
    const { connection: usual, ...shared } = common;
    refuseForbidden(call, shared);
    const reached = new Map<string | undefined, { readonly connection?: string }>();
    const wishes: BulkWish[] = [];
    for (const { domain, connection = usual, ...own } of domains) {
      refuseForbidden(call, own);
      const via = reached.get(connection) ?? (await reachAccount(call.caller, connection));
      reached.set(connection, via);
      await refuseUnseen(call, domain);
      wishes.push({ domain, input: { ...via, ...inputOf(shared), ...inputOf(own) } });
    }
    return startJob(call, { kind: 'provisionings.bulk', domains: wishes });
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
    const found = await findProvisioning(call, params.domain);
    requireMatch(call, provisioningView(found));
    const { id } = found;
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
    const found = await findProvisioning(call, params.domain);
    requireMatch(call, provisioningView(found));
    const { domain } = found;
    const removed = await call.caller.tenant.provisioning.deprovision(domain, {
      ...(body.allow === undefined ? {} : { allow: body.allow }),
      signal: call.signal,
    });
    return json(provisioningView(removed), 202);
  },
});

export const PROVISIONING_ENDPOINTS: readonly Endpoint[] = [list, get, start, bulk, resume, takeDown];
