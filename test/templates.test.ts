/** Templates on the sandbox: planned, applied, remembered, replaced, undone, taken away; the pack holds together. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { packTemplates, readTemplateFiles } from '../src/app/template-files.ts';
import { isZonewardError } from '../src/base/errors.ts';
import { InvalidInputError } from '../src/base/problem.ts';
import type { DomainName } from '../src/dns/name.ts';
import type { Tenant } from '../src/index.ts';
import { renderTemplate, variablesOf } from '../src/plan/templates/render-template.ts';
import { templateKey } from '../src/plan/templates/template.ts';
import { type Engine, startEngine } from './kit/engine.ts';
import { runCli } from './kit/spawn-cli.ts';

const ZONE = 'example.com';
const ALL = ['deletions', 'critical', 'wildcard', 'exposure', 'mail', 'apex'];

async function start(): Promise<Engine> {
  const engine = await startEngine();
  engine.sandbox.seedZone(ZONE, [
    { type: 'A', name: '@', content: '192.0.2.1', ttl: 300 },
    { type: 'MX', name: '@', content: 'old.example.net', priority: 5, ttl: 300 },
    { type: 'TXT', name: '@', content: '"v=spf1 ip4:192.0.2.1 -all"', ttl: 300 },
    { type: 'CNAME', name: 'www', content: 'example.com', ttl: 300 },
  ]);
  return engine;
}

/** What the sandbox holds, without ids and times. */
function held(engine: Engine): string[] {
  return engine.sandbox
    .records(ZONE)
    .map(({ name, type, content, ttl, priority }) => [name, type, priority ?? '', content, ttl].join(' '))
    .sort();
}

async function apply(
  tenant: Tenant,
  planned: Awaited<ReturnType<Tenant['templates']['plan']>>,
): Promise<string | null> {
  const words = planned.zones.flatMap(({ plan }) => plan.guards.map(({ override }) => override));
  const applied = await tenant.changes.apply(planned, { allow: [...ALL, ...words] });
  if (applied === null) return null;
  assert.equal(applied.status, 'applied');
  return applied.changeSet.id;
}

const FASTMAIL = 'fastmail.com/mail';

