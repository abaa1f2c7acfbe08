/** One edit in many zones, planned as a job: watched, stopped, looked at, applied. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Engine, startEngine } from '../../test/kit/engine.ts';
import { type Answer, type Edge, openEdge } from './testing.ts';

const ZONES = 12;
const PATH = '/v1/change-sets/everywhere';
const BODY = { select: { content: '192.0.2.10' }, set: { content: '192.0.2.99' } };

describe('one edit everywhere', () => {
  let engine: Engine;
  let edge: Edge;
  let key: string;

  before(async () => {
    engine = await startEngine();
    for (let at = 0; at < ZONES; at += 1)
      engine.sandbox.seedZone(`zone${at}.com`, [{ type: 'A', name: 'www', content: '192.0.2.10', ttl: 300 }]);
    engine.sandbox.seedZone('without.com', [{ type: 'A', name: 'www', content: '192.0.2.1', ttl: 300 }]);
    edge = openEdge(engine.zoneward);
    key = (await edge.makeKey('local', ['admin'])).secret;
    await edge.ended(await ask('POST', '/v1/zones/sync', {}), key);
  });
  after(async () => {
    await edge.runner.stop();
    await engine[Symbol.asyncDispose]();
  });

  const ask = (method: string, path: string, body?: unknown, as = key): Promise<Answer> =>
    edge.ask(method, path, { key: as, ...(body === undefined ? {} : { body }) });
  const changeSets = async (): Promise<number> => (await ask('GET', '/v1/change-sets')).body.items.length;

  it('is stopped between two zones, and stores nothing then', async () => {
    engine.sandbox.setFault({
      kind: 'slow',
      delayMs: 300,
      route: 'GET /zones/{zone_id}/dns_records',
      times: ZONES + 1,
    });
    const job = await ask('POST', PATH, BODY);
    assert.deepEqual(
      [job.status, job.body.kind, job.body.input.zones],
      [202, 'change-sets.plan', ZONES + 1],
      job.text,
    );
    assert.equal(job.headers.get('location'), `/v1/jobs/${job.body.id}`);
    let progress: { readonly done: number } | null = null;
    while ((progress?.done ?? 0) < 2) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      progress = (await ask('GET', `/v1/jobs/${job.body.id}`)).body.progress;
    }
    assert.equal((await ask('POST', `/v1/jobs/${job.body.id}/cancel`)).status, 202);
    const ended = await edge.ended(job, key);
    engine.sandbox.clearFaults();
    assert.equal(ended.body.state, 'cancelled', ended.text);
    assert.ok(ended.body.progress.done < ZONES, ended.text);
    assert.equal(await changeSets(), 0);
  });

  it('plans every zone of the account and stores one change set, which is applied', async () => {
    const before = await changeSets();
    const job = await ask('POST', PATH, { ...BODY, summary: 'moved' });
    const events = await ask('GET', `/v1/jobs/${job.body.id}/events`);
    assert.match(events.text, /event: job/);
    const { result, state } = (await edge.ended(job, key)).body;
    assert.equal(state, 'done', events.text);
    assert.deepEqual(
      { ...result, changeSetId: null },
      { changeSetId: null, zones: ZONES + 1, meant: ZONES, changed: ZONES },
    );
    assert.equal(await changeSets(), before + 1);
    const stored = await ask('GET', `/v1/change-sets/${result.changeSetId}`);
    assert.deepEqual([stored.body.status, stored.body.summary], ['planned', 'moved'], stored.text);
    const applied = await edge.ended(
      await ask('POST', `/v1/change-sets/${result.changeSetId}/apply`, {}),
      key,
    );
    assert.equal(applied.body.result.status, 'applied', applied.text);
    const found = await ask('GET', '/v1/records?content=192.0.2.99&limit=100');
    assert.equal(found.body.items.length, ZONES);
    const again = await edge.ended(
      await ask('POST', PATH, { select: { content: '192.0.2.99' }, set: BODY.set }),
      key,
    );
    assert.equal(again.body.result?.changeSetId, null, again.text);
    assert.equal(again.body.state, 'done', again.text);
  });

  it('says what is wrong before it reads a zone, or in the job', async () => {
    const before = engine.sandbox.counts().total;
    const narrowed = (await edge.makeKey('local', ['admin'], { namePatterns: ['www'] })).secret;
    const elsewhere = (await edge.makeKey('local', ['admin'], { zoneIds: ['0'.repeat(32)] as never })).secret;
    const bad = [
      [{ select: BODY.select }, key, 422, 'change-ambiguous'],
      [{ ...BODY, remove: true }, key, 422, 'change-ambiguous'],
      [{ ...BODY, select: {} }, key, 422, 'input-invalid'],
      [{ ...BODY, zones: ['nowhere.com'] }, key, 404, 'zone-unknown'],
      [{ ...BODY, zones: ['zone1.com'] }, elsewhere, 404, 'zone-unknown'],
      [{ ...BODY, connection: 'nobody' }, key, 404, 'connection-unknown'],
      [BODY, elsewhere, 422, 'zones-none'],
      [BODY, narrowed, 403, 'key-limited'],
    ] as const;
    for (const [body, as, status, code] of bad) {
      const answer = await ask('POST', PATH, body, as);
      assert.deepEqual([answer.status, answer.body.code], [status, code], answer.text);
    }
    assert.equal(engine.sandbox.counts().total, before);
    const none = await ask('POST', PATH, { select: { name: 'nobody' }, remove: true });
    const { state, error } = (await edge.ended(none, key)).body;
    assert.deepEqual([state, error.code], ['failed', 'record-unknown']);
  });
});
