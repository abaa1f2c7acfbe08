/**
 * Connect sessions: made by the tenant's key, used by a visitor whose only secret is the one behind the `#` of the link.
 * The page sends it in a header, so it stands in no address that leaves the browser.
 */
import { z } from '@hono/zod-openapi';
import { forVisitor, reportForVisitor, type ZoneId } from '../../app/re-exports.ts';
import { findConnection, requireUnlimited } from '../caller.ts';
import { type Call, connectEndpoint, type Endpoint, endpoint, json } from '../endpoint.ts';
import { defined, idParams } from '../inputs.ts';
import { isoTime } from '../shapes/common.ts';
import {
  connectedShape,
  connectedView,
  connectPageShape,
  connectSessionListShape,
  connectSessionShape,
  connectSessionView,
  madeConnectSessionShape,
} from '../shapes/connect-sessions.ts';
import { reportShape, reportView } from '../shapes/connections.ts';
import { watched } from '../watched.ts';
import { credential } from './credentials.ts';

const tag = 'connect';
const scope = 'connections' as const;
const PAGE = '/connect';
const LASTS_MAX_SECONDS = 7 * 86_400;

const create = endpoint({
  method: 'post',
  path: '/v1/connect-sessions',
  operationId: 'createConnectSession',
  tag,
  summary: 'Make a link with which a customer gives a credential. It is in this answer and nowhere else.',
  scope,
  body: z
    .strictObject({
      profile: z.enum(['minimum', 'full']).optional(),
      label: z.string().min(1).max(256).optional(),
      tags: z.array(z.string().max(256)).max(100).optional(),
      metadata: z
        .record(z.string().max(128), z.union([z.string().max(4_096), z.number(), z.boolean()]))
        .optional(),
      zoneIds: z
        .array(z.string().regex(/^[0-9a-f]{32}$/))
        .max(1_000)
        .optional(),
      relink: z
        .string()
        .min(1)
        .max(255)
        .optional()
        .openapi({ description: 'The connection to give a new credential, by id or label' }),
      returnUrl: z.string().max(2_048).optional(),
      brand: z
        .strictObject({
          name: z.string().min(1).max(80),
          logoUrl: z.string().max(2_048).nullable().optional(),
          colour: z.string().max(7).nullable().optional().openapi({ description: '#rrggbb' }),
        })
        .optional(),
      lastsSeconds: z
        .int()
        .min(60)
        .max(LASTS_MAX_SECONDS)
        .optional()
        .openapi({ description: 'Default: half an hour' }),
    })
    .openapi('NewConnectSession'),
  answers: { status: 201, description: 'The session and its link', schema: madeConnectSessionShape },
  handle: async (call, { body }) => {
    const { lastsSeconds, relink, brand, zoneIds, ...described } = body;
    if (relink === undefined) requireUnlimited(call.caller);
    const known = relink === undefined ? {} : { relink: (await findConnection(call.caller, relink)).id };
    const { session, secret } = await call.caller.tenant.connectSessions.create({
      ...defined(described),
      ...known,
      ...(zoneIds === undefined ? {} : { zoneIds: zoneIds as ZoneId[] }),
      ...(brand === undefined ? {} : { brand: { name: brand.name, ...defined(brand) } }),
      ...(lastsSeconds === undefined ? {} : { lastsMs: lastsSeconds * 1_000 }),
    });
    const view = connectSessionView(session, Date.now());
    const base = call.zoneward.config.publicUrl ?? call.origin;
    const url = `${base}${PAGE}#${secret.reveal()}`;
    return { kind: 'json', status: 201, body: { ...view, url }, keptBody: { ...view, url: null } };
  },
});

const list = endpoint({
  method: 'get',
  path: '/v1/connect-sessions',
  operationId: 'listConnectSessions',
  tag,
  summary: 'The latest connect sessions, newest first',
  scope,
  answers: { status: 200, description: 'The sessions', schema: connectSessionListShape },
  handle: async ({ caller }) => {
    requireUnlimited(caller);
    const now = Date.now();
    return json({
      items: (await caller.tenant.connectSessions.list()).map((one) => connectSessionView(one, now)),
    });
  },
});

