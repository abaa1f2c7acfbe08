/** The first start: the home folder, a key for the vault, one for the audit. What is there is left as it is. */
import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createKeyFile } from '../vault/key-file.ts';
import { createSigningKey } from '../vault/signing-key.ts';
import type { Config, Environment } from './config.ts';
import { vaultKeyPlaces } from './vault-keys.ts';

export interface Initialized {
  readonly home: string;
  /** The path of a vault key that was made now; null when there was one, or the environment has it. */
  readonly keyCreated: string | null;
}

export async function initHome(config: Config, environment: Environment): Promise<Initialized> {
  await mkdir(config.home, { recursive: true, mode: 0o700 });
  await makeOnce(config.signingKeyFile, createSigningKey);
  // The place for new stores; only a file is ours to make.
  const [place] = vaultKeyPlaces(config, environment);
  if (place?.kind !== 'file') return { home: config.home, keyCreated: null };
  // A store without its key is a lost key, not a first start: a new one would open nothing.
  const lost = !(await exists(place.path)) && (await exists(storeFile(config)));
  if (lost) return { home: config.home, keyCreated: null };
  const created = await makeOnce(place.path, createKeyFile);
  return { home: config.home, keyCreated: created ? place.path : null };
}

/** True when the file was made now. Of two first starts at once, one makes it and both go on. */
async function makeOnce(file: string, make: (file: string) => Promise<unknown>): Promise<boolean> {
  if (await exists(file)) return false;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    await make(file);
    return true;
  } catch (error) {
    if (await exists(file)) return false;
    throw error;
  }
}

function storeFile(config: Config): string {
  return config.storePlace.replace(/^sqlite:/, '');
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
