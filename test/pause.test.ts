/** Zones paused and unpaused, through the engine, the command line and HTTP, against the sandbox. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runCli } from '../src/cli/fake-io.ts';
import { openEdge } from '../src/http/testing.ts';
import { isZonewardError } from '../src/index.ts';
import { startEngine } from './kit/engine.ts';

const ZONE = 'shop.example';
const ALLOW = { allow: ['exposure'] };
const PATCH = 'PATCH /zones/{zone_id}';

async function shop() {
  const engine = await startEngine({ rateLimit: false });
  engine.sandbox.seedZone(ZONE, [
    { type: 'A', name: '@', content: '203.0.113.7', proxied: true },
    { type: 'A', name: 'shared', content: '203.0.113.8', proxied: true },
    { type: 'A', name: 'direct', content: '203.0.113.8' },
    { type: 'CNAME', name: 'www', content: ZONE, proxied: true },
  ]);
  const { sandbox, tenant } = engine;
  await tenant.zones.discover();
  const isPaused = async (): Promise<boolean> => {
    const headers = { authorization: `Bearer ${sandbox.tokens.full}` };
    const url = `${sandbox.baseUrl}/zones?name=${ZONE}`;
    const { result } = (await (await fetch(url, { headers })).json()) as { result: { paused: boolean }[] };
    return result[0]?.paused ?? assert.fail('no zone');
  };
  const kinds = async () =>
    (await tenant.audit.list()).map(({ kind }) => kind).filter((kind) => /pause/.test(kind));
  return { engine, sandbox, zones: tenant.zones, audit: tenant.audit, isPaused, kinds };
}

describe('pausing a zone', () => {
  it('names what it reveals and sends nothing without its word; with it, is told and taken back', async () => {
    const { engine, zones, audit, isPaused, kinds } = await shop();
    await using _ = engine;
    await assert.rejects(zones.pause(ZONE), (error) => {
      assert.ok(isZonewardError(error));
      assert.equal(error.code, 'guard-rail');
      assert.match(error.message, /3 proxied records and reveals 203\.0\.113\.7: /);
      return true;
    });
    await assert.rejects(zones.pause(ZONE, { allow: ['zone-delete'] }), { code: 'guard-rail' });
    assert.deepEqual([await isPaused(), await kinds()], [false, []]);

    const paused = await zones.pause(ZONE, ALLOW);
    assert.deepEqual([paused.changed, paused.reveals], [true, ['203.0.113.7']]);
    assert.deepEqual([paused.zone.facts.paused, await isPaused()], [true, true]);
    assert.match(zones.advice(paused.zone).next.join(), /zones unpause/);
    assert.equal((await zones.pause(ZONE, ALLOW)).changed, false);
    const [event] = await audit.list();
    assert.deepEqual(event?.payload?.['before'], { paused: false });
    assert.deepEqual(event?.payload?.['after'], { paused: true });

    assert.equal((await zones.unpause(ZONE)).changed, true);
    assert.equal((await zones.unpause(ZONE)).changed, false);
    assert.equal(await isPaused(), false);
    const all = ['zone.pause-sent', 'zone.paused', 'zone.unpause-sent', 'zone.unpaused'];
    assert.deepEqual((await kinds()).toReversed(), all);
  });

  it('wants no word where nothing is proxied', async () => {
    const { engine, zones } = await shop();
    await using _ = engine;
    engine.sandbox.seedZone('plain.example', [{ type: 'A', name: '@', content: '203.0.113.9' }]);
    await zones.discover();
    const { changed, reveals } = await zones.pause('plain.example');
    assert.deepEqual([changed, reveals], [true, []]);
  });

  it('settles an answer that was lost by asking the zone, and tells a refusal', async () => {
    const { engine, sandbox, zones, isPaused, kinds } = await shop();
    await using _ = engine;
    sandbox.setFault({ route: PATCH, kind: 'reset', phase: 'after' });
    assert.equal((await zones.pause(ZONE, ALLOW)).changed, true);
    assert.equal(await isPaused(), true);
    sandbox.setFault({ route: PATCH, kind: 'error', status: 403, body: 'json', code: 10000 });
    await assert.rejects(zones.unpause(ZONE), { kind: 'permission' });
    assert.equal((await kinds())[0], 'zone.unpause-refused');
  });

  it('asks on the command line, and over HTTP answers 409 without the word', async () => {
    const { engine, sandbox, isPaused } = await shop();
    await using _ = engine;
    const env = {
      ZONEWARD_HOME: engine.home,
      CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
      CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
      CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
    };
    const cli = (argv: string) => runCli(argv.split(' '), { cwd: engine.home, env });
    const table: readonly (readonly [string, number, RegExp])[] = [
      [`zones pause ${ZONE}`, 5, /reveals 203\.0\.113\.7/],
      [`zones pause ${ZONE} --allow exposure`, 2, /--yes/],
      ['zones pause nothing.example --allow exposure --yes', 1, /nothing\.example/],
      ['zones pause', 2, /zone/],
      [`zones pause ${ZONE} --allow exposure --yes`, 0, /is paused\n {2}revealed: 203\.0\.113\.7\n/],
      ['zones list', 0, /active, paused/],
      [`zones unpause ${ZONE}`, 0, /through Cloudflare again/],
      [`zones unpause ${ZONE}`, 0, /was not paused already/],
    ];
    for (const [argv, code, says] of table) {
      const ran = await cli(argv);
      assert.equal(ran.code, code, `${argv}: ${ran.stdout}${ran.stderr}`);
      assert.match(`${ran.stdout}${ran.stderr}`, says, argv);
    }

    const edge = openEdge(engine.zoneward);
    await using _runner = { [Symbol.asyncDispose]: () => edge.runner.stop() };
    const { secret: key } = await edge.makeKey('local', ['read', 'apply', 'connections']);
    const credential = { token: sandbox.tokens.full };
    await edge.ask('POST', '/v1/connections', { key, body: { credential } });
    const at = `/v1/zones/${ZONE}`;
    const answers = [
      await edge.ask('POST', `${at}/pause`, { key, body: {} }),
      await edge.ask('POST', `${at}/pause`, { key, body: { allow: 'exposure' } }),
      await edge.ask('POST', '/v1/zones/nothing.example/pause', { key, body: ALLOW }),
      await edge.ask('POST', `${at}/pause`, { key, body: ALLOW }),
      await edge.ask('POST', `${at}/unpause`, { key }),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [409, 422, 404, 200, 200],
    );
    assert.deepEqual([answers[3]?.body.zone.paused, answers[3]?.body.reveals], [true, ['203.0.113.7']]);
    assert.equal(await isPaused(), false);
  });
});
