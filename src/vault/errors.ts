/** The errors of the vault. None holds a key or a secret; `cause` is never passed on for that reason. */
import { ZonewardError } from '../base/errors.ts';

/** Stable codes, for programs. */
export type VaultErrorCode =
  /** No key where one was looked for, or a key that this store needs is not among those at hand. */
  | 'vault-key-missing'
  /** There, but it cannot be read. */
  | 'vault-key-unreadable'
  /** Others than its owner may read or change it. */
  | 'vault-key-permissions'
  /** Not a key as we write it, or a weak one. */
  | 'vault-key-malformed'
  /** The key has the right name and the wrong bytes. */
  | 'vault-key-wrong'
  /** The vault header was written by another store. */
  | 'vault-foreign-store'
  /** The vault header cannot be read as one. */
  | 'vault-header-damaged'
  /** A key file is there already, or is being changed by someone else. */
  | 'vault-key-exists'
  /** Secrets still stand under the key, or it is the current one. */
  | 'vault-key-in-use'
  /** Moved, altered or foreign ciphertext. */
  | 'vault-open-failed'
  /** The key service did not answer. */
  | 'vault-key-service-unavailable'
  /** The key service answered no. */
  | 'vault-key-service-refused'
  /** The key that signs audit checkpoints is there, but it cannot be read as one. */
  | 'signing-key-unreadable'
  /** A named secret (`env:NAME`, `file:PATH`) could not be fetched. */
  | 'secret-reference-failed';

const KINDS: Readonly<Record<VaultErrorCode, ZonewardError['kind']>> = {
  'vault-key-missing': 'internal',
  'signing-key-unreadable': 'internal',
  'vault-key-unreadable': 'internal',
  'vault-key-permissions': 'internal',
  'vault-key-malformed': 'internal',
  'vault-key-wrong': 'internal',
  'vault-foreign-store': 'internal',
  'vault-header-damaged': 'internal',
  'vault-key-exists': 'conflict',
  'vault-key-in-use': 'conflict',
  'vault-open-failed': 'internal',
  'vault-key-service-unavailable': 'temporary',
  'vault-key-service-refused': 'internal',
  'secret-reference-failed': 'credentials',
};

export function vaultError(
  code: VaultErrorCode,
  message: string,
  more: { readonly next?: readonly string[]; readonly details?: Readonly<Record<string, unknown>> } = {},
): ZonewardError {
  return new ZonewardError(message, { code, kind: KINDS[code], ...more });
}
