import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { isZonewardError, ZonewardError } from '../../../base/errors.ts';
import type { TenantId } from '../../../base/ids.ts';
import { Secret } from '../../../base/secret.ts';
import { addConnection } from '../add-connection.ts';
import { credentialOf } from '../credential-of.ts';
import { editConnection, pauseConnection, removeConnection } from '../edit-connection.ts';
import { type FakeToken, fakeCloudflare, fakeIssuer, READ_GROUPS } from '../fake-cloudflare.ts';
import { fakeClock, fakeRandom, fakeReferences, fakeStore, fakeVault } from '../fakes.ts';
import type { Connection, Credential, Rotation } from '../model.ts';
import { relinkConnection } from '../relink-connection.ts';
import { removeMinter, setMinter } from './minter.ts';
import { cancelRotation, continueRotation, startRotation } from './rotation.ts';
import { ROTATION_SETTINGS, type RotationPorts, type RotationSettings } from './rotation-run.ts';

const TENANT = 'ten_a' as TenantId;
const PRINCIPAL = 'zoneward';
const DAY_MS = 86_400_000;
const MINTING_GROUPS = ['API Tokens Write', ...READ_GROUPS];

function credentialFor(token: FakeToken): Credential {
  return { kind: token.kind, token: new Secret(token.value) };
}

/** A saved connection whose token may mint, and everything around it. */
async function setUp(token: Partial<FakeToken> = {}, options: { untested?: boolean } = {}) {
  const world = fakeCloudflare();
  const { store, rotations, state } = fakeStore();
  const clock = fakeClock();
  const ports: RotationPorts = {
    store,
    rotations,
    vault: fakeVault(),
    references: fakeReferences(),
    issuer: fakeIssuer(world),
    openInspection: world.openInspection,
    clock,
    random: fakeRandom(),
  };
  const old = world.addToken({ grants: [{ groups: MINTING_GROUPS, zones: 'all' }], ...token });
  const { connection } = await addConnection(ports, {
    tenantId: TENANT,
    principal: PRINCIPAL,
    credential: credentialFor(old),
    accountId: old.accountId,
    ...options,
  });
  const target = { tenantId: TENANT, connectionId: connection.id, principal: PRINCIPAL };
  return { world, store, rotations, state, clock, ports, old, connection, target };
}
type World = Awaited<ReturnType<typeof setUp>>;

const WAKES_MAX = 200;

/** What the sweeper does: wakes the rotation whenever it is due, until it has ended. */
async function runToEnd(w: World, settings?: Partial<RotationSettings>, ports = w.ports): Promise<Rotation> {
  for (let wake = 0; wake < WAKES_MAX; wake += 1) {
    const rotation = await continueRotation(ports, w.target, { ...ROTATION_SETTINGS, ...settings });
    if (rotation === null) {
      const [latest] = await w.rotations.list(TENANT, w.connection.id, 1);
      assert.ok(latest !== undefined);
      return latest;
    }
    if (rotation.dueAt === null) return rotation;
    w.clock.advance(Math.max(0, rotation.dueAt - w.clock.now()));
  }
  return assert.fail('the rotation does not end');
}

function connectionNow(w: World): Connection {
  const connection = w.state.connections.get(w.connection.id);
  assert.ok(connection !== undefined);
  return connection;
}

/** The token that the stored connection uses, as Cloudflare knows it. */
async function tokenInUse(w: World): Promise<FakeToken | undefined> {
  const credential = await credentialOf(w.ports, connectionNow(w));
  assert.ok(credential.kind !== 'global-key');
  return w.world.tokens.get(credential.token.reveal());
}

function named(w: World): FakeToken[] {
  return [...w.world.tokens.values()].filter((token) => token.name.startsWith('zoneward/'));
}

