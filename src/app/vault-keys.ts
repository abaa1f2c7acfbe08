/**
 * Where the vault's keys are, by one setting: `ZONEWARD_VAULT_KEYS`, a list separated by commas, the first for new
 * stores. More than one is how keys move from one place to another while everything runs.
 *
 *     file                        the key file of the home folder (the default)
 *     file:/etc/zoneward/vault.key
 *     env                         base64 keys in ZONEWARD_VAULT_KEY (the default where that is set)
 *     transit:MOUNT/NAME          a transit key of HashiCorp Vault or OpenBao at VAULT_ADDR
 *     aws-kms:ARN                 a key of AWS KMS
 *
 * Key services are loaded and asked only where the setting names them.
 */
import path from 'node:path';
import type { Random } from '../base/clock.ts';
import { ZonewardError } from '../base/errors.ts';
import { joinKeys } from '../vault/joined-keys.ts';
import { openKeyFile } from '../vault/key-file.ts';
import type { KeyProvider } from '../vault/key-provider.ts';
import { kmsKeys, loadKms } from '../vault/kms-keys.ts';
import { environmentKeys, VAULT_KEY_VARIABLE } from '../vault/local-keys.ts';
import { transitKeys } from '../vault/transit-keys.ts';
import type { Config, Environment } from './config.ts';
import { SETTINGS } from './settings.ts';
import { vaultServer } from './vault-server.ts';

export type VaultKeyPlace =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'env' }
  | { readonly kind: 'transit'; readonly mount: string; readonly name: string }
  | { readonly kind: 'aws-kms'; readonly arn: string };

/** Throws `vault-keys-invalid` for what names no place. */
export function vaultKeyPlaces(config: Config, environment: Environment): readonly VaultKeyPlace[] {
  const setting = config.vaultKeys ?? '';
  if (setting !== '') return setting.split(',').map((text) => parsePlace(text.trim(), config));
  if (environment[VAULT_KEY_VARIABLE] !== undefined) return [{ kind: 'env' }];
  return [{ kind: 'file', path: config.keyFile }];
}

function parsePlace(text: string, config: Config): VaultKeyPlace {
  const at = text.indexOf(':');
  const [kind, rest] = at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  if (kind === 'file') return { kind, path: rest === '' ? config.keyFile : path.resolve(rest) };
  if (kind === 'env' && rest === '') return { kind };
  if (kind === 'aws-kms' && rest !== '') return { kind, arn: rest };
  if (kind === 'transit') {
    const slash = rest.lastIndexOf('/');
    const mount = slash === -1 ? 'transit' : rest.slice(0, slash);
    const name = rest.slice(slash + 1);
    if (mount !== '' && name !== '') return { kind, mount, name };
  }
  throw new ZonewardError(`${SETTINGS.vaultKeys.variable} names no place for keys: ${shown(text)}`, {
    code: 'vault-keys-invalid',
    kind: 'input',
    next: ['expected file, file:PATH, env, transit:MOUNT/NAME or aws-kms:ARN, separated by commas'],
  });
}

/** A key that was pasted into the wrong variable must not be printed. */
function shown(text: string): string {
  return /^[a-z-]{1,12}(:|$)/.test(text) ? text.slice(0, 60) : 'it begins with no known word';
}

/** Opens every place, and fails early: see `openKeyFile`, `environmentKeys`. Makes no call to a key service. */
export async function openVaultKeys(
  config: Config,
  environment: Environment,
  random: Random,
): Promise<KeyProvider> {
  const places = vaultKeyPlaces(config, environment);
  const providers: KeyProvider[] = [];
  for (const place of places) providers.push(await openPlace(place, environment, random));
  return joinKeys(providers);
}

async function openPlace(
  place: VaultKeyPlace,
  environment: Environment,
  random: Random,
): Promise<KeyProvider> {
  switch (place.kind) {
    case 'file':
      return openKeyFile(place.path, { random });
    case 'env':
      return environmentKeys(environment, { random });
    case 'transit':
      return transitKeys({ ...vaultServer(environment), mount: place.mount, keyNames: [place.name] });
    case 'aws-kms': {
      // arn:aws:kms:REGION:ACCOUNT:key/ID
      const region = place.arn.split(':')[3] ?? '';
      return kmsKeys({ api: await loadKms(region === '' ? {} : { region }), keyArns: [place.arn] });
    }
    default:
      throw new Error(place satisfies never);
  }
}
