/** Plans of every kind as jobs: the same plans, watched and stopped, stored once, refused in the same words. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Engine, startEngine } from '../../test/kit/engine.ts';
import { runPlanJob } from '../app/plan-job.ts';
import type { Job } from '../app/re-exports.ts';
import { type Answer, type Edge, openEdge } from './testing.ts';

const ZONES = 8;
/** One of them loses its record to somebody else. */
const EDITED = ZONES - 1;
const PATH = '/v1/change-sets/jobs';
const names = Array.from({ length: ZONES }, (_, at) => `zone${at}.com`);
const added = (name: string) => ({ name, type: 'A', content: '192.0.2.7' });
const slowReads = { kind: 'slow', delayMs: 250, route: 'GET /zones/{zone_id}/dns_records' } as const;

describe('plans as jobs', () => {
  let engine: Engine;
  let edge: Edge;
  let key: string;

  before(async () => {
    engine = await startEngine();
    for (const name of names)
      engine.sandbox.seedZone(name, [{ type: 'A', name: 'www', content: '192.0.2.10', ttl: 300 }]);
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
  const count = async (path: string): Promise<number> =>
    (await ask('GET', `${path}?limit=500`)).body.items.length;
  const changeSets = (): Promise<number> => count('/v1/change-sets');
  const document = (content: string) =>
    `records:\n${[`www, type: A, content: 192.0.2.10, ttl: 300`, `doc, type: A, content: ${content}`]
      .map((one) => `  - {name: ${one}}\n`)
      .join('')}`;

  async function planned(plan: object, more: object = {}): Promise<Answer['body']> {
    const job = await ask('POST', PATH, { plan, ...more });
    assert.deepEqual([job.status, job.body.kind], [202, 'change-sets.plan'], job.text);
    assert.equal(job.headers.get('location'), `/v1/jobs/${job.body.id}`);
    return (await edge.ended(job, key)).body;
  }

  async function applied(changeSetId: string): Promise<void> {
    const job = await edge.ended(await ask('POST', `/v1/change-sets/${changeSetId}/apply`, {}), key);
    assert.equal(job.body.result.status, 'applied', job.text);
  }

  it('plans each kind as a request does, and names the change set', async () => {
    const [zone] = names;
    const first = await planned(
      { kind: 'source', zone, text: document('192.0.2.20') },
      { summary: 'a document' },
    );
    assert.deepEqual([first.state, first.result.changed, first.result.zones], ['done', 1, 1]);
    const stored = (await ask('GET', `/v1/change-sets/${first.result.changeSetId}`)).body;
    assert.deepEqual([stored.status, stored.summary], ['planned', 'a document']);
    const same = await ask('POST', '/v1/plans', { kind: 'source', zone, text: document('192.0.2.20') });
    assert.deepEqual(
      stored.plans.map((plan: { readonly hash: string }) => plan.hash),
      same.body.plans.map((plan: { readonly hash: string }) => plan.hash),
    );
    await applied(first.result.changeSetId);
    const again = await planned({ kind: 'source', zone, text: document('192.0.2.20') });
    assert.deepEqual([again.state, again.result.changeSetId, again.result.changed], ['done', null, 0]);

    const many = names.map((name) => ({ zone: name, text: document('192.0.2.21') }));
    const [moved] = engine.sandbox.records('zone1.com');
    engine.sandbox.foreignEdit('zone1.com', { deletes: [{ id: moved?.id ?? '' }] });
    await edge.ended(await ask('POST', '/v1/zones/zone1.com/sync'), key);
    const kinds: readonly [object, number][] = [
      [{ kind: 'sources', sources: many }, ZONES],
      [{ kind: 'settings', zones: 'all', words: ['min_tls_version=1.2'] }, ZONES],
      [{ kind: 'remove', zones: 'all', select: { name: 'www' } }, EDITED],
      [{ kind: 'undo', changeSetId: first.result.changeSetId }, 1],
      [{ kind: 'restore', zone, revision: 1 }, 1],
      [{ kind: 'add', zone, record: added('one') }, 1],
      [{ kind: 'revert', zones: 'all' }, 1],
    ];
    for (const [plan, changed] of kinds) {
      const { state, result, progress, error } = await planned(plan, { allow: ['deletions', 'critical'] });
      assert.equal(state, 'done', JSON.stringify([plan, error]));
      assert.equal(result.changed, changed, JSON.stringify([plan, result]));
      assert.match(result.changeSetId, /^chg_/);
      assert.deepEqual(progress, { done: result.zones, total: result.zones }, JSON.stringify(plan));
    }
  });

  it('is watched zone by zone, stopped between two, and stores nothing then', async () => {
    const before = await changeSets();
    engine.sandbox.setFault({ ...slowReads, times: ZONES });
    const job = await ask('POST', PATH, {
      plan: { kind: 'edit', zones: names, select: { name: 'www' }, set: { ttl: '600' } },
    });
    assert.deepEqual([job.body.input.kind, job.body.input.zones], ['edit', ZONES], job.text);
    const events = ask('GET', `/v1/jobs/${job.body.id}/events`);
    let done = 0;
    while (done < 2) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      done = (await ask('GET', `/v1/jobs/${job.body.id}`)).body.progress?.done ?? 0;
    }
    assert.equal((await ask('POST', `/v1/jobs/${job.body.id}/cancel`)).status, 202);
    const ended = (await edge.ended(job, key)).body;
    engine.sandbox.clearFaults();
    assert.deepEqual([ended.state, ended.result], ['cancelled', null]);
    assert.match((await events).text, new RegExp(`"progress":\\{"done":\\d,"total":${ZONES}\\}`));
    assert.equal(await changeSets(), before);
  });

  it('is taken up by another worker, and stored once', async () => {
    const before = await changeSets();
    engine.sandbox.setFault({ ...slowReads, times: 3 });
    const job = await ask('POST', PATH, {
      plan: { kind: 'edit', zones: names, select: { name: 'www' }, set: { ttl: '900' } },
    });
    while ((await ask('GET', `/v1/jobs/${job.body.id}`)).body.progress === null)
      await new Promise((resolve) => setTimeout(resolve, 20));
    await edge.runner.stop();
    assert.equal((await ask('GET', `/v1/jobs/${job.body.id}`)).body.state, 'queued');
    const second = engine.zoneward.jobs.work();
    const ended = (await edge.ended(job, key)).body;
    await second.stop();
    engine.sandbox.clearFaults();
    assert.deepEqual([ended.state, ended.attempts, ended.result.changed], ['done', 2, EDITED]);
    assert.equal(await changeSets(), before + 1);

    // One that stored it and was killed before it could say so; and one that was taken for dead, and was not.
    const row = await engine.zoneward.jobs.get('local', job.body.id);
    assert.ok(row !== null);
    const run = (taken: Job) =>
      runPlanJob(
        (planWatch) => engine.zoneward.tenant('local', { principal: row.principal, planWatch }),
        taken,
        {
          signal: new AbortController().signal,
          report: () => {},
        },
      );
    const { changeSetId, changed } = ended.result;
    assert.deepEqual(await run(row), { changeSetId, changed });
    const calls = engine.sandbox.counts().total;
    assert.deepEqual(await run({ ...row, attempts: 3 }), { changeSetId, changed });
    assert.equal(engine.sandbox.counts().total, calls, 'nothing is planned again');
    const fresh = {
      ...row,
      id: `${row.id.slice(0, -1)}${row.id.endsWith('0') ? '1' : '0'}` as Job['id'],
      attempts: 1,
    };
    const both = await Promise.all([run(fresh), run(fresh)]);
    assert.equal(both[0]?.['changeSetId'], both[1]?.['changeSetId']);
    assert.notEqual(both[0]?.['changeSetId'], changeSetId);
    assert.equal(await changeSets(), before + 2);
  });

  it('is refused before a job is made: who may not, what cannot be read, what is not there', async () => {
    edge = openEdge(engine.zoneward);
    const [before, calls] = [await count('/v1/jobs'), engine.sandbox.counts().total];
    const planner = (await edge.makeKey('local', ['plan'])).secret;
    const narrowed = (await edge.makeKey('local', ['admin'], { namePatterns: ['www'] })).secret;
    const elsewhere = (await edge.makeKey('local', ['admin'], { zoneIds: ['0'.repeat(32)] as never })).secret;
    const [zone] = names;
    const add = { kind: 'add', zone, record: added('refused') };
    const bad: readonly [unknown, string, number, string][] = [
      [{ plan: add }, planner, 403, 'scope-missing'],
      [{ plan: add }, narrowed, 403, 'key-limited'],
      [{ plan: add }, elsewhere, 404, 'zone-unknown'],
      [{ plan: { kind: 'remove', zones: 'all', select: { name: 'www' } } }, elsewhere, 422, 'zones-none'],
      ['{', key, 400, 'body-malformed'],
      [{ plan: { kind: 'nothing' } }, key, 422, 'input-invalid'],
      [{ plan: { kind: 'settings', zones: names } }, key, 422, 'settings-ambiguous'],
      [{ plan: { kind: 'restore', zone } }, key, 422, 'moment-ambiguous'],
      [{ plan: { kind: 'undo', changeSetId: 'chg_none' } }, key, 404, 'change-set-unknown'],
      [
        { plan: { kind: 'certificates', zone, change: { kind: 'order' } } },
        key,
        422,
        'no-job-for-certificates',
      ],
    ];
    for (const [body, as, status, code] of bad) {
      const answer = await ask('POST', PATH, body, as);
      assert.deepEqual([answer.status, answer.body.code], [status, code], answer.text);
    }
    assert.equal(await count('/v1/jobs'), before);
    assert.equal(engine.sandbox.counts().total, calls);
  });

  it('fails with the problem that a request is answered with', async () => {
    const [zone] = names;
    const cases: readonly object[] = [
      { plan: { kind: 'source', zone, text: 'records:\n  - {name: bad, type: A, content: no}\n' } },
      { plan: { kind: 'remove', zones: [zone], select: { type: 'A' } } },
      { plan: { kind: 'revert', zones: [zone] } },
      { plan: { kind: 'add', zone, record: added('moved') }, expect: ['other'] },
    ];
    for (const body of cases) {
      const answer = await ask('POST', '/v1/change-sets', body);
      const { state, error } = (await edge.ended(await ask('POST', PATH, body), key)).body;
      assert.equal(state, 'failed', JSON.stringify(body));
      const { code, detail, next, details } = answer.body;
      assert.deepEqual(
        [error.code, error.message, error.next, error.details],
        [code, detail, next, details],
        JSON.stringify(body),
      );
    }
  });

  it('lists jobs without holding what is long of them', async () => {
    const [zone] = names;
    const text = `${document('192.0.2.30')}${'# long\n'.repeat(20_000)}`;
    const job = await ask('POST', PATH, { plan: { kind: 'source', zone, text } });
    assert.deepEqual(job.body.input, { kind: 'source', zone: job.body.input.zone });
    const ended = await edge.ended(job, key);
    assert.equal(ended.body.state, 'done', ended.text);
    const listed = (await ask('GET', '/v1/jobs?kind=change-sets.plan')).body.items;
    assert.deepEqual([listed[0].id, listed[0].input, listed[0].result], [job.body.id, {}, ended.body.result]);
  });
});
