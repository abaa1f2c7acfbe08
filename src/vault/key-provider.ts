/**
 * Where key-encryption keys live. A provider wraps and unwraps data keys and never gives a key-encryption key
 * away. It holds a ring: one key is current (the vault header says which), older ones still unwrap.
 */

/** What a wrapped key belongs to; it unwraps only with the same entries. Goes to key services as it is. */
export type WrapContext = Readonly<Record<string, string>>;

export interface KeyProvider {
  readonly kind: 'key-file' | 'environment' | 'aws-kms' | 'transit' | 'memory';
  /** Where the keys are, for messages: a path, a variable's name, an address. Never a key. */
  readonly place: string;
  /** The keys at hand. The first is the one that a new store begins with. Never empty. */
  keyIds(): Promise<readonly string[]>;
  /** Throws `vault-key-missing` for a key that is not at hand. Safe to repeat. */
  wrap(keyId: string, dataKey: Uint8Array, context: WrapContext): Promise<Uint8Array>;
  /** Throws `vault-open-failed` for anything altered, or wrapped with another key or context. */
  unwrap(keyId: string, wrapped: Uint8Array, context: WrapContext): Promise<Uint8Array>;
  /** Makes one more key and gives its id. Absent where keys are made elsewhere. */
  addKey?(): Promise<string>;
  /** Destroys a key. Absent where keys are destroyed elsewhere. */
  dropKey?(keyId: string): Promise<void>;
}

/** The entries as a list that does not depend on the order they were written in. */
export function contextParts(context: WrapContext): readonly string[] {
  return Object.keys(context)
    .sort()
    .flatMap((name) => [name, context[name] ?? '']);
}
