/** `zoneward sandbox`: a local Cloudflare for development and tests, until Ctrl-C. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type DomainName, toUnicode } from '../../app/re-exports.ts';
import {
  DEMO_SEED,
  type PlanName,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '../../sandbox/index.ts';
import type { Cli } from '../cli.ts';
import { collect, examples, wholeNumber } from '../help.ts';
import { formatDuration } from '../output/time.ts';
import { counted } from '../output/words.ts';
import type { Session } from '../session.ts';

interface SandboxFlags {
  readonly host?: string;
  readonly port?: number;
  readonly dnsPort?: number;
  readonly dns?: boolean;
  readonly tls?: boolean;
  readonly seed?: readonly string[];
  readonly empty?: boolean;
  readonly state?: string;
  readonly plan?: PlanName;
  readonly latency?: number;
  readonly token?: string;
  readonly accountId?: string;
  readonly rate?: SandboxOptions['rateLimit'];
  readonly fault?: readonly NonNullable<SandboxOptions['faults']>[number][];
  readonly control?: boolean;
  readonly log?: boolean;
}

const PORT_MAX = 65_535;
const LATENCY_MAX_MS = 600_000;

export function register(program: Command, cli: Cli): void {
  program
    .command('sandbox')
    .description(
      'Start a local Cloudflare: its API with state, and DNS that answers from it. Ctrl-C ends it.',
    )
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <number>', 'of the API; default: any free one', wholeNumber(0, PORT_MAX))
    .option(
      '--dns-port <number>',
      'of the DNS server, UDP and TCP; default: any free one',
      wholeNumber(0, PORT_MAX),
    )
    .option('--no-dns', 'without a DNS server')
    .option('--tls', 'HTTPS, with a certificate of its own; says in which file clients find it')
    .option(
      '--seed <path>',
      'zones from a JSON seed or a master file (may be given again); default: example zones',
      collect,
    )
    .option('--empty', 'without the example zones')
    .option('--state <path>', 'keep the state in this file; what it holds wins over the seed')
    .addOption(
      new Option('--plan <name>', 'of zones that do not name one').choices([
        'free',
        'pro',
        'business',
        'enterprise',
      ]),
    )
    .option('--latency <ms>', 'delay each answer', wholeNumber(0, LATENCY_MAX_MS))
    .option('--token <text>', 'the token with all rights; default: made up')
    .option('--account-id <id>', "the account's id; default: always the same one")
    .option('--rate <quota/seconds|off>', 'the rate limit; default 1200/300', parseRate)
    .option(
      '--fault <json>',
      'a failure, as docs/sandbox.md lists them (may be given again)',
      (text: string, before: NonNullable<SandboxOptions['faults']> = []) => [...before, parseFault(text)],
    )
    .option('--control', 'open the control path /__sandbox: faults, clock, request log')
    .option('--log', 'write every request to standard error')
    .addHelpText(
      'after',
      examples(
        'zoneward sandbox',
        'zoneward sandbox --port 4600 --state sandbox.json',
        'zoneward sandbox --seed example.com.zone --plan pro --control',
        `zoneward sandbox --fault '{"route":"POST /zones","kind":"reset","phase":"after"}'`,
      ),
    )
    .action(cli.run(async (session, flags: SandboxFlags) => serve(session, flags)));
}

function parseRate(text: string): SandboxOptions['rateLimit'] {
  if (text === 'off') return false;
  const [, quota, seconds] = /^(\d{1,9})\/(\d{1,6})$/.exec(text) ?? [];
  if (quota === undefined) throw new InvalidArgumentError('Write requests/seconds, 1200/300, or off.');
  return { quota: Number(quota), windowSeconds: Number(seconds) };
}

/** What it says is checked where faults are armed. */
function parseFault(text: string): NonNullable<SandboxOptions['faults']>[number] {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`Write a fault as JSON: ${(error as Error).message}`);
  }
}

async function serve(session: Session, flags: SandboxFlags): Promise<void> {
  // Listening for the end comes first, so that none is missed.
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const stopListening = session.io.onInterrupt(end);
  const startedAt = session.out.now();
  try {
    await using sandbox = await startSandbox(optionsOf(flags, session.io.cwd));
    using certificate = keepCertificate(sandbox.certificate);
    tell(session, sandbox, { elapsedMs: session.out.now() - startedAt, certificateFile: certificate.file });
    const stopLog = flags.log === true ? logRequests(session, sandbox) : (): void => {};
    await ended;
    stopLog();
    session.out.note(
      `\n${counted(sandbox.counts().total, 'request')}, ${sandbox.counts().writes} of them wrote.`,
    );
  } finally {
    stopListening();
  }
}

