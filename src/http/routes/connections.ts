/** Connections over HTTP. A credential goes in and never comes out; references to files and variables stay local. */
import { z } from '@hono/zod-openapi';
import {
  type AccountId,
  type Added,
  type Connection,
  type CredentialParts,
  InvalidInputError,
  type NewConnectionInput,
  type Profile,
  type TestReport,
  type TestStep,
  type ZoneId,
} from '../../app/handed-out.ts';
import { findConnection, findConnectionToChange, requireUnlimited, seesConnection } from '../caller.ts';
import { formatCursor, parseCursor, textAt } from '../cursor.ts';
import { requireMatch } from '../dispatch.ts';
import { type Call, type Endpoint, endpoint, json } from '../endpoint.ts';
import { connectionParams, PAGE } from '../inputs.ts';
import type { View } from '../shapes/common.ts';
import {
  addedShape,
  connectionPageShape,
  connectionShape,
  connectionView,
  importShape,
  removedShape,
  reportView,
  testedShape,
  tokenLinkShape,
} from '../shapes/connections.ts';
import { watched } from '../watched.ts';

const tag = 'connections';
const profile = z.enum(['minimum', 'full']);
const secretText = z.string().min(1).max(1_024);
export const credential: z.ZodObject<
  {
    token: z.ZodOptional<z.ZodString>;
    key: z.ZodOptional<z.ZodString>;
    email: z.ZodOptional<z.ZodString>;
  },
  z.core.$strict
> = z
  .strictObject({
    token: secretText
      .optional()
      .openapi({ description: 'An API token, user- or account-owned', writeOnly: true }),
    key: secretText.optional().openapi({ description: 'The Global API Key, with `email`', writeOnly: true }),
    email: z.string().max(320).optional(),
  })
  .openapi('Credential');
const cloudflareId = z.string().regex(/^[0-9a-f]{32}$/, "is not an id of Cloudflare's");
const metadata = z.record(z.string().max(128), z.union([z.string().max(4_096), z.number(), z.boolean()]));
const described = {
  label: z.string().min(1).max(256).optional(),
  profile: profile.optional(),
  tags: z.array(z.string().max(256)).max(100).optional(),
  metadata: metadata.optional(),
  zoneIds: z.array(cloudflareId).max(1_000).optional(),
  rotateEveryDays: z.int().optional(),
};
const NAMES = {
  token: 'credential.token',
  email: 'credential.email',
  key: 'credential.key',
  accountId: 'accountId',
  zoneIds: 'zoneIds',
};

/** Reads the credential as a person would have typed it, with all the slips that are understood. */
export async function readCredential(
  call: Call,
  body: { readonly credential: z.output<typeof credential>; readonly accountId?: string | undefined },
): Promise<CredentialParts> {
  const input = { ...body.credential, accountId: body.accountId };
  const parsed = await call.caller.tenant.connections.read(input, NAMES);
  if (!parsed.ok)
    throw new InvalidInputError('The credential is not valid; nothing was stored.', parsed.problems);
  return parsed.value;
}

