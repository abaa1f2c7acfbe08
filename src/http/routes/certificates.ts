/**
 * Certificates, client certificates and customers' hostnames over HTTP: looked at, planned, stored as change sets.
 * Those are approved and applied like all others. Uploads carry a private key, which is stored nowhere: they are
 * planned and applied within their one request, or the key is given again when they are applied.
 */
import { z } from '@hono/zod-openapi';
import {
  type ChangeSetId,
  changesAnything,
  hasErrors,
  isZonewardError,
  type Planned,
} from '../../app/re-exports.ts';
import { namesReached, requireAllNames, seesZone } from '../caller.ts';
import { type Endpoint, endpoint, json } from '../endpoint.ts';
import { defined, zoneParams } from '../inputs.ts';
import { HttpError } from '../problem.ts';
import {
  certificatesShape,
  certificatesView,
  fleetShape,
  fleetView,
  hostnameShape,
  hostnamesShape,
  hostnamesView,
  hostnameView,
  pullsShape,
  pullView,
  signingRequestShape,
} from '../shapes/certificates.ts';
import { changeSetShape, changeSetView, plannedView, planShape } from '../shapes/changes.ts';
import {
  certificateChange,
  host,
  id,
  pem,
  planCertificates,
  viaOf,
  viaQuery,
  wholeZone,
} from './certificate-plans.ts';
import { throwStopped } from './changes.ts';

const tag = 'certificates';