describe('a rotation', () => {
  it('mints, proves, switches, drains and revokes', async () => {
    const w = await setUp();
    const started = await startRotation(w.ports, w.target);
    assert.equal(started.tokenName, `zoneward/${w.connection.id}/${started.id}`);
    assert.equal(connectionNow(w).state, 'rotating');
    const at = w.clock.now();

    const draining = await continueRotation(w.ports, w.target);
    assert.equal(draining?.step, 'draining');
    assert.ok(w.world.tokens.has(w.old.value), 'the old token lives while requests may be in flight');
    assert.equal((await continueRotation(w.ports, w.target))?.step, 'draining');

    const ended = await runToEnd(w);
    assert.equal(ended.step, 'done');
    const [made, ...others] = named(w);
    assert.deepEqual([others.length, w.world.tokens.size], [0, 1]);
    assert.equal(made?.expiresAt, at + 180 * DAY_MS);
    assert.deepEqual(made?.grants, w.old.grants);

    const after = connectionNow(w);
    assert.equal((await tokenInUse(w))?.id, made?.id);
    assert.deepEqual([after.state, after.tokenId, after.expiresAt], ['active', made?.id, made?.expiresAt]);
    assert.deepEqual([after.rotation.lastRotatedAt, after.rotation.dueAt], [at, at + 90 * DAY_MS]);
    assert.notEqual(after.fingerprint, w.connection.fingerprint);
    assert.equal(ended.sealed, null);
    assert.deepEqual(
      w.state.events.map((event) => event.kind).filter((kind) => kind.startsWith('rotation.')),
      ['rotation.started', 'rotation.minted', 'rotation.switched', 'rotation.finished'],
    );
  });

  it('can be done again with what it made', async () => {
    const w = await setUp({ kind: 'account-token' });
    for (let round = 0; round < 3; round += 1) {
      await startRotation(w.ports, w.target);
      assert.equal((await runToEnd(w)).step, 'done');
      assert.equal(w.world.tokens.size, 1);
    }
  });

  it('uses a minter where the token itself may not mint', async () => {
    const w = await setUp({ grants: [{ groups: READ_GROUPS, zones: 'all' }] });
    await assert.rejects(startRotation(w.ports, w.target), { code: 'rotation-not-possible' });
    const minter = w.world.addToken({ grants: [{ groups: ['API Tokens Write'], zones: [] }] });
    await setMinter(w.ports, w.target, credentialFor(minter));
    await startRotation(w.ports, w.target);
    assert.equal((await runToEnd(w)).step, 'done');
    assert.deepEqual(named(w)[0]?.grants, [{ groups: READ_GROUPS, zones: 'all' }]);
    assert.ok(w.world.tokens.has(minter.value));
    assert.ok(!inspect(w.state, { depth: 12 }).includes('CANARY'));
    await removeMinter(w.ports, w.target);
    await assert.rejects(startRotation(w.ports, w.target), { code: 'rotation-not-possible' });
  });

  it('narrows the rights to the profile when told to, and keeps the right to mint', async () => {
    const w = await setUp({
      grants: [
        {
          groups: ['API Tokens Write', 'Zone Read', 'DNS Write', 'SSL and Certificates Write'],
          zones: 'all',
        },
      ],
    });
    await startRotation(w.ports, w.target, { narrow: true });
    assert.equal((await runToEnd(w)).step, 'done');
    assert.deepEqual(named(w)[0]?.grants[0]?.groups, ['API Tokens Write', 'Zone Read', 'DNS Write']);
  });

  it('waits until a new token is known everywhere', async () => {
    const w = await setUp();
    await startRotation(w.ports, w.target);
    let refusals = 3;
    w.world.fault = (_, route) => {
      if (route !== '/zones' || refusals === 0) return;
      refusals -= 1;
      throw new ZonewardError('not yet', { code: 'credential-rejected', kind: 'credentials' });
    };
    assert.equal((await runToEnd(w)).step, 'done');
    assert.equal(refusals, 0);
  });

  it('waits out passing trouble', async () => {
    const w = await setUp();
    await startRotation(w.ports, w.target);
    let outages = 12;
    w.world.fault = () => {
      if (outages === 0) return;
      outages -= 1;
      throw new ZonewardError('away', { code: 'cloudflare-unavailable', kind: 'temporary' });
    };
    assert.equal((await runToEnd(w)).step, 'done');
  });

  it('survives a label that a person changes meanwhile', async () => {
    const w = await setUp();
    await startRotation(w.ports, w.target);
    await continueRotation(w.ports, w.target);
    await editConnection(w.ports, w.target, { label: 'Renamed' });
    assert.equal((await runToEnd(w)).step, 'done');
    assert.deepEqual([connectionNow(w).label, connectionNow(w).state], ['Renamed', 'active']);
  });

  it('keeps others from pulling the credential away', async () => {
    const w = await setUp();
    await startRotation(w.ports, w.target);
    await assert.rejects(pauseConnection(w.ports, w.target), { code: 'connection-rotating' });
    await assert.rejects(removeConnection(w.ports, w.target), { code: 'connection-rotating' });
    const credential = credentialFor(w.world.addToken({}));
    await assert.rejects(relinkConnection(w.ports, { ...w.target, credential }), {
      code: 'connection-rotating',
    });
    await assert.rejects(startRotation(w.ports, w.target), { code: 'rotation-under-way' });
  });
});

