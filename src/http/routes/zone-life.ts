/** Zones made, activated, paused and deleted over HTTP. */
import { z } from '@hono/zod-openapi';
import type { Zone, ZonePausing } from '../../app/re-exports.ts';
import { findZone, reachAccount, requireAllNames } from '../caller.ts';
import { requireMatch } from '../dispatch.ts';
import { type Call, type Endpoint, endpoint, json } from '../endpoint.ts';
import { nameList, zoneParams } from '../inputs.ts';
import type { View } from '../shapes/common.ts';
import { activationShape, pausingShape, zoneShape } from '../shapes/zones.ts';
import { zoneSeen, zoneWithAdvice } from './zones.ts';

const tag = 'zones';
const reference = z.string().min(1).max(255);

const create = endpoint({
  method: 'post',
  path: '/v1/zones',
  operationId: 'createZone',
  tag,
  summary: 'Create a full zone at Cloudflare',
  scope: 'apply',
  body: z.strictObject({ name: reference, connection: reference.optional() }).openapi('NewZone'),
  answers: { status: 201, description: 'The zone', schema: zoneShape },
  handle: async ({ caller }, { body }) => {
    const via = await reachAccount(caller, body.connection);
    const zone = await caller.tenant.zones.create(body.name, via.connection);
    return json(zoneSeen(caller, zone), 201, { location: `/v1/zones/${zone.facts.id}` });
  },
});

const activate = endpoint({
  method: 'post',
  path: '/v1/zones/{zone}/activate',
  operationId: 'activateZone',
  tag,
  summary: 'Ask Cloudflare to look at the delegation now',
  scope: 'apply',
  params: zoneParams,
  answers: { status: 200, description: 'The zone as it is then', schema: activationShape },
  handle: async (call, { params }) => {
    const { caller } = call;
    const known = await findZone(caller, params.zone);
    requireMatch(call, zoneWithAdvice(caller, known));
    const { facts } = known;
    const { zone, asked, reason } = await caller.tenant.zones.activate(facts.id);
    return json({
      zone: zoneWithAdvice(caller, zone),
      asked,
      reason,
    });
  },
});

const pause = endpoint({
  method: 'post',
  path: '/v1/zones/{zone}/pause',
  operationId: 'pauseZone',
  tag,
  summary:
    'Serve a zone by Cloudflare’s DNS alone: reveals the addresses behind proxied records, so `allow: ["exposure"]` where there are any. Unpausing takes it back.',
  scope: 'apply',
  params: zoneParams,
  body: z
    .strictObject({ allow: z.array(z.string().min(1).max(64)).max(10).optional() })
    .openapi('PauseRequest'),
  answers: {
    status: 200,
    description: 'The zone as it is then, and what was revealed',
    schema: pausingShape,
  },
  handle: async (call, { params, body: { allow } }) => {
    const zone = await meantZone(call, params.zone);
    const options = allow === undefined ? {} : { allow };
    return json(pausingSeen(call, await call.caller.tenant.zones.pause(zone.facts.id, options)));
  },
});

const unpause = endpoint({
  method: 'post',
  path: '/v1/zones/{zone}/unpause',
  operationId: 'unpauseZone',
  tag,
  summary: 'Serve a paused zone through Cloudflare again',
  scope: 'apply',
  params: zoneParams,
  answers: { status: 200, description: 'The zone as it is then', schema: pausingShape },
  handle: async (call, { params }) => {
    const zone = await meantZone(call, params.zone);
    return json(pausingSeen(call, await call.caller.tenant.zones.unpause(zone.facts.id)));
  },
});

/** The zone of an act that touches all of its names. */
async function meantZone(call: Call, reference: string): Promise<Zone> {
  requireAllNames(call.caller);
  const zone = await findZone(call.caller, reference);
  requireMatch(call, zoneWithAdvice(call.caller, zone));
  return zone;
}

function pausingSeen({ caller }: Call, { zone, changed, reveals }: ZonePausing): View {
  return { zone: zoneWithAdvice(caller, zone), changed, reveals };
}

const remove = endpoint({
  method: 'delete',
  path: '/v1/zones/{zone}',
  operationId: 'deleteZone',
  tag,
  summary: 'Delete a zone at Cloudflare, for good: needs `allow=zone-delete`. History and audit stay.',
  scope: 'apply',
  params: zoneParams,
  query: z.strictObject({ allow: nameList(10).optional() }),
  answers: { status: 204, description: 'It is deleted' },
  handle: async (call: Call, { params, query }) => {
    const { caller } = call;
    requireAllNames(caller);
    const zone = await findZone(caller, params.zone);
    requireMatch(call, zoneWithAdvice(caller, zone));
    const { allow } = query;
    await caller.tenant.zones.delete(zone.facts.id, allow === undefined ? {} : { allow });
    return { kind: 'empty' };
  },
});

export const ZONE_LIFE_ENDPOINTS: readonly Endpoint[] = [create, activate, pause, unpause, remove];
