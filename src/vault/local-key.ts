/**
 * Key-encryption keys that are at hand as bytes (from a key file or the environment): 256 bits, AES-256-GCM.
 * A key's id is drawn from the key itself, so that the same bytes have the same id wherever they are kept, and
 * a different key never passes under an old name.
 */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import type { Random } from '../base/clock.ts';
import { frame, fromBase64, toBase64 } from './bytes.ts';
import { vaultError } from './errors.ts';
import { contextParts, type WrapContext } from './key-provider.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** 32 random bytes hold about 30 different values; fewer than this is not chance but `aaaa…` or a phrase. */
const DISTINCT_BYTES_MIN = 16;

export interface LocalKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

export function localKey(bytes: Uint8Array): LocalKey {
  return {
    id: `k-${createHmac('sha256', bytes).update('zoneward key id').digest('hex').slice(0, 12)}`,
    bytes,
  };
}

export function newLocalKey(random: Random): LocalKey {
  return localKey(random.bytes(KEY_BYTES));
}

export function formatLocalKey(key: LocalKey): string {
  return toBase64(key.bytes);
}

/** Reads base64 of 32 bytes. `place` names where the text came from; the text itself is never repeated. */
export function parseLocalKey(text: string, place: string): LocalKey {
  const bytes = fromBase64(text.trim());
  if (bytes === null || bytes.length !== KEY_BYTES) {
    throw vaultError(
      'vault-key-malformed',
      `${place} is not a vault key: expected base64 of 32 random bytes.`,
      {
        next: ['make one: zoneward init', 'or: openssl rand -base64 32'],
      },
    );
  }
  if (new Set(bytes).size < DISTINCT_BYTES_MIN) {
    throw vaultError('vault-key-malformed', `${place} is a weak vault key: its bytes are not random.`, {
      next: ['make one: openssl rand -base64 32'],
    });
  }
  return localKey(bytes);
}

/** AES-256-GCM with a random nonce: nonce, ciphertext, tag in one. */
export function wrapLocally(
  key: LocalKey,
  dataKey: Uint8Array,
  context: WrapContext,
  random: Random,
): Uint8Array {
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce);
  cipher.setAAD(wrapAad(key.id, context));
  return Buffer.concat([nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]);
}

export function unwrapLocally(key: LocalKey, wrapped: Uint8Array, context: WrapContext): Uint8Array {
  if (wrapped.length < NONCE_BYTES + TAG_BYTES) throw unwrapFailed(key.id);
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, wrapped.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(wrapAad(key.id, context));
  decipher.setAuthTag(wrapped.subarray(wrapped.length - TAG_BYTES));
  try {
    const body = wrapped.subarray(NONCE_BYTES, wrapped.length - TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch {
    throw unwrapFailed(key.id);
  }
}

function wrapAad(keyId: string, context: WrapContext): Uint8Array {
  return frame(['zoneward-wrap-1', keyId, ...contextParts(context)]);
}

function unwrapFailed(keyId: string): Error {
  return vaultError(
    'vault-open-failed',
    `Key ${keyId} does not open this wrapped key: moved, altered or foreign.`,
    {
      details: { keyId },
    },
  );
}
