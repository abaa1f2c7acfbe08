/** An engine at whose Cloudflare stands one of everything that a path of the API names. */
import assert from 'node:assert/strict';
import { CUSTOMER_HOSTNAME } from '../../src/http/samples.ts';
import { type Engine, NOWHERE, startEngine } from './engine.ts';

export async function startPopulated(): Promise<Engine> {
  const engine = await startEngine({}, { webhookTransport: { lookup: NOWHERE } });
  engine.sandbox.seedZone('example.com', [
    { type: 'A', name: 'www', content: '192.0.2.10', ttl: 300 },
    { type: 'A', name: 'api', content: '192.0.2.20', ttl: 300 },
  ]);
  await serveHostname(engine);
  return engine;
}

/** The customer's hostname (SSL for SaaS) that paths name, in the zone that they name. */
async function serveHostname({ sandbox }: Engine): Promise<void> {
  const { id } = sandbox.zones().find(({ name }) => name === 'example.com') ?? { id: '' };
  sandbox.updateZone(id, { entitlements: ['ssl-for-saas'] });
  const made = await fetch(`${sandbox.baseUrl}/zones/${id}/custom_hostnames`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.tokens.full}`, 'content-type': 'application/json' },
    body: JSON.stringify({ hostname: CUSTOMER_HOSTNAME, ssl: { method: 'txt', type: 'dv' } }),
  });
  assert.equal(made.status, 201, await made.text());
}