describe('templates', () => {
  it('are applied, kept, planned again without a change, undone to the record', async () => {
    await using engine = await start();
    const { tenant } = engine;
    const before = held(engine);
    const planned = await tenant.templates.plan(ZONE, FASTMAIL);
    assert.ok(planned.zones[0]?.plan.problems.some(({ code }) => code === 'template-conflict'));
    const id = await apply(tenant, planned);
    assert.ok(held(engine).some((line) => line.includes('in1-smtp.messagingengine.com')));
    assert.ok(
      held(engine).some((line) => /v=spf1 ip4:192.0.2.1 include:spf.messagingengine.com -all/.test(line)),
    );
    const [applied] = await tenant.templates.applied(ZONE);
    assert.deepEqual([applied?.standing, applied?.changeSetId], ['whole', id]);
    assert.equal(await apply(tenant, await tenant.templates.plan(ZONE, FASTMAIL)), null);
    const removal = await tenant.templates.planRemoval(ZONE, FASTMAIL);
    assert.ok((removal.zones[0]?.plan.guards.length ?? 0) > 0, 'guard rails look at it');
    await assert.rejects(tenant.changes.apply(removal), { code: 'guard-rail' });
    await apply(tenant, await tenant.changes.planUndo(id as never));
    assert.deepEqual(held(engine), before);
    assert.deepEqual(await tenant.templates.applied(ZONE), []);
  });

  it('are taken away without what was there before; an undo of that brings them back', async () => {
    await using engine = await start();
    const { tenant } = engine;
    await apply(tenant, await tenant.templates.plan(ZONE, 'vercel.com/host', { host: 'shop' }));
    const with_ = held(engine);
    const removed = await apply(
      tenant,
      await tenant.templates.planRemoval(ZONE, 'vercel.com/host', { host: 'shop' }),
    );
    assert.equal(held(engine).length, with_.length - 1);
    assert.deepEqual(await tenant.templates.applied(ZONE), []);
    await apply(tenant, await tenant.changes.planUndo(removed as never));
    assert.deepEqual(held(engine), with_);
    assert.equal((await tenant.templates.applied(ZONE)).length, 1);
  });

  it('replace themselves with other values, and come back when that is undone', async () => {
    await using engine = await start();
    const { tenant } = engine;
    const plan = (user: string) =>
      tenant.templates.plan(ZONE, 'github.com/pages', { variables: { user }, groups: ['www'] });
    await apply(tenant, await plan('lemon'));
    const first = held(engine);
    const second = await apply(tenant, await plan('melon'));
    assert.ok(held(engine).some((line) => line.includes('melon.github.io')));
    assert.equal((await tenant.templates.applied(ZONE)).length, 1);
    await apply(tenant, await tenant.changes.planUndo(second as never));
    assert.deepEqual(held(engine), first);
    const [left] = await tenant.templates.applied(ZONE);
    assert.deepEqual(left?.instance.variables, { user: 'lemon' });
  });

  it('end whole when another takes an essential record', async () => {
    await using engine = await start();
    const { tenant } = engine;
    await apply(tenant, await tenant.templates.plan(ZONE, FASTMAIL));
    const planned = await tenant.templates.plan(ZONE, 'google.com/workspace', { groups: ['mail'] });
    assert.ok(planned.zones[0]?.plan.problems.some(({ code }) => code === 'template-ends'));
    await apply(tenant, planned);
    assert.deepEqual(
      held(engine).filter((line) => line.includes('messagingengine') || line.includes('fmhosted')),
      [],
    );
    assert.deepEqual(
      (await tenant.templates.applied(ZONE)).map(({ instance }) => templateKey(instance)),
      ['google.com/workspace'],
    );
  });

  it('are no business of another tenant', async () => {
    await using engine = await start();
    await apply(engine.tenant, await engine.tenant.templates.plan(ZONE, FASTMAIL));
    const other = engine.zoneward.tenant('globex');
    await assert.rejects(other.templates.applied(ZONE), isZonewardError);
  });

  const refused: readonly (readonly [name: string, key: string, request: object, code: string])[] = [
    ['an unknown template', 'googel.com/workspace', {}, 'template-unknown'],
    ['a missing variable', 'google.com/workspace', {}, 'variable-missing'],
    ['an unknown group', 'google.com/workspace', { groups: ['post'] }, 'template-group-unknown'],
    ['a host that is missing', 'vercel.com/host', {}, 'template-host-required'],
    [
      'a record brought in by a value',
      'github.com/pages',
      { variables: { user: 'x\nwww A 192.0.2.66' } },
      'variable-control',
    ],
    [
      'a value that leads out of the name',
      'github.com/pages',
      { variables: { user: 'evil.example.' } },
      'variable-breaks-out',
    ],
  ];
  for (const [name, key, request, code] of refused) {
    it(`refuse ${name} before anything is read`, async () => {
      await using engine = await start();
      await engine.tenant.zones.discover();
      engine.sandbox.clearRequests();
      await assert.rejects(engine.tenant.templates.plan(ZONE, key, request), (error) => {
        assert.ok(isZonewardError(error));
        const codes =
          error instanceof InvalidInputError ? error.problems.map((one) => one.code) : [error.code];
        assert.ok(codes.includes(code), codes.join());
        assert.ok(error.next.length > 0, 'says what to do');
        return true;
      });
      assert.deepEqual(engine.sandbox.requests(), []);
    });
  }
});