/** The certificate as a file that clients can be pointed at, for as long as the sandbox runs. */
function keepCertificate(pem: string | undefined): Disposable & { readonly file: string | null } {
  if (pem === undefined) return { file: null, [Symbol.dispose]: () => {} };
  const folder = mkdtempSync(path.join(tmpdir(), 'zoneward-sandbox-'));
  const file = path.join(folder, 'certificate.pem');
  writeFileSync(file, pem);
  return { file, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Paths are seen from the folder in which the command was given. */
function optionsOf(flags: SandboxFlags, folder: string): SandboxOptions {
  const at = (file: string): string => path.resolve(folder, file);
  const {
    host,
    port,
    dnsPort,
    dns,
    tls,
    seed,
    empty,
    state,
    plan,
    latency,
    token,
    accountId,
    rate,
    fault,
    control,
  } = flags;
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(dns === false ? { dnsPort: false } : dnsPort === undefined ? {} : { dnsPort }),
    ...(tls === true ? { tls } : {}),
    ...(seed !== undefined ? { seed: seed.map(at) } : empty === true ? {} : { seed: DEMO_SEED }),
    ...(state === undefined ? {} : { stateFile: at(state) }),
    ...(plan === undefined ? {} : { plan }),
    ...(latency === undefined ? {} : { latencyMs: latency }),
    ...(token === undefined ? {} : { token }),
    ...(accountId === undefined ? {} : { account: { id: accountId } }),
    ...(rate === undefined ? {} : { rateLimit: rate }),
    ...(fault === undefined ? {} : { faults: fault }),
    ...(control === true ? { control } : {}),
  };
}

/** What a program needs to use the sandbox as its Cloudflare. */
export function exportLines(sandbox: Sandbox): readonly string[] {
  return [
    `export CLOUDFLARE_API_BASE_URL=${sandbox.baseUrl}`,
    `export CLOUDFLARE_API_TOKEN=${sandbox.tokens.full}`,
    `export CLOUDFLARE_ACCOUNT_ID=${sandbox.accountId}`,
  ];
}

interface Started {
  readonly elapsedMs: number;
  readonly certificateFile: string | null;
}

function tell(session: Session, sandbox: Sandbox, { elapsedMs, certificateFile }: Started): void {
  const { out } = session;
  const { baseUrl, dns, tokens, globalKey, accountId, controlUrl, certificate } = sandbox;
  const zones = sandbox.zones();
  const dnsAddress = dns === undefined ? null : `${dns.host}:${dns.port}`;
  if (out.json) {
    const names = zones.map(({ id, name }) => ({ id, name }));
    out.jsonLine({
      baseUrl,
      dns,
      accountId,
      tokens,
      globalKey,
      controlUrl,
      certificate,
      certificateFile,
      zones: names,
    });
    return;
  }
  const { bold, dim, cyan, green } = out.paint;
  out.line(
    `${green('✓')} ${bold('A local Cloudflare is running')} ${dim(`(${formatDuration(elapsedMs)}; Ctrl-C ends it)`)}`,
  );
  out.line();
  const facts: (readonly [string, string | null])[] = [
    ['API', baseUrl],
    ['DNS', dnsAddress === null ? 'none' : `${dnsAddress}, UDP and TCP`],
    ['control', controlUrl ?? null],
    ['certificate', certificateFile],
    ['account', accountId],
    ['token, all rights', tokens.full],
    ['token, read only', tokens.readOnly],
    ['token, of account', tokens.account],
    ['global key', `${globalKey.email}  ${globalKey.key}`],
    [
      'zones',
      zones.length === 0 ? 'none' : zones.map(({ name }) => toUnicode(name as DomainName)).join('\n'),
    ],
  ];
  session.io.stdout.write(out.facts(facts, '  '));
  out.line();
  out.line(`  ${dim('Paste this into another terminal:')}`);
  for (const line of exportLines(sandbox)) out.line(`  ${line}`);
  if (certificateFile !== null) out.line(`  export NODE_EXTRA_CA_CERTS=${certificateFile}`);
  out.line();
  const [first] = zones;
  out.line(`  ${cyan('→')} zoneward zones sync`);
  if (dns !== undefined && first !== undefined)
    out.line(`  ${cyan('→')} dig @${dns.host} -p ${dns.port} ${first.name}`);
}

const LOG_POLL_MS = 150;

/** Writes requests as they come in, until the returned function is called. */
function logRequests(session: Session, sandbox: Sandbox): () => void {
  let last = 0;
  const write = (): void => {
    for (const { number, method, url, status, durationMs, wrote } of sandbox.requests(last)) {
      last = number;
      session.io.stderr.write(
        `${status} ${method} ${url} ${durationMs.toFixed(0)} ms${wrote ? ' wrote' : ''}\n`,
      );
    }
  };
  const timer = setInterval(write, LOG_POLL_MS);
  return () => {
    clearInterval(timer);
    write();
  };
}
