/** The keys of the vault: looked at, added, promoted, rewrapped, retired, while everything runs. */
import {
  addKey,
  type KeyRing,
  type KeyStatus,
  keyStatus,
  promoteKey,
  type RewrapReport,
  retireKey,
  rewrapKeys,
} from '../vault/keys.ts';
import type { Context } from './context.ts';

export type { KeyStatus } from '../vault/keys.ts';

export interface VaultKeys {
  /** Where the keys are: a path, a variable's name, an address. */
  place(): Promise<string>;
  /** Every key that is known, at hand, or that a row stands under. */
  status(): Promise<readonly KeyStatus[]>;
  /** Makes a key, or registers one by its id that is at hand already. Nothing is sealed with it yet. @returns its id. */
  add(keyId?: string): Promise<string>;
  /** Makes a registered key the one that seals. Every process must hold it by now. */
  promote(keyId: string): Promise<void>;
  /** Brings every secret under the current key. Broken off, it is simply run again. */
  rewrap(options?: {
    readonly signal?: AbortSignal;
    readonly onRow?: (rewrapped: number) => void;
  }): Promise<RewrapReport>;
  /** Takes a key out of use, and destroys it where we can. Refused while anything stands under it. */
  retire(keyId: string): Promise<void>;
}

export function vaultAdmin(context: Context): VaultKeys {
  const ring = async (): Promise<KeyRing> => {
    const { store, clock, random } = context;
    const keys = await context.vaultKeys();
    return {
      keys,
      storeId: store.id,
      header: store.vaultHeader,
      rows: store.sealedSecrets,
      clock,
      random,
    };
  };
  const told = (what: string, keyId: string): void => context.logger.info(what, { keyId });
  return {
    place: async () => (await context.vaultKeys()).place,
    status: async () => keyStatus(await ring()),
    add: async (keyId) => {
      const id = await addKey(await ring(), keyId);
      told('vault key added', id);
      return id;
    },
    promote: async (keyId) => {
      await promoteKey(await ring(), keyId);
      told('vault key promoted', keyId);
    },
    rewrap: async (options = {}) => {
      const report = await rewrapKeys(await ring(), options);
      told('vault rewrapped', report.keyId);
      return report;
    },
    retire: async (keyId) => {
      await retireKey(await ring(), keyId);
      told('vault key retired', keyId);
    },
  };
}
