/** A tenant's end: everything exported but secrets, then erased, until only hashes are left; others untouched. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { Tenant } from '../src/index.ts';
import { type Engine, startEngine } from './kit/engine.ts';
import { withDatabase } from './kit/postgres.ts';

/** Words that stand in no other tenant's data, put into every place that takes one. */
const LABEL = 'Quokka Industries';
const ZONE = 'quokka-industries.example';
const RECORD = 'wombat-record';
const TENANT = 'quokka-tenant';
const URL_WORD = 'numbat-hooks';

async function connect(engine: Engine, tenant: Tenant, label: string): Promise<string> {
  const parsed = await tenant.connections.read({ token: engine.sandbox.tokens.full });
  assert.ok(parsed.ok);
  const { credential } = parsed.value;
  const { connection } = await tenant.connections.add({ credential, label, metadata: { customer: LABEL } });
  return connection.id;
}

/** Leaves a row in as many places as a tenant can. */
async function live(engine: Engine, name: string, record = RECORD): Promise<string[]> {
  const { zoneward, sandbox } = engine;
  const tenant = zoneward.tenant(name);
  const id = await connect(engine, tenant, LABEL);
  await tenant.zones.syncAll();
  const { endpoint } = await tenant.webhooks.add({ url: `https://${URL_WORD}.example.com/` });
  const text = `zone: ${ZONE}\nrecords:\n  - {name: ${record}, type: A, content: 192.0.2.77}\n`;
  const planned = await tenant.changes.plan(ZONE, { file: 'quokka.yaml', text });
  const applied = await tenant.changes.apply(planned);
  assert.ok(applied !== null);
  await tenant.policies.set({}, { deletionsMax: 7 });
  const { key } = await zoneward.apiKeys.create(name, { label: LABEL, scopes: ['read'] });
  const job = await zoneward.jobs.add(name, { kind: 'zones.sync' }, { principal: 'quokka-person' });
  await tenant.audit.checkpoint();
  await zoneward.sweep();
  const zone = await tenant.zones.known(ZONE);
  const records =
    sandbox
      .state()
      .zones.find((one) => one.name === ZONE)
      ?.records.map((one) => one.id) ?? [];
  return [id, endpoint.id, applied.changeSet.id, key.id, job.id, zone.facts.id, ...records];
}

async function started(store?: string): Promise<Engine> {
  const engine = await startEngine(
    {},
    {
      ...(store === undefined ? {} : { store }),
      webhookTransport: { lookup: (_host, answer) => answer(null, [{ address: '192.0.2.1', family: 4 }]) },
    },
  );
  engine.sandbox.seedZone(ZONE, [{ type: 'TXT', name: 'about', content: '"bandicoot"' }]);
  return engine;
}

async function exported(engine: Engine, name: string) {
  const files = new Map<string, string>();
  let manifest: { files: readonly { name: string; rows: number; sha256: string }[] } | null = null;
  for await (const part of engine.zoneward.tenants.export(name)) {
    if (part.kind === 'manifest') manifest = part.manifest;
    else files.set(part.name, (files.get(part.name) ?? '') + part.lines.join(''));
  }
  assert.ok(manifest !== null);
  return { files, manifest };
}

function storeBytes(engine: Engine): string {
  return readdirSync(engine.home)
    .filter((name) => name.startsWith('zoneward.db'))
    .map((name) => readFileSync(path.join(engine.home, name), 'latin1'))
    .join('');
}

const order = { reason: 'contract ended' };

