/**
 * The vault header: one small text in the store. It says which keys the store's secrets may stand under and which
 * is current, and holds the fingerprint key, wrapped. Each key has a check value: a known text wrapped with that
 * key for this store, so that a wrong key, or a header carried over from another store, is noticed at start.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../base/clock.ts';
import type { VaultHeaderStore } from '../domains/connections/ports.ts';
import { fromBase64, toBase64 } from './bytes.ts';
import { vaultError } from './errors.ts';
import type { KeyProvider, WrapContext } from './key-provider.ts';

export interface HeaderKey {
  readonly id: string;
  readonly addedAt: number;
  /** Null while no secret can stand under it yet. */
  readonly promotedAt: number | null;
  readonly check: string;
}

export interface VaultHeader {
  readonly format: 'zoneward-vault-1';
  readonly storeId: string;
  readonly currentKeyId: string;
  readonly keys: readonly HeaderKey[];
  readonly fingerprint: { readonly keyId: string; readonly wrapped: string };
}

/** A header with the text it was read from: what `replace` compares with. */
export interface StoredHeader {
  readonly header: VaultHeader;
  readonly text: string;
}

const FINGERPRINT_KEY_BYTES = 32;
const CREATE_ATTEMPTS_MAX = 3;

/** Reads the header, or makes it with the provider's first key when the store has none yet. */
export async function loadHeader(options: {
  readonly keys: KeyProvider;
  readonly storeId: string;
  readonly header: VaultHeaderStore;
  readonly random: Random;
  readonly now: number;
}): Promise<StoredHeader> {
  for (let attempt = 1; attempt <= CREATE_ATTEMPTS_MAX; attempt += 1) {
    const text = await options.header.read();
    if (text !== null) return { header: parseHeader(text, options.storeId), text };
    const made = JSON.stringify(await newHeader(options));
    if (await options.header.replace(null, made))
      return { header: parseHeader(made, options.storeId), text: made };
  }
  throw vaultError('vault-header-damaged', 'The vault header can be neither read nor written.');
}

async function newHeader(options: {
  readonly keys: KeyProvider;
  readonly storeId: string;
  readonly random: Random;
  readonly now: number;
}): Promise<VaultHeader> {
  const { keys, storeId, random, now } = options;
  const [keyId] = await keys.keyIds();
  if (keyId === undefined) throw vaultError('vault-key-missing', `${keys.place} holds no key.`);
  const fingerprintKey = random.bytes(FINGERPRINT_KEY_BYTES);
  return {
    format: 'zoneward-vault-1',
    storeId,
    currentKeyId: keyId,
    keys: [{ id: keyId, addedAt: now, promotedAt: now, check: await makeCheck(keys, keyId, storeId) }],
    fingerprint: {
      keyId,
      wrapped: toBase64(await keys.wrap(keyId, fingerprintKey, fingerprintContext(storeId))),
    },
  };
}

/** Throws `vault-header-damaged`, or `vault-foreign-store` for a header that another store wrote. */
export function parseHeader(text: string, storeId: string): VaultHeader {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  if (!isHeader(value)) {
    throw vaultError('vault-header-damaged', 'The vault header of this store cannot be read.', {
      next: ['restore the store from a backup'],
    });
  }
  if (value.storeId !== storeId) {
    throw vaultError(
      'vault-foreign-store',
      `The vault header belongs to store ${value.storeId}, not to this store (${storeId}).`,
      { next: ['point at the right store, or restore this one whole from its backup'] },
    );
  }
  return value;
}

function isHeader(value: unknown): value is VaultHeader {
  if (typeof value !== 'object' || value === null) return false;
  const header = value as Partial<VaultHeader>;
  return (
    header.format === 'zoneward-vault-1' &&
    typeof header.storeId === 'string' &&
    typeof header.currentKeyId === 'string' &&
    Array.isArray(header.keys) &&
    header.keys.some((key) => key.id === header.currentKeyId) &&
    typeof header.fingerprint?.keyId === 'string' &&
    typeof header.fingerprint.wrapped === 'string'
  );
}

/**
 * Proves that the provider holds every key that secrets may stand under, and that each is the right one. A key that
 * was added but never promoted may be missing here: it is still being handed out.
 */
export async function checkKeys(keys: KeyProvider, header: VaultHeader): Promise<void> {
  const held = await keys.keyIds();
  for (const key of header.keys) {
    if (held.includes(key.id)) {
      await checkKey(keys, key, header.storeId);
    } else if (key.promotedAt !== null) {
      throw vaultError(
        'vault-key-missing',
        `This store's secrets are sealed with key ${key.id}; ${keys.place} holds ${held.join(', ')}. ` +
          "It is a wrong key, or another store's.",
        {
          next: [
            `restore the key ${key.id} from your backup`,
            'or point at the store that these keys belong to',
          ],
          details: { keyId: key.id, place: keys.place, held },
        },
      );
    }
  }
}

async function checkKey(keys: KeyProvider, key: HeaderKey, storeId: string): Promise<void> {
  const wrapped = fromBase64(key.check);
  let opened: Uint8Array | null = null;
  try {
    opened = wrapped === null ? null : await keys.unwrap(key.id, wrapped, checkContext(storeId));
  } catch (error) {
    // Only "this does not open" is a verdict on the key; a service that is away says nothing about it.
    if (!isOpenFailure(error)) throw error;
  }
  const expected = checkText(storeId);
  if (opened === null || opened.length !== expected.length || !timingSafeEqual(opened, expected)) {
    throw vaultError(
      'vault-key-wrong',
      `Key ${key.id} in ${keys.place} is not the key that this store was sealed with.`,
      {
        next: [`restore the key ${key.id} from your backup`],
        details: { keyId: key.id, place: keys.place },
      },
    );
  }
}

function isOpenFailure(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'vault-open-failed';
}

export async function makeCheck(keys: KeyProvider, keyId: string, storeId: string): Promise<string> {
  return toBase64(await keys.wrap(keyId, checkText(storeId), checkContext(storeId)));
}

function checkText(storeId: string): Uint8Array {
  return createHash('sha256').update(`zoneward key check ${storeId}`).digest();
}

function checkContext(storeId: string): WrapContext {
  return { purpose: 'check', store: storeId };
}

export function fingerprintContext(storeId: string): WrapContext {
  return { purpose: 'fingerprint', store: storeId };
}
