/** `tls certificates|origin-ca|hostnames|origin-pulls|list|calendar|show|set` at the terminal: right, wrong, and as JSON. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeSigningRequest } from '../src/app/signing-request.ts';
import { type Ran, runCli } from '../src/cli/fake-io.ts';
import { type Sandbox, startSandbox } from '../src/sandbox/index.ts';
import { makeCertificate, makeChain } from './kit/certificates.ts';

const ZONE = 'shop.example';
const SAAS = 'saas.example';
const NAME = 'www.customer.example';

// biome-ignore lint/suspicious/noExplicitAny: shapes of output, looked at member by member.
type Json = any;

let sandbox: Sandbox;
let folder: string;
let env: Readonly<Record<string, string>>;

async function zoneward(words: string): Promise<Ran> {
  return runCli(words.split(' '), { cwd: folder, env });
}

async function json(words: string): Promise<Json> {
  const ran = await zoneward(`${words} --json`);
  assert.equal(ran.code, 0, `${words}: ${ran.stderr}${ran.stdout}`);
  return JSON.parse(ran.stdout);
}

before(async () => {
  const origin = { type: 'A', name: `origin.${SAAS}`, content: '192.0.2.1', ttl: 1 };
  sandbox = await startSandbox({
    dnsPort: false,
    rateLimit: false,
    warn: () => {},
    seed: {
      zones: [
        { name: ZONE, plan: 'enterprise' },
        { name: SAAS, plan: 'enterprise', records: [origin] as never },
      ],
    },
  });
  folder = mkdtempSync(path.join(os.tmpdir(), 'zoneward-tls-cli-'));
  env = {
    ZONEWARD_HOME: path.join(folder, 'home'),
    CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
    CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
    CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
  };
  const good = makeChain([ZONE]);
  const files: Readonly<Record<string, string>> = {
    'good.pem': good.certificate.text,
    'good.key': good.key.secret.reveal(),
    'other.key': makeCertificate([ZONE]).key.secret.reveal(),
    'apex.csr': (await makeSigningRequest([ZONE], 'ecc')).csr,
    'www.csr': (await makeSigningRequest([`www.${ZONE}`], 'ecc')).csr,
    'strange.csr': (await makeSigningRequest([ZONE, 'www.other.example'], 'ecc')).csr,
    'nothing.pem': 'hello\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  for (const [name, made] of [
    ['expired', makeCertificate([ZONE], -1)],
    ['elsewhere', makeCertificate(['www.other.example'])],
    ['client', makeCertificate([])],
  ] as const) {
    writeFileSync(path.join(folder, `${name}.pem`), made.certificate.text);
    writeFileSync(path.join(folder, `${name}.key`), made.key.secret.reveal());
  }
});

after(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

describe('the good way', () => {
  test('certificates: ordered, listed, shown, deleted with its word', async () => {
    const ordered = await json(`tls certificates order ${ZONE} --yes`);
    assert.equal(ordered.applied.status, 'applied');
    const { packs } = await json(`tls certificates list ${ZONE}`);
    const { id } = packs.find(({ type }: Json) => type === 'advanced');
    assert.equal((await json(`tls certificates show ${ZONE} ${id}`)).id, id);
    const held = await zoneward(`tls certificates delete ${ZONE} ${id} --yes`);
    assert.equal(held.code, 5, held.stderr);
    assert.match(held.stderr, /--allow certificate-delete/);
    await json(`tls certificates delete ${ZONE} ${id} --yes --allow certificate-delete`);
    const left = (await json(`tls certificates list ${ZONE}`)).packs;
    assert.ok(!left.some((pack: Json) => pack.id === id));
  });

  test('certificates: an own one uploaded, nothing sent by a dry run', async () => {
    const upload = `tls certificates upload ${ZONE} --certificate good.pem --key good.key`;
    const before = (await json(`tls certificates list ${ZONE}`)).own.length;
    const dry = await zoneward(`${upload} --dry-run`);
    assert.equal(dry.code, 0, dry.stderr);
    assert.equal((await json(`tls certificates list ${ZONE}`)).own.length, before);
    assert.equal((await json(`${upload} --yes`)).applied.status, 'applied');
    const { own } = await json(`tls certificates list ${ZONE}`);
    assert.equal(own.length, before + 1);
    const text = await zoneward(`tls certificates list ${ZONE}`);
    assert.match(text.stdout, new RegExp(own[0].id));
  });

  test('origin-ca: the key in its file, the certificate in another, revoked with its word', async () => {
    const create = `tls origin-ca create ${ZONE} --key-file origin.key --out origin.pem --yes`;
    assert.equal((await json(create)).applied.status, 'applied');
    assert.equal(statSync(path.join(folder, 'origin.key')).mode & 0o777, 0o600);
    assert.match(readFileSync(path.join(folder, 'origin.pem'), 'utf8'), /^-----BEGIN CERTIFICATE-----/);
    await json(`tls origin-ca create ${ZONE} --csr apex.csr --days 365 --yes`);
    const { certificates } = await json(`tls origin-ca list ${ZONE}`);
    assert.equal(certificates.length, 2);
    const revoke = `tls origin-ca revoke ${ZONE} ${certificates[0].id} --yes`;
    assert.equal((await zoneward(revoke)).code, 5);
    await json(`${revoke} --allow origin-ca-revoke`);
    assert.equal((await json(`tls origin-ca list ${ZONE}`)).certificates.length, 1);
  });

  test('origin-pulls: uploaded for hostnames, set on one, taken out', async () => {
    await json(
      `tls origin-pulls upload ${ZONE} --certificate client.pem --key client.key --for hostname --yes`,
    );
    const { certificates } = await json(`tls origin-pulls list ${ZONE}`);
    assert.deepEqual(
      certificates.map(({ level }: Json) => level),
      ['hostname'],
    );
    const set = `tls origin-pulls set ${ZONE} api.${ZONE}`;
    assert.equal(
      (await json(`${set} on --certificate ${certificates[0].id} --yes`)).applied.status,
      'applied',
    );
    assert.equal((await json(`${set} off --yes`)).applied.status, 'applied');
  });

  test('hostnames: added, shown, edited, deleted with its word', async () => {
    await json(`tls set ${SAAS} fallback_origin=origin.${SAAS} --yes`);
    await json(`tls hostnames add ${SAAS} ${NAME} --validation txt --yes`);
    assert.equal((await json(`tls hostnames list ${SAAS}`)).hostnames.length, 1);
    const shown = await zoneward(`tls hostnames show ${SAAS} ${NAME}`);
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /CNAME/);
    assert.equal(
      (await json(`tls hostnames edit ${SAAS} ${NAME} --min-tls 1.2 --yes`)).applied.status,
      'applied',
    );
    const gone = `tls hostnames delete ${SAAS} ${NAME} --yes`;
    assert.equal((await zoneward(gone)).code, 5);
    assert.equal((await json(`${gone} --allow hostname-delete`)).applied.status, 'applied');
  });

  test('list and calendar; show without a zone is the list', async () => {
    await json('tls list --refresh');
    const list = await json('tls list');
    const text = JSON.stringify(list);
    assert.ok(text.includes(ZONE) && text.includes(SAAS));
    const asked = sandbox.requests().length;
    const shown = await json('tls show');
    assert.equal(JSON.stringify(shown).length, text.length);
    assert.equal(sandbox.requests().length, asked, 'asks nothing');
    const calendar = await json('tls calendar');
    assert.deepEqual(await json('tls calendar --stored'), calendar);
    const ical = await zoneward('tls calendar --stored --ical');
    assert.match(ical.stdout, /^BEGIN:VCALENDAR\r\n/);
    assert.equal((await zoneward('tls list')).code, 0);
  });

  test('a baseline over all zones is a plan over all of them first; then nothing is left', async () => {
    const set = 'tls set --all --baseline strict';
    const wrote = () => sandbox.requests().filter((request) => request.wrote).length;
    const before = wrote();
    const dry = await zoneward(`${set} --dry-run`);
    assert.equal(dry.code, 0, dry.stderr);
    assert.match(dry.stdout, /shop\.example/);
    assert.match(dry.stdout, /saas\.example/);
    assert.equal(wrote(), before, 'nothing was sent');
    assert.equal((await json(`${set} --yes`)).applied.status, 'applied');
    const again = await zoneward(`${set} --dry-run`);
    assert.match(again.stdout, /0 of 2 zones would change/);
    for (const zone of [ZONE, SAAS]) {
      const { settings } = await json(`zones settings ${zone}`);
      assert.equal(settings.find(({ name }: Json) => name === 'mode').value, 'strict');
    }
  });

  test('DNS settings are set and read back', async () => {
    const set = `zones settings ${ZONE} flatten_all_cnames=true ns_ttl=7200`;
    assert.equal((await json(`${set} --yes`)).applied.status, 'applied');
    const { settings } = await json(`zones settings ${ZONE}`);
    const value = (wanted: string) => settings.find(({ name }: Json) => name === wanted).value;
    assert.deepEqual([value('flatten_all_cnames'), value('ns_ttl')], [true, 7200]);
  });
});

const upload = `tls certificates upload ${ZONE} --certificate`;
const origin = `tls origin-ca create ${ZONE}`;

/** Words, exit code, what must be said. */
const BAD: readonly (readonly [what: string, words: string, exit: number, ...says: RegExp[]])[] = [
  ['an unknown setting', `tls set ${ZONE} mod=strict --yes`, 2, /Did you mean mode\?/],
  ['a value out of its domain', `tls set ${ZONE} min_version=1.5 --yes`, 2, /1\.0, 1\.1, 1\.2 or 1\.3/],
  ['settings and a baseline', `tls set ${ZONE} mode=full --baseline strict`, 2, /not both/],
  ['nothing to set', `tls set ${ZONE}`, 2, /→ A setting: zoneward tls set/i],
  [
    'a key of another certificate',
    `${upload} good.pem --key other.key --yes`,
    2,
    /does not belong to the private key/,
  ],
  ['an expired certificate', `${upload} expired.pem --key expired.key --yes`, 2, /expired/i, /→/],
  [
    'a certificate of another zone',
    `${upload} elsewhere.pem --key elsewhere.key --yes`,
    2,
    /www\.other\.example/,
  ],
  ['no certificate', `${upload} nothing.pem --key good.key --yes`, 2, /nothing\.pem/],
  ['a file that is not there', `${upload} missing.pem --key good.key --yes`, 2, /missing\.pem/],
  ['no key', `${upload} good.pem --yes`, 2, /--key/],
  [
    'a hostname of another zone',
    `tls certificates order ${ZONE} --host www.other.example --yes`,
    2,
    /www\.other\.example/,
  ],
  ['a number of days that nobody sells', `tls certificates order ${ZONE} --days 31 --yes`, 2, /14, 30, 90/],
  [
    'no such certificate',
    `tls certificates show ${ZONE} nope`,
    2,
    /no certificate nope/,
    /→ zoneward tls certificates list/,
  ],
  ['nobody’s key', origin, 2, /Whose key/, /--key-file FILE/],
  ['a request with a name of another zone', `${origin} --csr strange.csr --yes`, 2, /www\.other\.example/],
  ['no request', `${origin} --csr nothing.pem --yes`, 2, /nothing\.pem/],
  [
    'a key file that is there',
    `${origin} --key-file good.key --yes`,
    2,
    /good\.key is there already/,
    /→ name another file/i,
  ],
  ['a key type that is none', `${origin} --key-file new.key --key-type dsa`, 2, /ecc, rsa/],
  ['a state that is none', `tls origin-pulls set ${ZONE} api.${ZONE} maybe`, 2, /on, off, removed/],
  [
    'origin pulls of another zone',
    `tls origin-pulls set ${ZONE} www.other.example on --yes`,
    2,
    /www\.other\.example/,
  ],
  ['no hostname', `tls hostnames add ${SAAS} not_a_name! --yes`, 2, /not_a_name!/],
  [
    'a hostname that is not there',
    `tls hostnames show ${SAAS} gone.customer.example`,
    1,
    /gone\.customer\.example/,
  ],
  ['a TLS version that is none', `tls hostnames add ${SAAS} ${NAME} --min-tls 1.4 --yes`, 2, /1\.4|1\.3/],
  ['a zone that is not there', 'tls certificates list nope.example', 1, /nope\.example/],
  ['a zone that is not there, in the calendar', 'tls calendar nope.example', 1, /nope\.example/],
];

