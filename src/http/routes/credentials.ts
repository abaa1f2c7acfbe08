/**
 * Credentials given over HTTP: tried, saved as a connection, imported by the file, put in place of another. A credential goes
 * in and never comes out; references to files and variables stay local.
 */
import { z } from '@hono/zod-openapi';
import {
  type Added,
  type CredentialParts,
  InvalidInputError,
  type NewConnectionInput,
  type TestStep,
  type ZoneId,
} from '../../app/re-exports.ts';
import { findConnectionToChange, requireUnlimited } from '../caller.ts';
import { type Call, type Endpoint, endpoint, json } from '../endpoint.ts';
import { connectionParams } from '../inputs.ts';
import type { View } from '../shapes/common.ts';
import { addedShape, connectionView, importShape, reportView, testedShape } from '../shapes/connections.ts';
import { watched } from '../watched.ts';
import { cloudflareId, described, EVENTS, given, testedView } from './connections.ts';

const tag = 'connections';
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

export const CREDENTIAL_ENDPOINTS: readonly Endpoint[] = [
  add,
  watchAdd,
  watchTest,
  importMany,
  relink,
  watchRelink,
];
