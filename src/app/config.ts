/**
 * Where things are: the home folder, the store, the vault's key, the Cloudflare to talk to. Options win over the
 * environment, the environment over the configuration file, that over the defaults. No secret is read here.
 */
import { isIP } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { ZonewardError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import { POSTGRES_POOL, withoutPassword } from '../store/postgres-url.ts';
import { SETTINGS, type SettingName } from './settings.ts';
import { readSettingsFile } from './settings-file.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigInput {
  readonly home?: string;
  readonly store?: string;
  /** Of a store on PostgreSQL: connections for writing, and as many for reading, 1 to 100. Default 5. */
  readonly storePool?: number;
  readonly baseUrl?: string;
  readonly keyFile?: string;
  /** Takes every audit checkpoint by POST, as JSON. */
  readonly checkpointWebhook?: string;
  /** The configuration file; it must be there. */
  readonly config?: string;
  /** Ranges that webhooks may go to although they are not public, separated by commas. */
  readonly webhookAllow?: string;
  readonly publicUrl?: string;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface Config {
  /** The folder of everything that is not told to be elsewhere. */
  readonly home: string;
  /** `sqlite:PATH` or `postgres://…`, which may carry a password. */
  readonly storeUrl: Secret;
  /** The same as it may be shown. */
  readonly storePlace: string;
  /** Of a store on PostgreSQL: connections for writing, and as many for reading. */
  readonly storePool: number;
  /** As it was given; null: by default. */
  readonly vaultKeys: string | null;
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
  /** Where delegations are asked for instead of at the parent's nameservers. */
  readonly parentDnsServer: DnsServer | null;
  /** Resolvers that `zones verify` asks; null: the usual public ones, or none beside a sandbox. */
  readonly resolvers: readonly string[] | null;
  readonly webhookAllow: readonly string[];
  /** Without a trailing slash; null where nobody said. */
  readonly publicUrl: string | null;
  /** Of `serve`. */
  readonly host: string;
  readonly port: number;
  readonly logLevel: LogLevel;
}

export interface DnsServer {
  /** An IP address. */
  readonly host: string;
  readonly port: number;
}

const POOL_MAX = 100;

export const CLOUDFLARE_BASE_URL = 'https://api.cloudflare.com/client/v4';

/** Throws what is wrong with the configuration file, and `base-url-invalid`, `dns-server-invalid`, `setting-invalid`. */
export function resolveConfig(input: ConfigInput, environment: Environment): Config {
  const given = (name: SettingName): string | undefined => {
    // Under a setting's name a host may hand in more than a text: its own place for keys, for one.
    const option = (input as Partial<Record<SettingName, unknown>>)[name];
    const text = typeof option === 'number' ? String(option) : option;
    const value = typeof text === 'string' ? text : environment[SETTINGS[name].variable];
    return value === '' ? undefined : value;
  };
  const home = path.resolve(given('home') ?? defaultHome(environment));
  const file = readSettingsFile(given('config'), home);
  const read = (name: SettingName): string | undefined => given(name) ?? file[name];
  const inHome = (name: SettingName, fallback: string): string => read(name) ?? path.join(home, fallback);
  const store = read('store') ?? `sqlite:${path.join(home, 'zoneward.db')}`;
  return {
    home,
    storeUrl: new Secret(store),
    storePlace: withoutPassword(store),
    storePool: checkPool(read('storePool') ?? String(POSTGRES_POOL)),
    vaultKeys: read('vaultKeys')?.trim() ?? null,
    keyFile: inHome('keyFile', 'vault.key'),
    signingKeyFile: inHome('signingKeyFile', 'audit-signing.key'),
    checkpointFile: inHome('checkpointFile', 'audit-checkpoints.jsonl'),
    checkpointWebhook: read('checkpointWebhook') ?? null,
    baseUrl: checkBaseUrl(read('baseUrl') ?? CLOUDFLARE_BASE_URL),
    dnsServer: parseDnsServer(read('dnsServer') ?? '', SETTINGS.dnsServer.variable),
    parentDnsServer: parseDnsServer(read('parentDnsServer') ?? '', SETTINGS.parentDnsServer.variable),
    resolvers: checkResolvers(read('resolvers')),
    webhookAllow: listOf(read('webhookAllow')),
    publicUrl: checkPublicUrl(read('publicUrl')),
    host: read('host') ?? '127.0.0.1',
    port: checkPort(read('port') ?? '4500'),
    logLevel: checkLogLevel(read('logLevel') ?? 'info'),
  };
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function checkPool(text: string): number {
  const size = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (size >= 1 && size <= POOL_MAX) return size;
  throw settingInvalid('storePool', text, `Give a whole number from 1 to ${POOL_MAX}.`);
}

function checkPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw settingInvalid('port', text, 'Give a number from 0 to 65535.');
}

function checkLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((one) => one === text);
  if (level !== undefined) return level;
  throw settingInvalid('logLevel', text, `It is one of ${LOG_LEVELS.join(', ')}.`);
}

function checkPublicUrl(text: string | undefined): string | null {
  if (text === undefined) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search + url.hash === '')
    return text.replace(/\/+$/, '');
  throw settingInvalid('publicUrl', text, 'Give a URL like https://zoneward.example.com.');
}

function settingInvalid(name: SettingName, value: string, next: string): ZonewardError {
  const { variable } = SETTINGS[name];
  return new ZonewardError(`The setting ${name} (${variable}) is not valid: ${value.slice(0, 64)}`, {
    code: 'setting-invalid',
    kind: 'input',
    next: [next],
  });
}

function checkResolvers(text: string | undefined): readonly string[] | null {
  if (text === undefined) return null;
  const addresses = listOf(text === 'none' ? '' : text);
  for (const address of addresses) parseDnsServer(address, SETTINGS.resolvers.variable);
  return addresses;
}

/** `127.0.0.1:5353`, `[::1]:53`: what `parseDnsServer` reads. */
export function formatDnsServer({ host, port }: DnsServer): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Throws `dns-server-invalid` (input), naming the variable or flag that it came from. Empty: null. */
export function parseDnsServer(text: string, from: string): DnsServer | null {
  if (text === '') return null;
  const [, bracketed, plain, port = '53'] = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? text;
  if (isIP(host) !== 0 && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new ZonewardError(`This is not the address of a DNS server: ${text}`, {
    code: 'dns-server-invalid',
    kind: 'input',
    next: [`Set ${from} to IP:PORT, for example 127.0.0.1:5353, or leave it out.`],
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
      next: [`Set ${SETTINGS.baseUrl.variable} to a URL like ${CLOUDFLARE_BASE_URL}, or leave it out.`],
    },
  );
}
