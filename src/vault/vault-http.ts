/**
 * The few calls that Zoneward makes to HashiCorp Vault or OpenBao, over their documented HTTP API ("Transit secrets
 * engine (API)", "KV secrets engine, version 2 (API)"; both servers speak it alike).
 */
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { Secret } from '../base/secret.ts';
import { vaultError } from './errors.ts';

export interface VaultServer {
  /** `https://vault.example:8200`. Plain `http` only to this machine: data keys pass here. */
  readonly address: string;
  /** Asked before each call, so that an agent may renew it. */
  readonly token: () => Promise<Secret>;
  readonly namespace?: string;
  readonly fetch?: typeof fetch;
  readonly timeoutMs?: number;
}

export type VaultAnswer =
  | { readonly ok: true; readonly data: JsonObject }
  | { readonly ok: false; readonly status: number; readonly messages: readonly string[] };

const TIMEOUT_MS = 10_000;
const LOCAL_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The `data` of the answer, or the status and the server's own words for a 4xx. Throws
 * `vault-key-service-unavailable` for what may pass (no answer, 429, 5xx, sealed) and `vault-key-service-refused`
 * for 403.
 */
export async function callVault(
  server: VaultServer,
  path: string,
  body: JsonObject | null,
): Promise<VaultAnswer> {
  const { address, namespace, timeoutMs = TIMEOUT_MS } = server;
  const url = new URL(`/v1/${path}`, checkAddress(address));
  const token = await server.token();
  let response: Response;
  let text: string;
  try {
    response = await (server.fetch ?? fetch)(url, {
      method: body === null ? 'GET' : 'POST',
      headers: {
        'X-Vault-Token': token.reveal(),
        'X-Vault-Request': 'true',
        'Content-Type': 'application/json',
        ...(namespace === undefined ? {} : { 'X-Vault-Namespace': namespace }),
      },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
      // A redirect would carry the token to a place that nobody named.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await response.text();
  } catch {
    throw unavailable(server, 'no answer');
  }
  if (response.status === 429 || response.status >= 500)
    throw unavailable(server, `status ${response.status}`);
  if (response.status === 403) {
    throw vaultError('vault-key-service-refused', `${address} refused access to ${path}.`, {
      next: ["check the token's policy and that the token has not expired"],
      details: { address, path, status: 403 },
    });
  }
  const value = parse(text);
  if (response.ok) return { ok: true, data: asObject(value['data']) };
  const errors = Array.isArray(value['errors']) ? value['errors'] : [];
  return {
    ok: false,
    status: response.status,
    messages: errors.filter((message): message is string => typeof message === 'string'),
  };
}

function checkAddress(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && LOCAL_HOSTS.includes(url.hostname)))
    return address;
  throw vaultError('vault-key-service-refused', 'The address of the Vault server must begin with https://.', {
    next: ['set VAULT_ADDR to an https address'],
  });
}

function parse(text: string): JsonObject {
  try {
    return asObject(JSON.parse(text) as JsonValue);
  } catch {
    return {};
  }
}

function asObject(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function unavailable(server: VaultServer, why: string): Error {
  return vaultError('vault-key-service-unavailable', `${server.address} cannot be used now (${why}).`, {
    next: ['check that it runs and is unsealed, then try again'],
    details: { address: server.address, why },
  });
}
