/** Tokens made, read, listed and deleted against the local Cloudflare, on the user's routes and the account's. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AccountId } from '../base/ids.ts';
import { Secret } from '../base/secret.ts';
import type { Credential } from '../domains/connections/model.ts';
import type { TokenDefinition, TokenOwner } from '../domains/connections/ports.ts';
import { type Sandbox, startSandbox } from '../sandbox/index.ts';
import { createCloudflare } from './cloudflare.ts';

const OPTIONS = { lane: 'sync' } as const;
const EXPIRES_AT = Date.UTC(2031, 4, 6, 7, 8, 9);

describe('token issuer', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ dnsPort: false, warn: () => {}, rateLimit: false });
  });
  after(() => sandbox.close());

  const owners = (): readonly { owner: TokenOwner; credential: Credential }[] => [
    {
      owner: { kind: 'user' },
      credential: { kind: 'user-token', token: new Secret(sandbox.tokens.full) },
    },
    {
      owner: { kind: 'account', accountId: sandbox.accountId as AccountId },
      credential: { kind: 'account-token', token: new Secret(sandbox.tokens.account) },
    },
  ];

  const definitionFor = (groupIds: readonly { id: string; name: string }[]): TokenDefinition => ({
    name: 'zoneward/con_x/rot_y',
    policies: [
      {
        effect: 'allow',
        permissionGroups: groupIds,
        resources: {
          [`com.cloudflare.api.account.${sandbox.accountId}`]: { 'com.cloudflare.api.account.zone.*': '*' },
        },
      },
    ],
    condition: { request_ip: { in: ['127.0.0.0/8'] } },
    expiresAt: EXPIRES_AT,
  });

  it('makes what it was told to, reads it back the same, and deletes it', async () => {
    for (const { owner, credential } of owners()) {
      await using cloudflare = createCloudflare({ credential, baseUrl: sandbox.baseUrl });
      const { tokens } = cloudflare;
      const groups = await tokens.permissionGroups(credential, owner, OPTIONS);
      const wanted = groups.filter(({ name }) => name === 'Zone Read' || name === 'DNS Read');
      assert.deepEqual(wanted.map(({ scopes }) => scopes[0]).slice(0, 1), [
        'com.cloudflare.api.account.zone',
      ]);
      const definition = definitionFor(wanted.map(({ id, name }) => ({ id, name })));

      const { tokenId, value } = await tokens.create(credential, owner, definition, OPTIONS);
      assert.match(value.reveal(), owner.kind === 'user' ? /^cfut_/ : /^cfat_/);
      const read = await tokens.read(credential, owner, tokenId, OPTIONS);
      assert.deepEqual(read, definition);
      const listed = await tokens.list(credential, owner, OPTIONS);
      const expected = { tokenId, name: definition.name, status: 'active', expiresAt: EXPIRES_AT };
      assert.deepEqual(
        listed.find((token) => token.tokenId === tokenId),
        expected,
      );

      await tokens.remove(credential, owner, tokenId, OPTIONS);
      assert.equal(await tokens.read(credential, owner, tokenId, OPTIONS), null);
      await tokens.remove(credential, owner, tokenId, OPTIONS);
    }
  });

  it('lists every page, and expired tokens too', async () => {
    const [user] = owners();
    assert.ok(user);
    const { owner, credential } = user;
    await using cloudflare = createCloudflare({ credential, baseUrl: sandbox.baseUrl });
    const before = (await cloudflare.tokens.list(credential, owner, OPTIONS)).length;
    const groups = await cloudflare.tokens.permissionGroups(credential, owner, OPTIONS);
    const zoneRead = groups.filter(({ name }) => name === 'Zone Read');
    const definition = { ...definitionFor(zoneRead), condition: null, expiresAt: Date.now() + 1_000 };
    for (let count = before; count < 50; count += 1) {
      await cloudflare.tokens.create(credential, owner, definition, OPTIONS);
    }
    sandbox.setClock({ advanceMs: 2_000 });
    const listed = await cloudflare.tokens.list(credential, owner, OPTIONS);
    assert.equal(listed.length, 50);
    assert.equal(listed.filter(({ status }) => status === 'expired').length, 50 - before);
  });

  it('says which right is missing', async () => {
    const credential: Credential = { kind: 'user-token', token: new Secret(sandbox.tokens.readOnly) };
    await using cloudflare = createCloudflare({ credential, baseUrl: sandbox.baseUrl });
    await assert.rejects(cloudflare.tokens.list(credential, { kind: 'user' }, OPTIONS), {
      code: 'permission-missing',
      message: /API Tokens Read/,
    });
  });
});
