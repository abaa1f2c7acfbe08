/** For tests: a tenant with one of everything that a path or a body can name, made over HTTP. */
import assert from 'node:assert/strict';
import type { Things } from './samples.ts';
import type { Edge } from './testing.ts';

const RECEIVER = 'https://hooks.example.com/';

/** One of everything for the tenant of `key`, at the account of `token`. `name` begins the domains that are ordered. */
export async function populate(edge: Edge, key: string, token: string, name = 'later'): Promise<Things> {
  const added = await edge.ask('POST', '/v1/connections', { key, body: { credential: { token } } });
  assert.equal(added.status, 201, added.text);
  await edge.ended(await edge.ask('POST', '/v1/zones/sync', { key, body: {} }), key);
  const zones = await edge.ask('GET', '/v1/zones', { key });
  const zone = zones.body.items[0].id;
  const plan = { kind: 'add', zone, record: { name, type: 'A', content: '192.0.2.9' } };
  const saved = await edge.ask('POST', '/v1/change-sets', { key, body: { plan } });
  assert.equal(saved.status, 201, saved.text);
  const job = await edge.ask('POST', `/v1/zones/${zone}/sync`, { key });
  // What goes on behind would be counted as asked by whoever comes next.
  await edge.ended(job, key);
  const made = await edge.ask('POST', '/v1/api-keys', { key, body: { label: 'other', scopes: ['read'] } });
  const webhook = await edge.ask('POST', '/v1/webhooks', { key, body: { url: RECEIVER } });
  assert.equal(webhook.status, 201, webhook.text);
  const sent = await edge.ask('POST', `/v1/webhooks/${webhook.body.id}/test`, { key });
  const records = await edge.ask('GET', `/v1/zones/${zone}/records`, { key });
  const { purchase, domain } = await orderNames(edge, key, name);
  const [event] = (await edge.ask('GET', '/v1/audit?limit=1', { key })).body.items;
  const link = await edge.ask('POST', '/v1/connect-sessions', { key, body: {} });
  assert.equal(link.status, 201, link.text);
  return {
    connectSession: link.body.id,
    record: records.body.items[0].id,
    purchase,
    domain,
    sequence: event.sequence,
    webhook: webhook.body.id,
    delivery: sent.body.id,
    connection: added.body.connection.id,
    zone,
    changeSet: saved.body.id,
    job: job.body.id,
    apiKey: made.body.id,
    token,
  };
}

/** A purchase that is under way, and a domain that is being brought up. */
async function orderNames(
  edge: Edge,
  key: string,
  name: string,
): Promise<Pick<Things, 'purchase' | 'domain'>> {
  const limit = { monthly: { amount: '1000.00', currency: 'USD' } };
  assert.equal((await edge.ask('PUT', '/v1/spend-limit', { key, body: limit })).status, 200);
  const wanted = `${name}-wanted.com`;
  const checked = await edge.ask('GET', `/v1/domains/check?names=${wanted}`, { key });
  const confirmPrice = checked.body.items?.[0].price.registration;
  const bought = await edge.ask('POST', '/v1/domains', { key, body: { domain: wanted, confirmPrice } });
  assert.equal(bought.status, 202, bought.text);
  const begun = await edge.ask('POST', '/v1/provisionings', { key, body: { domain: `${name}-up.com` } });
  assert.equal(begun.status, 202, begun.text);
  return { purchase: bought.body.id, domain: begun.body.domain };
}
