/**
 * Every setting, in one table: its name in a configuration file, its variable, its flag, what it is and what it is by
 * default. `config.ts` reads by it, docs/configuration.md is made from it (`npm run reference`), and what is not in it is
 * refused in a configuration file.
 *
 * Flags and options of `openZoneward` win over the environment, the environment over the file, the file over the default.
 */

export interface Setting {
  /** The environment's name for it. */
  readonly variable: string;
  /** The command line's, where there is one. */
  readonly flag?: string;
  /** False: not read from a file, for it is a secret or tells where the file is. */
  readonly inFile?: boolean;
  readonly about: string;
  /** In words. */
  readonly byDefault: string;
}

export type SettingName =
  | 'home'
  | 'config'
  | 'store'
  | 'storePool'
  | 'baseUrl'
  | 'dnsServer'
  | 'parentDnsServer'
  | 'resolvers'
  | 'vaultKeys'
  | 'keyFile'
  | 'signingKeyFile'
  | 'checkpointFile'
  | 'checkpointWebhook'
  | 'webhookAllow'
  | 'publicUrl'
  | 'host'
  | 'port'
  | 'logLevel';

/** What is read by `resolveConfig`. The keys are the names in a file, and of the options of `openZoneward`. */
export const SETTINGS: Readonly<Record<SettingName, Setting>> = {
  home: {
    variable: 'ZONEWARD_HOME',
    flag: '--home',
    inFile: false,
    about: 'the folder of everything that is not told to be elsewhere',
    byDefault: '`$XDG_DATA_HOME/zoneward`, else `~/.local/share/zoneward`',
  },
  config: {
    variable: 'ZONEWARD_CONFIG',
    flag: '--config',
    inFile: false,
    about: 'the configuration file, YAML or JSON; one that is named must be there',
    byDefault: '`zoneward.yaml` in the home folder, where there is one',
  },
  store: {
    variable: 'ZONEWARD_STORE',
    flag: '--store',
    about: 'the store: `sqlite:PATH` or `postgres://…`',
    byDefault: '`sqlite:` and `zoneward.db` in the home folder',
  },
  storePool: {
    variable: 'ZONEWARD_STORE_POOL',
    about:
      'of a store on PostgreSQL: connections of each process for writing, and as many for reading, from 1 to 100; up to 3 more are for wake-ups',
    byDefault: '`5`',
  },
  baseUrl: {
    variable: 'CLOUDFLARE_API_BASE_URL',
    about: "Cloudflare's API, or a sandbox's",
    byDefault: '`https://api.cloudflare.com/client/v4`',
  },
  dnsServer: {
    variable: 'ZONEWARD_DNS_SERVER',
    about: "`IP:PORT` of the DNS server that is asked for SOA serials, a sandbox's for example",
    byDefault: "each zone's own nameservers; none where the base URL is not Cloudflare's",
  },
  parentDnsServer: {
    variable: 'ZONEWARD_PARENT_DNS_SERVER',
    about: '`IP:PORT` of the DNS server that is asked who is in charge of a domain',
    byDefault: "the nameservers of the zone above; none where the base URL is not Cloudflare's",
  },
  resolvers: {
    variable: 'ZONEWARD_RESOLVERS',
    about: 'the resolvers that `zones verify` asks, `IP` or `IP:PORT`, separated by commas; `none` for none',
    byDefault: "1.1.1.1, 8.8.8.8 and 9.9.9.9; none where the base URL is not Cloudflare's",
  },
  vaultKeys: {
    variable: 'ZONEWARD_VAULT_KEYS',
    about: 'the places of the keys that seal saved credentials, separated by commas; see below',
    byDefault: '`env` where `ZONEWARD_VAULT_KEY` is set, else `file`',
  },
  keyFile: {
    variable: 'ZONEWARD_VAULT_KEY_FILE',
    about: 'the key file of the vault',
    byDefault: '`vault.key` in the home folder',
  },
  signingKeyFile: {
    variable: 'ZONEWARD_AUDIT_KEY_FILE',
    about: 'the key that signs audit checkpoints and certificates of erasure',
    byDefault: '`audit-signing.key` in the home folder',
  },
  checkpointFile: {
    variable: 'ZONEWARD_CHECKPOINT_FILE',
    about: 'where audit checkpoints are appended',
    byDefault: '`audit-checkpoints.jsonl` in the home folder',
  },
  checkpointWebhook: {
    variable: 'ZONEWARD_CHECKPOINT_WEBHOOK',
    about: 'takes every checkpoint by POST',
    byDefault: 'none',
  },
  webhookAllow: {
    variable: 'ZONEWARD_WEBHOOK_ALLOW',
    about:
      'addresses and ranges that webhooks may go to although they are not public, separated by commas; plain http is spoken to these alone',
    byDefault: 'none: public addresses by https only',
  },
  publicUrl: {
    variable: 'ZONEWARD_PUBLIC_URL',
    about: 'where people reach this server, for the links of connect sessions',
    byDefault: 'the address that the request was sent to',
  },
  host: {
    variable: 'ZONEWARD_HOST',
    flag: 'serve --host',
    about: 'the address that `serve` listens on; put a TLS proxy before anything but 127.0.0.1',
    byDefault: '`127.0.0.1`',
  },
  port: {
    variable: 'ZONEWARD_PORT',
    flag: 'serve --port',
    about: 'the port that `serve` listens on; 0: any free one',
    byDefault: '`4500`',
  },
  logLevel: {
    variable: 'ZONEWARD_LOG_LEVEL',
    flag: 'serve --log-level',
    about: '`debug`, `info`, `warn`, `error` or `silent`',
    byDefault: '`info`',
  },
};

