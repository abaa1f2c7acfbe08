/**
 * Certificates, client certificates and customers' hostnames over HTTP: looked at, planned, stored as change sets.
 * Those are approved and applied like all others. Uploads carry a private key, which is stored nowhere: they are
 * planned and applied within their one request.
 */
import { z } from '@hono/zod-openapi';
import { changesAnything, hasErrors, type Planned, Secret } from '../../app/handed-out.ts';
import { type Caller, findZone, requireAllNames, seesZone } from '../caller.ts';
import { type Call, type Endpoint, endpoint, json } from '../endpoint.ts';
import { defined, zoneParams } from '../inputs.ts';
import { HttpError } from '../problem.ts';
import {
  certificatesShape,
  certificatesView,
  fleetShape,
  fleetView,
  hostnamesShape,
  hostnamesView,
  pullsShape,
  pullView,
} from '../shapes/certificates.ts';
import { changeSetShape, changeSetView, plannedView, planShape } from '../shapes/changes.ts';

const tag = 'certificates';
const PEM_MAX = 131_072;
const id = z.string().min(1).max(255);
const host = z.string().min(1).max(255);
const word = z.string().min(1).max(64);

/** Certificates concern every name of a zone. */
async function wholeZone(caller: Caller, zone: string): Promise<string> {
  requireAllNames(caller);
  return (await findZone(caller, zone)).facts.id;
}

const list = endpoint({
  method: 'get',
  path: '/v1/zones/{zone}/certificates',
  operationId: 'listCertificates',
  tag,
  summary: 'Every certificate of a zone with its state, its end and the quotas. Asks Cloudflare: 5 calls.',
  scope: 'read',
  params: zoneParams,
  answers: { status: 200, description: 'The certificates', schema: certificatesShape },
  handle: async ({ caller, signal }, { params }) => {
    const zone = await wholeZone(caller, params.zone);
    return json(certificatesView(await caller.tenant.certificates.list(zone, { signal })));
  },
});

const pulls = endpoint({
  method: 'get',
  path: '/v1/zones/{zone}/origin-pulls',
  operationId: 'listOriginPullCertificates',
  tag,
  summary: 'Client certificates that Cloudflare shows to origins',
  scope: 'read',
  params: zoneParams,
  answers: { status: 200, description: 'The certificates', schema: pullsShape },
  handle: async ({ caller, signal }, { params }) => {
    const zone = await wholeZone(caller, params.zone);
    return json({ items: (await caller.tenant.certificates.originPulls(zone, { signal })).map(pullView) });
  },
});

const hostnames = endpoint({
  method: 'get',
  path: '/v1/zones/{zone}/hostnames',
  operationId: 'listHostnames',
  tag,
  summary: "Customers' hostnames of a zone: two statuses as one state, with what comes next",
  scope: 'read',
  params: zoneParams,
  query: z.strictObject({ hostname: host.optional().openapi({ description: 'Only this one' }) }),
  answers: { status: 200, description: 'The hostnames', schema: hostnamesShape },
  handle: async ({ caller, signal }, { params, query }) => {
    const zone = await wholeZone(caller, params.zone);
    const list = await caller.tenant.hostnames.list(zone, { signal });
    const wanted = query.hostname?.toLowerCase();
    const found = list.hostnames.filter((one) => wanted === undefined || one.hostname.hostname === wanted);
    return json(hostnamesView({ ...list, hostnames: found }));
  },
});

const fleet = endpoint({
  method: 'get',
  path: '/v1/tls',
  operationId: 'listTls',
  tag,
  summary: 'The TLS of every zone as it was last seen, and when. Asks Cloudflare nothing.',
  scope: 'read',
  answers: { status: 200, description: 'The zones', schema: fleetShape },
  handle: async ({ caller }) => {
    requireAllNames(caller);
    const all = await caller.tenant.tls.list();
    return json({ items: all.filter(({ zone }) => seesZone(caller, zone)).map(fleetView) });
  },
});

const wish = {
  method: word.optional(),
  authority: word.optional(),
  wildcard: z.boolean().optional(),
  minTls: word.optional(),
  origin: host.optional(),
};

const planInput = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('order'),
      hosts: z.array(host).max(100).optional(),
      authority: word.optional(),
      validationMethod: word.optional(),
      validityDays: z.int().min(1).max(10_000).optional(),
    }),
    z.strictObject({ kind: z.literal('restart'), id }),
    z.strictObject({ kind: z.literal('delete'), id }),
    z.strictObject({ kind: z.literal('prioritize'), ids: z.array(id).min(1).max(100) }),
    z.strictObject({
      kind: z.literal('origin-ca'),
      csr: z.string().min(1).max(PEM_MAX).openapi({ description: 'PEM. The key stays with you.' }),
      hosts: z.array(host).max(100).optional(),
      validityDays: z.int().min(1).max(10_000).optional(),
    }),
    z.strictObject({ kind: z.literal('origin-ca-revoke'), id }),
    z.strictObject({ kind: z.literal('origin-pull-delete'), id }),
    z.strictObject({
      kind: z.literal('origin-pull-hostname'),
      hostname: host,
      certificateId: id.optional(),
      enabled: z.boolean().nullable().openapi({ description: 'Null: taken out' }),
    }),
    z.strictObject({ kind: z.literal('hostname-add'), hostname: host, ...wish }),
    z.strictObject({ kind: z.literal('hostname-edit'), hostname: host, ...wish }),
    z.strictObject({ kind: z.literal('hostname-restart'), hostname: host }),
    z.strictObject({ kind: z.literal('hostname-delete'), hostname: host }),
  ])
  .openapi('CertificatePlanInput');
type PlanInput = z.output<typeof planInput>;

