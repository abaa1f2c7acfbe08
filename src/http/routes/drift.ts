/** Drift over HTTP: looked at, accepted; taken back by a plan like any other. */
import { z } from '@hono/zod-openapi';
import type { ZoneDrift } from '../../app/re-exports.ts';
import { findConnection, findZone, namesAsked, requireAllNames, seesEveryZone, seesZone } from '../caller.ts';
import { formatCursor, parseCursor, textAt } from '../cursor.ts';
import { requireMatch } from '../dispatch.ts';
import { type Endpoint, endpoint, json } from '../endpoint.ts';
import { PAGE, zoneParams, zonesWanted } from '../inputs.ts';
import { HttpError } from '../problem.ts';
import { driftPageShape, driftView } from '../shapes/drift.ts';
import { coverageView } from '../shapes/zones.ts';
import { zoneWithAdvice } from './zones.ts';

const tag = 'drift';
const reference = z.string().min(1).max(255);

const list = endpoint({
  method: 'get',
  path: '/v1/drift',
  operationId: 'listDrift',
  tag,
  summary: 'Zones with changes from outside that nobody accepted, by id, from the mirror',
  scope: 'read',
  query: z.strictObject({ ...PAGE, zone: reference.optional(), connection: reference.optional() }),
  answers: { status: 200, description: 'A page of zones with their drift', schema: driftPageShape },
  handle: async (call, { query }) => {
    const { caller } = call;
    const scope = { tenant: caller.tenantName, route: call.route, query };
    const after = query.cursor === undefined ? undefined : textAt(parseCursor(scope, query.cursor), 'zone');
    const filter = {
      ...namesAsked(caller),
      ...(query.zone === undefined ? {} : { zone: (await findZone(caller, query.zone)).facts.id }),
      ...(query.connection === undefined
        ? {}
        : { connection: (await findConnection(caller, query.connection)).id }),
    };
    const found: ZoneDrift[] = [];
    for await (const drift of caller.tenant.drift.walk(
      filter,
      after as ZoneDrift['zone']['facts']['id'] | undefined,
    )) {
      if (seesZone(caller, drift.zone)) found.push(drift);
      if (found.length > query.limit) break;
    }
    const items = found.slice(0, query.limit);
    const last = found.length > items.length ? items.at(-1) : undefined;
    return json({
      items: items.map(driftView),
      next: last === undefined ? null : formatCursor(scope, { zone: last.zone.facts.id }),
      coverage: coverageView(
        await caller.tenant.drift.coverage(
          filter,
          seesEveryZone(caller) ? undefined : (zone) => seesZone(caller, zone),
        ),
      ),
    });
  },
});

const adopt = endpoint({
  method: 'post',
  path: '/v1/zones/{zone}/drift/adopt',
  operationId: 'adoptDrift',
  tag,
  summary: 'Accept the drift of a zone as it was shown; what came later stays drift',
  scope: 'apply',
  params: zoneParams,
  body: z
    .strictObject({ revision: z.int().min(0).openapi({ description: 'Of the drift that was looked at' }) })
    .openapi('DriftAdoption'),
  answers: { status: 204, description: 'It is accepted' },
  handle: async (call, { params, body }) => {
    const { caller } = call;
    requireAllNames(caller);
    const zone = await findZone(caller, params.zone);
    requireMatch(call, zoneWithAdvice(caller, zone));
    const [drift] = await caller.tenant.drift.list({ zone: zone.facts.id });
    if (drift === undefined) throw new HttpError(409, 'drift-none', 'This zone has no drift to accept.');
    if (drift.revision < body.revision || body.revision <= drift.acknowledged)
      throw new HttpError(409, 'drift-moved', 'The drift of this zone is not what you looked at any more.', {
        next: ['Look at it again, and send the revision that it shows.'],
      });
    await caller.tenant.drift.adopt({ ...drift, revision: body.revision });
    return { kind: 'empty' };
  },
});

/** A kind of plan: the zones back to what was expected of them. */
export const revertPlan: z.ZodObject<
  {
    kind: z.ZodLiteral<'revert'>;
    zones: typeof zonesWanted;
    connection: z.ZodOptional<z.ZodString>;
  },
  z.core.$strict
> = z.strictObject({
  kind: z.literal('revert'),
  zones: zonesWanted,
  connection: reference.optional(),
});

export const DRIFT_ENDPOINTS: readonly Endpoint[] = [list, adopt];