describe('bad input is told with its way out, and nothing is sent', () => {
  for (const [what, words, exit, ...says] of BAD)
    test(what, async () => {
      const wrote = () => sandbox.requests().filter((request) => request.wrote).length;
      const before = wrote();
      const ran = await zoneward(words);
      const said = ran.stderr + ran.stdout;
      assert.equal(ran.code, exit, said);
      for (const saying of [/→/, ...says]) assert.match(said, saying);
      const asJson = await zoneward(`${words} --json`);
      assert.equal(asJson.code, exit, asJson.stdout + asJson.stderr);
      assert.doesNotThrow(
        () => JSON.parse(asJson.stdout === '' ? asJson.stderr : asJson.stdout),
        asJson.stderr,
      );
      assert.equal(wrote(), before);
    });
});

/** What is probably not meant: words, what is said, the word that lifts it. */
const DOUBTFUL: readonly (readonly [what: string, words: string, says: RegExp, word: string])[] = [
  [
    'a request without the apex',
    `${origin} --csr www.csr`,
    /the certificate leaves out shop\.example itself/,
    'without-apex',
  ],
  [
    'hosts without the apex, for a new key',
    `${origin} --key-file guarded.key --host *.${ZONE}`,
    /\*\.shop\.example does not cover it/,
    'without-apex',
  ],
  [
    'a hostname of the zone itself',
    `tls hostnames add ${SAAS} www.${SAAS}`,
    /a name of saas\.example itself/,
    'hostname-of-zone',
  ],
];

