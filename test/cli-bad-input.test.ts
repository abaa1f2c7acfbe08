/**
 * What people get wrong, as a table: every message names the place and the next step, ends with the right exit code,
 * and Cloudflare (the sandbox's own log is the judge) saw no write.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCli } from '../src/cli/fake-io.ts';
import { DEMO_SEED, type Sandbox, startSandbox } from '../src/sandbox/index.ts';

const document = (records: string): string =>
  `zone: shop.example\nmanage:\n  only: [a, b]\nrecords:\n${records}`;

const FILES: Readonly<Record<string, string | Uint8Array>> = {
  'broken-seed.json': '{"zones": [\n  {"name": "a.example",}\n]}',
  'good.yaml': document('  - {name: a, type: A, content: 192.0.2.1}\n'),
  'indent.yaml': 'zone: shop.example\nrecords:\n  - name: a\n    type: A\n   content: 192.0.2.1\n',
  'option.yaml': document(
    '  - name: a\n    type: A\n    content: 192.0.2.1\n    settings:\n    ipv4_only: true\n',
  ),
  'octodns.yaml': 'a:\n  type: A\n  value: 192.0.2.1\n  octodns:\n    cloudflare:\n    proxied: true\n',
  'duplicate.yaml': document(
    '  - {name: a, type: A, content: 192.0.2.1}\n  - {name: a, type: A, content: 192.0.2.1}\n',
  ),
  'duplicate-key.yaml': document('  - {name: a, type: A, content: 192.0.2.1, type: AAAA}\n'),
  'cname.yaml': document(
    '  - {name: a, type: CNAME, content: b.shop.example}\n  - {name: a, type: A, content: 192.0.2.1}\n',
  ),
  'ttl.yaml': document('  - {name: a, type: A, content: 192.0.2.1, ttl: 5}\n'),
  'outside.zone': '$ORIGIN shop.example.\na IN A 192.0.2.1\nb.other.example. IN A 192.0.2.2\n',
  'outside.yaml': document('  - {name: a.other.example., type: A, content: 192.0.2.1}\n'),
  'long.yaml': document(`  - {name: a, type: TXT, content: "${'x'.repeat(5_000)}"}\n`),
  'other.zone': '$ORIGIN other.example.\n@ IN SOA ns1 host 1 2 3 4 5\nwww IN A 192.0.2.1\n',
  'other.yaml': 'zone: other.example\nrecords:\n  - {name: a, type: A, content: 192.0.2.1}\n',
  'syntax.zone': '$ORIGIN shop.example.\na IN A 192.0.2.1\nb IN MX mail\n',
  'latin1.yaml': Uint8Array.of(0x7a, 0x6f, 0x6e, 0x65, 0x3a, 0xe9, 0xff),
  'unclear.txt': 'hello\n',
  'plan.json': '{"format":"zoneward-plan","version":1,"plans":[{}]}',
  'empty.yaml': '',
  'comments.zone': '; nothing here\n',
  'no-records.yaml': 'zone: shop.example\nrecords: []\n',
};

interface Case {
  readonly what: string;
  readonly argv: readonly string[];
  readonly exit: number;
  /** Each must be found in what was said. */
  readonly says: readonly RegExp[];
  readonly env?: Readonly<Record<string, string>>;
}

const apply = (file: string): readonly string[] => ['apply', 'shop.example', '-f', file, '--yes'];

/** Flags that only the command above the subcommand has: said to be none of its own, before anything is read. */
const STRAY: readonly Case[] = [
  'provision bulk list.csv --register',
  'provision --register --confirm-price 10.46 bulk list.csv',
  'provision bulk list.csv --confirm-price 10.46',
  'provision status shop.example --tls modern',
  'provision --dnssec status',
  'provision deprovision shop.example --file good.yaml --yes',
].map((words) => ({
  what: words,
  argv: words.split(' '),
  exit: 2,
  says: [/--[a-z-]+ is a flag of provision, not of provision (bulk|status|deprovision)/, /→ .*--help/],
}));