/** Read where they are used; none of them from a file. Secrets among them are never logged. */
export const OTHER_VARIABLES: readonly Setting[] = [
  {
    variable: 'ZONEWARD_VAULT_KEY',
    about: 'base64 keys of the vault, for the place `env`',
    byDefault: 'none',
  },
  {
    variable: 'CLOUDFLARE_API_TOKEN',
    about: 'a credential that is used while no connection is saved',
    byDefault: 'none',
  },
  {
    variable: 'CLOUDFLARE_API_KEY',
    about: 'the Global API Key, with `CLOUDFLARE_EMAIL`, in its place',
    byDefault: 'none',
  },
  { variable: 'CLOUDFLARE_EMAIL', about: 'see `CLOUDFLARE_API_KEY`', byDefault: 'none' },
  {
    variable: 'CLOUDFLARE_ACCOUNT_ID',
    about: 'the account of that credential',
    byDefault: 'found out by its test',
  },
  { variable: 'CLOUDFLARE_ZONE_ID', about: 'the zone that commands mean', byDefault: 'none' },
  {
    variable: 'VAULT_ADDR',
    about: 'HashiCorp Vault or OpenBao, for keys (`transit:`) and references (`vault-kv:`)',
    byDefault: 'none',
  },
  {
    variable: 'VAULT_TOKEN',
    about: 'its token, or `VAULT_TOKEN_FILE`: a file, read anew at each call',
    byDefault: 'none',
  },
  { variable: 'VAULT_NAMESPACE', about: 'its namespace, where there is one', byDefault: 'none' },
  {
    variable: 'ZONEWARD_SERVER',
    flag: '--server',
    about: 'the command line works through this server instead of a store',
    byDefault: 'none',
  },
  { variable: 'ZONEWARD_API_KEY', flag: '--api-key', about: 'the key for that server', byDefault: 'none' },
  {
    variable: 'ZONEWARD_REGISTRAR',
    about: "`sandbox`: Cloudflare's own test registrar, `.com` and `.net` for no charge",
    byDefault: 'the real one',
  },
  {
    variable: 'ZONEWARD_AUTH_CODE',
    about: 'the code of `domains transfer start`, where nobody can be asked for it',
    byDefault: 'asked for',
  },
  {
    variable: 'ZONEWARD_DEBUG',
    about: 'anything: errors of the command line come with their stack',
    byDefault: 'off',
  },
  {
    variable: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    about:
      'where traces go, by OTLP over HTTP; `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER`, `OTEL_BSP_*` and `OTEL_SDK_DISABLED` mean what OpenTelemetry says; see [operations](operations.md#traces)',
    byDefault: 'no traces',
  },
];
