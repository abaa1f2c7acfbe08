/**
 * Secrets that a secret manager keeps, for `openSecretReferences`:
 * `vault-kv:MOUNT/PATH#FIELD` (HashiCorp Vault or OpenBao, KV version 2) and
 * `aws-secrets-manager:NAME-OR-ARN` or `…#FIELD` of a JSON secret.
 */
import { vaultError } from './errors.ts';
import type { SecretFetcher } from './secret-references.ts';
import { callVault, type VaultServer } from './vault-http.ts';

export function vaultKvFetcher(server: VaultServer): SecretFetcher {
  return async (name) => {
    const { path, field } = splitField(name);
    const [mount = '', ...rest] = path.split('/');
    if (mount === '' || rest.length === 0 || field === null) {
      throw failed(`vault-kv:${name}`, 'expected vault-kv:MOUNT/PATH#FIELD');
    }
    const answer = await callVault(server, `${mount}/data/${rest.map(encodeURIComponent).join('/')}`, null);
    if (!answer.ok) throw failed(`vault-kv:${name}`, `the server answered ${answer.status}`);
    const data = answer.data['data'];
    const value =
      typeof data === 'object' && data !== null && !Array.isArray(data) ? Object.entries(data) : [];
    return textOf(new Map(value).get(field), `vault-kv:${name}`, field);
  };
}

/** What is used of the SDK's `SecretsManager`. */
export interface SecretsManagerApi {
  getSecretValue(input: { SecretId: string }): Promise<{ SecretString?: string | undefined }>;
}

export function secretsManagerFetcher(api: SecretsManagerApi): SecretFetcher {
  return async (name) => {
    const reference = `aws-secrets-manager:${name}`;
    const { path, field } = splitField(name);
    let text: string | undefined;
    try {
      text = (await api.getSecretValue({ SecretId: path })).SecretString;
    } catch (error) {
      throw failed(reference, error instanceof Error ? error.name : 'no answer');
    }
    if (text === undefined) throw failed(reference, 'it holds no text');
    if (field === null) return text;
    return textOf(fieldOfJson(text, field), reference, field);
  };
}

/** Loads `@aws-sdk/client-secrets-manager`, an optional dependency, when a reference asks for it. */
export async function loadSecretsManager(
  options: { readonly region?: string } = {},
): Promise<SecretsManagerApi> {
  // By a variable: the package is optional, and the type checker must not ask for it.
  const packageName = '@aws-sdk/client-secrets-manager';
  let sdk: { SecretsManager: new (options: object) => SecretsManagerApi };
  try {
    sdk = await import(packageName);
  } catch {
    throw vaultError('secret-reference-failed', `AWS Secrets Manager needs the package ${packageName}.`, {
      next: [`npm install ${packageName}`],
    });
  }
  return new sdk.SecretsManager(options);
}

function splitField(name: string): { readonly path: string; readonly field: string | null } {
  const at = name.lastIndexOf('#');
  return at === -1 ? { path: name, field: null } : { path: name.slice(0, at), field: name.slice(at + 1) };
}

function fieldOfJson(text: string, field: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? new Map(Object.entries(value)).get(field)
      : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown, reference: string, field: string): string {
  if (typeof value === 'string') return value;
  throw failed(reference, `it has no text field "${field}"`);
}

function failed(reference: string, why: string): Error {
  return vaultError('secret-reference-failed', `The secret ${reference} cannot be fetched: ${why}.`, {
    details: { reference },
  });
}
