/**
 * The key that signs audit checkpoints: ed25519, a PEM file (PKCS 8) that only its owner may read, beside the vault
 * key. Its id is a hash of the public key, so a checkpoint says by itself which key verifies it.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import type { CheckpointSigner, CheckpointVerifier } from '../domains/audit/checkpoint.ts';
import { vaultError } from './errors.ts';

const OWNER_ONLY = 0o600;
const ID_CHARS = 16;

/** Makes the key file. Throws what the system throws when it is there already. */
export async function createSigningKey(path: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const file = await open(path, 'wx', OWNER_ONLY);
  try {
    await file.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await file.sync();
  } finally {
    await file.close();
  }
}

export interface SigningKey extends CheckpointSigner {
  /** SPKI, PEM: what an auditor needs. */
  readonly publicKey: string;
}

/** Opens the key file. Throws `signing-key-unreadable`. */
export async function openSigningKey(path: string): Promise<SigningKey> {
  const key = await readKey(path);
  const publicKey = createPublicKey(key);
  return {
    keyId: keyIdOf(publicKey),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: async (bytes) => sign(null, bytes, key),
  };
}

async function readKey(path: string): Promise<KeyObject> {
  try {
    return createPrivateKey(await readFile(path));
  } catch {
    throw vaultError('signing-key-unreadable', `The audit signing key ${path} cannot be read.`, {
      next: [
        'restore it from your backup',
        'or move it away: zoneward init makes a new one, old checkpoints keep theirs',
      ],
    });
  }
}

/** Verifies with public keys given as PEM; one text may hold several. */
export function checkpointVerifier(pems: readonly string[]): CheckpointVerifier {
  const keys = new Map<string, KeyObject>();
  for (const pem of pems.flatMap(
    (text) => text.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [],
  )) {
    const key = createPublicKey(pem);
    keys.set(keyIdOf(key), key);
  }
  return {
    verify: (keyId, bytes, signature) => {
      const key = keys.get(keyId);
      return key !== undefined && verify(null, bytes, key, signature);
    },
  };
}

function keyIdOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return `audit-${createHash('sha256').update(der).digest('hex').slice(0, ID_CHARS)}`;
}