describe('a rotation is given up, and the old token stays', () => {
  async function assertBackedOut(
    w: World,
    code: string,
    settings?: Partial<RotationSettings>,
  ): Promise<void> {
    const ended = await runToEnd(w, settings);
    assert.deepEqual([ended.step, ended.lastError?.code], ['backed-out', code]);
    assert.equal((await tokenInUse(w))?.id, w.old.id);
    assert.deepEqual(named(w), []);
    assert.equal(connectionNow(w).state, 'active');
    assert.equal(connectionNow(w).tokenId, w.old.id);
  }

  it('when the new token can do less', async () => {
    const w = await setUp();
    const create = w.ports.issuer.create;
    const issuer = {
      ...w.ports.issuer,
      create: ((credential, owner, definition, options) => {
        const policies = definition.policies.map((policy) => ({
          ...policy,
          permissionGroups: policy.permissionGroups.filter((group) => group.name !== 'DNS Read'),
        }));
        return create(credential, owner, { ...definition, policies }, options);
      }) satisfies typeof create,
    };
    const ports = { ...w.ports, issuer };
    await startRotation(ports, w.target);
    await assertBackedOut({ ...w, ports }, 'permission-missing');
  });

  it('when it can reach fewer zones', async () => {
    const w = await setUp();
    const create = w.ports.issuer.create;
    const issuer = {
      ...w.ports.issuer,
      create: ((credential, owner, definition, options) => {
        const resources = { [`com.cloudflare.api.account.zone.${w.world.zones[0]?.id}`]: '*' };
        const policies = definition.policies.map((policy) => ({ ...policy, resources }));
        return create(credential, owner, { ...definition, policies }, options);
      }) satisfies typeof create,
    };
    const ports = { ...w.ports, issuer };
    await startRotation(ports, w.target);
    await assertBackedOut({ ...w, ports }, 'new-token-worse');
  });

  it('when the quota of tokens is reached, before one is made', async () => {
    const w = await setUp();
    while (w.world.tokens.size < 50) w.world.addToken({});
    await startRotation(w.ports, w.target);
    await assertBackedOut(w, 'token-quota-reached');
    assert.equal(w.world.tokens.size, 50);
    assert.ok(!w.world.calls.some((call) => call.method === 'POST'));
  });

  it('when the right to mint turns out to be missing', async () => {
    const w = await setUp();
    await startRotation(w.ports, w.target);
    w.world.tokens.set(w.old.value, { ...w.old, grants: [{ groups: READ_GROUPS, zones: 'all' }] });
    await assertBackedOut(w, 'permission-missing');
  });

  it('when trouble lasts longer than patience', async () => {
    const w = await setUp();
    await startRotation(w.ports, w.target);
    w.world.fault = (method) => {
      if (method === 'POST')
        throw new ZonewardError('away', { code: 'cloudflare-not-sent', kind: 'temporary' });
    };
    await assertBackedOut(w, 'cloudflare-not-sent');
  });

  it('when a person cancels it', async () => {
    const w = await setUp();
    await startRotation(w.ports, w.target);
    let held = true;
    w.world.fault = (_, route) => {
      if (held && route === '/zones')
        throw new ZonewardError('away', { code: 'cloudflare-unavailable', kind: 'temporary' });
    };
    assert.equal((await continueRotation(w.ports, w.target))?.step, 'proving');
    assert.equal(named(w).length, 1);
    held = false;
    await cancelRotation(w.ports, w.target);
    await assertBackedOut(w, 'rotation-cancelled');
  });

  it('but not any more once the new token is in use', async () => {
    const w = await setUp();
    await startRotation(w.ports, w.target);
    await continueRotation(w.ports, w.target);
    await assert.rejects(cancelRotation(w.ports, w.target), { code: 'rotation-switched' });
    assert.equal((await runToEnd(w)).step, 'done');
  });
});

