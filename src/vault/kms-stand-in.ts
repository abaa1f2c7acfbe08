/**
 * A stand-in for AWS KMS, written from its API reference (Encrypt, Decrypt, their exceptions), for tests. It has the
 * shape of the SDK's client, in memory. It is not KMS: it shows that we use the documented interface as documented.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { KmsApi } from './kms-keys.ts';

export interface KmsStandIn extends KmsApi {
  readonly keys: Map<string, { readonly bytes: Buffer; enabled: boolean }>;
  /** The name of an exception that the next calls end with. */
  failing: string | null;
}

class KmsException extends Error {
  override readonly name: string;
  constructor(name: string) {
    super(name);
    this.name = name;
  }
}

const ARN = 'arn:aws:kms:eu-central-1:111122223333:key/';

export function kmsStandIn(keyNames: readonly string[]): KmsStandIn {
  const api: KmsStandIn = {
    keys: new Map(keyNames.map((name) => [`${ARN}${name}`, { bytes: randomBytes(32), enabled: true }])),
    failing: null,
    encrypt: async (input) => {
      const key = keyFor(api, input.KeyId);
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      cipher.setAAD(aad(input.EncryptionContext));
      const body = Buffer.concat([cipher.update(input.Plaintext), cipher.final(), cipher.getAuthTag()]);
      // The blob names its key, which is how Decrypt knows that another was asked for.
      const name = Buffer.from(input.KeyId);
      return { CiphertextBlob: Buffer.concat([Buffer.of(name.length), name, nonce, body]) };
    },
    decrypt: async (input) => {
      const key = keyFor(api, input.KeyId);
      const blob = Buffer.from(input.CiphertextBlob);
      const start = 1 + (blob[0] ?? 0);
      const name = blob.subarray(1, start).toString();
      if (!api.keys.has(name)) throw new KmsException('InvalidCiphertextException');
      if (name !== input.KeyId) throw new KmsException('IncorrectKeyException');
      try {
        const nonce = blob.subarray(start, start + 12);
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
        decipher.setAAD(aad(input.EncryptionContext));
        decipher.setAuthTag(blob.subarray(-16));
        return {
          Plaintext: Buffer.concat([decipher.update(blob.subarray(start + 12, -16)), decipher.final()]),
        };
      } catch {
        throw new KmsException('InvalidCiphertextException');
      }
    },
  };
  return api;
}

function keyFor(api: KmsStandIn, arn: string): Buffer {
  if (api.failing !== null) throw new KmsException(api.failing);
  const key = api.keys.get(arn);
  if (key === undefined) throw new KmsException('NotFoundException');
  if (!key.enabled) throw new KmsException('DisabledException');
  return key.bytes;
}

/** The encryption context is a map: its order does not count. */
function aad(context: Record<string, string>): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))));
}
