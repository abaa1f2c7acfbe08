/**
 * Seal and open. Each secret is sealed with a data key of its own (AES-256-GCM); the data key is wrapped by a
 * key-encryption key that never leaves its provider. Both are bound to store, tenant, connection, field and
 * version: a ciphertext that was moved to another row, rolled back to an older one, or carried over from another
 * store does not open.
 *
 * GCM does not commit to its key, so a commitment drawn from the data key stands before the ciphertext and is
 * checked first.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { type Clock, type Random, systemClock, systemRandom } from '../base/clock.ts';
import type { TenantId } from '../base/ids.ts';
import { Secret } from '../base/secret.ts';
import type { SealedSecret, SecretContext, Vault, VaultHeaderStore } from '../domains/connections/ports.ts';
import { frame, fromBase64, toBase64 } from './bytes.ts';
import { vaultError } from './errors.ts';
import { checkKeys, fingerprintContext, loadHeader, parseHeader } from './header.ts';
import type { KeyProvider, WrapContext } from './key-provider.ts';

const FORMAT = 1;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface VaultOptions {
  readonly keys: KeyProvider;
  /** The store's own id, made with the store: binds every ciphertext to it. */
  readonly storeId: string;
  readonly header: VaultHeaderStore;
  readonly random?: Random;
  readonly clock?: Clock;
}

/**
 * Opens the vault of a store; a new store gets its header here. Every key is proven now, so that a missing, wrong
 * or foreign key stops the start (`vault-key-missing`, `vault-key-wrong`, `vault-foreign-store`) and never shows
 * first when a secret is needed.
 */
export async function openVault(options: VaultOptions): Promise<Vault> {
  const { keys, storeId, header: headerStore } = options;
  const random = options.random ?? systemRandom;
  const now = (options.clock ?? systemClock).now();
  const { header } = await loadHeader({ keys, storeId, header: headerStore, random, now });
  await checkKeys(keys, header);
  const fingerprintKey = await keys.unwrap(
    header.fingerprint.keyId,
    fromBase64(header.fingerprint.wrapped) ?? new Uint8Array(),
    fingerprintContext(storeId),
  );

  return {
    seal: async (context, secret) => {
      // Read anew: another process may have promoted a key since this one started.
      const text = await headerStore.read();
      const current = text === null ? header : parseHeader(text, storeId);
      return await seal({ keys, storeId, random, keyId: current.currentKeyId }, context, secret);
    },
    open: (context, sealed) => open({ keys, storeId }, context, sealed),
    fingerprint: async (tenantId, secret) => fingerprint(fingerprintKey, { storeId, tenantId }, secret),
  };
}

async function seal(
  using: {
    readonly keys: KeyProvider;
    readonly storeId: string;
    readonly random: Random;
    readonly keyId: string;
  },
  context: SecretContext,
  secret: Secret,
): Promise<SealedSecret> {
  const { keys, storeId, random, keyId } = using;
  const dataKey = random.bytes(KEY_BYTES);
  const nonce = random.bytes(NONCE_BYTES);
  const { cipherKey, commitment } = deriveKeys(dataKey);
  const cipher = createCipheriv('aes-256-gcm', cipherKey, nonce);
  cipher.setAAD(secretAad(storeId, context));
  const body = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return {
    keyId,
    wrappedKey: toBase64(await keys.wrap(keyId, dataKey, dataKeyContext(storeId, context))),
    nonce: toBase64(nonce),
    ciphertext: toBase64(Buffer.concat([Uint8Array.of(FORMAT), commitment, body])),
    version: context.version,
  };
}