it('a token whose value was lost is found by its name and deleted', async () => {
  const w = await setUp();
  await startRotation(w.ports, w.target);
  const create = w.ports.issuer.create;
  let lost = 2;
  const issuer = {
    ...w.ports.issuer,
    create: (async (...args) => {
      assert.deepEqual(named(w), [], 'what was lost is deleted before the next is made');
      const made = await create(...args);
      if (lost === 0) return made;
      lost -= 1;
      throw new ZonewardError('no answer', { code: 'cloudflare-unanswered', kind: 'unknown-outcome' });
    }) satisfies typeof create,
  };
  assert.equal((await runToEnd(w, {}, { ...w.ports, issuer })).step, 'done');
  assert.equal(w.world.tokens.size, 1);
});

it('a lost token that the list shows late is deleted at the end', async () => {
  const w = await setUp();
  await startRotation(w.ports, w.target);
  const { create, list } = w.ports.issuer;
  let [lost, lists] = [1, 0];
  const issuer = {
    ...w.ports.issuer,
    list: (async (...args) => {
      lists += 1;
      return lists <= 2
        ? (await list(...args)).filter((token) => !token.name.startsWith('zoneward/'))
        : await list(...args);
    }) satisfies typeof list,
    create: (async (...args) => {
      const made = await create(...args);
      lost -= 1;
      if (lost === 0)
        throw new ZonewardError('no answer', { code: 'cloudflare-unanswered', kind: 'unknown-outcome' });
      return made;
    }) satisfies typeof create,
  };
  assert.equal((await runToEnd(w, {}, { ...w.ports, issuer })).step, 'done');
  assert.equal(w.world.tokens.size, 1);
  assert.equal((await tokenInUse(w))?.id, [...w.world.tokens.values()][0]?.id);
});

it('an old token that cannot be deleted is left to a person, and the connection goes on', async () => {
  const w = await setUp();
  await startRotation(w.ports, w.target);
  w.world.fault = (method) => {
    if (method === 'DELETE') throw new ZonewardError('no', { code: 'cloudflare-refused', kind: 'refused' });
  };
  assert.equal((await runToEnd(w)).step, 'done');
  assert.equal(connectionNow(w).state, 'active');
  const event = w.state.events.find((one) => one.kind === 'rotation.old-token-left');
  assert.match(event?.summary ?? '', new RegExp(w.old.id));
});

describe('what cannot be rotated is told beforehand, with what to do', () => {
  const rows: readonly [name: string, spoil: (w: World) => Promise<unknown> | unknown, code: string][] = [
    ['a paused connection', (w) => pauseConnection(w.ports, w.target), 'rotation-not-possible'],
    [
      'a token that another connection uses too',
      (w) =>
        addConnection(w.ports, {
          tenantId: TENANT,
          principal: PRINCIPAL,
          credential: credentialFor(w.old),
          accountId: w.old.accountId,
          duplicate: true,
        }),
      'rotation-not-possible',
    ],
    [
      'a global key',
      (w) => w.state.connections.set(w.connection.id, { ...w.connection, kind: 'global-key' }),
      'rotation-not-possible',
    ],
    [
      'a secret that is kept elsewhere',
      (w) =>
        w.state.connections.set(w.connection.id, {
          ...w.connection,
          secretSource: { kind: 'reference', reference: 'env:TOKEN' },
        }),
      'rotation-not-possible',
    ],
  ];
  for (const [name, spoil, code] of rows) {
    it(name, async () => {
      const w = await setUp();
      await spoil(w);
      const calls = w.world.calls.length;
      await assert.rejects(startRotation(w.ports, w.target), { code, kind: 'conflict' });
      assert.equal(w.world.calls.length, calls);
      assert.equal(w.state.rotations.size, 0);
    });
  }
});