const CASES: readonly Case[] = [
  ...STRAY,
  {
    what: 'a provisioning without its domain',
    argv: ['provision', '--tls', 'modern'],
    exit: 2,
    says: [/Which domain/, /→ zoneward provision example\.com/],
  },
  {
    what: 'a resolver that is no address, for a provisioning',
    argv: ['provision', 'lemonade-stand.com', '--resolver', 'dns.google'],
    exit: 2,
    says: [/not the address of a DNS server: dns\.google/, /→ .*IP:PORT/],
  },
  {
    what: 'no token',
    argv: ['zones', 'list'],
    exit: 4,
    says: [/no connection yet/, /→ or set CLOUDFLARE_API_TOKEN/],
    env: { CLOUDFLARE_API_TOKEN: '' },
  },
  {
    what: 'a token cut off',
    argv: ['zones', 'list'],
    exit: 4,
    says: [/CLOUDFLARE_API_TOKEN is cut off/, /→ copy the token again/],
    env: { CLOUDFLARE_API_TOKEN: 'cfut_abc' },
  },
  {
    what: 'a token with spaces',
    argv: ['connections', 'add'],
    exit: 4,
    says: [/holds white space/, /expected cfut_/, /→/],
    env: { CLOUDFLARE_API_TOKEN: 'not a token' },
  },
  {
    what: 'a token that nobody knows',
    argv: ['connections', 'add'],
    exit: 4,
    says: [/rejected the credential/, /nothing was stored/, /ray [0-9a-f]+/, /→ Check at Cloudflare/],
    env: { CLOUDFLARE_API_TOKEN: 'x'.repeat(40) },
  },
  {
    what: 'a malformed account id',
    argv: ['connections', 'add'],
    exit: 2,
    says: [
      /CLOUDFLARE_ACCOUNT_ID has 4 characters/,
      /expected 32 hex digits/,
      /→ copy it from the dashboard/,
    ],
    env: { CLOUDFLARE_ACCOUNT_ID: 'shop' },
  },
  {
    what: "another's account id",
    argv: ['connections', 'add'],
    exit: 4,
    says: [/not for account f{32}/, /→ use --account-id/],
    env: { CLOUDFLARE_ACCOUNT_ID: 'f'.repeat(32) },
  },
  {
    what: 'an e-mail address without its key',
    argv: ['connections', 'add', '--email', 'someone@shop.example'],
    exit: 2,
    says: [/no Global API key to go with it/, /→ Set CLOUDFLARE_EMAIL and CLOUDFLARE_API_KEY/],
    env: { CLOUDFLARE_API_TOKEN: '' },
  },
  {
    what: 'a state that no connection can be in',
    argv: ['connections', 'list', '--state', 'broken'],
    exit: 2,
    says: [/Allowed choices are untested, active/],
  },
  {
    what: 'a filter that nothing fits',
    argv: ['connections', 'list', '--tag', 'none'],
    exit: 0,
    says: [/No connection fits/],
  },
  {
    what: "another's account id, without a connection",
    argv: ['zones', 'list', '--store', 'sqlite::memory:'],
    exit: 4,
    says: [/not for account f{32}/, /→ use --account-id/],
    env: { CLOUDFLARE_ACCOUNT_ID: 'f'.repeat(32) },
  },
  {
    what: 'the singular of a command, and a word too many',
    argv: ['record', 'edit', 'shop.example', 'www'],
    exit: 2,
    says: [/Too many arguments for 'edit'/, /→ zoneward record edit --help/],
  },
  {
    what: 'a configuration file that is not there: its path is no command',
    argv: ['--config', '/nowhere/zoneward.yaml', 'zones', 'list'],
    exit: 2,
    says: [/nowhere.zoneward\.yaml/, /→ /],
  },
  {
    what: 'an unknown zone',
    argv: ['plan', 'nope.example', '-f', 'good.yaml'],
    exit: 1,
    says: [/no zone nope\.example/, /→ Known zones: .*shop\.example/],
  },
  {
    what: 'a name that is no zone',
    argv: ['plan', 'no..pe', '-f', 'good.yaml'],
    exit: 2,
    says: [/empty label/, /→ Take out the extra dot/],
  },
  {
    what: 'an unknown connection',
    argv: ['zones', 'sync', '--connection', 'nope'],
    exit: 1,
    says: [/no connection "nope"/, /→/],
  },
  {
    what: 'a file that is not there',
    argv: apply('missing.yaml'),
    exit: 2,
    says: [/missing\.yaml cannot be read: it does not exist/, /→ Check the path/],
  },
  { what: 'a folder', argv: apply('folder'), exit: 2, says: [/it is a folder/, /→/] },
  {
    what: 'a file that is not UTF-8',
    argv: apply('latin1.yaml'),
    exit: 2,
    says: [/not UTF-8/, /→ Save it as UTF-8/],
  },
  { what: 'wrong indentation', argv: apply('indent.yaml'), exit: 2, says: [/indent\.yaml:5:\d+/, /→/] },
  {
    what: 'an option in the wrong place',
    argv: apply('option.yaml'),
    exit: 2,
    says: [
      /option\.yaml:8:5 .*settings has no value/,
      /option\.yaml:9:5 .*ipv4_only/,
      /→ .*indented further/,
    ],
  },
  {
    what: 'an octoDNS option in the wrong place',
    argv: apply('octodns.yaml'),
    exit: 2,
    says: [
      /octodns\.yaml:5:5 .*cloudflare has no value/,
      /octodns\.yaml:6:5 .*wrong place/,
      /→ .*further than cloudflare/,
    ],
  },
  {
    what: 'a record twice',
    argv: apply('duplicate.yaml'),
    exit: 2,
    says: [/duplicate\.yaml:6:5 .*twice, first at duplicate\.yaml:5:5/, /→ Keep one/],
  },
  {
    what: 'a key twice',
    argv: apply('duplicate-key.yaml'),
    exit: 2,
    says: [/duplicate-key\.yaml:5:44 .*"type" is there twice/, /→/],
  },
  {
    what: 'a CNAME beside an address',
    argv: apply('cname.yaml'),
    exit: 2,
    says: [/cname\.yaml:6:5 .*cannot stand beside .*CNAME/, /→ A name has either one CNAME/],
  },
  {
    what: 'a TTL out of range',
    argv: apply('ttl.yaml'),
    exit: 2,
    says: [/ttl\.yaml:5:5 .*TTL 5 is out of range/, /→ Write a TTL from 60/],
  },
  {
    what: 'a name outside the zone, master file',
    argv: apply('outside.zone'),
    exit: 2,
    says: [/outside\.zone:3:1 .*not in the zone shop\.example/, /→/],
  },
  {
    what: 'a name outside the zone, YAML',
    argv: apply('outside.yaml'),
    exit: 2,
    says: [/outside\.yaml:5:\d+ .*not in the zone shop\.example/, /→/],
  },
  {
    what: 'a TXT that is too long',
    argv: apply('long.yaml'),
    exit: 2,
    says: [/long\.yaml:5:5 .*Cloudflare allows 4096/, /→ Shorten it/],
  },
  {
    what: 'a master file of another zone',
    argv: apply('other.zone'),
    exit: 2,
    says: [/other\.zone:\d+:\d+ .*for the zone other\.example/, /→/],
  },
  {
    what: 'a document of another zone',
    argv: apply('other.yaml'),
    exit: 2,
    says: [/other\.yaml:1:7 .*for the zone other\.example/, /→/],
  },
  {
    what: 'a slip in a master file',
    argv: apply('syntax.zone'),
    exit: 2,
    says: [/syntax\.zone:3:9 .*MX/, /→/],
  },
  {
    what: 'a form that nobody can tell',
    argv: apply('unclear.txt'),
    exit: 2,
    says: [/unclear\.txt .*not clear/, /→ Say which/],
  },
  {
    what: 'a plan file that is none',
    argv: ['apply', 'plan.json', '--yes'],
    exit: 2,
    says: [/plan\.json cannot be applied/, /→ Make the plan again/],
  },
  {
    what: 'a guard rail',
    argv: ['records', 'rm', 'shop.example', '@', 'MX', '--yes'],
    exit: 5,
    says: [/last MX record of shop\.example/, /→ .*--allow critical/],
  },
  {
    what: 'no yes, and nobody to ask',
    argv: ['apply', 'shop.example', '-f', 'good.yaml'],
    exit: 2,
    says: [/no terminal to ask at/, /→ Add --yes/],
  },
  {
    what: 'a bad record',
    argv: ['records', 'add', 'shop.example', 'a', 'A', '192.0.2.x', '--yes'],
    exit: 2,
    says: [/not an IPv4 address/, /→ Write an IPv4 address/],
  },
  {
    what: 'an edit of everything',
    argv: ['records', 'edit', 'shop.example', '--set-ttl', '5m', '--yes'],
    exit: 2,
    says: [/Which records are meant/, /→ Give --name/],
  },
  {
    what: 'a record that is not there',
    argv: ['records', 'rm', 'shop.example', 'nope', '--yes'],
    exit: 1,
    says: [/No record is meant/, /→/],
  },
  {
    what: 'an unknown change set',
    argv: ['undo', 'chg_00000000000000000000000000', '--yes'],
    exit: 1,
    says: [/no change set/, /→ zoneward changes list/],
  },
  {
    what: 'an undo to nowhere',
    argv: ['undo', 'shop.example'],
    exit: 2,
    says: [/Back to which state/, /→ zoneward zones history/],
  },
  {
    what: 'an undo to no time',
    argv: ['undo', 'shop.example', '--to', 'yesterday'],
    exit: 2,
    says: [/neither a revision nor a time/, /→/],
  },
  { what: 'an unknown command', argv: ['plans'], exit: 2, says: [/no command "plans"/, /→ zoneward plan/] },
  {
    what: 'an unknown subcommand',
    argv: ['zones', 'lst'],
    exit: 2,
    says: [/Unknown command 'lst'/, /→ .*list/],
  },
  {
    what: 'an unknown flag',
    argv: ['plan', 'shop.example', '-f', 'good.yaml', '--markdwn'],
    exit: 2,
    says: [/Unknown option '--markdwn'/, /→ .*--markdown/],
  },
  {
    what: 'a subcommand left out',
    argv: ['zones'],
    exit: 2,
    says: [/needs a subcommand/, /→ zoneward zones --help/],
  },
  { what: 'no zone', argv: ['zones', 'show'], exit: 2, says: [/Which zone\?/, /→/] },
  {
    what: 'a base URL that is none',
    argv: ['zones', 'list'],
    exit: 2,
    says: [/not a plain http or https URL/, /→/],
    env: { CLOUDFLARE_API_BASE_URL: 'ftp://x' },
  },
  {
    what: 'an occupied port',
    argv: ['sandbox', '--port', 'PORT'],
    exit: 2,
    says: [/EADDRINUSE/, /→ Another program/],
  },
  {
    what: 'a seed that is not there',
    argv: ['sandbox', '--seed', 'nope.json'],
    exit: 2,
    says: [/Cannot read seed/, /→/],
  },
  {
    what: 'a seed that is not JSON',
    argv: ['sandbox', '--seed', 'broken-seed.json'],
    exit: 2,
    says: [/broken-seed\.json is not JSON: .*line 2/],
  },
  {
    what: 'a fault for an unknown route',
    argv: ['sandbox', '--fault', '{"route":"GET /nothing","kind":"truncate"}'],
    exit: 2,
    says: [/unknown route: GET \/nothing/],
  },
  {
    what: 'a fault that is not JSON',
    argv: ['sandbox', '--fault', '{'],
    exit: 2,
    says: [/Write a fault as JSON/],
  },
];