async function open(
  using: { readonly keys: KeyProvider; readonly storeId: string },
  context: SecretContext,
  sealed: SealedSecret,
): Promise<Secret> {
  const { keys, storeId } = using;
  const wrapped = fromBase64(sealed.wrappedKey);
  const nonce = fromBase64(sealed.nonce);
  const bytes = fromBase64(sealed.ciphertext);
  if (wrapped === null || nonce === null || bytes === null || nonce.length !== NONCE_BYTES) {
    throw openFailed(context, 'damaged');
  }
  if (bytes[0] !== FORMAT || bytes.length < 1 + KEY_BYTES + TAG_BYTES) throw openFailed(context, 'damaged');
  if (sealed.version !== context.version) throw openFailed(context, 'version');
  const held = await keys.keyIds();
  if (!held.includes(sealed.keyId)) throw openFailed(context, 'key-not-held', sealed.keyId);

  const dataKey = await unwrap(keys, sealed.keyId, wrapped, context, storeId);
  const { cipherKey, commitment } = deriveKeys(dataKey);
  if (!timingSafeEqual(commitment, bytes.subarray(1, 1 + KEY_BYTES))) throw openFailed(context, 'commitment');
  const decipher = createDecipheriv('aes-256-gcm', cipherKey, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(secretAad(storeId, context));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  try {
    const body = bytes.subarray(1 + KEY_BYTES, bytes.length - TAG_BYTES);
    return new Secret(Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8'));
  } catch {
    throw openFailed(context, 'ciphertext');
  }
}

async function unwrap(
  keys: KeyProvider,
  keyId: string,
  wrapped: Uint8Array,
  context: SecretContext,
  storeId: string,
): Promise<Uint8Array> {
  let dataKey: Uint8Array;
  try {
    dataKey = await keys.unwrap(keyId, wrapped, dataKeyContext(storeId, context));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'vault-open-failed') {
      throw openFailed(context, 'wrapped-key', keyId);
    }
    throw error;
  }
  if (dataKey.length !== KEY_BYTES) throw openFailed(context, 'wrapped-key', keyId);
  return dataKey;
}

function deriveKeys(dataKey: Uint8Array): { cipherKey: Uint8Array; commitment: Uint8Array } {
  const derive = (use: string): Uint8Array => new Uint8Array(hkdfSync('sha256', dataKey, '', use, KEY_BYTES));
  return { cipherKey: derive('zoneward seal 1'), commitment: derive('zoneward commit 1') };
}

/** The fingerprint key is drawn per tenant: the same secret in two tenants has two unrelated fingerprints. */
function fingerprint(
  key: Uint8Array,
  of: { readonly storeId: string; readonly tenantId: TenantId },
  secret: Secret,
): string {
  const tenantKey = hkdfSync('sha256', key, of.storeId, `zoneward fingerprint 1 ${of.tenantId}`, KEY_BYTES);
  return createHmac('sha256', new Uint8Array(tenantKey)).update(secret.reveal(), 'utf8').digest('hex');
}

function secretAad(storeId: string, context: SecretContext): Uint8Array {
  const { tenantId, connectionId, field, version } = context;
  return frame(['zoneward-secret-1', storeId, tenantId, connectionId, field, String(version)]);
}

/** What a data key is bound to. A rewrap must use the same. */
export function dataKeyContext(storeId: string, context: SecretContext): WrapContext {
  return {
    purpose: 'data-key',
    store: storeId,
    tenant: context.tenantId,
    connection: context.connectionId,
    field: context.field,
    version: String(context.version),
  };
}

function openFailed(context: SecretContext, reason: string, keyId?: string): Error {
  const { tenantId, connectionId, field, version } = context;
  const why =
    reason === 'key-not-held' ? `key ${keyId} is not at hand` : 'it was moved, altered or is foreign';
  return vaultError(
    'vault-open-failed',
    `The ${field} of connection ${connectionId} does not open: ${why}.`,
    {
      next: [
        `give the credential anew: zoneward connections relink ${connectionId}`,
        'or restore the store and its keys from one backup',
      ],
      details: { tenantId, connectionId, field, version, reason, ...(keyId === undefined ? {} : { keyId }) },
    },
  );
}
