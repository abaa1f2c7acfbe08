/**
 * The secret managers that references may name besides `env:` and `file:`. Each is configured by its own variables,
 * and loaded at the first reference to it.
 */
import {
  loadSecretsManager,
  type SecretsManagerApi,
  secretsManagerFetcher,
  vaultKvFetcher,
} from '../vault/secret-managers.ts';
import type { SecretFetcher } from '../vault/secret-references.ts';
import type { Environment } from './config.ts';
import { vaultServer } from './vault-server.ts';

export function secretFetchers(environment: Environment): Readonly<Record<string, SecretFetcher>> {
  const clients = new Map<string, Promise<SecretsManagerApi>>();
  return {
    'vault-kv': (name) => vaultKvFetcher(vaultServer(environment))(name),
    'aws-secrets-manager': async (name) => {
      const region = regionOf(name);
      const client = clients.get(region) ?? loadSecretsManager(region === '' ? {} : { region });
      clients.set(region, client);
      // A package that is missing now may be there at the next try.
      client.catch(() => clients.delete(region));
      return secretsManagerFetcher(await client)(name);
    },
  };
}

/** An ARN names its region; a bare name leaves it to the AWS settings. */
function regionOf(name: string): string {
  return name.startsWith('arn:') ? (name.split(':')[3] ?? '') : '';
}
