/**
 * Settings of a zone, end to end against the sandbox: planned, applied, the plan of what was applied empty, undone
 * exactly; for every kind of setting. What may not be is refused before anything is sent.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatPlanFile, InvalidInputError, isZonewardError, type Planned } from '../src/app/re-exports.ts';
import { openZoneward } from '../src/index.ts';
import type { Engine } from './kit/engine.ts';
import { startEngine } from './kit/engine.ts';

const ZONE = 'shop.example';

async function engineOn(plan: 'free' | 'enterprise'): Promise<Engine> {
  return startEngine({
    rateLimit: false,
    plan,
    seed: { zones: [{ name: ZONE, records: [{ type: 'A', name: 'www', content: '192.0.2.1', ttl: 1 }] }] },
  });
}

function source(text: string) {
  return { text: `zone: ${ZONE}\n${text}\n`, file: 'shop.yaml', format: 'document' as const };
}

/** A setting of every kind: the document, what the API then says of it, and the words its guard rails need. */
const KINDS: readonly (readonly [name: string, document: string, path: string, words: readonly string[]])[] =
  [
    ['a choice', 'tls: {mode: strict}', 'settings/ssl', []],
    ['a number that is a text', 'tls: {min_version: 1.2}', 'settings/min_tls_version', []],
    ['a switch', 'settings: {brotli: off}', 'settings/brotli', []],
    [
      'HSTS',
      'tls: {hsts: {enabled: true, max_age: 31536000, include_subdomains: true}}',
      'settings/security_header',
      [],
    ],
    ['a list', 'tls: {origin_compliance: [fips]}', 'settings/origin_tls_compliance_modes', []],
    ['a flag kept as enabled', 'tls: {recommender: true}', 'settings/ssl_recommender', []],
    ['flattening', 'settings: {flatten_all_cnames: true}', 'dns_settings', []],
    ['the SOA record', 'settings: {soa: {refresh: 7200, min_ttl: 600}}', 'dns_settings', []],
    ['the nameserver set', 'settings: {nameservers: {type: custom.account, ns_set: 2}}', 'dns_settings', []],
    ['the TTL of NS', 'settings: {ns_ttl: 3600}', 'dns_settings', []],
    ['multi-provider', 'settings: {multi_provider: true}', 'dns_settings', []],
    ['universal SSL', 'tls: {universal: off}', 'ssl/universal/settings', ['universal-ssl-off']],
    ['DNSSEC', 'tls: {dnssec: on}', 'dnssec', []],
    ['DNSSEC of several signers', 'tls: {dnssec_multi_signer: true}', 'dnssec', []],
  ];

describe('every kind of setting', () => {
  for (const [name, document, path, words] of KINDS) {
    test(`${name}: applied, nothing left to do, undone exactly`, async () => {
      await using engine = await engineOn('enterprise');
      const { changes } = engine.tenant;
      const before = await stateOf(engine, path);
      const planned = await changes.plan(ZONE, source(document));
      assert.equal(planned.zones[0]?.plan.settings?.length, 1);
      const applied = await changes.apply(planned, { allow: words, verify: true });
      assert.equal(applied?.status, 'applied');
      assert.equal(applied.zones[0]?.verified, true);
      assert.notDeepEqual(await stateOf(engine, path), before);
      assert.equal(await changes.apply(await changes.plan(ZONE, source(document))), null);

      const undo = await changes.planUndo(applied.changeSet.id);
      const undone = await changes.apply(undo, { allow: words });
      assert.equal(undone?.status, 'applied');
      assert.deepEqual(await stateOf(engine, path), before);
      // And the undo is itself undone.
      const redo = await changes.planUndo(undone.changeSet.id);
      assert.equal(redo.zones[0]?.plan.settings?.length, 1);
      assert.equal((await engine.tenant.audit.verify()).ok, true);
    });
  }
});

/** What Cloudflare holds, without the times of changes and what follows from keys. */
async function stateOf(engine: Engine, path: string): Promise<unknown> {
  const zoneId = engine.sandbox.zone(ZONE).id;
  const response = await fetch(`${engine.sandbox.baseUrl}/zones/${zoneId}/${path}`, {
    headers: { authorization: `Bearer ${engine.sandbox.tokens.full}` },
  });
  const { result } = (await response.json()) as { result: Record<string, unknown> };
  if (path === 'dnssec') {
    const status = result['status'] ?? 'disabled';
    return { status, multi: result['dnssec_multi_signer'] ?? false };
  }
  const { modified_on: _, ...rest } = result;
  return rest;
}