function one(call: Call) {
  requireUnlimited(call.caller);
  return call.caller.tenant.connectSessions;
}

const get = endpoint({
  method: 'get',
  path: '/v1/connect-sessions/{id}',
  operationId: 'getConnectSession',
  tag,
  summary: 'One connect session: whether it was used, and what came of it',
  scope,
  params: idParams,
  answers: { status: 200, description: 'The session', schema: connectSessionShape },
  handle: async (call, { params }) => json(connectSessionView(await one(call).get(params.id), Date.now())),
});

const revoke = endpoint({
  method: 'delete',
  path: '/v1/connect-sessions/{id}',
  operationId: 'revokeConnectSession',
  tag,
  summary: 'Its link opens nothing any more',
  scope,
  params: idParams,
  answers: { status: 200, description: 'The session', schema: connectSessionShape },
  handle: async (call, { params }) => json(connectSessionView(await one(call).revoke(params.id), Date.now())),
});

const visitorBody = z
  .strictObject({
    credential,
    accountId: z.string().max(64).optional(),
    label: z.string().min(1).max(256).optional().openapi({ description: 'Where the session has none' }),
  })
  .openapi('VisitorCredential');

function inputOf(body: z.output<typeof visitorBody>, signal: AbortSignal) {
  const { credential, accountId, label } = body;
  return {
    ...defined(credential),
    ...(accountId === undefined ? {} : { accountId }),
    ...(label === undefined ? {} : { label }),
    signal,
  };
}

async function told<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw forVisitor(error);
  });
}

const page = connectEndpoint({
  method: 'get',
  path: '/v1/connect',
  operationId: 'getConnectPage',
  tag,
  summary: 'What the page of a link shows: whose it is, and the form at Cloudflare, filled in',
  scope: null,
  answers: { status: 200, description: 'The page', schema: connectPageShape },
  handle: async ({ visit }) => {
    const { brand, profile, label, relink, expiresAt } = visit.session;
    return json({
      brand,
      profile,
      label,
      isRelink: relink !== null,
      expiresAt: isoTime(expiresAt),
      link: await visit.link(),
    });
  },
});

const test = connectEndpoint({
  method: 'post',
  path: '/v1/connect/test',
  operationId: 'testByLink',
  tag,
  summary: 'Try a credential and say step by step what it may do; nothing is saved',
  scope: null,
  body: visitorBody,
  answers: { status: 200, description: 'What was found', schema: reportShape },
  handle: async ({ visit, signal }, { body }) =>
    json(reportView(reportForVisitor(await told(visit.test(inputOf(body, signal)))))),
});

const save = connectEndpoint({
  method: 'post',
  path: '/v1/connect/save',
  operationId: 'saveByLink',
  tag,
  summary: 'Test a credential and save it as the connection; the link is used up with it',
  scope: null,
  body: visitorBody,
  answers: { status: 201, description: 'The connection', schema: connectedShape },
  handle: async ({ visit, signal }, { body }) =>
    json(connectedView(await told(visit.save(inputOf(body, signal))), visit.session), 201),
});

const watchSave = connectEndpoint({
  method: 'post',
  path: '/v1/connect/save/events',
  operationId: 'watchSaveByLink',
  tag,
  summary:
    'Test a credential and save it, as server-sent events: `step` as each step of its test ends, then `done` or `problem`',
  scope: null,
  streams: true,
  body: visitorBody,
  answers: { status: 200, description: 'Events, each with JSON', type: 'text/event-stream' },
  handle: ({ visit, ...call }, { body }) =>
    Promise.resolve(
      watched(call, async (onStep) =>
        connectedView(await told(visit.save({ ...inputOf(body, call.signal), onStep })), visit.session),
      ),
    ),
});

export const CONNECT_SESSION_ENDPOINTS: readonly Endpoint[] = [
  create,
  list,
  get,
  revoke,
  page,
  test,
  save,
  watchSave,
];
