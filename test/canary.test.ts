/**
 * The canary: secrets that are easy to recognise go into every credential field, by every way in; then everything
 * that the program printed, threw, told or wrote is searched for them, in the spellings that bytes take on.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import type { AccountId } from '../src/base/ids.ts';
import { Secret } from '../src/base/secret.ts';
import { openZoneward } from '../src/index.ts';
import { DEMO_SEED, type Sandbox, startSandbox } from '../src/sandbox/index.ts';
import { canary, filesUnder, sightings } from './kit/canary.ts';
import { type CliRun, runCli } from './kit/spawn-cli.ts';

const CANARIES = {
  token: canary('cfut', 'UserToken'),
  minter: canary('cfut', 'Minter'),
  accountToken: canary('cfat', 'AccountToken'),
  reference: canary('cfut', 'Reference'),
  fileReference: canary('cfut', 'FileReference'),
  relinked: canary('cfut', 'Relinked'),
  imported: canary('cfut', 'Imported'),
  rejected: canary('cfut', 'Rejected'),
  misplaced: canary('cfut', 'Misplaced'),
  malformed: `${canary('cfut', 'Malformed')} with a space`,
} as const;

describe('the canary', () => {
  let sandbox: Sandbox;
  let home: string;
  let secrets: string[];
  /** Everything that was printed, thrown, logged. */
  const said: { readonly where: string; readonly text: string }[] = [];
  const runs: CliRun[] = [];

  const env = (more: Record<string, string> = {}): Record<string, string> => ({
    CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
    ZONEWARD_HOME: home,
    ZONEWARD_DEBUG: '1',
    ...more,
  });
  const cli = async (
    args: readonly string[],
    more: { readonly stdin?: string; readonly env?: Record<string, string> } = {},
  ): Promise<CliRun> => {
    const stdin = more.stdin === undefined ? {} : { stdin: more.stdin };
    const run = await runCli(args, { env: env(more.env), ...stdin });
    runs.push(run);
    const where = args.filter((word) => !Object.values<string>(CANARIES).includes(word)).join(' ');
    said.push({ where: `stdout of ${where}`, text: run.stdout });
    said.push({ where: `stderr of ${where}`, text: run.stderr });
    return run;
  };
  const add = (label: string, stdin: string, ...args: readonly string[]): Promise<CliRun> =>
    cli(['connections', 'add', '--token-stdin', '--label', label, '--json', ...args], { stdin });

  before(async () => {
    const zone = ['Zone Read', 'Zone Write', 'DNS Read', 'DNS Write'];
    const minting = [...zone, 'API Tokens Write', 'Account API Tokens Write'];
    sandbox = await startSandbox({
      dnsPort: false,
      warn: () => {},
      rateLimit: false,
      seed: {
        ...DEMO_SEED,
        tokens: [
          { name: 'token', value: CANARIES.token, permissions: zone },
          { name: 'minter', value: CANARIES.minter, permissions: minting },
          { name: 'reference', value: CANARIES.reference, permissions: zone },
          { name: 'file', value: CANARIES.fileReference, permissions: zone },
          { name: 'relinked', value: CANARIES.relinked, permissions: zone },
          { name: 'imported', value: CANARIES.imported, permissions: zone },
        ],
      },
    });
    sandbox.createToken({
      name: 'account',
      value: CANARIES.accountToken,
      account: sandbox.accountId,
      permissions: [...zone, 'Account API Tokens Write'],
    });
    home = mkdtempSync(path.join(os.tmpdir(), 'zoneward-canary-'));
    secrets = [...Object.values(CANARIES), sandbox.globalKey.key];
  });
  after(async () => {
    await sandbox.close();
    rmSync(home, { recursive: true });
  });

  it('goes in by every field and every way, and through everything that is done with it', async () => {
    const outside = mkdtempSync(path.join(os.tmpdir(), 'zoneward-canary-in-'));
    try {
      const file = path.join(outside, 'token');
      writeFileSync(file, CANARIES.fileReference);
      const csv = path.join(outside, 'import.csv');
      writeFileSync(csv, `label,token\nImported,${CANARIES.imported}\nBad,${CANARIES.malformed}\n`);

      assert.equal((await add('Token', CANARIES.token)).code, 0);
      const account = ['--account-id', sandbox.accountId];
      assert.equal((await add('Account', CANARIES.accountToken, ...account)).code, 0);
      const { email, key } = sandbox.globalKey;
      assert.equal((await add('Key', key, '--email', email)).code, 0);
      const named = ['connections', 'add', '--label'];
      const reference = { env: { CANARY_TOKEN: CANARIES.reference } };
      const fromEnvironment = await cli([...named, 'Ref', '--secret-from', 'env:CANARY_TOKEN'], reference);
      assert.equal(fromEnvironment.code, 0);
      assert.equal((await cli([...named, 'File', '--secret-from', `file:${file}`])).code, 0);
      assert.equal((await cli(['connections', 'import', csv])).code, 7);
      const minter = await cli(['connections', 'minter', 'Token', '--token-stdin'], {
        stdin: CANARIES.minter,
      });
      assert.equal(minter.code, 0);
      const relink = ['connections', 'relink', 'Imported', '--token-stdin'];
      assert.equal((await cli(relink, { stdin: CANARIES.relinked })).code, 0);
      assert.equal((await cli(['connections', 'rotate', 'Token', '--wait', '--drain', '1s'])).code, 0);
      assert.equal((await cli(['connections', 'rotate', 'Account', '--json'])).code, 0);

      // Failures, whose messages are made of what was given.
      assert.notEqual((await add('Rejected', CANARIES.rejected)).code, 0);
      assert.notEqual((await add('Malformed', CANARIES.malformed)).code, 0);
      assert.notEqual((await add(CANARIES.misplaced, CANARIES.token)).code, 0);
      assert.notEqual((await cli([...named, 'X', '--secret-from', CANARIES.misplaced])).code, 0);
      const tagged = ['connections', 'edit', 'Key', '--tag', CANARIES.misplaced];
      assert.notEqual((await cli(tagged)).code, 0);
      const keyed = ['connections', 'add', '--key', CANARIES.rejected, '--label', 'Y'];
      assert.notEqual((await cli(keyed)).code, 0);
      sandbox.setFault({ kind: 'error', status: 500, route: 'GET /zones', times: 9, body: 'json', code: 1 });
      await cli(['connections', 'test', 'Key', '--json']);
      sandbox.clearFaults();
    } finally {
      rmSync(outside, { recursive: true });
    }
    assert.ok(runs.length >= 17);
  });

  it('is in nothing that is shown, exported or saved', async () => {
    const reference = { env: { CANARY_TOKEN: CANARIES.reference } };
    const zone = ['--connection', 'Token', '--zone', 'shop.example'];
    const plan = path.join(home, 'change.plan.json');
    const desired = path.join(home, 'shop.yaml');
    writeFileSync(
      desired,
      'zone: shop.example\nrecords:\n  - { name: canary, type: A, content: 192.0.2.9 }\n',
    );
    for (const args of [
      ['connections', 'list', '--json'],
      ['connections', 'show', 'Token', '--json'],
      ['connections', 'show', 'Account'],
      ['connections', 'test', 'Ref', '--json'],
      ['connections', 'link', 'Token', '--json'],
      ['zones', 'sync', '--connection', 'Token'],
      ['zones', 'export', 'shop.example'],
      ['plan', ...zone, '-f', desired, '--only', 'canary', '--save', plan],
      ['apply', plan, '--connection', 'Token', '--yes', '--json'],
      ['records', 'list', 'shop.example', '--json'],
      ['changes', 'list', '--json'],
      ['usage', '--calls', '--limit', '1000', '--json'],
      ['usage', '--errors', '--json'],
      ['audit', 'list', '--json'],
      ['audit', 'export'],
      ['keys', 'add'],
      ['keys', 'status', '--json'],
      ['connections', 'remove', 'File', '--yes'],
      ['worker', '--once', '--json'],
    ]) {
      const { code, stderr } = await cli(args, reference);
      assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    }
  });

  it('is in no error, event or log of the library', async () => {
    const lines: unknown[] = [];
    const log = (...what: unknown[]): void => {
      lines.push(what);
    };
    const logger = { debug: log, info: log, warn: log, error: log };
    await using zoneward = await openZoneward({ home, logger, environment: env() });
    const tenant = zoneward.tenant('local');
    const credential = { kind: 'user-token', token: new Secret(CANARIES.rejected) } as const;
    const failure = await tenant.connections
      .add({ credential, accountId: sandbox.accountId as AccountId })
      .catch((error: unknown) => error);
    assert.ok(failure instanceof Error);
    said.push({ where: 'a thrown error', text: inspect(failure, { depth: 20, showHidden: true }) });
    said.push({ where: 'a thrown error as JSON', text: JSON.stringify(failure) });
    said.push({ where: 'a credential', text: inspect(credential, { depth: 9, showHidden: true }) });
    said.push({ where: 'a credential as JSON', text: JSON.stringify(credential) });
    await zoneward.sweep({ onEvent: (event) => lines.push(event) });
    said.push({ where: 'the log and the events of a sweep', text: inspect(lines, { depth: 20 }) });
    said.push({ where: 'the open engine', text: inspect(zoneward, { depth: 12, showHidden: true }) });
    // While it is open, the store has its log beside it.
    const open = filesUnder(home);
    assert.ok(open.some(({ where }) => where.endsWith('-wal')));
    said.push(...open);
    for await (const events of tenant.audit.read()) {
      said.push({ where: 'audit events', text: JSON.stringify(events) });
    }
  });

  it('is found nowhere', () => {
    // Tokens that rotations made are secrets too.
    const made = sandbox.state().tokens.filter(({ name }) => name.startsWith('zoneward/'));
    assert.ok(made.length >= 2);
    const wanted = [...secrets, ...made.map(({ secret }) => secret)];
    const places = [...said, ...filesUnder(home)];
    assert.ok(places.some(({ where }) => where.endsWith('zoneward.db')));
    assert.ok(places.length > 70);
    assert.deepEqual(sightings(wanted, places), []);
    // The search itself: it finds what is there.
    const [first] = wanted;
    assert.ok(first !== undefined);
    for (const encoding of ['utf8', 'hex', 'base64'] as const) {
      const text = Buffer.from(`.${first}.`).toString(encoding);
      assert.equal(sightings([first], [{ where: encoding, text }]).length, 1, encoding);
    }
  });
});
