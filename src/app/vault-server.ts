/** HashiCorp Vault or OpenBao as its own variables name it: `VAULT_ADDR`, `VAULT_TOKEN`, `VAULT_NAMESPACE`. */
import { readFile } from 'node:fs/promises';
import { ZonewardError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import type { VaultServer } from '../vault/vault-http.ts';
import type { Environment } from './config.ts';

/** Throws `vault-server-missing` without an address. The token is looked for at each call. */
export function vaultServer(environment: Environment): VaultServer {
  const address = environment['VAULT_ADDR'] ?? '';
  const namespace = environment['VAULT_NAMESPACE'] ?? '';
  if (address === '') {
    throw missing('VAULT_ADDR is not set', 'set VAULT_ADDR to the https address of the Vault server');
  }
  return { address, token: () => tokenOf(environment), ...(namespace === '' ? {} : { namespace }) };
}

/** A file (an agent's sink, say) is read anew, so that a renewed token is found. */
async function tokenOf(environment: Environment): Promise<Secret> {
  const file = environment['VAULT_TOKEN_FILE'] ?? '';
  const text = file === '' ? (environment['VAULT_TOKEN'] ?? '') : await readToken(file);
  if (text.trim() !== '') return new Secret(text.trim());
  throw missing('there is no token for the Vault server', 'set VAULT_TOKEN, or VAULT_TOKEN_FILE to a file');
}

async function readToken(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw missing(`VAULT_TOKEN_FILE (${file}) cannot be read`, `check that ${file} is there and readable`);
  }
}

function missing(why: string, next: string): ZonewardError {
  return new ZonewardError(`The Vault server cannot be asked: ${why}.`, {
    code: 'vault-server-missing',
    kind: 'input',
    next: [next],
  });
}