async function planFrom({ caller, signal }: Call, reference: string, input: PlanInput): Promise<Planned> {
  const zone = await wholeZone(caller, reference);
  const { certificates, hostnames: names } = caller.tenant;
  const via = { signal };
  switch (input.kind) {
    case 'order': {
      const { kind: _, ...order } = input;
      return certificates.planOrder(zone, defined(order), via);
    }
    case 'restart':
      return certificates.planRestart(zone, input.id, via);
    case 'delete':
      return certificates.planDelete(zone, input.id, via);
    case 'prioritize':
      return certificates.planPriority(zone, input.ids, via);
    case 'origin-ca': {
      const { kind: _, csr, ...order } = input;
      return certificates.planOriginOrder(zone, { csr: { text: csr, file: 'csr' }, ...defined(order) }, via);
    }
    case 'origin-ca-revoke':
      return certificates.planOriginRevoke(zone, input.id, via);
    case 'origin-pull-delete':
      return certificates.planPullDelete(zone, input.id, via);
    case 'origin-pull-hostname': {
      const want = { certificateId: input.certificateId ?? null, enabled: input.enabled };
      return certificates.planPullHostname(zone, input.hostname, want, via);
    }
    case 'hostname-add': {
      const { kind: _, hostname: name, ...wanted } = input;
      return names.planAdd(zone, name, defined(wanted), via);
    }
    case 'hostname-edit': {
      const { kind: _, hostname: name, ...wanted } = input;
      return names.planEdit(zone, name, defined(wanted), via);
    }
    case 'hostname-restart':
      return names.planRestart(zone, input.hostname, via);
    case 'hostname-delete':
      return names.planDelete(zone, input.hostname, via);
    default:
      return input satisfies never;
  }
}

const plan = endpoint({
  method: 'post',
  path: '/v1/zones/{zone}/certificates/plan',
  operationId: 'planCertificates',
  tag,
  summary: 'What a change of certificates or hostnames would do, and whether it may. Nothing is stored.',
  scope: 'plan',
  params: zoneParams,
  body: planInput,
  answers: { status: 200, description: 'The plan', schema: planShape },
  handle: async (call, { params, body }) => json(plannedView(await planFrom(call, params.zone, body))),
});

const allow = z
  .array(z.string().max(64))
  .max(50)
  .optional()
  .openapi({ description: 'Words of guard rails to lift' });

const save = endpoint({
  method: 'post',
  path: '/v1/zones/{zone}/certificates/change-sets',
  operationId: 'saveCertificateChange',
  tag,
  summary: 'Plan and store as a change set, to be approved and applied at /v1/change-sets',
  scope: 'apply',
  params: zoneParams,
  body: z.strictObject({ plan: planInput, allow }).openapi('NewCertificateChange'),
  answers: { status: 201, description: 'The change set', schema: changeSetShape },
  handle: async (call, { params, body }) => {
    const planned = await planFrom(call, params.zone, body.plan);
    refuseNothing(planned);
    const changeSet = await call.caller.tenant.changes.save(planned, { allow: body.allow ?? [] });
    return json(changeSetView(changeSet), 201, { location: `/v1/change-sets/${changeSet.id}` });
  },
});

const uploadInput = z
  .strictObject({
    certificate: z.string().min(1).max(PEM_MAX).openapi({ description: 'PEM: leaf first, then its issuers' }),
    privateKey: z
      .string()
      .min(1)
      .max(PEM_MAX)
      .openapi({ description: 'PEM. Goes to Cloudflare with this request; nothing keeps it.' }),
    replaces: id
      .optional()
      .openapi({ description: 'The certificate of your own that it takes the place of' }),
    clientFor: z
      .enum(['zone', 'hostname'])
      .optional()
      .openapi({ description: 'A client certificate for origin pulls' }),
    allow,
  })
  .openapi('CertificateUpload');

const upload = endpoint({
  method: 'post',
  path: '/v1/zones/{zone}/certificates/upload',
  operationId: 'uploadCertificate',
  tag,
  summary: 'Check a certificate and its key, and upload them at once',
  scope: 'apply',
  params: zoneParams,
  body: uploadInput,
  answers: { status: 200, description: 'The change set as it ended', schema: changeSetShape },
  handle: async ({ caller, signal }, { params, body }) => {
    const zone = await wholeZone(caller, params.zone);
    const input = {
      certificate: { text: body.certificate, file: 'certificate' },
      key: { secret: new Secret(body.privateKey), file: 'privateKey' },
    };
    const { certificates, changes } = caller.tenant;
    const planned =
      body.clientFor !== undefined
        ? await certificates.planPullUpload(zone, input, body.clientFor, { signal })
        : body.replaces === undefined
          ? await certificates.planUpload(zone, input, {}, { signal })
          : await certificates.planReplace(zone, body.replaces, input, { signal });
    refuseNothing(planned);
    const applied = await changes.apply(planned, { allow: body.allow ?? [], signal });
    if (applied === null) throw nothing();
    const stopped = applied.zones.flatMap((one) => one.stopped ?? []);
    if (stopped[0] !== undefined) throw stopped[0];
    return json(changeSetView(applied.changeSet));
  },
});

/** A plan with errors is for `save` to refuse, with all that is wrong with it. */
function refuseNothing({ zones }: Planned): void {
  const empty = !zones.some((one) => changesAnything(one.plan));
  if (empty && !hasErrors(zones.flatMap((one) => one.plan.problems))) throw nothing();
}

function nothing(): HttpError {
  return new HttpError(
    409,
    'nothing-to-change',
    'Everything is as wanted already; there is nothing to store.',
  );
}

export const CERTIFICATE_ENDPOINTS: readonly Endpoint[] = [list, pulls, hostnames, fleet, plan, save, upload];
