/** Routes for whoever runs things: recovery, rounds, imports, keys of the vault, checkpoints; and writes on a condition. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Engine, startEngine } from '../../test/kit/engine.ts';
import { type Answer, type Edge, openEdge } from './testing.ts';

describe('operations over HTTP', () => {
  let engine: Engine;
  let edge: Edge;
  let key: string;
  let operator: string;
  let zone: string;
  let connection: string;
  before(async () => {
    engine = await startEngine();
    engine.sandbox.seedZone('example.com', [{ type: 'A', name: 'www', content: '192.0.2.10', ttl: 300 }]);
    edge = openEdge(engine.zoneward);
    key = (await edge.makeKey('acme', ['admin'])).secret;
    operator = (await edge.makeKey(null, ['admin'])).secret;
    const body = { credential: { token: engine.sandbox.tokens.full } };
    const added = await ask('POST', '/v1/connections', body);
    assert.equal(added.status, 201, added.text);
    connection = (await ask('GET', '/v1/connections')).body.items[0].id;
    await edge.ended(await ask('POST', '/v1/zones/sync', { connection }), key);
    zone = (await ask('GET', '/v1/zones')).body.items[0].id;
  });
  after(async () => {
    await edge.runner.stop();
    await engine[Symbol.asyncDispose]();
  });

  const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    edge.ask(method, path, { key, headers, ...(body === undefined ? {} : { body }) });
  const save = (content: string): Promise<Answer> =>
    ask('POST', '/v1/change-sets', {
      plan: { kind: 'add', zone, record: { name: `n${content.split('.').at(-1)}`, type: 'A', content } },
    });

  it('runs a round, and takes up what was left behind, as jobs', async () => {
    engine.sandbox.seedZone('later.example', []);
    const round = await edge.ended(await ask('POST', '/v1/rounds', { connection }), key);
    assert.equal(round.body.state, 'done', round.text);
    assert.ok(round.body.result.calls > 0, round.text);
    const recovered = await edge.ended(await ask('POST', '/v1/change-sets/recover'), key);
    assert.deepEqual([recovered.body.state, recovered.body.result], ['done', { changeSets: [] }]);
  });

  it('imports connections, and no secret that is only named', async () => {
    const token = engine.sandbox.createToken({ name: 'imported', permissions: ['Zone Read', 'DNS Write'] });
    const text = `label,token\nImported,${token.value}\nBroken,${'x'.repeat(40)}\n`;
    const done = await ask('POST', '/v1/connections/import', { text });
    assert.equal(done.status, 200, done.text);
    assert.deepEqual(
      done.body.items.map(({ label, outcome }: { label: string; outcome: string }) => [label, outcome]),
      [
        ['Imported', 'added'],
        ['Broken', 'failed'],
      ],
    );
    assert.ok(!done.text.includes(token.value));
    for (const same of [`token\n${token.value}\n`, text]) {
      const again = await ask('POST', '/v1/connections/import', { text: same });
      assert.equal(again.body.items[0].outcome, 'present', again.text);
    }
    for (const reference of ['env:HOME', 'file:/etc/hostname']) {
      const named = await ask('POST', '/v1/connections/import', {
        text: `label,reference\nNamed,${reference}\n`,
      });
      assert.deepEqual([named.status, named.body.code], [422, 'reference-not-here'], named.text);
      assert.match(named.text, /names a secret of the machine/i);
    }
    const many = `label,token\n${Array.from({ length: 51 }, (_, row) => `L${row},${'y'.repeat(40)}`).join('\n')}\n`;
    assert.match((await ask('POST', '/v1/connections/import', { text: many })).text, /51 rows/);
  });

  it('verifies the trail against checkpoints that left the machine', async () => {
    const taken = (await ask('POST', '/v1/audit/checkpoints')).body.checkpoint;
    const holds = await ask('POST', '/v1/audit/verify', { checkpoints: [taken] });
    assert.equal(holds.body.ok, true, holds.text);
    const hash = `${taken.hash.slice(0, -1)}${taken.hash.endsWith('0') ? '1' : '0'}`;
    const forged = await ask('POST', '/v1/audit/verify', { checkpoints: [{ ...taken, hash }] });
    assert.equal(forged.body.ok, false, forged.text);
  });

  it('adds, promotes and retires keys of the vault, for the operator alone', async () => {
    const put = (method: string, path: string, body?: unknown) =>
      edge.ask(method, path, { key: operator, ...(body === undefined ? {} : { body }) });
    assert.equal((await ask('POST', '/v1/vault/keys', {})).body.code, 'operator-only');
    const before = (await put('GET', '/v1/vault/keys')).body.items;
    const added = await put('POST', '/v1/vault/keys', {});
    assert.equal(added.status, 201, added.text);
    const known = before.map(({ id }: { id: string }) => id);
    const { id } = added.body.items.find((one: { id: string }) => !known.includes(one.id));
    assert.equal((await put('POST', `/v1/vault/keys/${id}/promote`)).status, 200);
    assert.ok((await put('POST', '/v1/vault/rewrap')).body.rewrapped > 0);
    const retired = await put('POST', `/v1/vault/keys/${known[0]}/retire`);
    assert.equal(retired.status, 200, retired.text);
    assert.equal((await ask('POST', `/v1/connections/${connection}/test`)).status, 200, 'secrets still open');
    for (const path of ['/v1/vault/keys/none/promote', '/v1/vault/keys/none/retire']) {
      assert.equal((await put('POST', path)).status, 404, path);
    }
  });

  it('lists settings with what each may be', async () => {
    const { items } = (await ask('GET', '/v1/settings')).body;
    assert.deepEqual(
      items.find((one: { key: string }) => one.key === 'min_tls_version')?.domain.kind,
      'choice',
    );
  });

  it('lists change sets by author, connection and time', async () => {
    const from = new Date().toISOString();
    const saved = (await save('192.0.2.30')).body;
    const ids = async (query: string) =>
      (await ask('GET', `/v1/change-sets?${query}`)).body.items.map(({ id }: { id: string }) => id);
    assert.deepEqual(await ids(`author=${saved.author}&since=${from}`), [saved.id]);
    assert.deepEqual(await ids('author=nobody'), []);
    assert.deepEqual(await ids(`until=${from}`), []);
    assert.deepEqual(await ids(`connection=${connection}`), [saved.id]);
  });

  it('pages through purchases and provisionings, newest first', async () => {
    const domains = ['one-up.com', 'two-up.com', 'three-up.com'];
    for (const domain of domains) {
      const begun = await ask('POST', '/v1/provisionings', { domain, connection });
      assert.equal(begun.status, 202, begun.text);
    }
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await ask('GET', `/v1/provisionings?limit=1${cursor}`);
      assert.equal(page.status, 200, page.text);
      seen.push(...page.body.items.map(({ domain }: { domain: string }) => domain));
      cursor = page.body.next === null ? '' : `&cursor=${page.body.next}`;
    } while (cursor !== '');
    assert.deepEqual(seen, domains.toReversed());
    const first = (await ask('GET', '/v1/provisionings?limit=1')).body.next;
    const strange = await ask('GET', `/v1/purchases?limit=1&cursor=${first}`);
    assert.deepEqual([strange.status, strange.body.code], [422, 'cursor-invalid']);
    assert.equal((await ask('GET', '/v1/purchases?limit=1')).body.next, null);
  });

  it('does what it is asked on a condition only while that holds', async () => {
    const stale = { 'if-match': '"as-it-was"' };
    const domain = 'one-up.com';
    const writes: readonly [string, string, unknown?][] = [
      [`/v1/zones/${zone}`, `/v1/zones/${zone}/activate`],
      [`/v1/zones/${zone}`, `/v1/zones/${zone}/drift/adopt`, { revision: 1 }],
      [`/v1/connections/${connection}`, `/v1/connections/${connection}/rotations`, {}],
      [`/v1/connections/${connection}/rotations/latest`, `/v1/connections/${connection}/rotations/continue`],
      [`/v1/provisionings/${domain}`, `/v1/provisionings/${domain}/resume`],
    ];
    for (const [shown, path, body] of writes) {
      const refused = await ask('POST', path, body, stale);
      assert.deepEqual(
        [refused.status, refused.body.code],
        [412, 'precondition-failed'],
        `${path}: ${refused.text}`,
      );
      const etag = (await ask('GET', shown)).headers.get('etag') ?? '';
      const done = await ask('POST', path, body, { 'if-match': etag });
      assert.notEqual(done.status, 412, `${path}: ${done.text}`);
    }
  });
});