describe('a tenant that leaves', () => {
  it('is exported whole, without its secrets, each file with its hash', async () => {
    await using engine = await started();
    await live(engine, TENANT);
    const { files, manifest } = await exported(engine, TENANT);
    for (const name of [
      'connections',
      'zones',
      'records',
      'revisions',
      'change-sets',
      'plans',
      'requests',
      'operations',
      'audit',
      'usage',
      'webhooks',
      'webhook-deliveries',
      'api-keys',
      'jobs',
      'settings',
    ])
      assert.ok((files.get(name) ?? '') !== '', `${name} is in the export`);
    for (const { name, rows, sha256 } of manifest.files) {
      const text = files.get(name) ?? '';
      assert.equal(text.split('\n').length - 1, rows);
      assert.equal(createHash('sha256').update(text).digest('hex'), sha256);
      for (const line of text.trimEnd().split('\n')) assert.equal(typeof JSON.parse(line), 'object');
    }
    const all = [...files.values()].join('');
    assert.ok(all.includes(RECORD) && all.includes('bandicoot'));
    for (const word of [engine.sandbox.tokens.full, 'whsec_', 'ciphertext', 'secret_hash', 'fingerprint'])
      assert.ok(!all.includes(word), word);
  });

  it('is erased: nothing in the file but hashes, the chain verifies, the certificate is signed', async () => {
    await using engine = await started();
    const { zoneward } = engine;
    const ids = await live(engine, TENANT);
    await live(engine, 'somebody-else', 'another-record');
    const before = await exported(engine, 'somebody-else');
    const words = [LABEL, ZONE, RECORD, TENANT, URL_WORD, 'quokka', ...ids];
    // The other tenant has the same zone, so what is theirs alone is told apart by ids.
    const own = [TENANT, ...ids.slice(0, 5)];
    for (const word of words) assert.ok(storeBytes(engine).includes(word), `${word} was there`);

    const { head } = (await zoneward.tenant(TENANT).audit.verify()) as {
      head: { sequence: number; hash: string };
    };
    const prepared = await zoneward.tenants.prepareErasure(TENANT);
    assert.deepEqual(prepared.underWay, []);
    const { code } = prepared;
    const certificate = await zoneward.tenants.erase(TENANT, { ...order, confirm: TENANT, code });

    const bytes = storeBytes(engine);
    for (const word of own) assert.ok(!bytes.includes(word), `${word} is gone`);
    for (const [table, count] of Object.entries(prepared.rows))
      if (!table.startsWith('audit_'))
        assert.ok(
          (certificate.rowsDeleted[table] ?? 0) >= count,
          `all ${count} rows of ${table} are certified`,
        );
    for (const table of ['api_keys', 'webhook_endpoints', 'webhook_deliveries', 'sealed_secrets', 'jobs'])
      assert.ok((certificate.rowsDeleted[table] ?? 0) > 0, table);
    assert.equal(certificate.rowsDeleted['record_versions'], prepared.rows['record_versions']);
    assert.ok(certificate.secretsDestroyed >= 2);
    assert.equal(certificate.audit.hash, head.hash);
    assert.equal(await zoneward.tenants.verifyCertificate(certificate), true);
    assert.equal(await zoneward.tenants.verifyCertificate({ ...certificate, tenant: 'other' }), false);

    const trail = zoneward.tenant(certificate.audit.trail).audit;
    const verdict = await trail.verify();
    assert.ok(verdict.ok, JSON.stringify(verdict));
    assert.equal(verdict.head.sequence, head.sequence + 1);
    const [last] = await trail.list();
    assert.equal(last?.kind, 'tenant.erased');
    assert.deepEqual((await zoneward.checkStore()).problems, []);
    assert.ok(!(await zoneward.tenants.list()).includes(TENANT));
    assert.deepEqual(await zoneward.tenant(TENANT).connections.list(), []);

    // The neighbour has lost nothing.
    const after = await exported(engine, 'somebody-else');
    for (const [name, text] of before.files) assert.equal(after.files.get(name), text, name);
    assert.ok((await zoneward.tenant('somebody-else').audit.verify()).ok);
  });

  it('alone in a store leaves no word behind, its zones and records neither', async () => {
    await using engine = await started();
    const ids = await live(engine, TENANT);
    const { code } = await engine.zoneward.tenants.prepareErasure(TENANT);
    await engine.zoneward.tenants.erase(TENANT, { ...order, confirm: TENANT, code });
    const bytes = storeBytes(engine);
    const left = [LABEL, ZONE, RECORD, TENANT, URL_WORD, 'quokka', 'bandicoot', ...ids].flatMap((word) => {
      const at = bytes.indexOf(word);
      return at === -1 ? [] : [`${word}: ${bytes.slice(Math.max(0, at - 80), at + 80)}`];
    });
    assert.deepEqual(left, []);
  });

  it('is erased by nobody who does not type its name, has no code, or gives no reason', async () => {
    await using engine = await started();
    const { tenants } = engine.zoneward;
    await live(engine, TENANT);
    const { code } = await tenants.prepareErasure(TENANT);
    const rows: readonly (readonly [object, string])[] = [
      [{ ...order, confirm: 'quokka', code }, 'erasure-not-confirmed'],
      [{ ...order, confirm: TENANT, code: 'guess' }, 'erasure-not-confirmed'],
      [{ ...order, confirm: TENANT, code: '' }, 'erasure-not-confirmed'],
      [{ confirm: TENANT, code, reason: ' ' }, 'erasure-reason-invalid'],
    ];
    for (const [given, expected] of rows)
      await assert.rejects(tenants.erase(TENANT, given as never), { code: expected });
    await assert.rejects(tenants.erase('another', { ...order, confirm: 'another', code }), {
      code: 'erasure-not-confirmed',
    });
    await assert.rejects(tenants.prepareErasure('local'), { code: 'tenant-of-the-operator' });
    await assert.rejects(tenants.prepareErasure('nobody'), { code: 'tenant-unknown' });
    assert.equal((await engine.zoneward.tenant(TENANT).connections.list()).length, 1);
  });

  it('is erased on PostgreSQL, too', () =>
    withDatabase(async (url) => {
      await using engine = await started(url);
      const { zoneward } = engine;
      await live(engine, TENANT);
      await live(engine, 'somebody-else', 'another-record');
      const before = await exported(engine, 'somebody-else');
      assert.ok(((await exported(engine, TENANT)).files.get('records') ?? '').includes(RECORD));
      const { code } = await zoneward.tenants.prepareErasure(TENANT);
      const certificate = await zoneward.tenants.erase(TENANT, { ...order, confirm: TENANT, code });
      await assert.rejects(zoneward.tenants.prepareErasure(TENANT), { code: 'tenant-unknown' });
      const verdict = await zoneward.tenant(certificate.audit.trail).audit.verify();
      assert.ok(verdict.ok, JSON.stringify(verdict));
      assert.deepEqual((await zoneward.checkStore()).problems, []);
      const after = await exported(engine, 'somebody-else');
      for (const [name, text] of before.files) assert.equal(after.files.get(name), text, name);
    }));

  it('is not erased while a change of it is being applied', async () => {
    await using engine = await started();
    const { zoneward, sandbox } = engine;
    await live(engine, TENANT);
    const tenant = zoneward.tenant(TENANT);
    const text = `zone: ${ZONE}\nrecords:\n  - {name: slow, type: A, content: 192.0.2.78}\n`;
    const planned = await tenant.changes.plan(ZONE, { file: 'slow.yaml', text });
    sandbox.setFault({
      kind: 'slow',
      delayMs: 1_500,
      route: 'POST /zones/{zone_id}/dns_records/batch',
      times: 1,
    });
    const applying = tenant.changes.apply(planned);
    const { code } = await zoneward.tenants.prepareErasure(TENANT);
    let refused = false;
    for (let tries = 0; tries < 200 && !refused; tries += 1) {
      const { underWay } = await zoneward.tenants.prepareErasure(TENANT);
      refused = underWay.length > 0;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.ok(refused, 'the apply is seen');
    const fresh = await zoneward.tenants.prepareErasure(TENANT);
    await assert.rejects(zoneward.tenants.erase(TENANT, { ...order, confirm: TENANT, code: fresh.code }), {
      code: 'erasure-under-way',
    });
    await applying;
    // An older code ends with the next one.
    await assert.rejects(zoneward.tenants.erase(TENANT, { ...order, confirm: TENANT, code }), {
      code: 'erasure-not-confirmed',
    });
  });
});
