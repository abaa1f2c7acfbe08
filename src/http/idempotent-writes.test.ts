/**
 * `Idempotency-Key` on every write, generated from the table of endpoints: 409 while the first request is under way, 422
 * with another body, the same answer for the same request, also from a store that was closed and opened again; and what
 * is shown once stands in no answer that is kept.
 */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { makeChain } from '../../test/kit/certificates.ts';
import type { Engine } from '../../test/kit/engine.ts';
import { startPopulated } from '../../test/kit/populated-engine.ts';
import { fitting } from '../../test/kit/schema-arbitrary.ts';
import type { Zoneward } from '../app/open-zoneward.ts';
import type { KeptAnswer, ZoneId } from '../app/re-exports.ts';
import { type Endpoint, isDoneOnce } from './endpoint.ts';
import { ENDPOINTS } from './endpoints.ts';
import { openApiDocument } from './openapi.ts';
import { BODIES, pathOf, type Things } from './samples.ts';
import { type Answer, type Edge, openEdge } from './testing.ts';
import { populate } from './things.ts';

/** With a second connection many need to be told which; the rest takes away what the others need, the tenant last. */
const LAST = [
  'addConnection',
  'importConnections',
  'deleteZone',
  'removeConnection',
  'revokeApiKey',
  'removeWebhook',
  'eraseTenant',
];
const WRITES = ENDPOINTS.filter(isDoneOnce).toSorted(
  (a, b) => LAST.indexOf(a.operationId) - LAST.indexOf(b.operationId),
);
/** Writes that take no key, each with what makes it safe to send again. */
const TAKE_NO_KEY: Readonly<Record<string, string>> = {
  signIn: 'another session',
  signOut: 'a session ends once',
  testByLink: 'stores nothing',
  saveByLink: 'a link ends with its use',
};
/** Where the sample is refused, and a sample that is taken is at hand. */
const TAKEN: Readonly<Record<string, unknown>> = {
  registerDomain: { domain: 'bought-here.com', confirmPrice: '10.46' },
};
const QUERY: Readonly<Record<string, string>> = { deleteZone: '?allow=zone-delete' };
/** Refused here for what may pass, so that the next try does the work. */
const MAY_PASS = new Set(['rotateConnection', 'continueRotation', 'cancelRotation']);

/** What a write is asked to do: the things in its path, and its body. */
interface Wish {
  readonly things?: Partial<Things>;
  readonly body?: unknown;
}

interface Scene {
  readonly engine: Engine;
  readonly things: Things;
  /** As an admin of the tenant. Throws for a refusal. */
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
  /** The job is done, or the test fails. */
  ended(job: Answer): Promise<void>;
}

const newChangeSet = async ({ ask, things }: Scene, plan: object): Promise<Wish> => {
  const saved = await ask('POST', '/v1/change-sets', { plan: { zone: things.zone, ...plan } });
  return { things: { changeSet: saved.body.id } };
};
const newRecord =
  (name: string) =>
  (scene: Scene): Promise<Wish> =>
    newChangeSet(scene, { kind: 'add', record: { name, type: 'A', content: '192.0.2.44' } });
const MOVING = 'moving-name.com';

