import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Sandbox } from './index.ts';
import { outcomeOf, sandboxFor, sdkFor, send } from './testing.ts';

async function status(sandbox: Sandbox, zoneId: string): Promise<unknown> {
  return (await send(sandbox, `GET /zones/${zoneId}/dnssec`)).json.result.status;
}

function patch(sandbox: Sandbox, zoneId: string, body: unknown): ReturnType<typeof send> {
  return send(sandbox, `PATCH /zones/${zoneId}/dnssec`, { body });
}

test('never on, pending, active, pending-disabled, disabled, deleted', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id: zone_id } = sandbox.seedZone('one.example');
  const { dnssec } = sdkFor(sandbox).dns;
  const before = await send(sandbox, `GET /zones/${zone_id}/dnssec`);
  assert.deepEqual(before.json.result, {
    flags: null,
    algorithm: null,
    key_type: null,
    digest_type: null,
    digest_algorithm: null,
    digest: null,
    ds: null,
    key_tag: null,
    public_key: null,
    status: null,
    modified_on: null,
    dnssec_multi_signer: false,
    dnssec_presigned: false,
    dnssec_use_nsec3: false,
  });
  const on = await dnssec.edit({ zone_id, status: 'active' });
  assert.equal(on.status, 'pending');
  assert.deepEqual(
    [on.flags, on.algorithm, on.key_type, on.digest_type],
    [257, '13', 'ECDSAP256SHA256', '2'],
  );
  assert.equal(outcomeOf(await send(sandbox, `DELETE /zones/${zone_id}/dnssec`)), '400/1009');
  sandbox.updateZone(zone_id, { parentDs: 'published' });
  assert.equal((await dnssec.get({ zone_id })).status, 'active');
  assert.equal((await dnssec.edit({ zone_id, status: 'disabled' })).status, 'pending-disabled');
  assert.equal((await dnssec.get({ zone_id })).key_tag, on.key_tag);
  sandbox.updateZone(zone_id, { parentDs: 'none' });
  const off = await dnssec.get({ zone_id });
  assert.deepEqual([off.status, off.ds, off.key_tag], ['disabled', null, null]);
  assert.notEqual(off.modified_on, null);
  assert.equal(typeof (await dnssec.delete({ zone_id })), 'string');
  const gone = await dnssec.get({ zone_id });
  assert.deepEqual([gone.status, gone.modified_on], ['disabled', null]);
  const again = await dnssec.edit({ zone_id, status: 'active' });
  assert.notEqual(again.public_key, on.public_key);
});

test('the DS is the digest of the key, and switching off and on keeps the key', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('one.example');
  const { result } = (await patch(sandbox, id, { status: 'active' })).json;
  const key = Buffer.from(result.public_key, 'base64');
  assert.equal(key.length, 64);
  const rdata = Buffer.concat([Buffer.from([1, 1, 3, 13]), key]);
  const owner = Buffer.from('\x03one\x07example\x00', 'latin1');
  const digest = createHash('sha256')
    .update(Buffer.concat([owner, rdata]))
    .digest('hex')
    .toUpperCase();
  assert.equal(result.digest, digest);
  let sum = 0;
  for (let at = 0; at < rdata.length; at += 2) sum += rdata.readUInt16BE(at);
  const tag = (sum + Math.floor(sum / 65_536)) % 65_536;
  assert.equal(result.key_tag, tag);
  assert.equal(result.ds, `one.example. 3600 IN DS ${tag} 13 2 ${digest}`);
  await patch(sandbox, id, { status: 'disabled' });
  assert.equal(await status(sandbox, id), 'disabled');
  assert.equal((await patch(sandbox, id, { status: 'active' })).json.result.public_key, result.public_key);
});

