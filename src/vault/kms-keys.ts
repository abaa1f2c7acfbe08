/**
 * Key-encryption keys in AWS KMS: symmetric keys that never leave it. The wrap context goes along as the encryption
 * context, which KMS binds, and shows in CloudTrail: it holds ids, never a secret.
 *
 * The SDK (`@aws-sdk/client-kms`) is an optional dependency, for its chain of credentials; it is loaded when a
 * store asks for KMS. The provider itself needs only two of its methods and takes them by shape.
 */
import { vaultError } from './errors.ts';
import type { KeyProvider, WrapContext } from './key-provider.ts';

/** What is used of the SDK's `KMS`. */
export interface KmsApi {
  encrypt(input: {
    KeyId: string;
    Plaintext: Uint8Array;
    EncryptionContext: Record<string, string>;
  }): Promise<{ CiphertextBlob?: Uint8Array | undefined }>;
  decrypt(input: {
    KeyId: string;
    CiphertextBlob: Uint8Array;
    EncryptionContext: Record<string, string>;
  }): Promise<{ Plaintext?: Uint8Array | undefined }>;
}

export interface KmsOptions {
  readonly api: KmsApi;
  /** Key ARNs, the one for new stores first. An ARN and not an alias: an alias may come to mean another key. */
  readonly keyArns: readonly string[];
}

/** Makes no call by itself. */
export function kmsKeys({ api, keyArns }: KmsOptions): KeyProvider {
  const strange = keyArns.find((arn) => !/^arn:[^:]+:kms:[^:]+:\d{12}:key\/.+$/.test(arn));
  if (strange !== undefined || keyArns.length === 0) {
    throw vaultError('vault-key-malformed', `${strange ?? 'Nothing'} is not the ARN of a KMS key.`, {
      next: ['expected arn:aws:kms:REGION:ACCOUNT:key/ID'],
    });
  }
  const held = (keyId: string): string => {
    if (keyArns.includes(keyId)) return keyId;
    throw vaultError('vault-key-missing', `Key ${keyId} is not among the KMS keys that are configured.`, {
      details: { keyId },
    });
  };
  return {
    kind: 'aws-kms',
    place: 'AWS KMS',
    keyIds: async () => keyArns,
    wrap: async (keyId, dataKey, context) => {
      const request = { KeyId: held(keyId), Plaintext: dataKey, EncryptionContext: contextOf(context) };
      const { CiphertextBlob } = await ask(keyId, () => api.encrypt(request));
      return CiphertextBlob ?? fail(keyId, { name: 'no ciphertext' });
    },
    unwrap: async (keyId, wrapped, context) => {
      const request = { KeyId: held(keyId), CiphertextBlob: wrapped, EncryptionContext: contextOf(context) };
      const { Plaintext } = await ask(keyId, () => api.decrypt(request));
      return Plaintext ?? fail(keyId, { name: 'no plaintext' });
    },
  };
}

/** Loads the SDK and makes its client; credentials and, unless given, the region come by the SDK's own chain. */
export async function loadKms(
  options: { readonly region?: string; readonly endpoint?: string } = {},
): Promise<KmsApi> {
  // By a variable: the package is optional, and the type checker must not ask for it.
  const packageName = '@aws-sdk/client-kms';
  let sdk: { KMS: new (options: object) => KmsApi };
  try {
    sdk = await import(packageName);
  } catch {
    throw vaultError('vault-key-service-unavailable', `AWS KMS needs the package ${packageName}.`, {
      next: [`npm install ${packageName}`],
    });
  }
  return new sdk.KMS(options);
}

function contextOf(context: WrapContext): Record<string, string> {
  return { ...context };
}

async function ask<T>(keyId: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    return fail(keyId, error);
  }
}

/** By the names of KMS's exceptions ("AWS KMS API Reference", Encrypt and Decrypt, common errors). */
function fail(keyId: string, error: unknown): never {
  const name =
    typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : 'unknown';
  const details = { keyId, reason: name };
  switch (name) {
    case 'InvalidCiphertextException':
    case 'IncorrectKeyException':
      throw vaultError(
        'vault-open-failed',
        `Key ${keyId} does not open this wrapped key: moved, altered or foreign.`,
        {
          details,
        },
      );
    case 'NotFoundException':
      throw vaultError('vault-key-missing', `AWS KMS has no key ${keyId}.`, { details });
    case 'AccessDeniedException':
    case 'DisabledException':
    case 'KMSInvalidStateException':
    case 'InvalidKeyUsageException':
    case 'UnrecognizedClientException':
    case 'ExpiredTokenException':
    case 'CredentialsProviderError':
      throw vaultError('vault-key-service-refused', `AWS KMS does not serve key ${keyId} (${name}).`, {
        next: ['check the key, its policy (kms:Encrypt, kms:Decrypt) and the AWS credentials'],
        details,
      });
    default:
      throw vaultError('vault-key-service-unavailable', `AWS KMS cannot be used now (${name}).`, {
        next: ['try again'],
        details,
      });
  }
}