/** What must be so that a write does its work, where that is not so by itself. */
const READY: Readonly<Record<string, (scene: Scene) => Promise<Wish>>> = {
  cancelChangeSet: newRecord('called-off'),
  resumeChangeSet: newRecord('resumed'),
  applyWithKey: async (scene) => {
    const { sandbox } = scene.engine;
    sandbox.updateZone(scene.things.zone as ZoneId, { plan: 'business' });
    const { certificate, key } = makeChain(['example.com']);
    const privateKey = key.secret.reveal();
    const change = { kind: 'upload', certificate: certificate.text, privateKey };
    return { ...(await newChangeSet(scene, { kind: 'certificates', change })), body: { privateKey } };
  },
  adoptDrift: async ({ engine, ask, ended, things }) => {
    const { baseUrl, tokens } = engine.sandbox;
    const made = await fetch(`${baseUrl}/zones/${things.zone}/dns_records`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.full}`, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'A', name: 'from-outside', content: '192.0.2.55', ttl: 300 }),
    });
    assert.equal(made.status, 200, await made.text());
    await ended(await ask('POST', `/v1/zones/${things.zone}/sync`));
    const [drift] = (await ask('GET', `/v1/drift?zone=${things.zone}`)).body.items;
    return { body: { revision: drift.revision } };
  },
  cancelPurchase: async ({ ask }) => {
    await ask('PUT', '/v1/policies', { policy: { approval: 'always' } });
    const order = { domain: 'called-off.com', confirmPrice: '10.46' };
    const { body } = await ask('POST', '/v1/domains', order);
    assert.equal(body.state, 'planned');
    await ask('PUT', '/v1/policies', { policy: null });
    return { things: { purchase: body.id } };
  },
  startTransfer: async ({ engine }) => {
    engine.sandbox.registrar.update({ foreign: { [MOVING]: { authCode: 'code' } } });
    engine.sandbox.seedZone(MOVING, []);
    return {};
  },
};
const SHOW_ONCE = [
  'addWebhook',
  'createApiKey',
  'createConnectSession',
  'makeSigningRequest',
  'prepareErasure',
  'rotateWebhookSecret',
];
const SEEDS_MAX = 200;

/** A door between the hold of a key and the work under it: a request that waits there is in flight, whatever it does. */
interface Door {
  readonly zoneward: Zoneward;
  /** Everything that was ever kept. */
  readonly kept: KeptAnswer[];
  /** @returns when a request stands before the door, with what lets it in. */
  close(): { readonly reached: Promise<void>; open(): void };
}

function behindDoor(zoneward: Zoneward): Door {
  const kept: KeptAnswer[] = [];
  let door: { readonly reach: () => void; readonly opened: Promise<void> } | null = null;
  const { begin, keep } = zoneward.idempotency;
  const idempotency: Zoneward['idempotency'] = {
    ...zoneward.idempotency,
    begin: async (request, hold) => {
      const verdict = await begin(request, hold);
      if (verdict.kind === 'begin') door?.reach();
      if (verdict.kind === 'begin') await door?.opened;
      return verdict;
    },
    keep: (request, holder, answer) => {
      kept.push(answer);
      return keep(request, holder, answer);
    },
  };
  return {
    zoneward: { ...zoneward, idempotency },
    kept,
    close: () => {
      const reached = Promise.withResolvers<void>();
      const opened = Promise.withResolvers<void>();
      door = { reach: reached.resolve, opened: opened.promise };
      const open = (): void => {
        door = null;
        opened.resolve();
      };
      return { reached: reached.promise, open };
    },
  };
}

/** Another body that the endpoint takes; undefined where there is none, or it takes no body. */
function anotherBody({ method, path, body: schema }: Endpoint, things: Things, body: unknown): unknown {
  if (schema === null) return undefined;
  const { paths, components } = openApiDocument() as unknown as {
    // biome-ignore lint/suspicious/noExplicitAny: a schema is what the document says.
    readonly paths: any;
    readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
  };
  const described = paths[path][method].requestBody.content['application/json'].schema;
  const world = { named: components.schemas, texts: [...Object.values(things).map(String), 'www', 'A'] };
  const one = fitting(described, world);
  for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
    const [sample] = fc.sample(one, { numRuns: 1, seed });
    const text = JSON.stringify(sample);
    if (text !== JSON.stringify(body) && schema.safeParse(JSON.parse(text)).success) return sample;
  }
  return undefined;
}

describe('every write under an idempotency key', () => {
  let engine: Engine;
  let door: Door;
  let edge: Edge;
  let key: string;
  let operator: string;
  let things: Things;
  /** Another process on the same store. */
  let beside: Zoneward;
  let besideEdge: Edge;
  const answered: {
    readonly endpoint: Endpoint;
    readonly target: string;
    readonly body: unknown;
    readonly other: unknown;
    readonly kept: Answer;
  }[] = [];
  const shownOnce: { readonly operationId: string; readonly secret: string }[] = [];

  before(async () => {
    engine = await startPopulated();
    door = behindDoor(engine.zoneward);
    edge = openEdge(door.zoneward);
    key = (await edge.makeKey('acme', ['admin'])).secret;
    operator = (await edge.makeKey(null, ['admin'])).secret;
    things = await populate(edge, key, engine.sandbox.tokens.full);
    beside = await engine.reopen();
    besideEdge = openEdge(beside);
    await besideEdge.runner.stop();
  });
  after(async () => {
    await edge.runner.stop();
    await beside.close();
    await engine[Symbol.asyncDispose]();
  });

  const send = (
    endpoint: Pick<Endpoint, 'method' | 'operationId' | 'for'>,
    path: string,
    body: unknown,
    at: Edge = edge,
  ): Promise<Answer> =>
    at.ask(endpoint.method.toUpperCase(), path, {
      key: endpoint.for === 'key' ? operator : key,
      headers: { 'idempotency-key': `once-${endpoint.operationId}` },
      ...(body === undefined ? {} : { body }),
    });
  const ask: Scene['ask'] = async (method, path, body) => {
    const as = { key, ...(body === undefined ? {} : { body }) };
    const answer = await edge.ask(method, path, as);
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.text}`);
    return answer;
  };
  const ended: Scene['ended'] = async (id) => {
    const job = await edge.ended(id, key);
    assert.equal(job.body.state, 'done', job.text);
  };
  /** What was asked of Cloudflare and written down so far. */
  const done = async (): Promise<unknown> => ({
    calls: engine.sandbox.counts().total,
    trail: (await engine.zoneward.tenant('acme').audit.list({}, 1))[0]?.sequence,
  });

  it('counts at every write but a few', () => {
    const others = ENDPOINTS.filter(
      (one) => one.method !== 'get' && one.streams !== true && !isDoneOnce(one),
    );
    assert.deepEqual(others.map(({ operationId }) => operationId).sort(), Object.keys(TAKE_NO_KEY).sort());
  });

  for (const endpoint of WRITES) {
    const { method, path: pattern, operationId } = endpoint;
    it(`${method.toUpperCase()} ${pattern} is done once`, async () => {
      const wish = await READY[operationId]?.({ engine, things, ask, ended });
      const target = `${pathOf(endpoint, { ...things, ...wish?.things })}${QUERY[operationId] ?? ''}`;
      const body = wish?.body ?? TAKEN[operationId] ?? BODIES[operationId]?.(things);
      const other = anotherBody(endpoint, things, body);
      assert.equal(other === undefined, endpoint.body === null, 'another body is found where one is taken');
      const otherwise = (at = edge): Promise<Answer> => sendOther(endpoint, target, other, at);
      const before = await done();
      const { reached, open } = door.close();
      const sent = send(endpoint, target, body);
      await Promise.race([reached, sent]);
      const meanwhile = [await send(endpoint, target, body), await send(endpoint, target, body, besideEdge)];
      const others = [await otherwise(), await otherwise(besideEdge)];
      const between = await done();
      open();
      const first = await sent;
      if (String(first.body.id).startsWith('job_')) await edge.ended(first, key);
      const after = await done();
      const again = await send(endpoint, target, body);
      if (isKept(first)) others.push(await otherwise());

      for (const { status, body: problem, headers } of meanwhile)
        assert.deepEqual(
          [status, problem.code, headers.get('retry-after')],
          [409, 'idempotency-in-flight', '1'],
        );
      for (const one of others)
        assert.deepEqual([one.status, one.body.code], [422, 'idempotency-key-reused'], one.text);
      assert.deepEqual(between, before, 'nothing is done beside the first');
      assert.equal(isKept(first), !MAY_PASS.has(operationId), first.text);
      if (!isKept(first)) return assert.equal(again.headers.get('idempotent-replayed'), null);
      assert.deepEqual(await done(), after, 'nothing is done twice');
      const hidden = assertReplay(again, first);
      shownOnce.push(...hidden.map((member) => ({ operationId, secret: first.body[member] })));
      answered.push({ endpoint, target, body, other, kept: again });
    });
  }

  it('is answered as before from the store that was closed and opened again', async () => {
    await edge.runner.stop();
    await engine.zoneward.close();
    await beside.close();
    beside = await engine.reopen();
    besideEdge = openEdge(beside);
    await besideEdge.runner.stop();
    assert.equal(answered.length, WRITES.length - MAY_PASS.size);
    const before = engine.sandbox.counts().total;
    for (const { endpoint, target, body, other, kept } of answered) {
      const again = await send(endpoint, target, body, besideEdge);
      assert.deepEqual(assertReplay(again, kept), [], endpoint.operationId);
      const reused = await sendOther(endpoint, target, other, besideEdge);
      assert.equal(reused.body.code, 'idempotency-key-reused', endpoint.operationId);
    }
    assert.equal(engine.sandbox.counts().total, before, 'nothing was asked of Cloudflare');
  });

  it('keeps no secret that is shown once, nor one that came in', async () => {
    assert.deepEqual([...new Set(shownOnce.map(({ operationId }) => operationId))].sort(), SHOW_ONCE);
    const secrets = [...shownOnce.map(({ secret }) => secret), things.token, 'PRIVATE KEY'];
    assert.ok(secrets.every((one) => one.length > 8));
    const texts = door.kept.map((one) => JSON.stringify(one));
    assert.ok(texts.length >= answered.length);
    // The rows of the store as they lie there, whatever table they are in.
    if (process.env['TEST_STORE'] !== 'postgres') texts.push(...(await filesOf(engine.home)));
    for (const secret of secrets) assert.ok(!texts.some((text) => text.includes(secret)), 'a secret is kept');
  });

  /** Where nothing can be said in a body, another request is one to another place. */
  function sendOther(endpoint: Endpoint, target: string, other: unknown, at: Edge): Promise<Answer> {
    if (other !== undefined) return send(endpoint, target, other, at);
    const places = WRITES.filter((one) => one.for === endpoint.for && one.body === null);
    const place = places.find(({ operationId }) => operationId !== endpoint.operationId);
    assert.ok(place !== undefined);
    return send({ ...place, operationId: endpoint.operationId }, pathOf(place, things), undefined, at);
  }
});

async function filesOf(home: string): Promise<readonly string[]> {
  const names = (await readdir(home)).filter((name) => name.includes('.db'));
  assert.ok(names.length > 0, 'the store is a file');
  return Promise.all(names.map((name) => readFile(path.join(home, name), 'latin1')));
}

/** A refusal that may pass is not kept: the next try does the work. */
function isKept({ status }: Answer): boolean {
  return status < 300 || [403, 404, 412, 422].includes(status);
}

/** @returns the members that the repeated answer shows no more. */
function assertReplay(again: Answer, first: Answer): readonly string[] {
  assert.equal(again.headers.get('idempotent-replayed'), 'true', again.text);
  for (const header of ['content-type', 'location', 'etag'])
    assert.equal(again.headers.get(header), first.headers.get(header), header);
  const hidden = Object.keys(first.body).filter(
    (member) => first.body[member] !== null && again.body[member] === null,
  );
  const shown = { ...first.body, ...Object.fromEntries(hidden.map((member) => [member, null])) };
  assert.deepEqual([again.status, again.body], [first.status, shown]);
  return hidden;
}
