/**
 * The key file: a line `zoneward-vault-keys 1`, then one key a line (base64), the oldest first. Only its owner may
 * read it. It is written whole beside its place and renamed over it, so that a reader, or a crash, sees the old or
 * the new file and never a part.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Random, systemRandom } from '../base/clock.ts';
import { vaultError } from './errors.ts';
import type { KeyProvider } from './key-provider.ts';
import { formatLocalKey, type LocalKey, newLocalKey, parseLocalKey } from './local-key.ts';
import { localKeyProvider } from './local-keys.ts';

const FIRST_LINE = 'zoneward-vault-keys 1';
const OWNER_ONLY = 0o600;
const FILE_BYTES_MAX = 64 * 1024;

/**
 * Makes a key file with one new key, readable by its owner alone, and gives the key's id. Throws
 * `vault-key-exists` rather than touch a file that is there.
 */
export async function createKeyFile(
  path: string,
  options: { readonly random?: Random } = {},
): Promise<string> {
  const key = newLocalKey(options.random ?? systemRandom);
  await writeNew(path, [key], `${path} exists already; it is left as it is.`);
  await syncDirectory(path);
  return key.id;
}

/**
 * The keys of a key file. Reads it now, to fail early: `vault-key-missing`, `vault-key-permissions`,
 * `vault-key-unreadable`, `vault-key-malformed`.
 */
export async function openKeyFile(
  path: string,
  options: { readonly random?: Random } = {},
): Promise<KeyProvider> {
  const random = options.random ?? systemRandom;
  await readKeyFile(path);
  return localKeyProvider({
    kind: 'key-file',
    place: path,
    read: () => readKeyFile(path),
    addKey: async () => {
      const key = newLocalKey(random);
      await rewrite(path, (keys) => [...keys, key]);
      return key.id;
    },
    dropKey: (keyId) => rewrite(path, (keys) => keys.filter((key) => key.id !== keyId)),
    random,
  });
}

async function readKeyFile(path: string): Promise<readonly LocalKey[]> {
  await checkAccess(path);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
  const lines = text.split('\n').map((line) => line.trim());
  if (lines[0] !== FIRST_LINE) {
    throw vaultError(
      'vault-key-malformed',
      `${path} is not a vault key file: it must begin "${FIRST_LINE}".`,
      {
        next: ['point at the right file, or restore it from your backup'],
      },
    );
  }
  const keys = lines.flatMap((line, i) =>
    i === 0 || line === '' || line.startsWith('#') ? [] : [parseLocalKey(line, `${path}, line ${i + 1},`)],
  );
  if (keys.length === 0) throw vaultError('vault-key-missing', `${path} holds no key.`);
  return keys;
}

async function checkAccess(path: string): Promise<void> {
  let facts: Awaited<ReturnType<typeof stat>>;
  try {
    facts = await stat(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  if (!facts.isFile() || facts.size > FILE_BYTES_MAX) {
    throw vaultError('vault-key-malformed', `${path} is not a vault key file.`);
  }
  // Windows keeps no such bits; access there is the folder's.
  if (process.platform === 'win32') return;
  const mode = facts.mode & 0o777;
  if ((mode & 0o077) !== 0) {
    throw vaultError(
      'vault-key-permissions',
      `${path} may be read or changed by others (mode ${mode.toString(8).padStart(4, '0')}); expected 0600.`,
      { next: [`chmod 600 ${path}`] },
    );
  }
  const user = process.getuid?.();
  if (user !== undefined && user !== 0 && facts.uid !== user) {
    throw vaultError('vault-key-permissions', `${path} belongs to another user (uid ${facts.uid}).`, {
      next: [`chown ${user} ${path}`],
    });
  }
}

/** One writer at a time: the file that it writes beside the key file is also its lock. */
async function rewrite(
  path: string,
  change: (keys: readonly LocalKey[]) => readonly LocalKey[],
): Promise<void> {
  const beside = `${path}.new`;
  const keys = await readKeyFile(path);
  await writeNew(
    beside,
    change(keys),
    `${beside} is there: ${path} is being changed, or a change broke off.`,
  );
  try {
    // What stood there when the lock was taken counts: another writer may have finished in between.
    if (!sameKeys(keys, await readKeyFile(path))) {
      throw vaultError('vault-key-exists', `${path} was changed by someone else meanwhile.`, {
        next: ['try again'],
      });
    }
    await rename(beside, path);
  } catch (error) {
    await unlink(beside).catch(() => undefined);
    throw error;
  }
  await syncDirectory(path);
}

function sameKeys(a: readonly LocalKey[], b: readonly LocalKey[]): boolean {
  return a.length === b.length && a.every((key, i) => key.id === b[i]?.id);
}

async function writeNew(path: string, keys: readonly LocalKey[], existsMessage: string): Promise<void> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, OWNER_ONLY);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      throw vaultError('vault-key-exists', existsMessage, {
        next: [`look at ${path}; remove it only if you know that no secret needs its keys`],
      });
    }
    throw unreadable(path, error);
  }
  try {
    await file.writeFile(`${[FIRST_LINE, ...keys.map(formatLocalKey)].join('\n')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A new name lasts through a power cut only once its directory is on the disk. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(dirname(path), constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function unreadable(path: string, error: unknown): Error {
  const code = codeOf(error);
  if (code === 'ENOENT') {
    return vaultError('vault-key-missing', `There is no vault key file at ${path}.`, {
      next: ['make one: zoneward init', 'or restore it from your backup: without it no saved secret opens'],
    });
  }
  return vaultError('vault-key-unreadable', `The vault key file ${path} cannot be used (${code}).`, {
    next: [`check who may read ${path} and its folder`],
    details: { path, reason: code },
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