describe('one plan of records and settings', () => {
  test('both are shown, priced, applied and undone as one change set', async () => {
    await using engine = await engineOn('free');
    const { changes } = engine.tenant;
    const planned = await changes.plan(
      ZONE,
      source(
        'records: [{name: www, type: A, content: 192.0.2.9}]\ntls: {mode: strict, min_version: "1.2"}\nsettings: {http3: on}',
      ),
    );
    const plan = planned.zones[0]?.plan;
    assert.equal(plan?.groups.length, 1);
    assert.deepEqual(
      plan.settings?.map(({ setting, before, after }) => [setting, before, after]),
      [
        ['ssl', 'full', 'strict'],
        ['min_tls_version', '1.0', '1.2'],
      ],
    );
    // One page of records and three settings; one batch and the two settings that differ.
    assert.deepEqual([plan.price.reads, plan.price.writes], [4, 3]);
    const sent = engine.sandbox.requests().length;
    const applied = await changes.apply(planned);
    assert.equal(applied?.status, 'applied');
    const calls = engine.sandbox.requests().slice(sent);
    assert.deepEqual(
      calls.map(({ method }) => method),
      ['POST', 'PATCH', 'PATCH'],
    );
    const undo = await changes.planUndo(applied.changeSet.id);
    assert.equal(undo.zones[0]?.plan.groups.length, 1);
    assert.equal(undo.zones[0]?.plan.settings?.length, 2);
    assert.equal((await changes.apply(undo))?.status, 'applied');
  });

  test('a document of settings alone reads no record', async () => {
    await using engine = await engineOn('free');
    await engine.tenant.zones.get(ZONE);
    const sent = engine.sandbox.requests().length;
    const planned = await engine.tenant.changes.plan(ZONE, source('tls: {mode: strict}'));
    assert.deepEqual(planned.zones[0]?.plan.problems, []);
    const routes = engine.sandbox
      .requests()
      .slice(sent)
      .map(({ route }) => route);
    assert.deepEqual(routes, ['GET /zones/{zone_id}/settings/{setting}']);
  });

  test('the audit holds what was and what became of it', async () => {
    await using engine = await engineOn('free');
    const { changes, audit } = engine.tenant;
    await changes.apply(await changes.plan(ZONE, source('tls: {mode: strict}')));
    const events = await audit.list({}, 50);
    const sent = events.find(({ kind }) => kind === 'change-set.setting-sent');
    assert.deepEqual(
      [sent?.payload?.['setting'], sent?.payload?.['before'], sent?.payload?.['after']],
      ['ssl', 'full', 'strict'],
    );
    assert.ok(events.some(({ kind }) => kind === 'change-set.setting-landed'));
  });
});

/** What is wrong in a source, and where: line and column. */
const BAD: readonly (readonly [name: string, document: string, code: string, place: string, says: RegExp])[] =
  [
    ['an unknown setting', 'tls: {mod: strict}', 'setting-unknown', '2:7', /Did you mean mode\?/],
    [
      'an unknown setting in settings',
      'settings:\n  brotly: on',
      'setting-unknown',
      '3:3',
      /Did you mean brotli\?/,
    ],
    [
      'a mode that is none',
      'tls: {mode: strong}',
      'setting-value-invalid',
      '2:13',
      /off, flexible, full, strict or origin_pull/,
    ],
    [
      'a version that is none',
      'tls: {min_version: 1.5}',
      'setting-value-invalid',
      '2:20',
      /1\.0, 1\.1, 1\.2 or 1\.3/,
    ],
    ['a number out of range', 'settings: {ns_ttl: 5}', 'setting-value-invalid', '2:20', /from 30 to 86400/],
    [
      'an unknown field of HSTS',
      'tls:\n  hsts: {maxage: 5}',
      'setting-value-invalid',
      '3:10',
      /Did you mean max_age\?/,
    ],
    ['a map for a switch', 'tls: {always_use_https: {a: 1}}', 'setting-value-invalid', '2:25', /on or off/],
    ['no value', 'tls:\n  mode:', 'value-missing', '3:3', /has no value/],
    ['what is not about TLS', 'tls: {brotli: on}', 'key-misplaced', '2:7', /under settings:/],
    [
      'one setting twice',
      'tls: {mode: full}\nsettings: {ssl: strict}',
      'setting-twice',
      '3:12',
      /given twice/,
    ],
    [
      'what Cloudflare decides',
      'settings: {advanced_ddos: on}',
      'setting-not-editable',
      '2:12',
      /decides it by itself/,
    ],
    ['a list for a section', 'tls: [strict]', 'value-type', '2:6', /a list, not a map/],
  ];

