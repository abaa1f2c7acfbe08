/**
 * Domains inside a product: three routes in a Hono app, on Zoneward as a library. In your own code the first import is
 * `from 'zoneward'`. Express is the same with other words: nothing here depends on the server.
 *
 * Try it against a local Cloudflare: `npx node examples/embed-in-hono.ts`
 */
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { InvalidInputError, isZonewardError, openZoneward, type Zoneward } from '../src/index.ts';

/** A customer hands over a credential: it is tested, and stored only when the test passes. */
export async function connectCustomer(
  zoneward: Zoneward,
  customer: string,
  given: { readonly token: string; readonly accountId: string },
): Promise<void> {
  const { connections, zones } = zoneward.tenant(customer);
  const read = await connections.read(given);
  if (!read.ok) throw new InvalidInputError('This credential cannot be used.', read.problems);
  const { credential, accountId } = read.value;
  await connections.add({ credential, ...(accountId === null ? {} : { accountId }) });
  await zones.syncAll();
}

/** Who is asking. Your product knows it from its session. */
type CustomerOf = (request: Request) => string;

export function domainRoutes(zoneward: Zoneward, customerOf: CustomerOf): Hono {
  const app = new Hono();
  const tenantOf = (request: Request) => zoneward.tenant(customerOf(request));

  app.get('/domains', async ({ req, json }) => {
    const zones = await tenantOf(req.raw).zones.list();
    return json(
      zones.map(({ facts, recordCount }) => ({ name: facts.name, status: facts.status, recordCount })),
    );
  });

  // Points a name at an address: planned against the zone as it is now, written to the journal, then applied.
  app.put('/domains/:zone/names/:name', async ({ req, json }) => {
    const { changes } = tenantOf(req.raw);
    const { address } = await req.json<{ address: string }>();
    const name = req.param('name');
    const planned = await changes.plan(req.param('zone'), {
      file: 'request.json',
      text: JSON.stringify({
        zone: req.param('zone'),
        manage: { only: [name] },
        records: [{ name, type: 'A', content: address }],
      }),
    });
    const applied = await changes.apply(planned);
    return json({ changed: applied !== null, undo: applied?.changeSet.id ?? null });
  });

  app.post('/undo/:changeSet', async ({ req, json }) => {
    const { changes } = tenantOf(req.raw);
    const applied = await changes.apply(await changes.planUndo(req.param('changeSet') as never));
    return json({ status: applied?.status ?? 'nothing to undo' });
  });

  app.onError((error, { json }) => {
    if (!isZonewardError(error)) return json({ error: 'internal' }, 500);
    return json(
      { error: error.code, message: error.message, next: error.next },
      error.kind === 'input' ? 400 : 502,
    );
  });
  return app;
}

if (import.meta.main) {
  const { startSandbox, DEMO_SEED } = await import('../src/sandbox/index.ts');
  const sandbox = await startSandbox({ seed: DEMO_SEED });
  const zoneward = await openZoneward({
    home: await mkdtemp(path.join(os.tmpdir(), 'zoneward-example-')),
    baseUrl: sandbox.baseUrl,
  });
  await connectCustomer(zoneward, 'acme', { token: sandbox.tokens.full, accountId: sandbox.accountId });
  serve({ fetch: domainRoutes(zoneward, () => 'acme').fetch, port: 3_000 });
  console.log('http://localhost:3000/domains');
}
