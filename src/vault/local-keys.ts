/** A ring of local keys behind the provider interface; the key file and the environment are two ways to fill it. */
import { type Random, systemRandom } from '../base/clock.ts';
import { vaultError } from './errors.ts';
import type { KeyProvider } from './key-provider.ts';
import { type LocalKey, newLocalKey, parseLocalKey, unwrapLocally, wrapLocally } from './local-key.ts';

export const VAULT_KEY_VARIABLE = 'ZONEWARD_VAULT_KEY';

/**
 * A provider over `read`, which is asked again whenever a key is missed: a key added by another process is found
 * without a restart.
 */
export function localKeyProvider(options: {
  readonly kind: KeyProvider['kind'];
  readonly place: string;
  readonly read: () => Promise<readonly LocalKey[]>;
  readonly addKey?: () => Promise<string>;
  readonly dropKey?: (keyId: string) => Promise<void>;
  readonly random: Random;
}): KeyProvider {
  const { kind, place, read, addKey, dropKey, random } = options;
  let held: readonly LocalKey[] | null = null;

  const find = async (keyId: string): Promise<LocalKey> => {
    const cached = held?.find((key) => key.id === keyId);
    if (cached !== undefined) return cached;
    held = await read();
    const fresh = held.find((key) => key.id === keyId);
    if (fresh !== undefined) return fresh;
    const ids = held.map((key) => key.id).join(', ');
    throw vaultError('vault-key-missing', `Vault key ${keyId} is not in ${place}, which holds ${ids}.`, {
      next: [`put key ${keyId} back into ${place}`],
      details: { keyId, place },
    });
  };

  return {
    kind,
    place,
    keyIds: async () => {
      held = await read();
      return held.map((key) => key.id);
    },
    wrap: async (keyId, dataKey, context) => wrapLocally(await find(keyId), dataKey, context, random),
    unwrap: async (keyId, wrapped, context) => unwrapLocally(await find(keyId), wrapped, context),
    ...(addKey === undefined ? {} : { addKey }),
    ...(dropKey === undefined
      ? {}
      : {
          dropKey: async (keyId: string) => {
            await dropKey(keyId);
            held = null;
          },
        }),
  };
}

/**
 * Keys from `ZONEWARD_VAULT_KEY`: base64 of 32 bytes; several separated by commas, the first for new stores.
 * Throws `vault-key-missing` when the variable is unset or empty, `vault-key-malformed` for a bad one.
 */
export function environmentKeys(
  environment: Readonly<Record<string, string | undefined>>,
  options: { readonly random?: Random } = {},
): KeyProvider {
  const text = environment[VAULT_KEY_VARIABLE]?.trim() ?? '';
  if (text === '') {
    throw vaultError('vault-key-missing', `The environment variable ${VAULT_KEY_VARIABLE} is not set.`, {
      next: ['make a key file: zoneward init', `or set ${VAULT_KEY_VARIABLE} to: openssl rand -base64 32`],
    });
  }
  const keys = text.split(',').map((part, i) => parseLocalKey(part, `${VAULT_KEY_VARIABLE} (key ${i + 1})`));
  return localKeyProvider({
    kind: 'environment',
    place: VAULT_KEY_VARIABLE,
    read: async () => keys,
    random: options.random ?? systemRandom,
  });
}

/** Keys in memory alone: for tests and for a sandbox that forgets. */
export function memoryKeys(options: { readonly random?: Random } = {}): KeyProvider {
  const random = options.random ?? systemRandom;
  let keys: readonly LocalKey[] = [newLocalKey(random)];
  return localKeyProvider({
    kind: 'memory',
    place: 'memory',
    read: async () => keys,
    addKey: async () => {
      const key = newLocalKey(random);
      keys = [...keys, key];
      return key.id;
    },
    dropKey: async (keyId) => {
      keys = keys.filter((key) => key.id !== keyId);
    },
    random,
  });
}
