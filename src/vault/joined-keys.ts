/** Several providers as one ring: the way from a key file to a key service and back, while everything runs. */
import { vaultError } from './errors.ts';
import type { KeyProvider } from './key-provider.ts';

/**
 * Keys are asked of the provider that holds them; new ones are made by the first that can. The first key of the
 * first provider is the one for new stores.
 */
export function joinKeys(providers: readonly KeyProvider[]): KeyProvider {
  const [first, ...rest] = providers;
  if (first === undefined) throw vaultError('vault-key-missing', 'No place for vault keys is configured.');
  if (rest.length === 0) return first;
  const place = providers.map((provider) => provider.place).join(', ');
  const holderOf = async (keyId: string): Promise<KeyProvider> => {
    for (const provider of providers) if ((await provider.keyIds()).includes(keyId)) return provider;
    throw vaultError('vault-key-missing', `Vault key ${keyId} is in none of ${place}.`, {
      details: { keyId },
    });
  };
  const addKey = providers.find((provider) => provider.addKey !== undefined)?.addKey;
  return {
    kind: first.kind,
    place,
    keyIds: async () => (await Promise.all(providers.map((provider) => provider.keyIds()))).flat(),
    wrap: async (keyId, dataKey, context) => await (await holderOf(keyId)).wrap(keyId, dataKey, context),
    unwrap: async (keyId, wrapped, context) => await (await holderOf(keyId)).unwrap(keyId, wrapped, context),
    ...(addKey === undefined ? {} : { addKey }),
    dropKey: async (keyId) => await (await holderOf(keyId)).dropKey?.(keyId),
  };
}