describe('what is probably not meant is refused, and let through with its own word', () => {
  for (const [what, words, says, word] of DOUBTFUL)
    test(what, async () => {
      const wrote = () => sandbox.requests().filter((request) => request.wrote).length;
      const before = wrote();
      const files = readdirSync(folder);
      const held = await zoneward(`${words} --yes`);
      assert.equal(held.code, 5, held.stderr + held.stdout);
      assert.match(held.stderr + held.stdout, says);
      assert.match(held.stderr, new RegExp(`--allow ${word}`));
      assert.equal(wrote(), before);
      // A refusal leaves no key behind that would be in the way of the next try.
      assert.deepEqual(readdirSync(folder), files);
      assert.equal((await json(`${words} --yes --allow ${word}`)).applied.status, 'applied');
    });
});

/** A token without the group: what is asked, and the group that is named. */
const RIGHTS: readonly (readonly [words: string, has: readonly string[], group: RegExp])[] = [
  [`tls certificates list ${ZONE}`, ['Zone Read'], /SSL and Certificates Read on the zone/],
  [`tls certificates order ${ZONE} --yes`, ['Zone Read'], /SSL and Certificates (Read|Write) on the zone/],
  [
    `tls certificates order ${ZONE} --yes --host late.${ZONE} --host ${ZONE}`,
    ['Zone Read', 'SSL and Certificates Read'],
    /SSL and Certificates Write on the zone/,
  ],
  [
    `${origin} --csr apex.csr --yes`,
    ['Zone Read', 'SSL and Certificates Read'],
    /SSL and Certificates Write on the zone/,
  ],
  [`tls origin-pulls list ${ZONE}`, ['Zone Read'], /SSL and Certificates Read on the zone/],
  [
    `tls origin-pulls upload ${ZONE} --certificate elsewhere.pem --key elsewhere.key --yes`,
    ['Zone Read', 'SSL and Certificates Read'],
    /SSL and Certificates Write on the zone/,
  ],
  [`tls hostnames list ${SAAS}`, ['Zone Read'], /SSL and Certificates Read on the zone/],
  [
    `tls hostnames add ${SAAS} new.customer.example --yes`,
    ['Zone Read', 'SSL and Certificates Read'],
    /SSL and Certificates Write on the zone/,
  ],
  [`tls dnssec ${ZONE} status`, ['Zone Read'], /DNS Read on the zone/],
  [`tls dnssec ${ZONE} enable --yes`, ['Zone Read', 'DNS Read'], /DNS Write on the zone/],
  [`tls set ${ZONE} mode=full --yes`, ['Zone Read', 'Zone Settings Read'], /Zone Settings Write on the zone/],
  [`zones settings ${ZONE} ns_ttl=3600 --yes`, ['Zone Read'], /Zone DNS Settings Read on the zone/],
];

describe('a right that is missing is named', () => {
  for (const [words, has, group] of RIGHTS)
    test(`${words} with ${has.join(', ')}`, async () => {
      const { value } = sandbox.createToken({ name: words.slice(0, 60), permissions: [...has] });
      const home = path.join(folder, `narrow-${value.slice(-8)}`);
      const ran = await runCli(words.split(' '), {
        cwd: folder,
        env: { ...env, ZONEWARD_HOME: home, CLOUDFLARE_API_TOKEN: value },
      });
      assert.ok(ran.code !== 0, ran.stdout);
      assert.match(ran.stderr + ran.stdout, group);
    });

  test('a calendar tells which zones it could not read, and why', async () => {
    const { value } = sandbox.createToken({ name: 'no certificates', permissions: ['Zone Read'] });
    const ran = await runCli(['tls', 'calendar', '--json'], {
      cwd: folder,
      env: { ...env, ZONEWARD_HOME: path.join(folder, 'narrow'), CLOUDFLARE_API_TOKEN: value },
    });
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /SSL and Certificates Read on the zone/);
  });
});
