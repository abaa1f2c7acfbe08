/** The commands as a contract: the shapes of `--json`, the exit codes, and that what they say is true at Cloudflare. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type FakeIoOptions, type Ran, runCli } from '../src/cli/fake-io.ts';
import { DEMO_SEED, type Sandbox, startSandbox } from '../src/sandbox/index.ts';

const ZONE = 'shop.example';
const FILE = `zone: ${ZONE}
manage:
  only: [new, checkout]
records:
  - {name: new, type: A, content: 192.0.2.77, ttl: 5m}
  - {name: checkout, type: A, content: 192.0.2.12, proxied: true}
`;

// biome-ignore lint/suspicious/noExplicitAny: shapes of output, looked at member by member.
type Json = any;

describe('commands', () => {
  let sandbox: Sandbox;
  let folder: string;
  let env: Readonly<Record<string, string>>;
  const said: string[] = [];

  const zoneward = async (words: string | readonly string[], options: FakeIoOptions = {}): Promise<Ran> => {
    const argv = typeof words === 'string' ? words.split(' ') : words;
    const ran = await runCli(argv, { cwd: folder, ...options, env: { ...env, ...options.env } });
    said.push(ran.stdout, ran.stderr);
    return ran;
  };
  const json = async (words: string, exit = 0): Promise<Json> => {
    const ran = await zoneward(`${words} --json`);
    assert.equal(ran.code, exit, ran.stderr);
    return JSON.parse(ran.stdout);
  };
  const recordNames = (): string[] => sandbox.records(ZONE).map(({ name, content }) => `${name} ${content}`);

  before(async () => {
    sandbox = await startSandbox({ seed: DEMO_SEED, rateLimit: false, warn: () => {} });
    folder = mkdtempSync(path.join(os.tmpdir(), 'zoneward-cli-'));
    writeFileSync(path.join(folder, 'shop.yaml'), FILE);
    env = { ZONEWARD_HOME: path.join(folder, 'home'), CLOUDFLARE_API_BASE_URL: sandbox.baseUrl };
  });

  after(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  it('init says where things are', async () => {
    const ready = await json('init');
    assert.equal(ready.home, path.join(folder, 'home'));
    assert.equal(ready.keyCreated, true);
    assert.equal((await json('init')).keyCreated, false);
  });

  it('connections add tests and saves, with the secret from the environment', async () => {
    const credential = {
      CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
      CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
    };
    const ran = await zoneward('connections add --profile full --tag shop --metadata team=7 --json', {
      env: credential,
    });
    assert.equal(ran.code, 0, ran.stderr);
    const { connection, report } = JSON.parse(ran.stdout) as Json;
    assert.partialDeepStrictEqual(connection, {
      label: 'Cloudflare Domains Integration',
      state: 'active',
      secret: 'vault',
      tags: ['shop'],
      metadata: { team: 7 },
    });
    assert.equal(report.passed, true);
    assert.ok(report.steps.every((step: Json) => typeof step.ray === 'string' || step.calls === 0));
  });

  it('refuses the same label and the same credential with exit 5', async () => {
    const again = { env: { CLOUDFLARE_API_TOKEN: sandbox.tokens.full } };
    const same = await zoneward('connections add', again);
    assert.equal(same.code, 5);
    assert.match(same.stderr, /saved already/);
    const labelled = ['connections', 'add', '--label', 'Cloudflare Domains Integration'];
    const both = await zoneward(labelled, again);
    assert.equal(both.code, 5);
    assert.match(both.stderr, /saved already/);
    const taken = await zoneward(labelled, { env: { CLOUDFLARE_API_TOKEN: sandbox.tokens.readOnly } });
    assert.equal(taken.code, 5);
    assert.match(taken.stderr, /label .* is taken/);
  });

  it('connections: list, show, edit, pause, resume, test, link', async () => {
    const { connections } = await json('connections list');
    assert.equal(connections.length, 1);
    const [{ id }] = connections;
    assert.deepEqual((await json(`connections edit ${id} --tag a --tag b`)).tags, ['a', 'b']);
    assert.equal((await json(`connections pause ${id}`)).state, 'paused');
    assert.equal((await json(`connections resume ${id}`)).state, 'active');
    assert.equal((await json('connections show')).profile, 'full');
    assert.equal((await json('connections test')).report.passed, true);
    assert.match(
      (await json('connections link --profile full')).link.userUrl,
      /^https:\/\/dash\.cloudflare\.com/,
    );
    assert.deepEqual((await json('connections list --state paused')).connections, []);
  });

  it('connections import reports line by line', async () => {
    writeFileSync(
      path.join(folder, 'connections.csv'),
      `label,token,account-id\nFirst,${sandbox.tokens.account},${sandbox.accountId}\nSecond,nonsense,\n`,
    );
    const ran = await zoneward('connections import -f connections.csv --json');
    assert.equal(ran.code, 7);
    const { lines } = JSON.parse(ran.stdout) as Json;
    assert.deepEqual(
      lines.map((line: Json) => [line.line, line.outcome]),
      [
        [2, 'added'],
        [3, 'failed'],
      ],
    );
    const removed = await zoneward('connections remove First --yes');
    assert.equal(removed.code, 0);
    assert.match(removed.stdout, /delete the token: https/);
  });

  it('zones: sync, list, show, history', async () => {
    const synced = await json('zones sync');
    assert.equal(synced.done, 5);
    assert.equal(synced.calls, 6);
    const { zones } = await json('zones list');
    assert.equal(zones.length, 5);
    assert.ok(zones.every((zone: Json) => zone.freshness.verifiedAt !== null));
    assert.equal((await json('zones show parked-name.test')).advice.state, 'act');
    assert.equal((await json(`zones history ${ZONE}`)).revisions.length, 1);
    assert.equal((await json(`zones sync ${ZONE}`)).recordCount, sandbox.records(ZONE).length);
  });

  it('plan writes nothing, and tells by its exit code', async () => {
    const writes = sandbox.counts().writes;
    const { plans } = await json(`plan ${ZONE} -f shop.yaml`);
    assert.deepEqual(plans[0].counts, { create: 1, update: 1, delete: 0 });
    assert.equal((await zoneward(`plan ${ZONE} -f shop.yaml --detailed-exitcode`)).code, 3);
    const markdown = await zoneward(`plan ${ZONE} -f shop.yaml --markdown`);
    assert.match(markdown.stdout, /^#+ /m);
    const piped = await zoneward(`plan ${ZONE} -f - --format document`, { stdin: FILE });
    assert.match(piped.stdout, /\+ new +A +192\.0\.2\.77/);
    assert.equal(sandbox.counts().writes, writes);
  });

  let changeSet = '';
  it('apply of a saved plan, and once more nothing to do', async () => {
    assert.equal((await zoneward(`plan ${ZONE} -f shop.yaml --save plan.json`)).code, 0);
    const { applied } = await json('apply plan.json --yes');
    assert.equal(applied.status, 'applied');
    changeSet = applied.changeSet.id;
    assert.ok(recordNames().includes('new.shop.example 192.0.2.77'));
    assert.equal((await json(`apply ${ZONE} -f shop.yaml --yes --verify`)).applied, null);
    assert.equal((await zoneward(`plan ${ZONE} -f shop.yaml --detailed-exitcode`)).code, 0);
  });

  it('a saved plan whose records moved is refused with exit 5', async () => {
    writeFileSync(path.join(folder, 'more.yaml'), FILE.replace('192.0.2.77', '192.0.2.78'));
    await zoneward(`plan ${ZONE} -f more.yaml --save moved.json`);
    const moved = sandbox.records(ZONE).find(({ name }) => name === 'new.shop.example');
    sandbox.foreignEdit(ZONE, { patches: [{ id: moved?.id, content: '192.0.2.99' }] });
    const ran = await zoneward('apply moved.json --yes');
    assert.equal(ran.code, 5);
    assert.match(ran.stdout + ran.stderr, /moved since the plan/);
    sandbox.foreignEdit(ZONE, { patches: [{ id: moved?.id, content: '192.0.2.77' }] });
    await zoneward(`zones sync ${ZONE}`);
  });

  it('changes: list, show', async () => {
    const { changeSets } = await json('changes list --status applied');
    assert.equal(changeSets[0].id, changeSet);
    const shown = await json(`changes show ${changeSet}`);
    assert.ok(shown.plans[0].outcomes.every((outcome: Json) => outcome.state === 'applied'));
    assert.deepEqual((await json('changes list --zone parked-name.test')).changeSets, []);
    const lines = (await zoneward(`changes show ${changeSet}`)).stdout;
    assert.match(lines, /^ {2}g\d+ +\+ new +A +192\.0\.2\.77/m, 'with the ids that undo --only takes');
  });

  it('undo brings back what was, and can be undone', async () => {
    const undone = await json(`undo ${changeSet} --yes`);
    assert.equal(undone.applied.status, 'applied');
    assert.ok(!recordNames().some((text) => text.startsWith('new.')));
    const redone = await json(`undo ${undone.applied.changeSet.id} --yes`);
    assert.match(redone.applied.changeSet.summary, /^Redo: (?!Undo)/);
    assert.ok(recordNames().includes('new.shop.example 192.0.2.77'));
    assert.equal((await zoneward(`undo ${ZONE} --to 1 --yes`)).code, 0);
    assert.ok(!recordNames().some((text) => text.startsWith('new.')));
  });

  it('records: add, edit over all zones, find, rm', async () => {
    await json(`records add ${ZONE} one A 192.0.2.200 --ttl 5m --yes`);
    await json('records add field-notes.example two A 192.0.2.200 --yes');
    assert.equal((await json('records find --content 192.0.2.200')).records.length, 2);
    const edited = await json('records edit --content 192.0.2.200 --set-content 192.0.2.201 --yes');
    assert.equal(edited.plans.length, 2);
    assert.ok(recordNames().includes('one.shop.example 192.0.2.201'));
    const { records } = await json(`records list ${ZONE} --type A --name one`);
    assert.deepEqual([records[0].name, records[0].ttl], ['one.shop.example', 300]);
    await json(`undo ${edited.applied.changeSet.id} --yes`);
    assert.ok(recordNames().includes('one.shop.example 192.0.2.200'));
    await json('records rm --content 192.0.2.200 --yes');
    assert.deepEqual((await json('records find --content 192.0.2.200')).records, []);
  });

  it('zones at, diff, export', async () => {
    const { revision, records } = await json(`zones at ${ZONE} 1`);
    assert.equal(revision, 1);
    assert.ok(records.every((record: Json) => typeof record.content === 'string'));
    assert.equal((await json(`zones diff ${ZONE} 1 2`, 3)).differences.length, 2);
    assert.deepEqual((await json(`zones diff ${ZONE} 1 1`)).differences, []);
    for (const format of ['bind', 'yaml', 'json', 'octodns']) {
      const file = `export.${format === 'bind' ? 'zone' : format === 'json' ? 'json' : 'yaml'}`;
      assert.equal((await zoneward(`zones export ${ZONE} --format ${format} -o ${file}`)).code, 0);
      assert.equal((await zoneward(`plan ${ZONE} -f ${file} --detailed-exitcode`)).code, 0, format);
      // JSON has no comments. The time is the revision's: the same state is the same file.
      const head = readFileSync(path.join(folder, file), 'utf8').split('\n').slice(0, 2).join('\n');
      if (format !== 'json')
        assert.match(head, /[;#] shop\.example: .*revision \d+ of \d{4}-\d\d-\d\d [\d:]{8}Z/);
    }
    assert.equal((await json('zones export --all -o backup')).files.length, 5);
    assert.equal(readdirSync(path.join(folder, 'backup')).length, 5);
  });

  it('policies stand with the names of what they are for', async () => {
    await zoneward(`policies set --zone ${ZONE} --deletions-max 5`);
    try {
      assert.match((await zoneward('policies list')).stdout, /^zone shop\.example +at most 5 deletions$/m);
      const { policies } = await json('policies list');
      assert.deepEqual([policies[0].name, policies[0].scope.kind], [ZONE, 'zone']);
    } finally {
      await zoneward(`policies remove --zone ${ZONE}`);
    }
  });

  it('a change set that waits for an approval says so, and by whom it is given', async () => {
    await zoneward(`policies set --zone ${ZONE} --approval always`);
    try {
      const refused = await zoneward(`records add ${ZONE} waits A 192.0.2.1 --yes`);
      assert.equal(refused.code, 4, refused.stderr);
      const [waiting] = (await json('changes list --limit 1')).changeSets;
      const { stdout } = await zoneward(`changes show ${waiting.id}`);
      assert.match(stdout, /approval +needed, of someone who is not the author/);
      assert.ok(
        stdout.includes(`→ By someone who is not its author: zoneward changes approve ${waiting.id}`),
      );
      await zoneward(`changes cancel ${waiting.id}`);
    } finally {
      await zoneward(`policies remove --zone ${ZONE}`);
    }
  });

  it('audit: list, verify, export', async () => {
    assert.equal((await json('audit verify')).ok, true);
    const { events } = await json(`audit list --change-set ${changeSet}`);
    assert.deepEqual(events.at(-1).kind, 'change-set.planned');
    const exported = await zoneward('audit export');
    const lines = exported.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Json);
    assert.deepEqual(
      lines.map((event) => event.sequence),
      lines.map((_, index) => index + 1),
    );
    assert.match(lines[0].principal, /^cli:/);
  });

  it('usage and store check', async () => {
    assert.ok((await json('usage')).calls > 20);
    assert.ok((await json('usage --calls')).calls.length > 0);
    assert.equal((await json('store check')).ok, true);
  });

  it('asks before it writes, and a no is exit 2', async () => {
    const add = ['records', 'add', ZONE, 'asked', 'A', '192.0.2.1'];
    const no = await zoneward(add, { keys: ['n\r'] });
    assert.equal(no.code, 2);
    assert.match(no.stderr, /Cancelled; nothing was written/);
    const stopped = await zoneward(add, { keys: ['\u0003'] });
    assert.equal(stopped.code, 2);
    assert.ok(!recordNames().some((text) => text.startsWith('asked.')));
    assert.equal((await zoneward(add, { keys: ['yes\r'] })).code, 0);
    assert.ok(recordNames().includes('asked.shop.example 192.0.2.1'));
  });

  it('asks for a secret without showing it', async () => {
    const token = sandbox.createToken({ name: 'typed', permissions: ['Zone Read', 'DNS Read'] }).value;
    const ran = await zoneward(['connections', 'add', '--label', 'Typed'], { keys: [`${token}\r`] });
    assert.equal(ran.code, 0, ran.stderr);
    assert.ok(!`${ran.stdout}${ran.stderr}`.includes(token));
    const piped = await zoneward(['connections', 'add', '--label', 'Piped', '--token-stdin', '--duplicate'], {
      stdin: `${token}\n`,
    });
    assert.equal(piped.code, 0, piped.stderr);
    for (const label of ['Typed', 'Piped']) await zoneward(['connections', 'remove', label, '--yes']);
  });

  it('a token that may only read is told so before anything is sent', async () => {
    await zoneward(['connections', 'add', '--label', 'Reads'], {
      env: { CLOUDFLARE_API_TOKEN: sandbox.tokens.readOnly },
    });
    const writes = sandbox.counts().writes;
    const ran = await zoneward(`apply ${ZONE} -f shop.yaml --yes --connection Reads`);
    assert.equal(ran.code, 4);
    assert.match(ran.stderr, /may not edit DNS records in shop\.example/);
    assert.match(ran.stderr, /→ zoneward connections link/);
    assert.equal(sandbox.counts().writes, writes);
    await zoneward('connections remove Reads --yes');
  });

  it('is plain off a terminal and with NO_COLOR, coloured when forced', async () => {
    const sequence = '\u001b[';
    assert.ok(!(await zoneward('zones list')).stdout.includes(sequence));
    assert.ok((await zoneward('zones list', { env: { FORCE_COLOR: '1' } })).stdout.includes(sequence));
    assert.ok((await zoneward('zones list', { keys: [] })).stdout.includes(sequence));
    const none = await zoneward('zones list', { keys: [], env: { NO_COLOR: '1' } });
    assert.ok(!none.stdout.includes(sequence));
  });

  it('keeps every line of a terminal within its width', async () => {
    for (const words of [
      'zones list',
      `records list ${ZONE}`,
      'changes list',
      'audit list',
      `zones history ${ZONE}`,
    ]) {
      const { stdout } = await zoneward(words, { keys: [], env: { NO_COLOR: '1' } });
      for (const line of stdout.split('\n')) assert.ok([...line].length <= 80, `${words}: ${line}`);
    }
  });

  it('shows what control characters a record holds, and does not print them', async () => {
    sandbox.foreignEdit(ZONE, {
      posts: [{ name: 'evil', type: 'TXT', content: '"a\u001b[31mb"', comment: 'c\u0007d' }],
    });
    const ran = await zoneward(`records list ${ZONE} --refresh --name evil`, {
      keys: [],
      env: { NO_COLOR: '1' },
    });
    assert.ok(!ran.stdout.includes('\u001b'));
    assert.ok(!ran.stdout.includes('\u0007'));
  });

  it('says nothing on the side when quiet', async () => {
    const ran = await zoneward('zones sync --quiet');
    assert.equal(ran.stderr, '');
  });

  it('a full zone: the reason is said once, with the first of the refused, the way out is named, and nothing is left to resume', async () => {
    sandbox.seedZone('full.example', []);
    sandbox.updateZone('full.example', { recordQuota: 20 });
    const lines = Array.from({ length: 30 }, (_, i) => `h${i} 300 IN A 192.0.2.${i}`);
    writeFileSync(path.join(folder, 'full.zone'), `$ORIGIN full.example.\n${lines.join('\n')}\n`);
    await zoneward('zones sync full.example');
    const ran = await zoneward('apply full.example -f full.zone --yes --continue');
    assert.equal(ran.code, 1, ran.stderr);
    assert.match(
      ran.stdout,
      /^ {2}✖ 30 changes: Cloudflare refused: .*\n( {6}create h\d+\.full\.example .*\n){10} {6}… and 20 more$/m,
    );
    assert.equal(ran.stdout.match(/refused/g)?.length, 1, ran.stdout);
    assert.match(ran.stderr, /→ The zone is full: remove records, or raise its plan or quota/);
    assert.doesNotMatch(ran.stderr, /--continue/);
    assert.equal(sandbox.records('full.example').length, 0);
    const id = /chg_[0-9a-z]+/.exec(ran.stdout)?.[0] ?? assert.fail(ran.stdout);
    assert.match((await zoneward(`changes show ${id}`)).stdout, /applied +0 of 30 changes$/m);
    const resumed = await zoneward(`changes resume ${id}`);
    assert.equal(resumed.code, 5);
    assert.match(resumed.stderr, /is failed: there is nothing left of it to go on with\n.*changes show chg_/);
  });

  it('never says a secret, and keeps none outside the vault', () => {
    const { full, readOnly, account } = sandbox.tokens;
    for (const secret of [full, readOnly, account]) {
      assert.ok(!said.some((text) => text.includes(secret)));
      const home = path.join(folder, 'home');
      for (const name of readdirSync(home))
        assert.ok(!readFileSync(path.join(home, name)).includes(secret), name);
    }
  });
});
