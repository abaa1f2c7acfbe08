/** Rotations over HTTP: a new token minted, proved, switched to, and the old one removed. */
import { z } from '@hono/zod-openapi';
import type { RotationView } from '../../app/re-exports.ts';
import { findConnection, findConnectionToChange } from '../caller.ts';
import { requireMatch } from '../dispatch.ts';
import { type Call, type Endpoint, endpoint, json } from '../endpoint.ts';
import { connectionParams, PAGE } from '../inputs.ts';
import { HttpError } from '../problem.ts';
import { orNull } from '../shapes/common.ts';
import { connectionView } from '../shapes/connections.ts';
import { minterShape, rotationListShape, rotationShape, rotationView } from '../shapes/rotations.ts';
import { credential, readCredential } from './credentials.ts';

const tag = 'rotations';
const DRAIN_MS_MAX = 3_600_000;

async function idOf({ caller }: Call, reference: string): Promise<string> {
  return (await findConnection(caller, reference)).id;
}

async function idToChange({ caller }: Call, reference: string): Promise<string> {
  return (await findConnectionToChange(caller, reference)).id;
}

const list = endpoint({
  method: 'get',
  path: '/v1/connections/{connection}/rotations',
  operationId: 'listRotations',
  tag,
  summary: 'Rotations of a connection, newest first, and what stands in the way of one now',
  scope: 'read',
  params: connectionParams,
  query: z.strictObject({ limit: PAGE.limit }),
  answers: { status: 200, description: 'The rotations', schema: rotationListShape },
  handle: async (call, { params, query }) => {
    const id = await idOf(call, params.connection);
    const { connections } = call.caller.tenant;
    const [items, obstacle] = await Promise.all([
      connections.rotations(id, query.limit),
      connections.rotationObstacle(id),
    ]);
    return json({
      items: items.map(rotationView),
      obstacle: obstacle === null ? null : { message: obstacle.message, next: obstacle.next },
    });
  },
});

async function latestOf({ caller }: Call, id: string) {
  const [latest] = await caller.tenant.connections.rotations(id, 1);
  return { rotation: latest === undefined ? null : rotationView(latest) };
}

const latestShape = z.strictObject({ rotation: orNull(rotationShape) }).openapi('LatestRotation');

const latest = endpoint({
  method: 'get',
  path: '/v1/connections/{connection}/rotations/latest',
  operationId: 'getLatestRotation',
  tag,
  summary:
    'The rotation that was begun last: its ETag is what going on with it or cancelling it is conditional on',
  scope: 'read',
  params: connectionParams,
  answers: { status: 200, description: 'The rotation; null where there was none', schema: latestShape },
  handle: async (call, { params }) => json(await latestOf(call, await idOf(call, params.connection))),
});

const start = endpoint({
  method: 'post',
  path: '/v1/connections/{connection}/rotations',
  operationId: 'rotateConnection',
  tag,
  summary: 'Begin a rotation, or carry on with the one under way, as far as it goes now',
  scope: 'connections',
  params: connectionParams,
  body: z
    .strictObject({
      narrow: z.boolean().optional().openapi({ description: "Only what the connection's profile needs" }),
      drainMs: z
        .int()
        .min(0)
        .max(DRAIN_MS_MAX)
        .optional()
        .openapi({ description: 'From the switch to the deletion of the old token' }),
    })
    .openapi('RotationRequest'),
  answers: { status: 202, description: 'The rotation, as far as it is', schema: rotationShape },
  handle: async (call, { params, body }) => {
    const connection = await findConnectionToChange(call.caller, params.connection);
    requireMatch(call, connectionView(connection));
    const rotation = await call.caller.tenant.connections.rotate(connection.id, {
      ...(body.narrow === undefined ? {} : { narrow: body.narrow }),
      ...(body.drainMs === undefined ? {} : { drainMs: body.drainMs }),
    });
    return json(rotationView(rotation), 202);
  },
});

function current(
  verb: 'continue' | 'cancel',
  summary: string,
  act: (call: Call, id: string) => Promise<RotationView | null>,
): Endpoint {
  return endpoint({
    method: 'post',
    path: `/v1/connections/{connection}/rotations/${verb}`,
    operationId: `${verb}Rotation`,
    tag,
    summary,
    scope: 'connections',
    params: connectionParams,
    answers: { status: 200, description: 'The rotation as it is now', schema: rotationShape },
    handle: async (call, { params }) => {
      const id = await idToChange(call, params.connection);
      if (call.ifMatch !== null) requireMatch(call, await latestOf(call, id));
      const rotation = await act(call, id);
      if (rotation !== null) return json(rotationView(rotation));
      throw new HttpError(409, 'rotation-none', 'No rotation of this connection is under way.');
    },
  });
}

const getMinter = endpoint({
  method: 'get',
  path: '/v1/connections/{connection}/minter',
  operationId: 'getMinter',
  tag,
  summary: 'What kind of credential makes tokens for this connection, where it is not its own',
  scope: 'read',
  params: connectionParams,
  answers: { status: 200, description: 'The minter', schema: minterShape },
  handle: async (call, { params }) =>
    json({ minter: await call.caller.tenant.connections.minter(await idOf(call, params.connection)) }),
});

const setMinter = endpoint({
  method: 'put',
  path: '/v1/connections/{connection}/minter',
  operationId: 'setMinter',
  tag,
  summary: 'Seal a credential that may make tokens for this connection; null takes it away',
  scope: 'connections',
  params: connectionParams,
  body: z.strictObject({ credential: z.union([credential, z.null()]) }).openapi('MinterChange'),
  answers: { status: 200, description: 'The minter as it is now', schema: minterShape },
  handle: async (call, { params, body }) => {
    const id = await idToChange(call, params.connection);
    const { connections } = call.caller.tenant;
    const given =
      body.credential === null
        ? null
        : (await readCredential(call, { credential: body.credential })).credential;
    await connections.setMinter(id, given);
    return json({ minter: await connections.minter(id) });
  },
});

export const ROTATION_ENDPOINTS: readonly Endpoint[] = [
  list,
  latest,
  start,
  current('continue', 'Carry on with the rotation under way', (call, id) =>
    call.caller.tenant.connections.continueRotation(id),
  ),
  current('cancel', 'Give it up before the switch: the new token is deleted, the old one stays', (call, id) =>
    call.caller.tenant.connections.cancelRotation(id),
  ),
  getMinter,
  setMinter,
];