describe('the pack', () => {
  const values: Readonly<Record<string, string>> = {
    region: 'eu-central-1',
    dkim: 'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB',
  };

  /** Whose fixed values were compared with a page of the service, every one. docs/templates.md says which with what. */
  const COMPARED = [
    'github.com/pages',
    'microsoft.com/m365',
    'netlify.com/site',
    'postmarkapp.com/sending',
    'shopify.com/store',
    'vercel.com/host',
    'vercel.com/site',
  ];

  it('claims a comparison for exactly the templates of which the docs tell one, with its day', async () => {
    const docs = await readFile(new URL('../docs/templates.md', import.meta.url), 'utf8');
    const pack = (await packTemplates()).map(({ template }) => template);
    const compared = pack.filter(({ source }) => typeof source?.checked === 'string');
    assert.deepEqual(compared.map(templateKey).sort(), COMPARED);
    for (const template of pack) {
      const { source } = template;
      const row = docs.split('\n').find((line) => line.startsWith(`| ${templateKey(template)} `)) ?? '';
      assert.match(source?.checked ?? '2000-01-01', /^\d{4}-\d\d-\d\d$/);
      assert.match(row, source?.checked == null ? /not (?:all|compared)/ : /\| every fixed value/, row);
      if (source !== null) assert.match(source.url, /^https:\/\//);
    }
  });

  it('renders with plain values, every template', async () => {
    const pack = await packTemplates();
    assert.equal(pack.length, 11);
    for (const { template, file } of pack) {
      assert.equal(file, `${template.providerId}.${template.serviceId}.yaml`);
      const variables = Object.fromEntries(
        variablesOf(template).map((name) => [name, values[name] ?? `x-${name}`]),
      );
      assert.equal(variablesOf(template).length > 0, template.variableDescription !== null, file);
      const rendered = renderTemplate(template, {
        zone: ZONE as DomainName,
        host: template.hostRequired ? 'shop' : '',
        variables,
        groups: null,
        omitUnsupported: false,
      });
      assert.deepEqual(rendered.problems, [], file);
    }
  });

  it('is taken by Cloudflare: every template applies to an empty zone, and is planned again without a change', async () => {
    await using engine = await startEngine();
    const { tenant } = engine;
    engine.sandbox.seedZone(ZONE, []);
    for (const { template } of await packTemplates()) {
      const variables = Object.fromEntries(
        variablesOf(template).map((name) => [name, values[name] ?? `x-${name}`]),
      );
      const request = { variables, host: template.hostRequired ? 'shop' : '' };
      await apply(tenant, await tenant.templates.plan(ZONE, templateKey(template), request));
      assert.equal(
        await apply(tenant, await tenant.templates.plan(ZONE, templateKey(template), request)),
        null,
      );
    }
  });

  it('reads a folder whole, and says what is wrong with which file', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'templates-'));
    writeFileSync(path.join(folder, 'a.json'), '{"providerId":"a","providerName":"A"}');
    const [first] = await packTemplates();
    writeFileSync(path.join(folder, 'b.yaml'), first?.text ?? '');
    writeFileSync(path.join(folder, 'notes.txt'), 'no template');
    const files = await readTemplateFiles(folder);
    assert.deepEqual(
      files.map(({ file, template }) => [path.basename(file), template !== null]),
      [
        ['a.json', false],
        ['b.yaml', true],
      ],
    );
  });
});

describe('zoneward plan --template', () => {
  const rows: readonly (readonly [args: string, code: number, said: RegExp])[] = [
    ['--template vercel.com/site --detailed-exitcode', 3, /76\.76\.21\.21/],
    ['--template github.com/pages --var user=octo', 0, /octo\.github\.io/],
    ['--template vercel.com/site --save plan.json', 2, /would not be remembered as a template/],
    ['--var user=octo -f -', 2, /belong to --template/],
    ['', 2, /Give -f FILE or --template/],
    ['--template vercel.com/site -f -', 2, /cannot be used with/],
  ];
  for (const [args, code, said] of rows) {
    it(`${args || 'with nothing'} ends with ${code} and writes nothing`, async () => {
      await using engine = await startEngine();
      engine.sandbox.seedZone('plan-template.com', []);
      const { sandbox, home } = engine;
      const env = {
        ZONEWARD_HOME: home,
        CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
        CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
        CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
      };
      const words = args.split(' ').filter((word) => word !== '');
      const ran = await runCli(['plan', 'plan-template.com', ...words], { env });
      assert.match(ran.stdout + ran.stderr, said);
      assert.equal(ran.code, code, ran.stderr);
      assert.deepEqual(sandbox.records('plan-template.com'), []);
    });
  }
});
