/**
 * The command line through a server says what it says on the store itself: every command runs both ways on one store,
 * and the answers are compared. What it cannot do through a server says so, and why.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type FakeIoOptions, type Ran, runCli } from '../src/cli/fake-io.ts';
import { makeCertificate, makeChain } from './kit/certificates.ts';
import { type Engine, startEngine } from './kit/engine.ts';
import { type CliProcess, startCli } from './kit/spawn-cli.ts';

const ZONE = 'shop.example';
const DOMAIN = 'orange-stand.com';

/** Ages, and moments of looking, differ between two runs. */
function steady(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?( UTC|Z)?/g, 'TIME')
    .replaceAll(/\((just now|\d+ \w+ ago)\)/g, '(AGE)')
    .replaceAll(/(just now|\d+ \w+ ago)$/gm, 'AGE')
    .replaceAll(/\bo?chg_\w+/g, 'CHANGE')
    .replaceAll(/\b(in |)\d+ (second|minute|hour|day)s?( ago|)\b/g, 'SPAN')
    .replaceAll(/DTSTAMP:\w+/g, 'DTSTAMP');
}

describe('the command line through a server', () => {
  let engine: Engine;
  let serving: CliProcess;
  let server: Readonly<Record<string, string>>;
  let operator: Readonly<Record<string, string>>;
  let store: Readonly<Record<string, string>>;
  let folder: string;

  const run = (words: string | readonly string[], options: FakeIoOptions = {}): Promise<Ran> =>
    runCli(typeof words === 'string' ? words.split(' ') : words, { cwd: folder, ...options });
  const local = (words: string | readonly string[], options: FakeIoOptions = {}): Promise<Ran> =>
    run(words, { ...options, env: store });
  const remote = (words: string | readonly string[], options: FakeIoOptions = {}): Promise<Ran> =>
    run(words, { ...options, env: { ...server, ...options.env } });
  const json = async (
    words: string | readonly string[],
    exit = 0,
  ): Promise<ReturnType<typeof JSON.parse>> => {
    const argv = typeof words === 'string' ? words.split(' ') : words;
    const ran = await remote([...argv, '--json']);
    assert.equal(ran.code, exit, `${argv.join(' ')}: ${ran.stderr}`);
    return JSON.parse(ran.stdout);
  };
  /** Both ways: the same words, shapes and exit code. */
  const same = async (words: string): Promise<void> => {
    for (const argv of [words.split(' '), [...words.split(' '), '--json']]) {
      const here = await local(argv);
      const there = await remote(argv);
      assert.equal(there.code, here.code, `${argv.join(' ')}: ${there.stderr}`);
      const [said, expected] = [steady(there.stdout), steady(here.stdout)];
      if (/^[[{]/.test(expected) && argv.includes('--json'))
        assert.deepEqual(JSON.parse(said), JSON.parse(expected), argv.join(' '));
      else assert.equal(said, expected, argv.join(' '));
      assert.equal(steady(there.stderr), steady(here.stderr), argv.join(' '));
    }
  };

  before(async () => {
    engine = await startEngine({ dnsPort: 0, delegation: 'assigned', rateLimit: false });
    const { sandbox, home } = engine;
    folder = path.join(home, 'work');
    mkdirSync(folder);
    sandbox.seedZone(
      ZONE,
      [
        { type: 'A', name: 'www', content: '192.0.2.1', ttl: 300 },
        { type: 'TXT', name: '@', content: '"v=spf1 -all"', ttl: 300 },
      ],
      { plan: 'enterprise' },
    );
    sandbox.registrar.update({
      outcomes: [{ state: 'succeeded', afterMs: 0 }],
      registrations: [{ domain: 'melon-stand.com', expiresOn: '2031-05-06T07:08:09Z' }],
    });
    store = {
      ZONEWARD_HOME: home,
      CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
      CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
      CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
      ZONEWARD_DNS_SERVER: `${sandbox.dns?.host}:${sandbox.dns?.port}`,
    };
    const keyOf = async (words: string): Promise<string> => {
      const made = await local(`api-keys create --label test --json ${words}`);
      assert.equal(made.code, 0, made.stderr);
      return JSON.parse(made.stdout).secret;
    };
    const all = ['read', 'plan', 'apply', 'approve', 'connections', 'billing', 'admin'];
    const apiKey = await keyOf(all.map((scope) => `--scope ${scope}`).join(' '));
    const operatorKey = await keyOf('--scope admin --all-tenants');
    serving = startCli(['serve', '--port', '0', '--json', '--log-level', 'warn', '--no-dashboard'], {
      env: store,
    });
    const url = await new Promise<string>((resolve, reject) => {
      let text = '';
      serving.child.stdout?.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
        if (text.trimEnd().endsWith('}')) resolve(JSON.parse(text).url);
      });
      void serving.ended.then(({ stderr }) => reject(new Error(stderr)));
    });
    server = { ZONEWARD_SERVER: url, ZONEWARD_API_KEY: apiKey };
    operator = { ZONEWARD_SERVER: url, ZONEWARD_API_KEY: operatorKey };
    await local('zones sync');
  });
  after(async () => {
    serving.child.kill('SIGKILL');
    await serving.ended;
    await engine[Symbol.asyncDispose]();
  });

  for (const words of [
    'domains search lemonade --extension com',
    'domains check lemonade-stand.com taken-name.com',
    'domains check www.lemonade-stand.com',
    'domains list',
    'domains show melon-stand.com',
    'domains show nobody-has-it.com',
    'domains calendar',
    'domains calendar --ical',
    'domains extensions',
    'domains extensions ai',
    'domains extensions nowhere',
    'domains limit',
    'domains purchases',
    'domains status never-bought.com',
    'domains transfer check melon-stand.com foreign-name.com',
    'domains register lemonade-stand.com',
    'templates list',
    'templates show workspace',
    'templates show nothing-like-it',
    `templates applied ${ZONE}`,
    `templates remove ${ZONE} google.com/workspace --yes`,
    `plan ${ZONE} --template vercel.com/site`,
    `plan ${ZONE} --template workspace`,
    `zones verify ${ZONE}`,
    `zones verify ${ZONE} --all`,
    'zones verify nowhere.example',
    'provision',
    'provision status',
    `provision status ${DOMAIN}`,
    'provision www.lemonade-stand.com',
    'connect-sessions list',
    'tls list',
    'tls show',
    `tls show ${ZONE}`,
    'tls show nowhere.example',
    `tls dnssec ${ZONE}`,
    `tls dnssec ${ZONE} enable --dry-run`,
    `tls set ${ZONE} mode=strict min_version=1.2 --dry-run`,
    `tls set ${ZONE} mode=flexible --yes`,
    `tls set ${ZONE} mod=strict`,
    `tls set ${ZONE} min_version=9 --dry-run`,
    `tls set ${ZONE} --baseline strict --dry-run`,
    'tls set --all --baseline modern --dry-run',
    `zones settings ${ZONE} ssl http3`,
    `zones settings ${ZONE} nothing_like_it`,
    `tls calendar ${ZONE}`,
    'tls calendar --stored',
    'tls calendar --stored --ical',
    `tls certificates list ${ZONE}`,
    `tls certificates show ${ZONE} ${'f'.repeat(32)}`,
    `tls certificates order ${ZONE} --dry-run`,
    `tls certificates order ${ZONE} --host www.other.example`,
    `tls certificates delete ${ZONE} ${'f'.repeat(32)}`,
    `tls origin-ca list ${ZONE}`,
    `tls origin-ca create ${ZONE} --key-file new.key --host www.other.example --dry-run`,
    `tls origin-pulls list ${ZONE}`,
    `tls hostnames list ${ZONE}`,
    `tls hostnames show ${ZONE} nobody.customer.example`,
    `tls hostnames add ${ZONE} shop.customer.example --validation txt --dry-run`,
    `tls hostnames add ${ZONE} ${ZONE}`,
  ])
    it(`says the same: ${words}`, () => same(words));

  it('buys under the limit and the price, follows, renews and calls off', async () => {
    const refused = await remote('domains register lemonade-stand.com --confirm-price 10.46');
    assert.equal(
      refused.code,
      (await local('domains register lemonade-stand.com --confirm-price 10.46')).code,
    );
    assert.match(refused.stderr, /No spend limit is set/);
    assert.deepEqual(await json('domains limit --monthly 50 --currency USD'), {
      limit: { monthly: { amount: '50', currency: 'USD' } },
    });
    assert.match((await remote('domains register lemonade-stand.com')).stderr, /--confirm-price 10\.46/);
    const bought = await json('domains register lemonade-stand.com --confirm-price 10.46');
    assert.equal(bought.state, 'registered');
    assert.equal(engine.sandbox.registrar.charges().length, 1);
    await same('domains purchases');
    await same('domains status lemonade-stand.com');
    assert.equal((await remote('domains register lemonade-stand.com --confirm-price 10.46')).code, 5);
    assert.equal((await json('domains set melon-stand.com --auto-renew on --yes')).changed, true);
    assert.equal((await json('domains set melon-stand.com --auto-renew on --yes')).changed, false);
    await same('domains list --refresh');
    await local('policies set --approval always');
    assert.equal((await json('domains register mango-stand.com --confirm-price 10.46', 4)).state, 'planned');
    const [planned] = (await json('domains purchases --open')).purchases;
    assert.equal((await remote(`domains approve ${planned.id}`)).code, 4, 'not by its author');
    assert.equal((await json(`domains cancel ${planned.id}`)).state, 'cancelled');
    await local('policies set --approval never');
    assert.equal((await json('domains limit --none')).limit, null);
  });

  it('sends contacts and the code of a transfer, and shows neither', async () => {
    const { sandbox } = engine;
    await remote('domains limit --monthly 50 --currency USD');
    sandbox.registrar.update({ foreign: { 'foreign-name.com': { authCode: 'let-me-in' } } });
    sandbox.seedZone('foreign-name.com', []);
    const contact = {
      email: 'hostmaster@example.com',
      phone: '+49.301234567',
      postal_info: {
        name: 'Lemonade Stand',
        address: { street: 'A', city: 'B', state: 'BE', postal_code: '1', country_code: 'DE' },
      },
    };
    writeFileSync(path.join(folder, 'contacts.json'), JSON.stringify({ contacts: { registrant: contact } }));
    const start = 'domains transfer start foreign-name.com --contacts contacts.json --wait 0s';
    const env = { ...server, ZONEWARD_AUTH_CODE: 'let-me-in' };
    const unconfirmed = await remote(start, { env });
    assert.match(unconfirmed.stderr, /--confirm-price/);
    const price = /--confirm-price ([\d.]+)/.exec(unconfirmed.stderr)?.[1] ?? '';
    const begun = await remote(`${start} --confirm-price ${price} --json`, { env });
    const purchase = JSON.parse(begun.stdout);
    assert.equal(purchase.kind, 'transfer');
    assert.equal(purchase.order.contactsGiven, true);
    const sent = sandbox.requests().find(({ route }) => route.endsWith('/transfer-in'));
    assert.ok(sent !== undefined, 'nothing was begun');
    assert.doesNotMatch(`${begun.stdout}${begun.stderr}`, /let-me-in|hostmaster/);
    const broken = { contacts: { registrant: { ...contact, phone: '030 1' } } };
    writeFileSync(path.join(folder, 'contacts.json'), JSON.stringify(broken));
    assert.match(
      (await remote(`${start} --confirm-price ${price}`, { env })).stderr,
      /contacts\.registrant\.phone/,
    );
  });

  it('applies a template from the pack and from a file, knows it again, and takes it away', async () => {
    const before = engine.sandbox.records(ZONE).length;
    await same(`templates apply ${ZONE} --template vercel.com/site --dry-run`);
    assert.equal(engine.sandbox.records(ZONE).length, before);
    const file = {
      providerId: 'stand.example',
      providerName: 'Stand',
      serviceId: 'site',
      serviceName: 'Site',
      records: [{ type: 'A', host: '@', pointsTo: '%ip%', ttl: 600 }],
    };
    writeFileSync(path.join(folder, 'stand.json'), JSON.stringify(file));
    const words = `templates apply ${ZONE} --template ./stand.json --host stand --yes --var`;
    assert.match((await remote([...words.split(' '), 'ip=1.2.3.4\n@ A 5.6.7.8'])).stderr, /variable ip/);
    assert.equal((await json(`${words} ip=192.0.2.9`)).applied.status, 'applied');
    assert.equal(engine.sandbox.records(ZONE).length, before + 1);
    await same(`templates applied ${ZONE}`);
    assert.equal((await remote(`templates remove ${ZONE} stand.example/site --host stand --yes`)).code, 0);
    assert.equal(engine.sandbox.records(ZONE).length, before);
  });

  it('verifies what a file wants, names resolvers only where they are public, and waits', async () => {
    writeFileSync(path.join(folder, 'want.zone'), `$ORIGIN ${ZONE}.\nwww 300 IN A 192.0.2.2\n`);
    await same(`zones verify ${ZONE} -f want.zone`);
    assert.equal((await remote(`zones verify ${ZONE} -f want.zone`)).code, 3);
    assert.match((await remote(`zones verify ${ZONE} --resolver 127.0.0.1`)).stderr, /not reachable from/);
    assert.match(
      (await remote(`zones verify ${ZONE} --resolver x`)).stderr,
      /not the address of a DNS server/,
    );
  });

  it('provisions one domain and a list of them, with a report, and takes down', async () => {
    writeFileSync(path.join(folder, 'lemonade.zone'), `$ORIGIN ${DOMAIN}.\napi 300 IN A 192.0.2.10\n`);
    const up = `provision ${DOMAIN} -f lemonade.zone --tls modern`;
    await remote(up);
    engine.sandbox.setClock({ advanceMs: 3_600_000 });
    assert.equal((await json(up)).state, 'live');
    await same(`provision status ${DOMAIN}`);
    await same('provision status');
    const list = [
      'domain,file,template,dnssec',
      `${DOMAIN},,,`,
      'fresh-stand.com,missing.zone,,',
      'juice-stand.com,juice.zone,,true',
      'www.juice-stand.com,,,',
      'mint-stand.com,,vercel.com/site,',
      'mint-stand.com,,,',
    ].join('\n');
    writeFileSync(path.join(folder, 'juice.zone'), '$ORIGIN juice-stand.com.\napi 300 IN A 192.0.2.10\n');
    writeFileSync(path.join(folder, 'list.csv'), list);
    const report = await json('provision bulk list.csv', 1);
    const states = report.domains.map(
      // biome-ignore lint/suspicious/noExplicitAny: a report as it is printed.
      ({ domain, provisioning, error }: any) => `${domain} ${provisioning?.state ?? error.code}`,
    );
    assert.deepEqual(states, [
      `${DOMAIN} live`,
      'fresh-stand.com file-unreadable',
      'juice-stand.com going',
      'www.juice-stand.com name-is-subdomain',
      'mint-stand.com going',
      'mint-stand.com bulk-invalid',
    ]);
    engine.sandbox.setClock({ advanceMs: 3_600_000 });
    // biome-ignore lint/suspicious/noExplicitAny: a report as it is printed.
    const again: any = await json('provision bulk list.csv', 1);
    assert.equal(again.domains[4].provisioning.state, 'live');
    await same('provision bulk list.csv');
    const held = await remote(`provision deprovision ${DOMAIN} --yes`);
    assert.match(held.stderr, /--allow zone-delete/);
    assert.equal((await json(`provision deprovision ${DOMAIN} --allow zone-delete --yes`)).state, 'removed');
  });

  it('buys while it provisions', async () => {
    await remote('domains limit --monthly 50 --currency USD');
    const bought = await json('provision kiwi-stand.com --register --confirm-price 10.46', 0);
    assert.equal(bought.steps[0].state, 'done');
    assert.notEqual(bought.purchaseId, null);
    const narrow = JSON.parse(
      (await local('api-keys create --label narrow --scope apply --scope read --json')).stdout,
    ).secret;
    const forbidden = await remote('provision plum-stand.com --register --confirm-price 10.46', {
      env: { ...server, ZONEWARD_API_KEY: narrow },
    });
    assert.match(forbidden.stderr, /scope billing/);
  });

  it('makes a connect session with the link of the server, and ends it', async () => {
    const made = await json('connect-sessions create --label Shop --lasts 1h');
    assert.ok(made.url.startsWith(`${server['ZONEWARD_SERVER']}/connect#`), made.url);
    await same('connect-sessions list');
    assert.equal((await json(`connect-sessions revoke ${made.id}`)).state, 'revoked');
  });

  it('lists tenants with an operator’s key, exports one byte for byte, erases it', async () => {
    await local(['policies', 'set', '--approval', 'never', '--tenant', 'acme']);
    const listed = await remote('tenants list --json', { env: operator });
    assert.equal(listed.stdout, (await local('tenants list --json')).stdout);
    assert.match((await remote('tenants list')).stderr, /operator/);
    for (const [name, env] of [
      ['here', store],
      ['there', operator],
    ] as const) {
      const ran = await run(`tenants export acme -o ${name}`, { env });
      assert.equal(ran.code, 0, ran.stderr);
    }
    const read = (name: string, file: string): string => readFileSync(path.join(folder, name, file), 'utf8');
    const manifest = JSON.parse(read('there', 'manifest.json'));
    assert.ok(manifest.files.length > 0);
    const { createHash } = await import('node:crypto');
    for (const { name, sha256 } of manifest.files)
      assert.equal(
        createHash('sha256')
          .update(read('there', `${name}.jsonl`))
          .digest('hex'),
        sha256,
        name,
      );
    assert.match((await remote('tenants export acme -o nope')).stderr, /no such tenant/);
    const erased = await run('tenants erase acme --reason over --confirm acme --json', { env: operator });
    assert.equal(erased.code, 0, erased.stderr);
    assert.equal(JSON.parse(erased.stdout).tenant, 'acme');
  });

  it('sets TLS by words and by a baseline of its own, signs the zone, and takes it back', async () => {
    writeFileSync(path.join(folder, 'own.yaml'), 'tls:\n  min_version: 1.3\nsettings:\n  http3: on\n');
    writeFileSync(path.join(folder, 'bad.yaml'), 'tls:\n  min_version: 9\n');
    await same(`tls set ${ZONE} --baseline own.yaml --dry-run`);
    await same(`tls set ${ZONE} --baseline bad.yaml`);
    const set = await json(`tls set ${ZONE} --baseline own.yaml --yes`);
    assert.equal(set.applied.status, 'applied');
    await same(`zones settings ${ZONE} min_tls_version http3`);
    await same(`tls set ${ZONE} --baseline own.yaml --yes`);
    const signed = await json(`zones settings ${ZONE} always_use_https=on --yes`);
    assert.equal(signed.applied.status, 'applied');
    const back = await json(`undo ${set.applied.changeSet.id} --yes`);
    assert.equal(back.applied.status, 'applied');
    const [{ value }] = (await json(`zones settings ${ZONE} min_tls_version`)).settings;
    assert.equal(
      value,
      set.plans[0].settings.find((one: { setting: string }) => one.setting === 'min_tls_version').before,
    );
    assert.equal((await json(`tls dnssec ${ZONE} enable --yes`)).applied.status, 'applied');
    const waited = await remote(`tls dnssec ${ZONE} status --wait 1s --json`);
    assert.equal(waited.code, 3, waited.stderr);
    assert.equal(JSON.parse(waited.stdout).stage, 'waits-for-ds');
    await same(`tls dnssec ${ZONE}`);
    await same(`tls show ${ZONE}`);
  });

  it('orders a certificate, publishes its proof, and takes it back with its word', async () => {
    const { sandbox } = engine;
    assert.equal((await json(`tls certificates order ${ZONE} --yes`)).applied.status, 'applied');
    sandbox.setClock({ advanceMs: 6_000 });
    const pack = (await json(`tls certificates list ${ZONE}`)).packs.find(
      ({ type }: { type: string }) => type === 'advanced',
    );
    await same(`tls certificates show ${ZONE} ${pack.id}`);
    await same(`tls certificates proofs ${ZONE} ${pack.id} --dry-run`);
    const published = await json(`tls certificates proofs ${ZONE} ${pack.id} --yes`);
    assert.equal(published.applied.status, 'applied');
    await same(`tls certificates restart ${ZONE} ${pack.id}`);
    const held = `tls certificates delete ${ZONE} ${pack.id} --yes`;
    await same(held);
    assert.equal((await json(`${held} --allow certificate-delete`)).applied.status, 'applied');
    await same(`tls certificates list ${ZONE}`);
  });

  it("serves a customer's hostname, and tells what the customer has to publish", async () => {
    const name = 'shop.customer.example';
    const added = await json(`tls hostnames add ${ZONE} ${name} --validation txt --yes`);
    assert.equal(added.applied.status, 'applied');
    engine.sandbox.setClock({ advanceMs: 6_000 });
    await same(`tls hostnames list ${ZONE}`);
    await same(`tls hostnames show ${ZONE} ${name}`);
    await same(`tls hostnames proofs ${ZONE} ${name}`);
    await same(`tls hostnames edit ${ZONE} ${name} --min-tls 1.3 --dry-run`);
    assert.equal(
      (await json(`undo ${added.applied.changeSet.id} --allow hostname-delete --yes`)).applied.status,
      'applied',
    );
    assert.deepEqual((await json(`tls hostnames list ${ZONE}`)).hostnames, []);
  });

  it('uploads a certificate: its key is checked here, goes along once, and stands nowhere', async () => {
    const good = makeChain([ZONE]);
    const other = makeCertificate([ZONE]);
    const client = makeCertificate([]);
    const expired = makeCertificate([ZONE], -1);
    const elsewhere = makeCertificate(['www.other.example']);
    const files = { good, other, client, expired, elsewhere };
    for (const [name, made] of Object.entries(files)) {
      writeFileSync(path.join(folder, `${name}.pem`), made.certificate.text);
      writeFileSync(path.join(folder, `${name}.key`), made.key.secret.reveal());
    }
    const upload = (certificate: string, key = certificate): string =>
      `tls certificates upload ${ZONE} --certificate ${certificate}.pem --key ${key}.key`;
    for (const words of [upload('good', 'other'), upload('expired'), upload('elsewhere')]) await same(words);
    await same(`${upload('good')} --dry-run`);
    const uploaded = await remote(`${upload('good')} --yes --json`);
    assert.equal(uploaded.code, 0, uploaded.stderr);
    const done = JSON.parse(uploaded.stdout);
    assert.equal(done.applied.status, 'applied');
    const [own] = (await json(`tls certificates list ${ZONE}`)).own;
    await same(`tls certificates prioritize ${ZONE} ${own.id}`);
    await same(
      `tls certificates replace ${ZONE} ${own.id} --certificate other.pem --key other.key --dry-run`,
    );
    const pull = `tls origin-pulls upload ${ZONE} --certificate client.pem --key client.key`;
    await same(`${pull} --dry-run`);
    assert.equal((await json(`${pull} --yes`)).applied.status, 'applied');
    await same(`tls origin-pulls list ${ZONE}`);
    const line = good.key.secret.reveal().split('\n')[1] ?? '';
    const kept = await run('audit list --json', { env: store });
    assert.ok(line.length > 20 && !`${uploaded.stdout}${uploaded.stderr}${kept.stdout}`.includes(line));
    // Whoever may not apply yet is told so, and the key has not left.
    await local('policies set --approval always');
    const waits = await remote(
      `${pull.replace('client.pem', 'other.pem').replace('client.key', 'other.key')} --yes`,
    );
    await local('policies set --approval never');
    assert.equal(waits.code, 4, waits.stderr);
    // Approved by someone else, it goes on with its own key, and with no other.
    const [{ id }] = (await json('changes list --limit 1')).changeSets;
    const approved = await local(`changes approve ${id}`);
    assert.equal(approved.code, 0, approved.stderr);
    await same(`changes resume ${id} --key good.key --yes`);
    const resumed = await json(`changes resume ${id} --key other.key --yes`);
    assert.equal(resumed.applied.status, 'applied');
  });

  it('makes an Origin CA certificate for a key that stays here', async () => {
    const made = await remote(`tls origin-ca create ${ZONE} --key-file origin.key --out origin.pem --yes`);
    assert.equal(made.code, 0, made.stderr);
    const key = readFileSync(path.join(folder, 'origin.key'), 'utf8');
    assert.match(key, /PRIVATE KEY/);
    assert.match(readFileSync(path.join(folder, 'origin.pem'), 'utf8'), /BEGIN CERTIFICATE/);
    const line = key.split('\n')[1] ?? '';
    assert.ok(!JSON.stringify(engine.sandbox.requests()).includes(line));
    await same(`tls origin-ca list ${ZONE}`);
  });

  it('lists change sets, shows them, and carries a stored one out, once', async () => {
    const stored = await fetch(`${server['ZONEWARD_SERVER']}/v1/change-sets`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${server['ZONEWARD_API_KEY']}`,
        'content-type': 'application/json',
        'idempotency-key': 'stored-once',
      },
      body: JSON.stringify({
        plan: { kind: 'add', zone: ZONE, record: { name: 'stored', type: 'A', content: '192.0.2.77' } },
      }),
    });
    assert.equal(stored.status, 201, await stored.clone().text());
    const { id } = (await stored.json()) as { id: string };
    const words = ['changes list', 'changes list --limit 1', `changes list --zone ${ZONE} --status planned`];
    for (const one of [...words, 'changes list --zone nowhere.example', `changes show ${id}`])
      await same(one);
    await same('changes show chg_nothing');
    const { changeSets } = await json(`changes list --zone ${ZONE} --limit 1`);
    assert.deepEqual([changeSets.length, changeSets[0].id, changeSets[0].status], [1, id, 'planned']);

    assert.equal((await json(`changes resume ${id} --yes`)).applied.status, 'applied');
    assert.equal((await json(`changes show ${id}`)).plans[0].outcomes[0].state, 'applied');
    await same(`changes show ${id}`);
    await same(`changes resume ${id} --yes`);
    const made = engine.sandbox.records(ZONE).filter(({ name }) => name === `stored.${ZONE}`);
    assert.equal(made.length, 1);
  });

  it('creates, activates, pauses, unpauses and deletes a zone', async () => {
    const name = 'made-remotely.com';
    const made = await json(`zones create ${name}`);
    assert.deepEqual([made.name, made.status], [name, 'pending']);
    assert.equal((await json(`zones activate ${name}`)).asked, true);
    for (const words of [
      `zones create ${name}`,
      'zones create www.made-remotely.com',
      'zones activate nowhere.example',
      `zones delete ${name}`,
    ])
      await same(words);
    engine.sandbox.seedZone('edge.example', [
      { type: 'A', name: 'www', content: '203.0.113.7', proxied: true },
    ]);
    await local('zones sync');
    await same('zones pause edge.example');
    const paused = await json('zones pause edge.example --allow exposure --yes');
    assert.deepEqual([paused.paused, paused.reveals], [true, ['203.0.113.7']]);
    const [here, there] = await Promise.all([local, remote].map((way) => way('zones show edge.example')));
    assert.match(there?.stdout ?? '', /active, paused/);
    assert.equal(steady(there?.stdout ?? ''), steady(here?.stdout ?? ''));
    assert.equal((await json('zones unpause edge.example')).paused, false);
    assert.equal((await json(`zones delete ${name} --allow zone-delete --yes`)).deleted, true);
    const elsewhere = await remote(`zones activate ${ZONE} --connection other`);
    assert.match(elsewhere.stderr, /through another connection/);
  });

  it('looks at every zone as a job of the server', async () => {
    const started = Date.now() - 1;
    const ran = await remote('tls list --refresh --json');
    assert.equal(ran.code, 0, ran.stderr);
    const { zones } = JSON.parse(ran.stdout);
    assert.ok(zones.length > 0, ran.stdout);
    for (const { readAt } of zones) assert.ok(Date.parse(readAt) > started, ran.stdout);
  });

  for (const [words, why] of [
    ['store check', /not through a server/],
    ['keys status', /not through a server/],
    ['worker --once', /./],
  ] as const)
    it(`refuses ${words}, and says where it works`, async () => {
      const ran = await remote(words);
      assert.equal(ran.code, 2);
      assert.match(ran.stderr, why);
    });
});