describe('bad input', () => {
  let sandbox: Sandbox;
  let folder: string;
  let env: Readonly<Record<string, string>>;

  before(async () => {
    sandbox = await startSandbox({ seed: DEMO_SEED, rateLimit: false, warn: () => {} });
    folder = mkdtempSync(path.join(os.tmpdir(), 'zoneward-cli-'));
    mkdirSync(path.join(folder, 'folder'));
    for (const [name, content] of Object.entries(FILES)) writeFileSync(path.join(folder, name), content);
    env = {
      ZONEWARD_HOME: path.join(folder, 'home'),
      CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
      CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
      CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
    };
  });

  after(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  for (const { what, argv, exit, says, env: more } of CASES) {
    it(what, async () => {
      const words = argv.map((word) => (word === 'PORT' ? String(sandbox.port) : word));
      const ran = await runCli(words, { env: { ...env, ...more }, cwd: folder });
      for (const pattern of says) assert.match(ran.stderr + ran.stdout, pattern);
      assert.equal(ran.code, exit);
      assert.doesNotMatch(ran.stderr, /\n\s+at /, 'no stack');
      assert.equal(sandbox.counts().writes, 0, 'nothing was written');
    });
  }

  for (const file of ['empty.yaml', 'comments.zone', 'no-records.yaml']) {
    it(`an empty file deletes nothing: ${file}`, async () => {
      const ran = await runCli(apply(file), { env, cwd: folder });
      assert.equal(ran.code, 0);
      assert.match(ran.stdout, /No changes/);
      assert.match(ran.stdout, /nothing will be changed or deleted/);
      assert.equal(sandbox.counts().writes, 0);
    });
  }

  it('tells the same as one JSON value', async () => {
    const ran = await runCli([...apply('ttl.yaml'), '--json'], { env, cwd: folder });
    assert.equal(ran.code, 2);
    const { error } = JSON.parse(ran.stdout) as { error: { code: string; problems: readonly unknown[] } };
    assert.equal(error.code, 'ttl-out-of-range');
    assert.partialDeepStrictEqual(error.problems[0], { position: { file: 'ttl.yaml', line: 5 } });
  });
});
