/**
 * Key-encryption keys in the transit engine of HashiCorp Vault or OpenBao: they never leave it, and it logs each
 * use. The key must be of an AEAD type (`aes256-gcm96`, the default, or `chacha20-poly1305`), which is what makes
 * `associated_data` bind. Versions within one transit key are the server's: its own rotation needs nothing from us.
 */
import type { JsonObject } from '../base/json.ts';
import { frame, fromBase64, toBase64 } from './bytes.ts';
import { vaultError } from './errors.ts';
import { contextParts, type KeyProvider, type WrapContext } from './key-provider.ts';
import { callVault, type VaultServer } from './vault-http.ts';

export interface TransitOptions extends VaultServer {
  /** Where the engine is mounted; `transit` unless it was moved. */
  readonly mount?: string;
  /** Names of transit keys, the one for new stores first. */
  readonly keyNames: readonly string[];
}

/** Key ids are `transit:<mount>/<name>`. Makes no call by itself. */
export function transitKeys(options: TransitOptions): KeyProvider {
  const mount = options.mount ?? 'transit';
  const prefix = `transit:${mount}/`;
  const place = `${options.address} (${mount})`;
  const nameOf = (keyId: string): string => {
    const name = keyId.startsWith(prefix) ? keyId.slice(prefix.length) : '';
    if (options.keyNames.includes(name)) return encodeURIComponent(name);
    throw missing(keyId, place);
  };
  return {
    kind: 'transit',
    place,
    keyIds: async () => options.keyNames.map((name) => `${prefix}${name}`),
    wrap: async (keyId, dataKey, context) => {
      const body = { plaintext: toBase64(dataKey), associated_data: associatedData(context) };
      const data = await call(options, `${mount}/encrypt/${nameOf(keyId)}`, { body, keyId, place });
      const { ciphertext } = data;
      if (typeof ciphertext !== 'string') throw refused(keyId, place, 'an answer without a ciphertext');
      return Buffer.from(ciphertext, 'utf8');
    },
    unwrap: async (keyId, wrapped, context) => {
      const ciphertext = Buffer.from(wrapped).toString('utf8');
      const body = { ciphertext, associated_data: associatedData(context) };
      const data = await call(options, `${mount}/decrypt/${nameOf(keyId)}`, { body, keyId, place });
      const plain = typeof data['plaintext'] === 'string' ? fromBase64(data['plaintext']) : null;
      if (plain === null) throw refused(keyId, place, 'an answer without a plaintext');
      return plain;
    },
  };
}

async function call(
  server: VaultServer,
  path: string,
  request: { readonly body: JsonObject; readonly keyId: string; readonly place: string },
): Promise<JsonObject> {
  const { body, keyId, place } = request;
  const answer = await callVault(server, path, body);
  if (answer.ok) return answer.data;
  const said = answer.messages.join('; ');
  if (/key not found|no handler for route|unsupported path/i.test(said) || answer.status === 404) {
    throw missing(keyId, place);
  }
  // 400 to a decryption: the ciphertext, its context or its key version is not what it was.
  if ('ciphertext' in body && answer.status === 400) {
    throw vaultError(
      'vault-open-failed',
      `Key ${keyId} does not open this wrapped key: moved, altered or foreign.`,
      {
        details: { keyId },
      },
    );
  }
  throw refused(keyId, place, `status ${answer.status}`);
}

function associatedData(context: WrapContext): string {
  return toBase64(frame(contextParts(context)));
}

function missing(keyId: string, place: string): Error {
  return vaultError('vault-key-missing', `There is no key ${keyId} at ${place}.`, {
    next: ['check the mount and the names of the keys'],
    details: { keyId, place },
  });
}

function refused(keyId: string, place: string, why: string): Error {
  return vaultError('vault-key-service-refused', `${place} does not serve key ${keyId}: ${why}.`, {
    details: { keyId, place, why },
  });
}
