import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { createKeyFile, openKeyFile } from './key-file.ts';
import { environmentKeys, memoryKeys } from './local-keys.ts';
import { memoryVaultHeader } from './memory-rows.ts';
import { openSecretReferences } from './secret-references.ts';
import { openVault } from './vault.ts';

const GOOD_KEY = Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7)).toString('base64');
let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoneward-key-file-'));
});
after(() => rm(folder, { recursive: true }));

describe('the key file', () => {
  it('is made for its owner alone, holds one key, and serves a vault', async () => {
    const path = join(folder, 'made');
    const id = await createKeyFile(path);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    const keys = await openKeyFile(path);
    assert.deepEqual(await keys.keyIds(), [id]);
    await openVault({ keys, storeId: 's', header: memoryVaultHeader() });
  });

  it('is never written over', async () => {
    const path = join(folder, 'kept');
    await createKeyFile(path);
    const text = await readFile(path, 'utf8');
    await assert.rejects(createKeyFile(path), { code: 'vault-key-exists' });
    assert.equal(await readFile(path, 'utf8'), text);
  });

  it('gains and loses keys whole, and another process sees them', async () => {
    const path = join(folder, 'ring');
    const first = await createKeyFile(path);
    const [mine, other] = [await openKeyFile(path), await openKeyFile(path)];
    const wrapped = async (id: string) => await other.wrap(id, new Uint8Array(32), {});
    await wrapped(first);
    const second = (await mine.addKey?.()) ?? '';
    await wrapped(second);
    assert.deepEqual(await other.keyIds(), [first, second]);
    await mine.dropKey?.(first);
    assert.deepEqual(await other.keyIds(), [second]);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.startsWith('ring.')),
      [],
    );
  });

  it('does not lose a key when two add one at the same time', async () => {
    const path = join(folder, 'race');
    const first = await createKeyFile(path);
    const [a, b] = [await openKeyFile(path), await openKeyFile(path)];
    const results = await Promise.allSettled([a.addKey?.(), b.addKey?.()]);
    const added = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    for (const result of results) {
      if (result.status === 'rejected') assert.equal(result.reason.code, 'vault-key-exists');
    }
    const ids = await a.keyIds();
    assert.deepEqual([...ids].sort(), [first, ...added].sort());
  });

  const bad: readonly [name: string, text: string | null, mode: number, code: string][] = [
    ['missing', null, 0o600, 'vault-key-missing'],
    ['empty', '', 0o600, 'vault-key-malformed'],
    ['not a key file', 'hello\n', 0o600, 'vault-key-malformed'],
    ['no key in it', 'zoneward-vault-keys 1\n# none\n', 0o600, 'vault-key-missing'],
    ['a short key', `zoneward-vault-keys 1\n${GOOD_KEY.slice(0, 20)}\n`, 0o600, 'vault-key-malformed'],
    [
      'a weak key',
      `zoneward-vault-keys 1\n${Buffer.alloc(32, 'ab').toString('base64')}\n`,
      0o600,
      'vault-key-malformed',
    ],
    ['readable by the group', `zoneward-vault-keys 1\n${GOOD_KEY}\n`, 0o640, 'vault-key-permissions'],
    ['readable by all', `zoneward-vault-keys 1\n${GOOD_KEY}\n`, 0o604, 'vault-key-permissions'],
  ];
  for (const [name, text, mode, code] of bad) {
    it(`is refused: ${name}`, async () => {
      const path = join(folder, name.replaceAll(' ', '-'));
      if (text !== null) {
        await writeFile(path, text);
        await chmod(path, mode);
      }
      await assert.rejects(openKeyFile(path), (error: Error & { code?: string }) => {
        assert.equal(error.code, code);
        assert.match(error.message, new RegExp(path));
        const line = text?.split('\n')[1] ?? '';
        assert.ok(line === '' || line.startsWith('#') || !inspect(error).includes(line));
        return true;
      });
    });
  }
});

describe('the key in the environment', () => {
  it('has the same id as in a file, and may be several', async () => {
    const other = Buffer.from(Array.from({ length: 32 }, (_, i) => 255 - i * 3)).toString('base64');
    const one = await environmentKeys({ ZONEWARD_VAULT_KEY: ` ${GOOD_KEY}\n` }).keyIds();
    const two = await environmentKeys({ ZONEWARD_VAULT_KEY: `${other}, ${GOOD_KEY}` }).keyIds();
    assert.equal(two.length, 2);
    assert.equal(two[1], one[0]);
    const path = join(folder, 'as-environment');
    await writeFile(path, `zoneward-vault-keys 1\n${GOOD_KEY}\n`, { mode: 0o600 });
    assert.deepEqual(await (await openKeyFile(path)).keyIds(), one);
  });

  for (const [name, value, code] of [
    ['unset', undefined, 'vault-key-missing'],
    ['empty', ' ', 'vault-key-missing'],
    ['a passphrase', 'correct horse battery staple', 'vault-key-malformed'],
  ] as const) {
    it(`is refused: ${name}`, () => {
      assert.throws(
        () => environmentKeys({ ZONEWARD_VAULT_KEY: value }),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, code);
          assert.match(error.message, /ZONEWARD_VAULT_KEY/);
          assert.ok(!error.message.includes('correct horse'));
          return true;
        },
      );
    });
  }

  it('cannot make keys by itself', () => {
    assert.equal(environmentKeys({ ZONEWARD_VAULT_KEY: GOOD_KEY }).addKey, undefined);
    assert.notEqual(memoryKeys().addKey, undefined);
  });
});

describe('secret references', () => {
  const references = openSecretReferences({
    environment: { TOKEN: ' value \n', EMPTY: ' ' },
    fetchers: { shelf: async (name) => `from ${name}` },
  });

  it('are fetched each time and trimmed', async () => {
    const path = join(folder, 'token');
    await writeFile(path, 'in the file\n');
    assert.equal((await references.resolve('env:TOKEN')).reveal(), 'value');
    assert.equal((await references.resolve(`file:${path}`)).reveal(), 'in the file');
    assert.equal((await references.resolve('shelf:a:b')).reveal(), 'from a:b');
    await writeFile(path, 'changed\n');
    assert.equal((await references.resolve(`file:${path}`)).reveal(), 'changed');
  });

  for (const reference of ['env:UNSET', 'env:EMPTY', 'file:/nowhere/token', 'env:', 'vault', 'toString:x']) {
    it(`fail clearly: ${reference}`, async () => {
      await assert.rejects(references.resolve(reference), {
        code: 'secret-reference-failed',
        kind: 'credentials',
      });
    });
  }

  it('do not repeat a secret that was pasted in their place', async () => {
    const token = 'cfut_CANARYcanaryCANARYcanaryCANARYcanary0123abcd';
    await assert.rejects(references.resolve(token), (error) => !inspect(error).includes(token));
  });
});
