/**
 * Where things are: the home folder, the store, the vault's key, the Cloudflare to talk to. Options win over the
 * environment, the environment over the defaults. No secret is read here.
 */
import { isIP } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { ZonewardError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import { withoutPassword } from '../store/postgres-url.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigInput {
  readonly home?: string;
  readonly store?: string;
  readonly baseUrl?: string;
  readonly keyFile?: string;
  /** Takes every audit checkpoint by POST, as JSON. */
  readonly checkpointWebhook?: string;
}

export interface Config {
  /** The folder of everything that is not told to be elsewhere. */
  readonly home: string;
  /** `sqlite:PATH` or `postgres://…`, which may carry a password. */
  readonly storeUrl: Secret;
  /** The same as it may be shown. */
  readonly storePlace: string;
  readonly keyFile: string;
  /** Signs audit checkpoints. */
  readonly signingKeyFile: string;
  /** Every audit checkpoint is appended here; copy it away, or point it elsewhere. */
  readonly checkpointFile: string;
  readonly checkpointWebhook: string | null;
  /** Cloudflare's API, or a sandbox's, without a trailing slash. */
  readonly baseUrl: string;
  /** Where zones are asked for their SOA serials instead of at their own nameservers: a sandbox's DNS. */
  readonly dnsServer: DnsServer | null;
}

export interface DnsServer {
  /** An IP address. */
  readonly host: string;
  readonly port: number;
}

export const CLOUDFLARE_BASE_URL = 'https://api.cloudflare.com/client/v4';

/** Every variable that Zoneward reads for itself; credentials are read by the connections capability. */
export const ENVIRONMENT = {
  home: 'ZONEWARD_HOME',
  store: 'ZONEWARD_STORE',
  keyFile: 'ZONEWARD_VAULT_KEY_FILE',
  vaultKeys: 'ZONEWARD_VAULT_KEYS',
  signingKeyFile: 'ZONEWARD_AUDIT_KEY_FILE',
  checkpointFile: 'ZONEWARD_CHECKPOINT_FILE',
  checkpointWebhook: 'ZONEWARD_CHECKPOINT_WEBHOOK',
  baseUrl: 'CLOUDFLARE_API_BASE_URL',
  dnsServer: 'ZONEWARD_DNS_SERVER',
} as const;

export function resolveConfig(input: ConfigInput, environment: Environment): Config {
  const home = path.resolve(input.home ?? environment[ENVIRONMENT.home] ?? defaultHome(environment));
  const store = input.store ?? environment[ENVIRONMENT.store] ?? `sqlite:${path.join(home, 'zoneward.db')}`;
  return {
    home,
    storeUrl: new Secret(store),
    storePlace: withoutPassword(store),
    keyFile: input.keyFile ?? environment[ENVIRONMENT.keyFile] ?? path.join(home, 'vault.key'),
    signingKeyFile: environment[ENVIRONMENT.signingKeyFile] ?? path.join(home, 'audit-signing.key'),
    checkpointFile: environment[ENVIRONMENT.checkpointFile] ?? path.join(home, 'audit-checkpoints.jsonl'),
    checkpointWebhook: input.checkpointWebhook ?? environment[ENVIRONMENT.checkpointWebhook] ?? null,
    baseUrl: checkBaseUrl(input.baseUrl ?? environment[ENVIRONMENT.baseUrl] ?? CLOUDFLARE_BASE_URL),
    dnsServer: parseDnsServer(environment[ENVIRONMENT.dnsServer] ?? ''),
  };
}

function parseDnsServer(text: string): DnsServer | null {
  if (text === '') return null;
  const [, bracketed, plain, port = '53'] = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? text;
  if (isIP(host) !== 0 && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new ZonewardError(`This is not the address of a DNS server: ${text}`, {
    code: 'dns-server-invalid',
    kind: 'input',
    next: [`Set ${ENVIRONMENT.dnsServer} to IP:PORT, for example 127.0.0.1:5353, or leave it out.`],
  });
}

/** One home for each user of the machine, whatever the folder a command is run in. */
function defaultHome(environment: Environment): string {
  const data = environment['XDG_DATA_HOME'];
  return path.join(
    data === undefined || data === '' ? path.join(os.homedir(), '.local', 'share') : data,
    'zoneward',
  );
}

function checkBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '') {
    return text.replace(/\/+$/, '');
  }
  throw new ZonewardError(
    `The Cloudflare base URL is not a plain http or https URL: ${text.replace(/\/\/[^@/]*@/, '//…@')}`,
    {
      code: 'base-url-invalid',
      kind: 'input',
      next: [`Set ${ENVIRONMENT.baseUrl} to a URL like ${CLOUDFLARE_BASE_URL}, or leave it out.`],
    },
  );
}