/** Without members that were not given, as the facade wants it. */
function given(body: {
  readonly label?: string | undefined;
  readonly profile?: Profile | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly metadata?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly zoneIds?: readonly string[] | undefined;
  readonly rotateEveryDays?: number | undefined;
}) {
  const { label, tags, rotateEveryDays, zoneIds } = body;
  return {
    ...(label === undefined ? {} : { label }),
    ...(body.profile === undefined ? {} : { profile: body.profile }),
    ...(tags === undefined ? {} : { tags }),
    ...(body.metadata === undefined ? {} : { metadata: body.metadata }),
    ...(zoneIds === undefined ? {} : { zoneIds: zoneIds as readonly ZoneId[] }),
    ...(rotateEveryDays === undefined ? {} : { rotateEveryDays }),
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

const newConnection = z
  .strictObject({
    credential,
    accountId: cloudflareId.optional(),
    ...described,
    untested: z.boolean().optional().openapi({ description: 'Save without asking Cloudflare' }),
    duplicate: z.boolean().optional().openapi({ description: 'Although the same secret is saved already' }),
  })
  .openapi('NewConnection');

async function inputFrom(call: Call, body: z.output<typeof newConnection>): Promise<NewConnectionInput> {
  requireUnlimited(call.caller);
  const parts = await readCredential(call, body);
  return {
    ...given(body),
    credential: parts.credential,
    ...(parts.accountId === null ? {} : { accountId: parts.accountId }),
    ...(body.untested === undefined ? {} : { untested: body.untested }),
    ...(body.duplicate === undefined ? {} : { duplicate: body.duplicate }),
    signal: call.signal,
  };
}

function testedView({
  connection,
  report,
}: {
  readonly connection: Connection;
  readonly report: TestReport | null;
}): View {
  return { connection: connectionView(connection), report: reportView(report) };
}

function addedView({ connection, report, warnings }: Added): View {
  return { connection: connectionView(connection), report: reportView(report), warnings };
}

const add = endpoint({
  method: 'post',
  path: '/v1/connections',
  operationId: 'addConnection',
  tag,
  summary: 'Test a credential, then save it as a connection; nothing is stored when the test fails',
  scope: 'connections',
  body: newConnection,
  answers: { status: 201, description: 'The connection and its test', schema: addedShape },
  handle: async (call, { body }) => {
    const added = await call.caller.tenant.connections.add(await inputFrom(call, body));
    return json(addedView(added), 201, { location: `/v1/connections/${added.connection.id}` });
  },
});

const EVENTS = { status: 200, description: 'Events, each with JSON', type: 'text/event-stream' };

const watchAdd = endpoint({
  method: 'post',
  path: '/v1/connections/events',
  operationId: 'watchConnectionAdd',
  tag,
  summary:
    'Add a connection, as server-sent events: `step` as each step of its test ends, then `done` or `problem`',
  scope: 'connections',
  streams: true,
  body: newConnection,
  answers: EVENTS,
  handle: async (call, { body }) => {
    requireUnlimited(call.caller);
    return watched(call, async (onStep) =>
      addedView(await call.caller.tenant.connections.add({ ...(await inputFrom(call, body)), onStep })),
    );
  },
});

const watchTest = endpoint({
  method: 'post',
  path: '/v1/connections/test',
  operationId: 'watchCredentialTest',
  tag,
  summary:
    'Test a credential and store nothing, as server-sent events: `step` as each step ends, then `report` or `problem`',
  scope: 'connections',
  streams: true,
  body: newConnection,
  answers: EVENTS,
  handle: (call, { body }) =>
    Promise.resolve(
      watched(
        call,
        async (onStep) =>
          reportView(await call.caller.tenant.connections.try({ ...(await inputFrom(call, body)), onStep })),
        'report',
      ),
    ),
});

const IMPORT_ROWS_MAX = 50;
const IMPORT_BODY_MAX = 1024 * 1024;

const importMany = endpoint({
  method: 'post',
  path: '/v1/connections/import',
  operationId: 'importConnections',
  tag,
  summary: `Add each row of a file (CSV or JSON lines), ${IMPORT_ROWS_MAX} at most, one after the other; a row that fails does not hold up the next`,
  scope: 'connections',
  bodyMax: IMPORT_BODY_MAX,
  body: z
    .strictObject({
      text: z.string().min(1).max(IMPORT_BODY_MAX).openapi({ description: 'The file', writeOnly: true }),
      file: z.string().min(1).max(255).optional().openapi({ description: 'What messages call it' }),
      untested: z.boolean().optional(),
    })
    .openapi('ConnectionImport'),
  answers: { status: 200, description: 'What became of each row', schema: importShape },
  handle: async (call, { body: { text, file = 'import', untested } }) => {
    requireUnlimited(call.caller);
    const lines = await call.caller.tenant.connections.import({
      text,
      file,
      references: false,
      rowsMax: IMPORT_ROWS_MAX,
      ...(untested === undefined ? {} : { untested }),
      signal: call.signal,
    });
    return json({ items: lines });
  },
});

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

const relinkBody = z
  .strictObject({
    credential,
    zoneIds: z.array(cloudflareId).max(1_000).optional(),
    untested: z.boolean().optional(),
  })
  .openapi('Relink');

async function relinkWith(
  call: Call,
  { id, body }: { readonly id: string; readonly body: z.output<typeof relinkBody> },
  onStep?: (step: TestStep) => void,
): Promise<View> {
  const parts = await readCredential(call, body);
  const relinked = await call.caller.tenant.connections.relink(id, {
    credential: parts.credential,
    ...(body.zoneIds === undefined ? {} : { zoneIds: body.zoneIds as ZoneId[] }),
    ...(body.untested === undefined ? {} : { untested: body.untested }),
    ...(onStep === undefined ? {} : { onStep }),
    signal: call.signal,
  });
  return testedView(relinked);
}

const relink = endpoint({
  method: 'post',
  path: '/v1/connections/{connection}/relink',
  operationId: 'relinkConnection',
  tag,
  summary: 'Give it a new credential of the same account; id, history and mirror stay',
  scope: 'connections',
  params: connectionParams,
  body: relinkBody,
  answers: { status: 200, description: 'The connection and its test', schema: testedShape },
  handle: async (call, { params, body }) => {
    const { id } = await findConnectionToChange(call.caller, params.connection);
    return json(await relinkWith(call, { id, body }));
  },
});

const watchRelink = endpoint({
  method: 'post',
  path: '/v1/connections/{connection}/relink/events',
  operationId: 'watchConnectionRelink',
  tag,
  summary:
    'Give it a new credential, as server-sent events: `step` as each step of its test ends, then `done` or `problem`',
  scope: 'connections',
  streams: true,
  params: connectionParams,
  body: relinkBody,
  answers: EVENTS,
  handle: async (call, { params, body }) => {
    const { id } = await findConnectionToChange(call.caller, params.connection);
    return watched(call, (onStep) => relinkWith(call, { id, body }, onStep));
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
  add,
  watchAdd,
  watchTest,
  importMany,
  get,
  edit,
  remove,
  test,
  watchSavedTest,
  relink,
  watchRelink,
  toggle('pause', 'Stop using it, and keep it'),
  toggle('resume', 'Use it again'),
  missingLink,
  profileLink,
];