describe('bad input is told with its place', () => {
  for (const [name, document, code, place, says] of BAD) {
    test(name, async () => {
      await using engine = await engineOn('free');
      const { changes } = engine.tenant;
      await assert.rejects(changes.plan(ZONE, source(document)), (error: unknown) => {
        assert.ok(error instanceof InvalidInputError);
        const [problem] = error.problems;
        assert.equal(problem?.code, code);
        assert.equal(`${problem.position?.line}:${problem.position?.column}`, place);
        assert.equal(problem.position?.file, 'shop.yaml');
        assert.match(`${problem.message} ${problem.next}`, says);
        return true;
      });
    });
  }
});

/** What Cloudflare would refuse is known before anything is sent. */
const REFUSED: readonly (readonly [name: string, document: string, code: string, says: RegExp])[] = [
  [
    'a setting of a higher plan',
    'settings: {polish: lossy}',
    'setting-not-editable',
    /needs Cloudflare Pro or higher, and the zone has Cloudflare Free/,
  ],
  [
    'a value of a higher plan',
    'tls: {mode: origin_pull}',
    'setting-needs-plan',
    /needs Cloudflare Enterprise/,
  ],
  [
    'a DNS setting of a higher plan',
    'settings: {soa: {refresh: 7200}}',
    'setting-not-editable',
    /needs Cloudflare Enterprise/,
  ],
  [
    'nameservers of a higher plan',
    'settings: {nameservers: {type: custom.zone}}',
    'setting-needs-plan',
    /needs Cloudflare Business/,
  ],
  [
    'what must be bought',
    'tls: {ciphers: [AES128-SHA]}',
    'setting-not-editable',
    /Advanced Certificate Manager/,
  ],
  [
    'HSTS preload for a month',
    'tls: {hsts: {enabled: true, max_age: 2592000, preload: true, include_subdomains: true}}',
    'setting-value-invalid',
    /31536000/,
  ],
];

describe('what cannot be is known before it is sent', () => {
  for (const [name, document, code, says] of REFUSED) {
    test(name, async () => {
      await using engine = await engineOn('free');
      const { changes } = engine.tenant;
      const planned = await changes.plan(ZONE, source(document));
      const [problem] = planned.zones[0]?.plan.problems ?? [];
      assert.equal(problem?.code, code);
      assert.match(problem.message, says);
      assert.equal(problem.position?.line, 2);
      await assert.rejects(changes.apply(planned), InvalidInputError);
      assert.ok(engine.sandbox.requests().every(({ method }) => method === 'GET'));
    });
  }
});

/** Moves that stop a site: the word that each needs, and what it says. */
const GUARDED: readonly (readonly [document: string, word: string, irreversible: boolean, says: RegExp])[] = [
  ['tls: {mode: off}', 'tls-off', false, /stop working/],
  ['tls: {mode: flexible}', 'tls-flexible', false, /unencrypted/],
  ['tls: {universal: off}', 'universal-ssl-off', true, /HTTPS fails at once/],
  [
    'tls: {hsts: {enabled: true, max_age: 31536000, preload: true, include_subdomains: true}}',
    'hsts-preload',
    true,
    /takes months/,
  ],
  ['tls: {dnssec: off}', 'dnssec-off', true, /refuses all of its names/],
];

