/** Saved connections over HTTP: listed, described, tested again, paused, removed; links that ask for rights. */
import { z } from '@hono/zod-openapi';
import type {
  AccountId,
  Connection,
  NewConnectionInput,
  Profile,
  TestReport,
  ZoneId,
} from '../../app/re-exports.ts';
import { findConnection, findConnectionToChange, seesConnection } from '../caller.ts';
import { formatCursor, parseCursor, textAt } from '../cursor.ts';
import { requireMatch } from '../dispatch.ts';
import { type Endpoint, endpoint, json } from '../endpoint.ts';
import { connectionParams, defined, PAGE } from '../inputs.ts';
import type { View } from '../shapes/common.ts';
import {
  connectionPageShape,
  connectionShape,
  connectionView,
  removedShape,
  reportView,
  testedShape,
  tokenLinkShape,
} from '../shapes/connections.ts';
import { watched } from '../watched.ts';

const tag = 'connections';
const profile: z.ZodEnum<{ minimum: 'minimum'; full: 'full' }> = z.enum(['minimum', 'full']);
export const cloudflareId: z.ZodString = z.string().regex(/^[0-9a-f]{32}$/, "is not an id of Cloudflare's");
const metadata: z.ZodRecord<
  z.ZodString,
  z.ZodUnion<readonly [z.ZodString, z.ZodNumber, z.ZodBoolean]>
> = z.record(z.string().max(128), z.union([z.string().max(4_096), z.number(), z.boolean()]));

/** What describes a connection, as a body gives it. */
export const described: {
  readonly label: z.ZodOptional<z.ZodString>;
  readonly profile: z.ZodOptional<typeof profile>;
  readonly tags: z.ZodOptional<z.ZodArray<z.ZodString>>;
  readonly metadata: z.ZodOptional<typeof metadata>;
  readonly zoneIds: z.ZodOptional<z.ZodArray<z.ZodString>>;
  readonly rotateEveryDays: z.ZodOptional<z.ZodInt>;
} = {
  label: z.string().min(1).max(256).optional(),
  profile: profile.optional(),
  tags: z.array(z.string().max(256)).max(100).optional(),
  metadata: metadata.optional(),
  zoneIds: z.array(cloudflareId).max(1_000).optional(),
  rotateEveryDays: z.int().optional(),
};

/** Without members that were not given, as the facade wants it. */
export function given(body: {
  readonly label?: string | undefined;
  readonly profile?: Profile | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly metadata?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly zoneIds?: readonly string[] | undefined;
  readonly rotateEveryDays?: number | undefined;
}): Pick<NewConnectionInput, 'label' | 'profile' | 'tags' | 'metadata' | 'zoneIds' | 'rotateEveryDays'> {
  const { label, profile, tags, metadata, rotateEveryDays, zoneIds } = body;
  return {
    ...defined({ label, profile, tags, metadata, rotateEveryDays }),
    ...(zoneIds === undefined ? {} : { zoneIds: zoneIds as readonly ZoneId[] }),
  };
}

const list = endpoint({
  method: 'get',
  path: '/v1/connections',
  operationId: 'listConnections',
  tag,
  summary: 'List connections, by id',
  scope: 'read',
  query: z.strictObject({
    ...PAGE,
    label: z.string().max(256).optional().openapi({ description: 'Part of the label, in any case' }),
    tag: z.string().max(256).optional(),
  }),
  answers: { status: 200, description: 'A page of connections', schema: connectionPageShape },
  handle: async (call, { query }) => {
    const scope = { tenant: call.caller.tenantName, route: call.route, query };
    const after = query.cursor === undefined ? '' : textAt(parseCursor(scope, query.cursor), 'id');
    const all = await call.caller.tenant.connections.list({
      ...(query.label === undefined ? {} : { label: query.label }),
      ...(query.tag === undefined ? {} : { tags: [query.tag] }),
    });
    const rest = all
      .filter((one) => seesConnection(call.caller, one) && one.id > after)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const items = rest.slice(0, query.limit);
    const last = rest.length > items.length ? items.at(-1) : undefined;
    return json({
      items: items.map(connectionView),
      next: last === undefined ? null : formatCursor(scope, { id: last.id }),
    });
  },
});

export function testedView({
  connection,
  report,
}: {
  readonly connection: Connection;
  readonly report: TestReport | null;
}): View {
  return { connection: connectionView(connection), report: reportView(report) };
}

/** Steps as they end, then what the same work answers when nobody watches. */
export const EVENTS: { readonly status: 200; readonly description: string; readonly type: string } = {
  status: 200,
  description: 'Events, each with JSON',
  type: 'text/event-stream',
};

const get = endpoint({
  method: 'get',
  path: '/v1/connections/{connection}',
  operationId: 'getConnection',
  tag,
  summary: 'One connection, by id or label',
  scope: 'read',
  params: connectionParams,
  answers: { status: 200, description: 'The connection', schema: connectionShape },
  handle: async (call, { params }) =>
    json(connectionView(await findConnection(call.caller, params.connection))),
});