const list = endpoint({
  method: 'get',
  path: '/v1/zones/{zone}/certificates',
  operationId: 'listCertificates',
  tag,
  summary: 'Every certificate of a zone with its state, its end and the quotas. Asks Cloudflare: 5 calls.',
  scope: 'read',
  params: zoneParams,
  query: viaQuery,
  answers: { status: 200, description: 'The certificates', schema: certificatesShape },
  handle: async ({ caller, signal }, { params, query }) => {
    const zone = await wholeZone(caller, params.zone);
    const request = { signal, ...(await viaOf(caller, query)) };
    return json(certificatesView(await caller.tenant.certificates.list(zone, request)));
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
  query: viaQuery,
  answers: { status: 200, description: 'The certificates', schema: pullsShape },
  handle: async ({ caller, signal }, { params, query }) => {
    const zone = await wholeZone(caller, params.zone);
    const request = { signal, ...(await viaOf(caller, query)) };
    return json({ items: (await caller.tenant.certificates.originPulls(zone, request)).map(pullView) });
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
  query: viaQuery.extend({ hostname: host.optional().openapi({ description: 'Only this one' }) }),
  answers: { status: 200, description: 'The hostnames', schema: hostnamesShape },
  handle: async ({ caller, signal }, { params, query }) => {
    const zone = await wholeZone(caller, params.zone);
    const list = await caller.tenant.hostnames.list(zone, { signal, ...(await viaOf(caller, query)) });
    const wanted = query.hostname?.toLowerCase();
    const found = list.hostnames.filter((one) => wanted === undefined || one.hostname.hostname === wanted);
    return json(hostnamesView({ ...list, hostnames: found }));
  },
});

const hostname = endpoint({
  method: 'get',
  path: '/v1/zones/{zone}/hostnames/{hostname}',
  operationId: 'getHostname',
  tag,
  summary: 'One of them, by its name or its id: where it stands, and what the customer has to publish',
  scope: 'read',
  params: zoneParams.extend({ hostname: host }),
  query: viaQuery,
  answers: { status: 200, description: 'The hostname', schema: hostnameShape },
  handle: async ({ caller, signal }, { params, query }) => {
    const zone = await wholeZone(caller, params.zone);
    const request = { signal, ...(await viaOf(caller, query)) };
    return json(hostnameView(await caller.tenant.hostnames.show(zone, params.hostname, request)));
  },
});

const fleet = endpoint({
  method: 'get',
  path: '/v1/tls',
  operationId: 'listTls',
  tag,
  summary: 'The TLS of every zone as it was last seen, and when. Asks Cloudflare nothing.',
  scope: 'read',
  query: viaQuery,
  answers: { status: 200, description: 'The zones', schema: fleetShape },
  handle: async ({ caller }, { query }) => {
    requireAllNames(caller);
    const all = await caller.tenant.tls.list(await viaOf(caller, query));
    return json({ items: all.filter(({ zone }) => seesZone(caller, zone)).map(fleetView) });
  },
});

const plan = endpoint({
  method: 'post',
  path: '/v1/zones/{zone}/certificates/plan',
  operationId: 'planCertificates',
  tag,
  summary: 'What a change of certificates or hostnames would do, and whether it may. Nothing is stored.',
  scope: 'plan',
  params: zoneParams,
  body: certificateChange,
  answers: { status: 200, description: 'The plan', schema: planShape },
  handle: async (call, { params, body }) =>
    json(
      plannedView(
        await planCertificates(call.caller, params.zone, { change: body, signal: call.signal }),
        namesReached(call.caller),
      ),
    ),
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
  body: z.strictObject({ plan: certificateChange, allow }).openapi('NewCertificateChange'),
  answers: { status: 201, description: 'The change set', schema: changeSetShape },
  handle: async (call, { params, body }) => {
    const planned = await planCertificates(call.caller, params.zone, {
      change: body.plan,
      signal: call.signal,
    });
    refuseNothing(planned);
    const changeSet = await call.caller.tenant.changes.save(planned, { allow: body.allow ?? [] });
    return json(changeSetView(changeSet), 201, { location: `/v1/change-sets/${changeSet.id}` });
  },
});

const uploadInput = z
  .strictObject({
    certificate: pem.openapi({ description: 'PEM: leaf first, then its issuers' }),
    privateKey: pem.openapi({ description: 'PEM. Goes to Cloudflare with this request; nothing keeps it.' }),
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
  summary:
    'Check a certificate and its key, and upload them at once. Where a policy asks for an approval it waits for that, without the key: see `applyWithKey`',
  scope: 'apply',
  params: zoneParams,
  body: uploadInput,
  answers: { status: 200, description: 'The change set as it ended, or waits', schema: changeSetShape },
  handle: async (call, { params, body }) => {
    const { certificate, privateKey, replaces, clientFor } = body;
    const files = { certificate, privateKey };
    const planned = await planCertificates(call.caller, params.zone, {
      signal: call.signal,
      change:
        clientFor !== undefined
          ? { kind: 'origin-pull-upload', level: clientFor, ...files }
          : replaces !== undefined
            ? { kind: 'replace', id: replaces, ...files }
            : { kind: 'upload', ...files },
    });
    refuseNothing(planned);
    const { changes } = call.caller.tenant;
    const applied = await changes
      .apply(planned, { allow: body.allow ?? [], signal: call.signal })
      .catch(async (error: unknown) => {
        const id = waitingOf(error);
        if (id === null) throw error;
        return { changeSet: (await changes.get(id)).changeSet, zones: [] };
      });
    if (applied === null) throw nothing();
    throwStopped(applied);
    return json(changeSetView(applied.changeSet));
  },
});

/** The change set that an apply has left waiting for somebody's approval. */
function waitingOf(error: unknown): ChangeSetId | null {
  if (!isZonewardError(error) || error.code !== 'approval-missing') return null;
  const { changeSetId } = error.details;
  return typeof changeSetId === 'string' ? (changeSetId as ChangeSetId) : null;
}

const signingRequest = endpoint({
  method: 'post',
  path: '/v1/zones/{zone}/signing-requests',
  operationId: 'makeSigningRequest',
  tag,
  summary:
    'Make a private key, and a signing request for it: for an Origin CA certificate. The key is in this answer and nowhere else, and never sent to Cloudflare.',
  scope: 'plan',
  params: zoneParams,
  body: z
    .strictObject({
      hosts: z.array(host).max(100).optional().openapi({ description: 'Default: the apex and *.apex' }),
      keyType: z.enum(['ecc', 'rsa']).optional().openapi({ description: 'Default: ecc' }),
    })
    .openapi('SigningRequestInput'),
  answers: { status: 201, description: 'The key and the request', schema: signingRequestShape },
  handle: async ({ caller }, { params, body }) => {
    const made = await caller.tenant.certificates.makeRequest(
      await wholeZone(caller, params.zone),
      defined(body),
    );
    const { key, ...rest } = made;
    return {
      ...json({ ...rest, privateKey: key.reveal() }, 201),
      keptBody: { ...rest, privateKey: null },
    };
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

export const CERTIFICATE_ENDPOINTS: readonly Endpoint[] = [
  list,
  pulls,
  hostnames,
  hostname,
  fleet,
  plan,
  save,
  upload,
  signingRequest,
];
