/**
 * The canary for private keys: that of an uploaded certificate and that of an Origin CA certificate, by the command
 * line, the library and HTTP; then everything that was printed, thrown, told or written is searched for them.
 */
import assert from 'node:assert/strict';
import { createPrivateKey, type KeyObject, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { runCli } from '../src/cli/fake-io.ts';
import { type Edge, openEdge } from '../src/http/testing.ts';
import { openZoneward } from '../src/index.ts';
import { startSandbox } from '../src/sandbox/index.ts';
import { filesUnder, type Said, sightings } from './kit/canary.ts';
import { type KeyForm, type MadeCertificate, makeCertificate } from './kit/certificates.ts';

const ZONE = 'shop.example';

/**
 * What of a PEM key is secret alone, as `sightings` takes it (five characters in front are not looked at): as it stands
 * in the PEM, as hex and as base64url. The public half may be seen.
 */
function secretsOf(pem: string): string[] {
  const key = createPrivateKey(pem);
  return key.asymmetricKeyType === 'rsa' ? rsaSecretsOf(pem, key) : ecSecretsOf(pem, key);
}

function ecSecretsOf(pem: string, key: KeyObject): string[] {
  const { d = '' } = key.export({ format: 'jwk' });
  const scalar = Buffer.from(d, 'base64url');
  const lines = pem.split('\n');
  const standard = scalar.toString('base64');
  const start = lines.findIndex((line) => line !== '' && standard.includes(line.slice(0, 26)));
  assert.ok(start > 0, 'a line of the PEM begins within the scalar');
  return [`-----${lines[start]?.slice(0, 26)}`, `-----${scalar.toString('hex').slice(0, 40)}`];
}

/** Bytes that a line of PEM holds. */
const LINE_BYTES = 48;

/** Exponent and primes, and every whole line of the PEM behind the modulus and the public exponent. */
function rsaSecretsOf(pem: string, key: KeyObject): string[] {
  const { d = '', p = '', q = '' } = key.export({ format: 'jwk' });
  const body = pem.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
  const from = Buffer.from(body.join(''), 'base64').indexOf(Buffer.from(d, 'base64url'));
  assert.ok(from > 256, 'the private exponent stands behind the modulus');
  const lines = body.slice(Math.ceil(from / LINE_BYTES), -1);
  assert.ok(lines.length > 10);
  const numbers = [d, p, q].map((one) => Buffer.from(one, 'base64url').toString('hex'));
  return [...lines, ...numbers, d, p, q].map((text) => `-----${text.slice(0, 40)}`);
}

for (const form of ['ec', 'rsa-pkcs1', 'rsa-pkcs8'] as const)
  test(`private keys are found nowhere (${form})`, () => searchFor(form));

async function searchFor(form: KeyForm): Promise<void> {
  const said: Said[] = [];
  const secrets: string[] = [];
  const sandbox = await startSandbox({
    dnsPort: false,
    rateLimit: false,
    warn: () => {},
    seed: { zones: [{ name: ZONE, plan: 'enterprise' }] },
  });
  const folder = mkdtempSync(path.join(os.tmpdir(), 'zoneward-canary-keys-'));
  const home = path.join(folder, 'home');
  const environment = {
    CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
    CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
    CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
  };
  const canaryOf = <Made extends MadeCertificate>(made: Made): Made => {
    secrets.push(...secretsOf(made.key.secret.reveal()));
    return made;
  };
  const makeOf = (hosts: readonly string[]) => makeCertificate(hosts, 90, Date.now(), form);
  const file = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);
  try {
    const cli = async (words: string, code: number): Promise<void> => {
      const env = { ...environment, ZONEWARD_HOME: home, ZONEWARD_DEBUG: '1' };
      const ran = await runCli(words.split(' '), { cwd: folder, env });
      said.push({ where: words, text: ran.stdout + ran.stderr });
      assert.equal(ran.code, code, `${words}: ${ran.stderr}`);
    };
    const [good, other] = [canaryOf(makeOf([ZONE])), canaryOf(makeOf([`api.${ZONE}`]))];
    file('good.pem', good.certificate.text);
    file('good.key', good.key.secret.reveal());
    file('other.key', other.key.secret.reveal());
    const upload = `tls certificates upload ${ZONE} --certificate`;
    await cli(`${upload} good.pem --key other.key --yes --json`, 2);
    // The two files mixed up: what is quoted of them is not the key.
    await cli(`${upload} good.key --key good.pem --yes`, 2);
    await cli(`${upload} good.pem --key good.key --dry-run`, 0);
    sandbox.setFault({
      kind: 'error',
      status: 400,
      route: 'POST /zones/{zone_id}/custom_certificates',
      times: 1,
      body: 'json',
      code: 1,
    });
    const refused = await runCli(`${upload} good.pem --key good.key --yes --json`.split(' '), {
      cwd: folder,
      env: { ...environment, ZONEWARD_HOME: home },
    });
    said.push({ where: 'an upload that is refused', text: refused.stdout + refused.stderr });
    assert.notEqual(refused.code, 0);
    sandbox.clearFaults();
    await cli(`${upload} good.pem --key good.key --yes --json`, 0);
    await cli(
      `tls origin-ca create ${ZONE} --key-file origin.key --key-type ${form === 'ec' ? 'ecc' : 'rsa'} --yes --json`,
      0,
    );
    secrets.push(...secretsOf(readFileSync(path.join(folder, 'origin.key'), 'utf8')));
    for (const words of [
      'changes list --json',
      'audit export',
      'usage --calls --json',
      `tls certificates list ${ZONE} --json`,
    ])
      await cli(words, 0);

    const lines: unknown[] = [];
    const note = (...what: unknown[]): void => {
      lines.push(what);
    };
    const logger = { debug: note, info: note, warn: note, error: note };
    await using zoneward = await openZoneward({ home, logger, environment });
    const tenant = zoneward.tenant('local');
    const own = canaryOf(makeOf([`www.${ZONE}`]));
    const mixed = { certificate: own.certificate, key: other.key };
    const failure = await tenant.certificates.planUpload(ZONE, mixed).catch((error: unknown) => error);
    assert.ok(failure instanceof Error);
    said.push({ where: 'a thrown error', text: inspect(failure, { depth: 20, showHidden: true }) });
    const planned = await tenant.certificates.planUpload(ZONE, own);
    said.push({ where: 'a plan', text: inspect(planned, { depth: 20, showHidden: true }) });
    said.push({ where: 'a plan as JSON', text: JSON.stringify(planned) });
    assert.equal((await tenant.changes.apply(planned))?.status, 'applied');
    const client = canaryOf(makeOf([]));
    await tenant.changes.apply(await tenant.certificates.planPullUpload(ZONE, client, 'zone'));

    const edge = openEdge(zoneward, { checkAnswers: false });
    await using _runner = { [Symbol.asyncDispose]: () => edge.runner.stop() };
    const { secret: key } = await edge.makeKey('local', ['admin']);
    const { id: zone } = sandbox.zone(ZONE);
    const sent = canaryOf(makeOf([`http.${ZONE}`]));
    const at = `/v1/zones/${zone}/certificates/upload`;
    const body = { certificate: sent.certificate.text, privateKey: sent.key.secret.reveal() };
    const crossed = { ...body, privateKey: other.key.secret.reveal() };
    const swapped = { certificate: body.privateKey, privateKey: body.certificate };
    for (const [one, status] of [
      [crossed, 422],
      [swapped, 422],
      [{ ...body, extra: 1 }, 0],
      [body, 200],
    ] as const) {
      const answer = await edge.ask('POST', at, { key, body: one });
      if (status !== 0) assert.equal(answer.status, status, answer.text);
      said.push({ where: `POST ${at}`, text: `${answer.text} ${JSON.stringify([...answer.headers])}` });
    }
    await sendByParts({ edge, key, zone, made: canaryOf(makeOf([`parts.${ZONE}`])), wrong: other, said });
    const request = await edge.ask('POST', `/v1/zones/${zone}/signing-requests`, {
      key,
      headers: { 'idempotency-key': 'once' },
      body: { keyType: form === 'ec' ? 'ecc' : 'rsa' },
    });
    secrets.push(...secretsOf(request.body.privateKey));
    for (const route of ['/v1/change-sets', '/v1/audit', `/v1/zones/${zone}/certificates`])
      said.push({ where: route, text: (await edge.ask('GET', route, { key })).text });
    await zoneward.sweep({ onEvent: (event) => lines.push(event) });
    said.push({ where: 'log and events', text: inspect(lines, { depth: 20 }) });
    said.push({ where: 'the open engine', text: inspect(zoneward, { depth: 12, showHidden: true }) });
    for await (const events of tenant.audit.read())
      said.push({ where: 'audit', text: JSON.stringify(events) });
    said.push(...filesUnder(home));

    assert.ok(said.length > 20, String(said.length));
    assert.deepEqual(sightings(secrets, said), []);
    // The search itself finds a key where there is one.
    for (const name of ['good.key', 'origin.key']) {
      const text = readFileSync(path.join(folder, name), 'utf8');
      assert.ok(sightings(secrets, [{ where: name, text }]).length > 0, name);
    }
  } finally {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Planned with its key, stored, refused without one and with a wrong one, applied with it given again. */
async function sendByParts(of: {
  readonly edge: Edge;
  readonly key: string;
  readonly zone: string;
  readonly made: MadeCertificate;
  readonly wrong: MadeCertificate;
  readonly said: Said[];
}): Promise<void> {
  const { edge, key, zone, made, wrong, said } = of;
  const note = async (path: string, body: object, status: number) => {
    const answer = await edge.ask('POST', path, { key, body, headers: { 'idempotency-key': randomUUID() } });
    assert.equal(answer.status, status, answer.text);
    said.push({ where: `POST ${path}`, text: answer.text });
    return answer.body;
  };
  const privateKey = made.key.secret.reveal();
  const change = { kind: 'upload', certificate: made.certificate.text, privateKey };
  const plan = { kind: 'certificates', zone, change };
  await note('/v1/plans', plan, 200);
  await note('/v1/plans', { ...plan, change: { ...change, privateKey: wrong.key.secret.reveal() } }, 422);
  await note('/v1/plans', { ...plan, change: { ...change, [privateKey]: 1 } }, 422);
  const { id } = await note('/v1/change-sets', { plan }, 201);
  const at = `/v1/change-sets/${id}`;
  await note(`${at}/apply`, {}, 422);
  await note(`${at}/apply-with-key`, { privateKey: wrong.key.secret.reveal() }, 422);
  await note(`${at}/apply-with-key`, { privateKey, extra: privateKey }, 422);
  await note(`${at}/apply-with-key`, { privateKey }, 200);
}