describe('guard rails', () => {
  for (const [document, word, irreversible, says] of GUARDED) {
    test(`${document} needs its own word`, async () => {
      await using engine = await engineOn('free');
      const { changes } = engine.tenant;
      if (word === 'dnssec-off') {
        await changes.apply(await changes.plan(ZONE, source('tls: {dnssec: on}')));
        engine.sandbox.updateZone(ZONE, { parentDs: 'published' });
      }
      const planned = await changes.plan(ZONE, source(document));
      const [guard, ...more] = planned.zones[0]?.plan.guards ?? [];
      assert.deepEqual(more, []);
      assert.deepEqual([guard?.override, guard?.irreversible], [word, irreversible]);
      assert.match(guard?.message ?? '', says);
      assert.equal(planned.zones[0]?.plan.risk, 'high');
      await assert.rejects(changes.apply(planned, { allow: ['deletions'] }), isCode('guard-rail'));
      assert.equal((await changes.apply(planned, { allow: [word] }))?.status, 'applied');
    });
  }

  test('DNSSEC off is free while the parent has no DS', async () => {
    await using engine = await engineOn('free');
    const { changes } = engine.tenant;
    await changes.apply(await changes.plan(ZONE, source('tls: {dnssec: on}')));
    const planned = await changes.plan(ZONE, source('tls: {dnssec: off}'));
    assert.deepEqual(planned.zones[0]?.plan.guards, []);
  });
});

function isCode(code: string): (error: unknown) => boolean {
  return (error) => isZonewardError(error) && error.code === code;
}

/** The same engine with a clock whose waits pass at once. */
async function quickTenant(engine: Engine, home: string) {
  let passed = 0;
  const zoneward = await openZoneward({
    home: `${engine.home}/${home}`,
    environment: {
      CLOUDFLARE_API_TOKEN: engine.sandbox.tokens.full,
      CLOUDFLARE_ACCOUNT_ID: engine.sandbox.accountId,
      CLOUDFLARE_API_BASE_URL: engine.sandbox.baseUrl,
    },
    clock: {
      now: () => Date.now() + passed,
      sleep: async (ms) => {
        passed += ms;
      },
    },
  });
  return { zoneward, tenant: zoneward.tenant('local') };
}

const PATCH = 'PATCH /zones/{zone_id}/settings/{setting}';

