/** What keeps the mirror in step over HTTP: discovery, rounds, and how much of the past is kept. */
import { z } from '@hono/zod-openapi';
import type { InventorySettings } from '../../app/re-exports.ts';
import { reachAccount, requireUnlimited, seesConnection } from '../caller.ts';
import { requireMatch } from '../dispatch.ts';
import { type Endpoint, endpoint, json } from '../endpoint.ts';
import { time } from '../inputs.ts';
import { isoTime } from '../shapes/common.ts';
import {
  discoveryShape,
  discoveryView,
  inventoryShape,
  inventoryView,
  prunedShape,
  roundListShape,
  roundView,
} from '../shapes/inventory.ts';
import { jobShape } from '../shapes/jobs.ts';
import { startJob } from '../start-job.ts';

const tag = 'inventory';
const DAYS_MAX = 36_500;
const RULES_MAX = 1_000;

const discover = endpoint({
  method: 'post',
  path: '/v1/zones/discover',
  operationId: 'discoverZones',
  tag,
  summary: 'Ask Cloudflare for the zones of a connection, and note what is new and what is gone',
  scope: 'plan',
  body: z.strictObject({ connection: z.string().min(1).max(255).optional() }).openapi('DiscoveryRequest'),
  answers: { status: 200, description: 'What was found', schema: discoveryShape },
  handle: async ({ caller }, { body }) => {
    const { connection } = await reachAccount(caller, body.connection);
    return json(discoveryView(await caller.tenant.zones.discover(connection)));
  },
});

const rounds = endpoint({
  method: 'get',
  path: '/v1/rounds',
  operationId: 'listRounds',
  tag,
  summary: 'How the rounds of each connection stand, by which the mirror hears what moved',
  scope: 'read',
  answers: { status: 200, description: 'The rounds', schema: roundListShape },
  handle: async ({ caller }) => {
    const all = await caller.tenant.inventory.rounds();
    return json({
      items: all.filter((one) => seesConnection(caller, { id: one.connectionId })).map(roundView),
    });
  },
});

const runRound = endpoint({
  method: 'post',
  path: '/v1/rounds',
  operationId: 'runRound',
  tag,
  summary: 'One round of a connection now, as a job: hear what moved, read what moved or is due',
  scope: 'plan',
  body: z.strictObject({ connection: z.string().min(1).max(255).optional() }).openapi('RoundRequest'),
  answers: { status: 202, description: 'The job', schema: jobShape },
  handle: async (call, { body }) => {
    const via = await reachAccount(call.caller, body.connection);
    return startJob(call, { kind: 'rounds.run', ...via });
  },
});

const get = endpoint({
  method: 'get',
  path: '/v1/inventory',
  operationId: 'getInventory',
  tag,
  summary: 'How much of the past is kept, and which names are not watched for drift',
  scope: 'read',
  answers: { status: 200, description: 'The settings', schema: inventoryShape },
  handle: async ({ caller }) => {
    // Rules name zones and records.
    requireUnlimited(caller);
    return json(inventoryView(await caller.tenant.inventory.settings()));
  },
});

const text = z.string().min(1).max(255);
const rule = z.strictObject({
  zone: text.optional(),
  name: text.openapi({ description: 'Relative to the zone, `@`, or absolute with a dot; `*` is any run' }),
  type: z.string().min(1).max(32).optional(),
  reason: z.string().max(1_024).optional(),
});

const set = endpoint({
  method: 'patch',
  path: '/v1/inventory',
  operationId: 'setInventory',
  tag,
  summary: 'Change it; what is not given stays. Shorter history is deleted by the next pruning.',
  scope: 'admin',
  body: z
    .strictObject({
      historyDays: z.int().min(1).max(DAYS_MAX).nullable().optional(),
      ignore: z.array(rule).max(RULES_MAX).optional(),
    })
    .openapi('InventoryChange'),
  answers: { status: 200, description: 'The settings as they are now', schema: inventoryShape },
  handle: async (call, { body: { historyDays, ignore } }) => {
    requireUnlimited(call.caller);
    const { inventory } = call.caller.tenant;
    requireMatch(call, inventoryView(await inventory.settings()));
    const change: Partial<InventorySettings> = {
      ...(historyDays === undefined ? {} : { historyDays }),
      ...(ignore === undefined
        ? {}
        : { ignore: JSON.parse(JSON.stringify(ignore)) as InventorySettings['ignore'] }),
    };
    return json(inventoryView(await inventory.set(change)));
  },
});

const prune = endpoint({
  method: 'post',
  path: '/v1/inventory/prune',
  operationId: 'pruneHistory',
  tag,
  summary: 'Delete history from before a moment, for good; without one, what the setting does not keep',
  scope: 'admin',
  body: z.strictObject({ before: time.optional() }).openapi('HistoryPruning'),
  answers: { status: 200, description: 'What was deleted', schema: prunedShape },
  handle: async ({ caller }, { body }) => {
    requireUnlimited(caller);
    const { before, ...pruned } = await caller.tenant.inventory.prune(body.before);
    return json({ ...pruned, before: isoTime(before) });
  },
});

export const INVENTORY_ENDPOINTS: readonly Endpoint[] = [discover, rounds, runRound, get, set, prune];