class Crash extends Error {}

/** Counts the effects of a rotation and fails the one after `left`: before it acts, or after. */
function crashing(ports: RotationPorts, limit: { left: number; readonly after: boolean }): RotationPorts {
  const guard =
    <Args extends readonly unknown[], T>(act: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      limit.left -= 1;
      if (limit.left >= 0) return await act(...args);
      if (limit.after && limit.left === -1) await act(...args);
      throw new Crash('power cut');
    };
  const { issuer, rotations } = ports;
  return {
    ...ports,
    issuer: { ...issuer, create: guard(issuer.create), remove: guard(issuer.remove) },
    rotations: { ...rotations, begin: guard(rotations.begin), advance: guard(rotations.advance) },
  };
}

describe('broken off at any effect', () => {
  for (const after of [false, true]) {
    for (const fate of ['done', 'backed-out'] as const) {
      it(`${after ? 'after' : 'before'} it, on the way to ${fate}: works throughout, ends clean`, async () => {
        let crashes = 0;
        for (let n = 0; ; n += 1) {
          const w = await setUp();
          if (fate === 'backed-out') failProof(w);
          const broken = crashing(w.ports, { left: n, after });
          let crashed = false;
          try {
            await startRotation(broken, w.target);
            await runToEnd(w, {}, broken);
          } catch (error) {
            assert.ok(error instanceof Crash, String(error));
            crashed = true;
          }
          // Whatever was stored last: the connection's credential is alive at Cloudflare.
          assert.equal((await tokenInUse(w))?.status, 'active');
          if (!crashed) break;
          crashes += 1;
          await resume(w);
          assert.equal((await runToEnd(w)).step, fate);
          assert.equal((await tokenInUse(w))?.status, 'active');
          assert.equal(w.world.tokens.size, 1, 'no token is left over, none is missing');
          assert.equal(connectionNow(w).state, 'active');
        }
        // begin, create, minted, switched, revoking, remove, done; or begin, create, minted, tries of the
        // proof, giving up, remove, end.
        assert.ok(crashes >= 7, `${crashes} crash points`);
      });
    }
  }
});

/** After a restart: a rotation that was begun goes on, one that was not is begun. */
async function resume(w: World): Promise<void> {
  if ((await w.rotations.current(TENANT, w.connection.id)) !== null) return;
  if ((await w.rotations.list(TENANT, w.connection.id, 1)).length > 0) return;
  await startRotation(w.ports, w.target);
}

/** The new token never reads zones. */
function failProof(w: World): void {
  const opened = w.ports.openInspection;
  const openInspection: typeof opened = (credential) => {
    const inspection = opened(credential);
    const isOld = credential.kind !== 'global-key' && credential.token.reveal() === w.old.value;
    if (isOld) return inspection;
    const refuse = (): never => {
      throw new ZonewardError('no', { code: 'permission-missing', kind: 'permission' });
    };
    return { ...inspection, reader: { ...inspection.reader, listZones: refuse } };
  };
  Object.assign(w.ports, { openInspection });
}

it('two processes on one rotation: one is told, and one token is left', async () => {
  const w = await setUp();
  await startRotation(w.ports, w.target);
  const results = await Promise.allSettled([
    continueRotation(w.ports, w.target),
    continueRotation(w.ports, w.target),
  ]);
  for (const result of results) {
    if (result.status === 'rejected') {
      assert.ok(isZonewardError(result.reason) && result.reason.code === 'rotation-moved');
    }
  }
  assert.equal((await runToEnd(w)).step, 'done');
  assert.equal(w.world.tokens.size, 1);
});

it('no secret is in what a rotation stores, tells or throws', async () => {
  const w = await setUp();
  const rotation = await startRotation(w.ports, w.target);
  const steps: unknown[] = [rotation];
  for (let wake = 0; wake < 20; wake += 1) {
    steps.push(await continueRotation(w.ports, w.target), structuredClone([...w.state.rotations.values()]));
    w.clock.advance(60_000);
  }
  const kept = [steps, w.state];
  assert.ok(!inspect(kept, { depth: 12 }).includes('CANARY'));
  assert.ok(!JSON.stringify(w.state.events).includes('CANARY'));
});