describe('what goes wrong on the way', () => {
  for (const phase of ['before', 'after'] as const) {
    test(`an answer that never comes (${phase} it landed): known in the end, sent once too often never`, async () => {
      await using engine = await engineOn('free');
      const { zoneward, tenant } = await quickTenant(engine, 'quick');
      try {
        engine.sandbox.setFault({ route: PATCH, kind: 'reset', phase });
        const applied = await tenant.changes.apply(
          await tenant.changes.plan(ZONE, source('tls: {mode: strict}')),
        );
        assert.equal(applied?.status, 'applied');
        const sent = engine.sandbox.requests().filter(({ method }) => method === 'PATCH');
        assert.deepEqual(
          sent.map(({ wrote }) => wrote),
          phase === 'after' ? [true] : [false, true],
        );
        const events = await tenant.audit.list({}, 50);
        const state = phase === 'after' ? 'landed' : 'not-landed';
        assert.ok(
          events.some(
            ({ kind, summary }) => kind === `change-set.setting-${state}` && /read back/.test(summary),
          ),
        );
      } finally {
        await zoneward.close();
      }
    });
  }

  for (const phase of ['before', 'after'] as const) {
    test(`a process that dies ${phase} its request landed: the next one settles it and goes on`, async () => {
      await using engine = await engineOn('free');
      const environment = {
        CLOUDFLARE_API_TOKEN: engine.sandbox.tokens.full,
        CLOUDFLARE_ACCOUNT_ID: engine.sandbox.accountId,
        CLOUDFLARE_API_BASE_URL: engine.sandbox.baseUrl,
      };
      const reached = Promise.withResolvers<void>();
      const never = Promise.withResolvers<Response>();
      // The first write is the last thing that this process does.
      const dying = await openZoneward({
        home: engine.home,
        environment,
        fetch: async (input, init) => {
          if (init?.method?.toUpperCase() !== 'PATCH') return fetch(input, init);
          if (phase === 'after') await fetch(input, init);
          reached.resolve();
          return never.promise;
        },
      });
      const { changes } = dying.tenant('local');
      const planned = await changes.plan(ZONE, source('tls: {mode: strict, min_version: "1.2"}'));
      const dead = changes.apply(planned).catch(() => null);
      await reached.promise;

      const { zoneward, tenant } = await quickTenant(engine, '.');
      const [recovered] = await tenant.changes.recover({ lockWaitMs: 600_000 });
      assert.equal(recovered?.error, null);
      assert.equal(recovered.result?.status, 'applied');
      const wrote = engine.sandbox.requests().filter((request) => request.wrote);
      assert.deepEqual(
        wrote.map(({ url }) => url.split('/').at(-1)),
        ['ssl', 'min_tls_version'],
      );
      assert.equal((await tenant.audit.verify()).ok, true);
      await zoneward.close();
      never.reject(new Error('the process is gone'));
      await dead;
      await dying.close();
    });
  }

  test('a setting that moved since the plan is refused, the others go on', async () => {
    await using engine = await engineOn('free');
    const { changes } = engine.tenant;
    const planned = await changes.plan(ZONE, source('tls: {mode: strict, min_version: "1.2"}'));
    await patch(engine, 'settings/ssl', { value: 'flexible' });
    const changeSet = await changes.save(planned);
    const applied = await changes.resume(changeSet.id);
    assert.deepEqual(
      applied.zones[0]?.outcomes.map(({ state }) => state),
      ['conflict', 'applied'],
    );
    assert.equal(applied.zones[0]?.stopped?.code, 'moved-since-plan');
    assert.deepEqual(await stateOf(engine, 'settings/ssl'), { id: 'ssl', value: 'flexible', editable: true });
  });

  test('an undo leaves alone what someone changed since, unless forced', async () => {
    await using engine = await engineOn('free');
    const { changes } = engine.tenant;
    const applied = await changes.apply(await changes.plan(ZONE, source('tls: {mode: strict}')));
    assert.ok(applied !== null);
    await patch(engine, 'settings/ssl', { value: 'flexible' });
    const undo = await changes.planUndo(applied.changeSet.id);
    assert.deepEqual(undo.settingConflicts, [
      { setting: 'ssl', before: 'full', after: 'strict', now: 'flexible' },
    ]);
    assert.equal(await changes.apply(undo), null);
    const forced = await changes.planUndo(applied.changeSet.id, { force: true });
    assert.deepEqual(
      forced.zones[0]?.plan.settings?.map(({ after }) => after),
      ['full'],
    );
  });

  test('a missing right is named, before anything is written', async () => {
    await using engine = await engineOn('free');
    const { value: token } = engine.sandbox.createToken({
      name: 'records only',
      permissions: ['Zone Read', 'DNS Write'],
    });
    const tenant = await tenantWith(engine, token);
    const planned = await tenant.changes.plan(ZONE, source('tls: {mode: strict}'));
    const [problem] = planned.zones[0]?.plan.problems ?? [];
    assert.match(problem?.message ?? '', /Zone Settings Read on the zone/);
    await tenant.close();
  });

  test('a saved plan with settings is applied, and refused once edited', async () => {
    await using engine = await engineOn('free');
    const { changes } = engine.tenant;
    const planned = await changes.plan(ZONE, source('tls: {mode: strict}'));
    const text = formatPlanFile(plansOf(planned));
    const edited = formatPlanFile(
      plansOf(planned).map((plan) => ({
        ...plan,
        settings: plan.settings?.map((one) => ({ ...one, after: 'off' })) ?? [],
      })),
    );
    await assert.rejects(
      changes.planSaved({ text: edited, file: 'plan.json' }),
      isCode('plan-file-tampered'),
    );
    const saved = await changes.planSaved({ text, file: 'plan.json' });
    assert.equal(saved.zones[0]?.plan.hash, planned.zones[0]?.plan.hash);
    assert.equal((await changes.apply(saved))?.status, 'applied');
  });
});

function plansOf({ zones }: Planned) {
  return zones.map(({ plan }) => plan);
}

async function patch(engine: Engine, path: string, body: unknown): Promise<void> {
  const { id } = engine.sandbox.zone(ZONE);
  const response = await fetch(`${engine.sandbox.baseUrl}/zones/${id}/${path}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${engine.sandbox.tokens.full}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 200);
}

async function tenantWith(engine: Engine, token: string) {
  const zoneward = await openZoneward({
    home: `${engine.home}/narrow`,
    environment: {
      CLOUDFLARE_API_TOKEN: token,
      CLOUDFLARE_ACCOUNT_ID: engine.sandbox.accountId,
      CLOUDFLARE_API_BASE_URL: engine.sandbox.baseUrl,
    },
  });
  return { ...zoneward.tenant('local'), close: () => zoneward.close() };
}
