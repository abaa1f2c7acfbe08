/** A hostname of a customer at the sandbox (SSL for SaaS), for tests that name one. */
import assert from 'node:assert/strict';
import { CUSTOMER_HOSTNAME } from '../../src/http/samples.ts';
import type { Engine } from './engine.ts';

/** The customer's hostname that paths name, in the zone that they name. */
export async function serveHostname({ sandbox }: Engine): Promise<void> {
  const { id } = sandbox.zones().find(({ name }) => name === 'example.com') ?? { id: '' };
  sandbox.updateZone(id, { entitlements: ['ssl-for-saas'] });
  const made = await fetch(`${sandbox.baseUrl}/zones/${id}/custom_hostnames`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.tokens.full}`, 'content-type': 'application/json' },
    body: JSON.stringify({ hostname: CUSTOMER_HOSTNAME, ssl: { method: 'txt', type: 'dv' } }),
  });
  assert.equal(made.status, 201, await made.text());
}