const edit = endpoint({
  method: 'patch',
  path: '/v1/connections/{connection}',
  operationId: 'editConnection',
  tag,
  summary: 'Change what describes a connection; what is not given stays',
  scope: 'connections',
  params: connectionParams,
  body: z.strictObject(described).openapi('ConnectionEdit'),
  answers: { status: 200, description: 'The connection as it is now', schema: connectionShape },
  handle: async (call, { params, body }) => {
    const connection = await findConnectionToChange(call.caller, params.connection);
    requireMatch(call, connectionView(connection));
    return json(connectionView(await call.caller.tenant.connections.edit(connection.id, given(body))));
  },
});

const remove = endpoint({
  method: 'delete',
  path: '/v1/connections/{connection}',
  operationId: 'removeConnection',
  tag,
  summary: 'Delete the secret and hide the connection; zones, history and audit stay',
  scope: 'connections',
  params: connectionParams,
  answers: { status: 200, description: 'What it was, and what is left to do', schema: removedShape },
  handle: async (call, { params }) => {
    const connection = await findConnectionToChange(call.caller, params.connection);
    requireMatch(call, connectionView(connection));
    const removed = await call.caller.tenant.connections.remove(connection.id);
    return json({ connection: connectionView(removed.connection), next: removed.next });
  },
});

const test = endpoint({
  method: 'post',
  path: '/v1/connections/{connection}/test',
  operationId: 'testConnection',
  tag,
  summary: 'Ask Cloudflare what the credential may do, and keep the answer',
  scope: 'connections',
  params: connectionParams,
  answers: { status: 200, description: 'The connection and what was found', schema: testedShape },
  handle: async (call, { params }) => {
    const { id } = await findConnectionToChange(call.caller, params.connection);
    return json(testedView(await call.caller.tenant.connections.test(id, call.signal)));
  },
});

const watchSavedTest = endpoint({
  method: 'post',
  path: '/v1/connections/{connection}/test/events',
  operationId: 'watchConnectionTest',
  tag,
  summary:
    'Test a connection and keep the answer, as server-sent events: `step` as each step ends, then `done` or `problem`',
  scope: 'connections',
  streams: true,
  params: connectionParams,
  answers: EVENTS,
  handle: async (call, { params }) => {
    const { id } = await findConnectionToChange(call.caller, params.connection);
    return watched(call, async (onStep) =>
      testedView(await call.caller.tenant.connections.test(id, call.signal, onStep)),
    );
  },
});

function toggle(verb: 'pause' | 'resume', summary: string): Endpoint {
  return endpoint({
    method: 'post',
    path: `/v1/connections/{connection}/${verb}`,
    operationId: `${verb}Connection`,
    tag,
    summary,
    scope: 'connections',
    params: connectionParams,
    answers: { status: 200, description: 'The connection as it is now', schema: connectionShape },
    handle: async (call, { params }) => {
      const connection = await findConnectionToChange(call.caller, params.connection);
      requireMatch(call, connectionView(connection));
      return json(connectionView(await call.caller.tenant.connections[verb](connection.id)));
    },
  });
}

const missingLink = endpoint({
  method: 'get',
  path: '/v1/connections/{connection}/link',
  operationId: 'linkForMissingRights',
  tag,
  summary: "Cloudflare's token form, filled in with the rights that the connection lacks",
  scope: 'read',
  params: connectionParams,
  query: z.strictObject({ profile: profile.optional() }),
  answers: { status: 200, description: 'The link', schema: tokenLinkShape },
  handle: async (call, { params, query }) => {
    const { id } = await findConnection(call.caller, params.connection);
    const asked = query.profile === undefined ? {} : { profile: query.profile };
    return json({ link: await call.caller.tenant.connections.link({ missingOf: id, ...asked }) });
  },
});

const profileLink = endpoint({
  method: 'get',
  path: '/v1/token-link',
  operationId: 'linkForProfile',
  tag,
  summary: "Cloudflare's token form, filled in with the rights of a profile",
  scope: 'read',
  query: z.strictObject({
    profile: profile.optional(),
    accountId: cloudflareId.optional(),
    name: z.string().min(1).max(120).optional(),
  }),
  answers: { status: 200, description: 'The link', schema: tokenLinkShape },
  handle: async (call, { query }) =>
    json({
      link: await call.caller.tenant.connections.link({
        ...(query.profile === undefined ? {} : { profile: query.profile }),
        ...(query.accountId === undefined ? {} : { accountId: query.accountId as AccountId }),
        ...(query.name === undefined ? {} : { name: query.name }),
      }),
    }),
});

export const CONNECTION_ENDPOINTS: readonly Endpoint[] = [
  list,
  get,
  edit,
  remove,
  test,
  watchSavedTest,
  toggle('pause', 'Stop using it, and keep it'),
  toggle('resume', 'Use it again'),
  missingLink,
  profileLink,
];