test('a DS at the parent that is not ours is an error; without any it is pending again', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('one.example');
  const { digest, key_tag } = (await patch(sandbox, id, { status: 'active' })).json.result;
  const steps: readonly [parentDs: 'none' | 'published' | readonly string[], status: string][] = [
    [[`1 13 2 ${'00'.repeat(32)}`], 'error'],
    [[`1 13 2 ${'00'.repeat(32)}`, `${key_tag}  13 2 ${digest.toLowerCase()}`], 'active'],
    ['none', 'pending'],
    ['published', 'active'],
  ];
  for (const [parentDs, wanted] of steps) {
    sandbox.updateZone(id, { parentDs });
    assert.equal(await status(sandbox, id), wanted, JSON.stringify(parentDs));
  }
});

test('bodies that are refused; flags need their entitlement', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('one.example');
  const rows: readonly [body: unknown, outcome: string][] = [
    [{}, '400/1002'],
    [{ status: 'pending' }, '400/1002'],
    [{ status: true }, '400/1002'],
    [{ dnssec_multi_signer: 'yes' }, '400/10021'],
    [{ dnssec_use_nsec3: true }, '400/1004'],
    [{ dnssec_presigned: true }, '400/1004'],
    [{ dnssec_use_nsec3: false }, '200'],
    [{ dnssec_multi_signer: true }, '200'],
  ];
  for (const [body, outcome] of rows) {
    assert.equal(outcomeOf(await patch(sandbox, id, body)), outcome, JSON.stringify(body));
  }
  assert.equal(await status(sandbox, id), null);
  assert.equal((await patch(sandbox, id, {})).json.errors[0].message, 'Invalid or missing "status"');
  sandbox.updateZone(id, { entitlements: ['nsec3'] });
  const entitled = await patch(sandbox, id, { dnssec_use_nsec3: true });
  assert.equal(entitled.json.result.dnssec_use_nsec3, true);
  assert.throws(
    () => sandbox.updateZone(id, { entitlements: ['gold' as 'nsec3'] }),
    /entitlements must be .* not \["gold"\]/,
  );
});

test('DNSSEC needs DNS permission', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('one.example');
  const token = (name: string): string => sandbox.createToken({ name, permissions: [name] }).value;
  const body = { status: 'active' };
  assert.equal(
    outcomeOf(await send(sandbox, `GET /zones/${id}/dnssec`, { token: token('Zone Read') })),
    '403/10000',
  );
  assert.equal(
    outcomeOf(await send(sandbox, `GET /zones/${id}/dnssec`, { token: token('DNS Read') })),
    '200',
  );
  for (const [name, outcome] of [
    ['DNS Read', '403/10000'],
    ['Zone Settings Write', '403/10000'],
    ['DNS Write', '200'],
  ] as const) {
    const answer = await send(sandbox, `PATCH /zones/${id}/dnssec`, { token: token(name), body });
    assert.equal(outcomeOf(answer), outcome, name);
  }
});

test('zone signing keys: our own, and those of other providers of a multi-signer zone', async (t) => {
  const sandbox = await sandboxFor(t, { behaviour: { dnskeyNeedsMultiSigner: true } });
  const { id: zone_id } = sandbox.seedZone('one.example');
  const { dns } = sdkFor(sandbox);
  const list = async (): Promise<readonly (string | undefined)[]> =>
    (await dns.dnssec.zsk.list({ zone_id })).result.map((key) => key.Tag);
  assert.deepEqual(await list(), []);
  await dns.dnssec.edit({ zone_id, status: 'active' });
  assert.deepEqual(await list(), ['active']);
  const body = {
    type: 'DNSKEY',
    name: '@',
    data: { flags: 256, protocol: 3, algorithm: 13, public_key: Buffer.alloc(64, 7).toString('base64') },
  };
  assert.equal(outcomeOf(await send(sandbox, `POST /zones/${zone_id}/dns_records`, { body })), '400/9046');
  await dns.dnssec.edit({ zone_id, dnssec_multi_signer: true });
  assert.equal(outcomeOf(await send(sandbox, `POST /zones/${zone_id}/dns_records`, { body })), '200');
  assert.deepEqual(await list(), ['active', 'external']);
});
