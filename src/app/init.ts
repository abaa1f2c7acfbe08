/** The first start: the home folder, and a key for the vault. What is there already is left as it is. */
import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { isZonewardError } from '../base/errors.ts';
import { createKeyFile } from '../vault/key-file.ts';
import { VAULT_KEY_VARIABLE } from '../vault/local-keys.ts';
import type { Config, Environment } from './config.ts';

export interface Initialized {
  readonly home: string;
  /** The path of a key that was made now; null when there was one, or the environment has it. */
  readonly keyCreated: string | null;
}

export async function initHome(config: Config, environment: Environment): Promise<Initialized> {
  await mkdir(config.home, { recursive: true, mode: 0o700 });
  if (environment[VAULT_KEY_VARIABLE] !== undefined || (await exists(config.keyFile))) {
    return { home: config.home, keyCreated: null };
  }
  // A store without its key is a lost key, not a first start: a new one would open nothing.
  if (await exists(storeFile(config))) return { home: config.home, keyCreated: null };
  await mkdir(path.dirname(config.keyFile), { recursive: true, mode: 0o700 });
  try {
    await createKeyFile(config.keyFile);
  } catch (error) {
    // Two first starts at once: the other one made it.
    if (isZonewardError(error) && (await exists(config.keyFile)))
      return { home: config.home, keyCreated: null };
    throw error;
  }
  return { home: config.home, keyCreated: config.keyFile };
}

function storeFile(config: Config): string {
  return config.storeUrl.replace(/^sqlite:/, '');
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
