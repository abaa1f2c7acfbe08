/** Certificates end to end against the sandbox: ordered, restarted, uploaded, replaced, put in order, removed, taken back. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { InvalidInputError } from '../src/app/re-exports.ts';
import { makeSigningRequest } from '../src/app/signing-request.ts';
import { makeCertificate, makeChain, secretOf } from './kit/certificates.ts';
import { startEngine } from './kit/engine.ts';

const ZONE = 'shop.example';

async function start(plan: 'free' | 'enterprise' = 'enterprise') {
  const engine = await startEngine({ rateLimit: false, seed: { zones: [{ name: ZONE, plan }] } });
  const zone = await engine.tenant.zones.get(ZONE);
  return Object.assign(engine, { zoneId: zone.facts.id });
}

type Started = Awaited<ReturnType<typeof start>>;

async function statusOf({ tenant }: Started, id: string): Promise<string | undefined> {
  return (await tenant.certificates.list(ZONE)).packs.find((pack) => pack.id === id)?.status;
}

function problemCodes(planned: {
  readonly zones: readonly { readonly plan: { readonly problems: readonly { readonly code: string }[] } }[];
}): string[] {
  return planned.zones.flatMap(({ plan }) => plan.problems.map(({ code }) => code));
}

describe('advanced certificates', () => {
  test('ordered once, followed through its states, taken back with its own word', async () => {
    await using started = await start();
    const { tenant, sandbox } = started;
    const planned = await tenant.certificates.planOrder(ZONE);
    const [plan] = planned.zones.map((one) => one.plan);
    assert.deepEqual(plan?.objects?.[0]?.body, {
      type: 'advanced',
      hosts: ['*.shop.example', 'shop.example'],
      certificate_authority: 'google',
      validation_method: 'txt',
      validity_days: 90,
      cloudflare_branding: false,
    });
    assert.deepEqual([plan?.price.reads, plan?.price.writes], [3, 1]);
    const applied = await tenant.changes.apply(planned);
    assert.equal(applied?.status, 'applied');
    const id = applied?.zones[0]?.outcomes[0]?.recordId ?? '';
    assert.equal(await statusOf(started, id), 'initializing');
    sandbox.setClock({ advanceMs: 6_000 });
    const waiting = (await tenant.certificates.list(ZONE)).packs.find((pack) => pack.id === id);
    assert.deepEqual([waiting?.status, waiting?.proofs[0]?.kind], ['pending_validation', 'txt']);
    sandbox.setClock({ advanceMs: 600_000 });
    assert.equal(await statusOf(started, id), 'active');
    assert.deepEqual(problemCodes(await tenant.certificates.planOrder(ZONE)), ['certificate-exists']);

    const undo = await tenant.changes.planUndo(applied?.changeSet.id ?? ('' as never));
    assert.equal(undo.zones[0]?.plan.guards[0]?.irreversible, true);
    await assert.rejects(tenant.changes.apply(undo), { code: 'guard-rail' });
    await tenant.changes.apply(undo, { allow: ['certificate-delete'] });
    assert.equal(await statusOf(started, id), undefined);
  });

  test('its proof is published where the zone is ours', async () => {
    await using started = await start();
    const { tenant, sandbox } = started;
    const applied = await tenant.changes.apply(await tenant.certificates.planOrder(ZONE));
    const id = applied?.zones[0]?.outcomes[0]?.recordId ?? '';
    sandbox.setClock({ advanceMs: 6_000 });
    const { planned, elsewhere } = await tenant.certificates.planProofs(ZONE, id);
    assert.equal(elsewhere.length, 0);
    assert.ok(planned !== null);
    const result = await tenant.changes.apply(planned);
    assert.equal(result?.status, 'applied');
    const records = sandbox.records(ZONE).filter(({ name }) => name === `_acme-challenge.${ZONE}`);
    assert.equal(records.length, 1);
  });

  test('a validation that timed out is restarted, and nothing else is', async () => {
    await using started = await start();
    const { tenant, sandbox, zoneId } = started;
    sandbox.updateZone(zoneId, { certificatesValidate: false });
    const applied = await tenant.changes.apply(await tenant.certificates.planOrder(ZONE));
    const id = applied?.zones[0]?.outcomes[0]?.recordId ?? '';
    assert.deepEqual(problemCodes(await tenant.certificates.planRestart(ZONE, id)), ['not-timed-out']);
    sandbox.setClock({ advanceMs: 2 * 86_400_000 });
    assert.equal(await statusOf(started, id), 'validation_timed_out');
    const restarted = await tenant.changes.apply(await tenant.certificates.planRestart(ZONE, id));
    assert.equal(restarted?.status, 'applied');
    assert.equal(await statusOf(started, id), 'initializing');
    const undo = await tenant.changes.planUndo(restarted?.changeSet.id ?? ('' as never));
    assert.deepEqual(problemCodes(undo), ['undo-impossible']);
  });

  test('deleting says which names lose HTTPS, and asks for its word', async () => {
    await using started = await start();
    const { tenant } = started;
    const { packs } = await tenant.certificates.list(ZONE);
    const universal = packs.find(({ type }) => type === 'universal')?.id ?? '';
    assert.deepEqual(problemCodes(await tenant.certificates.planDelete(ZONE, universal)), ['not-deletable']);
    await assert.rejects(tenant.certificates.planDelete(ZONE, 'f'.repeat(32)), {
      code: 'certificate-unknown',
    });
  });

  const orders = [
    ['hosts of another zone', { hosts: [ZONE, 'www.other.example'] }, 'host-invalid'],
    ['without the apex', { hosts: [`www.${ZONE}`] }, 'apex-missing'],
    ['an address', { hosts: [`https://${ZONE}/`] }, 'host-invalid'],
    ['two wildcards in a name', { hosts: [ZONE, `*.*.${ZONE}`] }, 'host-invalid'],
    ['an unknown authority', { authority: 'verisign' }, 'order-invalid'],
    ['a validity that nobody sells', { validityDays: 91 }, 'order-invalid'],
    ['a wildcard proved by HTTP', { validationMethod: 'http' }, 'wildcard-needs-txt'],
    ['51 hosts', { hosts: [ZONE, ...Array.from({ length: 50 }, (_, n) => `h${n}.${ZONE}`)] }, 'host-invalid'],
  ] as const;
  test('what cannot be ordered is said before', async (t) => {
    await using started = await start();
    for (const [name, order, code] of orders)
      await t.test(name, async () => {
        const planned = await started.tenant.certificates.planOrder(ZONE, order);
        assert.ok(problemCodes(planned).includes(code), problemCodes(planned).join());
        await assert.rejects(started.tenant.changes.apply(planned), InvalidInputError);
      });
  });

  test('without the add-on nothing is sent', async () => {
    await using started = await start('free');
    assert.deepEqual(problemCodes(await started.tenant.certificates.planOrder(ZONE)), ['add-on-missing']);
    const settings = await started.tenant.tls.plan([ZONE], { words: ['total_tls=on'] });
    assert.deepEqual(problemCodes(settings), ['setting-not-editable']);
  });

  test('total TLS on, and back to exactly what it was', async () => {
    await using started = await start();
    const { tenant, sandbox } = started;
    const applied = await tenant.changes.apply(await tenant.tls.plan([ZONE], { words: ['total_tls=on'] }));
    assert.equal(applied?.status, 'applied');
    assert.equal(
      await tenant.changes.apply(await tenant.tls.plan([ZONE], { words: ['total_tls=on'] })),
      null,
    );
    sandbox.setClock({ advanceMs: 60_000 });
    const undo = await tenant.changes.planUndo(applied?.changeSet.id ?? ('' as never));
    assert.equal((await tenant.changes.apply(undo))?.status, 'applied');
    const [state] = await tenant.tls.settings(ZONE, ['total_tls']);
    assert.deepEqual(state?.state?.value, { enabled: false });
  });
});

describe('certificates of the customer', () => {
  test('uploaded, replaced, put in order, removed; the key is in no store, journal or answer', async () => {
    await using started = await start();
    const { tenant, zoneward } = started;
    const one = makeChain([ZONE, `www.${ZONE}`]);
    const two = makeCertificate([`api.${ZONE}`], 80);
    const first = await tenant.changes.apply(await tenant.certificates.planUpload(ZONE, one));
    const second = await tenant.changes.apply(await tenant.certificates.planUpload(ZONE, two));
    assert.deepEqual([first?.status, second?.status], ['applied', 'applied']);
    assert.deepEqual(problemCodes(await tenant.certificates.planUpload(ZONE, two)), ['certificate-exists']);
    const ids = [first, second].map((applied) => applied?.zones[0]?.outcomes[0]?.recordId ?? '');
    const order = await tenant.changes.apply(await tenant.certificates.planPriority(ZONE, [ids[0] ?? '']));
    assert.equal(order?.status, 'applied');
    const ranked = async () =>
      [...(await tenant.certificates.list(ZONE)).own]
        .sort((a, b) => b.priority - a.priority)
        .map(({ id }) => id);
    assert.deepEqual(await ranked(), ids);
    const back = await tenant.changes.planUndo(order?.changeSet.id ?? ('' as never));
    assert.equal((await tenant.changes.apply(back))?.status, 'applied');
    assert.deepEqual(await ranked(), ids.toReversed());

    const next = makeCertificate([ZONE, `shop2.${ZONE}`], 85);
    const replace = await tenant.certificates.planReplace(ZONE, ids[0] ?? '', next);
    assert.match(replace.zones[0]?.plan.guards[0]?.message ?? '', /www\.shop\.example will not be covered/);
    assert.equal(
      (await tenant.changes.apply(replace, { allow: ['certificate-replace'] }))?.status,
      'applied',
    );
    const gone = await tenant.certificates.planDelete(ZONE, ids[1] ?? '');
    assert.equal((await tenant.changes.apply(gone, { allow: ['certificate-delete'] }))?.status, 'applied');
    assert.deepEqual(await ranked(), [ids[0]]);

    const secret = one.key.secret.reveal().split('\n')[1] ?? '';
    const details = await tenant.changes.get(first?.changeSet.id ?? ('' as never));
    const events = await tenant.audit.list();
    assert.ok(secret.length > 20 && !JSON.stringify([details, events]).includes(secret));
    assert.ok(zoneward !== null);
  });

  test('an approved upload waits for its key', async () => {
    await using started = await start();
    const { tenant } = started;
    const planned = await tenant.certificates.planUpload(ZONE, makeChain([ZONE]));
    const changeSet = await tenant.changes.save(planned);
    const without = await tenant.changes.resume(changeSet.id);
    assert.deepEqual(
      [without.status, without.zones[0]?.stopped?.code],
      ['interrupted', 'private-key-needed'],
    );
    const keys = planned.keys ?? new Map();
    assert.equal((await tenant.changes.resume(changeSet.id, { keys })).status, 'applied');
  });

  test('what does not fit is said before anything is sent', async (t) => {
    await using started = await start();
    const { tenant, sandbox } = started;
    const chain = makeChain([ZONE]);
    const other = makeCertificate([ZONE]);
    const text = (value: string) => ({ text: value, file: 'crt.pem' });
    const rows = [
      ['a key of another certificate', { ...chain, key: other.key }, 'key-mismatch'],
      ['expired', makeCertificate([ZONE], -1), 'certificate-expired'],
      ['of another zone', makeCertificate(['shop.other']), 'certificate-of-another-zone'],
      ['the issuer first', { ...chain, certificate: text(`${chain.issuer}${chain.leaf}`) }, 'key-mismatch'],
      [
        'a chain with a stranger',
        { ...chain, certificate: text(`${chain.leaf}${other.certificate.text}`) },
        'chain-order',
      ],
      ['no PEM', { ...chain, certificate: text('hello') }, 'certificate-invalid'],
      [
        'a key in place of the certificate',
        { ...chain, certificate: text(chain.key.secret.reveal()) },
        'certificate-invalid',
      ],
      ['a certificate in place of the key', { ...chain, key: secretOf(chain.leaf) }, 'key-invalid'],
    ] as const;
    const before = sandbox.requests().length;
    for (const [name, input, code] of rows)
      await t.test(name, () => assert.rejects(tenant.certificates.planUpload(ZONE, input), { code }));
    assert.equal(sandbox.requests().length, before, 'nothing was asked or sent');
  });

  test('a plan that has none is known before', async () => {
    await using started = await start('free');
    const planned = await started.tenant.certificates.planUpload(ZONE, makeChain([ZONE]));
    assert.deepEqual(problemCodes(planned), ['plan-too-low']);
  });
});

describe('Origin CA', () => {
  test('made for a request whose key stays here; revoked with its own word', async () => {
    await using started = await start();
    const { tenant, sandbox } = started;
    const { csr, key } = await makeSigningRequest([ZONE, `*.${ZONE}`], 'ecc');
    const planned = await tenant.certificates.planOriginOrder(ZONE, {
      csr: { text: csr, file: 'a.csr' },
      validityDays: 365,
    });
    const applied = await tenant.changes.apply(planned);
    assert.equal(applied?.status, 'applied');
    const sent = JSON.stringify(sandbox.requests());
    assert.ok(!sent.includes(key.reveal().split('\n')[1] ?? 'none'));
    const [origin] = (await tenant.certificates.list(ZONE)).origin;
    assert.ok(origin?.certificate?.startsWith('-----BEGIN CERTIFICATE-----'));
    const revoke = await tenant.certificates.planOriginRevoke(ZONE, origin?.id ?? '');
    await assert.rejects(tenant.changes.apply(revoke), { code: 'guard-rail' });
    assert.equal((await tenant.changes.apply(revoke, { allow: ['origin-ca-revoke'] }))?.status, 'applied');
    assert.deepEqual((await tenant.certificates.list(ZONE)).origin, []);
  });

  test('what a request lacks is said before', async () => {
    await using started = await start();
    const { tenant } = started;
    const plan = async (hosts: readonly string[], more = {}) => {
      const { csr } = await makeSigningRequest(hosts, 'rsa');
      return problemCodes(
        await tenant.certificates.planOriginOrder(ZONE, { csr: { text: csr, file: 'a.csr' }, ...more }),
      );
    };
    assert.deepEqual(await plan(['other.example']), ['host-invalid']);
    assert.deepEqual(await plan([ZONE], { hosts: [ZONE, `www.${ZONE}`] }), ['csr-lacks-host']);
    assert.deepEqual(await plan([ZONE], { validityDays: 8 }), ['order-invalid']);
    const none = tenant.certificates.planOriginOrder(ZONE, { csr: { text: 'nothing', file: 'a.csr' } });
    await assert.rejects(none, { code: 'csr-invalid' });
  });
});

describe('Origin CA without the apex', () => {
  const rows: readonly (readonly [
    name: string,
    hosts: readonly string[],
    asked: readonly string[] | undefined,
  ])[] = [
    ['a name below it alone', [`www.${ZONE}`], undefined],
    ['a wildcard, which does not cover it', [`*.${ZONE}`], undefined],
    ['a request that has it, and hosts that leave it out', [ZONE, `www.${ZONE}`], [`www.${ZONE}`]],
  ];
  test('is refused, and let through with its word', async (t) => {
    await using started = await start();
    const { tenant } = started;
    for (const [name, hosts, asked] of rows)
      await t.test(name, async () => {
        const { csr } = await makeSigningRequest(hosts, 'ecc');
        const input = { csr: { text: csr, file: 'a.csr' }, ...(asked === undefined ? {} : { hosts: asked }) };
        const planned = await tenant.certificates.planOriginOrder(ZONE, input);
        const [guard] = planned.zones[0]?.plan.guards ?? [];
        assert.deepEqual([guard?.code, guard?.irreversible], ['apex-missing', false]);
        assert.match(guard?.message ?? '', /error 526/);
        await assert.rejects(tenant.changes.apply(planned), { code: 'guard-rail' });
        const applied = await tenant.changes.apply(planned, { allow: ['without-apex'] });
        assert.equal(applied?.status, 'applied');
      });
  });
});

describe('origin pulls', () => {
  test('a client certificate for a hostname, switched on, off, and taken back', async () => {
    await using started = await start();
    const { tenant } = started;
    const upload = await tenant.certificates.planPullUpload(ZONE, makeCertificate([]), 'hostname');
    const applied = await tenant.changes.apply(upload);
    assert.equal(applied?.status, 'applied');
    const certificateId = applied?.zones[0]?.outcomes[0]?.recordId ?? '';
    const set = async (enabled: boolean | null) =>
      tenant.changes.apply(
        await tenant.certificates.planPullHostname(ZONE, `api.${ZONE}`, { certificateId, enabled }),
      );
    const on = await set(true);
    assert.deepEqual([on?.status, (await set(true))?.status], ['applied', undefined]);
    assert.equal((await set(false))?.status, 'applied');
    const undo = await tenant.changes.planUndo(on?.changeSet.id ?? ('' as never));
    assert.equal((await tenant.changes.apply(undo))?.status, 'applied');
  });
});
