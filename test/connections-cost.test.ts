/** What adding a connection costs on an account of 50 zones, counted in the log of the local Cloudflare. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AccountId } from '../src/base/ids.ts';
import { Secret } from '../src/base/secret.ts';
import type { Credential } from '../src/domains/connections/model.ts';
import { type Engine, startEngine } from './kit/engine.ts';

const CALLS_MAX = 12;
const ZONES = Array.from({ length: 50 }, (_, number) => ({ name: `zone-${number}.example` }));

describe('adding a connection on an account of 50 zones', () => {
  let engine: Engine;
  before(async () => {
    engine = await startEngine({ seed: { zones: ZONES }, rateLimit: false });
  });
  after(() => engine[Symbol.asyncDispose]());

  const token = (text: string, kind: 'user-token' | 'account-token' = 'user-token'): Credential => ({
    kind,
    token: new Secret(text),
  });
  const made = (...permissions: readonly string[]): Credential =>
    token(engine.sandbox.createToken({ name: permissions.join(), permissions }).value);

  const rows: readonly {
    readonly name: string;
    readonly credential: () => Credential;
    readonly account: boolean;
    readonly zonesGiven?: number;
  }[] = [
    {
      name: 'a user token that may read its policies',
      credential: () => token(engine.sandbox.tokens.full),
      account: true,
    },
    {
      name: 'a user token that may not',
      credential: () => token(engine.sandbox.tokens.readOnly),
      account: true,
    },
    {
      name: 'the same, its account found out',
      credential: () => made('Zone Read', 'DNS Read'),
      account: false,
    },
    {
      name: 'an account token',
      credential: () => token(engine.sandbox.tokens.account, 'account-token'),
      account: true,
    },
    {
      name: 'an account token that was given as a user token',
      credential: () => token(engine.sandbox.tokens.account),
      account: false,
    },
    {
      name: 'a global key',
      credential: () => {
        const { email, key } = engine.sandbox.globalKey;
        return { kind: 'global-key', email, key: new Secret(key) };
      },
      account: false,
    },
    {
      name: 'a token of five given zones',
      credential: () => made('Zone Read', 'DNS Write'),
      account: true,
      zonesGiven: 5,
    },
  ];

  for (const [index, { name, credential, account, zonesGiven }] of rows.entries()) {
    it(`asks at most ${CALLS_MAX} times with ${name}`, async () => {
      const { sandbox, zoneward } = engine;
      const zoneIds = sandbox
        .zones()
        .slice(0, zonesGiven ?? 0)
        .map(({ id }) => id as never);
      const given = credential();
      sandbox.clearRequests();
      const { report } = await zoneward.tenant(`tenant-${index}`).connections.add({
        credential: given,
        ...(account ? { accountId: sandbox.accountId as AccountId } : {}),
        ...(zonesGiven === undefined ? {} : { zoneIds }),
      });
      const requests = sandbox.requests();
      assert.ok(requests.length > 0 && requests.length <= CALLS_MAX, `${requests.length} requests`);
      assert.equal(report?.calls, requests.length);
      assert.ok(requests.every(({ method }) => method === 'GET'));
      // A right is unknown only where no source speaks of it: none of these is, with a zone at hand.
      const unknown = (report?.capabilities ?? [])
        .flatMap(({ findings }) => findings)
        .filter(({ verdict, capability }) => verdict === 'unknown' && !capability.startsWith('registrar'));
      assert.deepEqual(unknown, []);
    });
  }
});
