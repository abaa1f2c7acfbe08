/** `zoneward tls certificates`, `origin-ca`, `origin-pulls`: looked at, and changed by plans with their question. */
import { open } from 'node:fs/promises';
import path from 'node:path';
import { type Command, Option } from 'commander';
import type { CertificateInput, Planned } from '../../app/re-exports.ts';
import { Secret } from '../../app/re-exports.ts';
import { type ApplyFlags, applyPlanned, withApplyFlags } from '../apply-planned.ts';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { examples } from '../help.ts';
import type { Session } from '../session.ts';
import { readSource } from '../source.ts';
import {
  certificatesJson,
  formatCertificates,
  formatOrigin,
  formatPulls,
  proofsText,
} from '../views/certificates.ts';

export function registerCertificates(tls: Command, cli: Cli): void {
  const certificates = tls
    .command('certificates')
    .description('Certificates of a zone: list, order, restart, upload, replace, put in order, delete.');
  registerLooking(certificates, cli);
  registerOrders(certificates, cli);
  registerOwn(certificates, cli);
  registerOriginCa(tls, cli);
  registerOriginPulls(tls, cli);
}

function registerLooking(certificates: Command, cli: Cli): void {
  certificates
    .command('list [zone]')
    .description('Every certificate of the zone: edge packs, own ones, Origin CA; states, ends, quotas.')
    .addHelpText('after', examples('zoneward tls certificates list example.com'))
    .action(
      cli.run(async (session, zone: string | undefined) => {
        const tenant = await session.tenant();
        const list = await tenant.certificates.list(session.zoneName(zone), session.via);
        session.out.result({
          json: () => certificatesJson(list),
          text: () => formatCertificates(session.out, list),
        });
        return EXIT.done;
      }),
    );
  certificates
    .command('show <zone> <id>')
    .description('One edge certificate: its state, and what has to be published for it.')
    .action(
      cli.run(async (session, zone: string, id: string) => {
        const tenant = await session.tenant();
        const { packs } = await tenant.certificates.list(session.zoneName(zone), session.via);
        const pack = packs.find((one) => one.id === id);
        if (pack === undefined)
          throw new UsageError(`${zone} has no certificate ${id}`, [
            `zoneward tls certificates list ${zone}`,
          ]);
        session.out.result({ json: () => pack, text: () => proofsText(session.out, pack) });
        return EXIT.done;
      }),
    );
}

interface OrderFlags extends ApplyFlags {
  readonly host?: readonly string[];
  readonly authority?: string;
  readonly validation?: string;
  readonly days?: string;
}

function registerOrders(certificates: Command, cli: Cli): void {
  withApplyFlags(
    certificates
      .command('order [zone]')
      .description(
        'Order an advanced certificate. Needs Advanced Certificate Manager; quota is looked at first.',
      )
      .option('--host <name>', 'a host name (may be given again). Default: the apex and *.apex', collect)
      .option('--authority <name>', 'google, lets_encrypt or ssl_com. Default google')
      .option('--validation <method>', 'txt, http or email. Default txt')
      .option('--days <number>', 'validity: 14, 30, 90 or 365. Default 90'),
  )
    .addHelpText(
      'after',
      examples(
        'zoneward tls certificates order example.com',
        'zoneward tls certificates order example.com --host example.com --host a.b.example.com --days 30',
      ),
    )
    .action(
      cli.run(async (session, zone: string | undefined, flags: OrderFlags) => {
        const tenant = await session.tenant();
        const order = {
          ...(flags.host === undefined ? {} : { hosts: flags.host }),
          ...(flags.authority === undefined ? {} : { authority: flags.authority }),
          ...(flags.validation === undefined ? {} : { validationMethod: flags.validation }),
          ...(flags.days === undefined ? {} : { validityDays: Number(flags.days) }),
        };
        const planned = await tenant.certificates.planOrder(session.zoneName(zone), order, session.via);
        return applyPlanned(session, planned, flags);
      }),
    );
  registerOnId(certificates, cli, {
    name: 'restart',
    about: 'Begin a validation again that has timed out.',
    plan: async (session, zone, id) =>
      (await session.tenant()).certificates.planRestart(zone, id, session.via),
  });
  registerOnId(certificates, cli, {
    name: 'delete',
    about: 'Delete an advanced certificate, or one of your own. Cannot be undone.',
    plan: async (session, zone, id) =>
      (await session.tenant()).certificates.planDelete(zone, id, session.via),
  });
  withApplyFlags(
    certificates
      .command('proofs <zone> <id>')
      .description('Publish what a certificate waits for, where the names lie in zones of yours.')
      .option('--through <label>', THROUGH),
  ).action(
    cli.run(async (session, zone: string, id: string, { through, ...flags }: ProofsFlags) => {
      const tenant = await session.tenant();
      const via = { ...session.via, ...(through === undefined ? {} : { through }) };
      return applyProofs(
        session,
        await tenant.certificates.planProofs(session.zoneName(zone), id, via),
        flags,
      );
    }),
  );
}

export interface ProofsFlags extends ApplyFlags {
  readonly through?: string;
}

export const THROUGH = 'the connection that publishes, where the names lie in zones of several';

/** Applies what can be published here; says what someone else must publish. */
export async function applyProofs(
  session: Session,
  {
    planned,
    elsewhere,
  }: Awaited<ReturnType<Awaited<ReturnType<Session['tenant']>>['certificates']['planProofs']>>,
  flags: ApplyFlags,
): Promise<ExitCode> {
  const { proofText } = await import('../../app/re-exports.ts');
  // A plan tells them itself.
  if (planned !== null) return applyPlanned(session, planned, flags);
  for (const proof of elsewhere) session.out.note(`To be published by others: ${proofText(proof)}`);
  session.out.result({
    json: () => ({ applied: null, elsewhere }),
    text: () => 'Nothing to publish here.\n',
  });
  return EXIT.done;
}

interface OnId {
  readonly name: string;
  readonly about: string;
  readonly plan: (session: Session, zone: string, id: string) => Promise<Planned>;
}

function registerOnId(parent: Command, cli: Cli, { name, about, plan }: OnId): void {
  withApplyFlags(parent.command(`${name} <zone> <id>`).description(about)).action(
    cli.run(async (session, zone: string, id: string, flags: ApplyFlags) =>
      applyPlanned(session, await plan(session, session.zoneName(zone), id), flags),
    ),
  );
}

interface FileFlags extends ApplyFlags {
  readonly certificate: string;
  readonly key: string;
  readonly bundle?: string;
  readonly type?: string;
  readonly for?: 'zone' | 'hostname';
}

function withFiles(command: Command): Command {
  return withApplyFlags(
    command
      .requiredOption('--certificate <file>', 'PEM: the certificate first, then its intermediates')
      .requiredOption('--key <file>', 'PEM, unencrypted; sent to Cloudflare, stored nowhere else'),
  );
}

function registerOwn(certificates: Command, cli: Cli): void {
  withFiles(
    certificates
      .command('upload [zone]')
      .description('Upload a certificate of your own. Chain, key, dates and names are checked here first.')
      .option('--bundle <method>', 'ubiquitous, optimal or force. Default ubiquitous')
      .option('--type <type>', 'sni_custom or legacy_custom. Default sni_custom'),
  )
    .addHelpText(
      'after',
      examples('zoneward tls certificates upload example.com --certificate chain.pem --key key.pem'),
    )
    .action(
      cli.run(async (session, zone: string | undefined, flags: FileFlags) => {
        const tenant = await session.tenant();
        const options = {
          ...(flags.bundle === undefined ? {} : { bundleMethod: flags.bundle }),
          ...(flags.type === undefined ? {} : { type: flags.type }),
        };
        const input = await readFiles(session, flags);
        const name = session.zoneName(zone);
        const planned = await tenant.certificates.planUpload(name, input, options, session.via);
        return applyPlanned(session, planned, flags);
      }),
    );
  withFiles(
    certificates
      .command('replace <zone> <id>')
      .description('Put another certificate in the place of one of your own. Cannot be undone.'),
  ).action(
    cli.run(async (session, zone: string, id: string, flags: FileFlags) => {
      const tenant = await session.tenant();
      const input = await readFiles(session, flags);
      const planned = await tenant.certificates.planReplace(session.zoneName(zone), id, input, session.via);
      return applyPlanned(session, planned, flags);
    }),
  );
  withApplyFlags(
    certificates
      .command('prioritize <zone> <ids...>')
      .description('Which of your own certificates wins where several cover a name: the first first.'),
  ).action(
    cli.run(async (session, zone: string, ids: readonly string[], flags: ApplyFlags) => {
      const tenant = await session.tenant();
      const planned = await tenant.certificates.planPriority(session.zoneName(zone), ids, session.via);
      return applyPlanned(session, planned, flags);
    }),
  );
}

async function readFiles(session: Session, flags: FileFlags): Promise<CertificateInput> {
  const certificate = await readSource(session.io, flags.certificate);
  const key = await readSource(session.io, flags.key);
  return { certificate, key: { secret: new Secret(key.text), file: flags.key } };
}

interface OriginFlags extends ApplyFlags {
  readonly host?: readonly string[];
  readonly csr?: string;
  readonly keyFile?: string;
  readonly keyType: 'ecc' | 'rsa';
  readonly days?: string;
  readonly out?: string;
}

function registerOriginCa(tls: Command, cli: Cli): void {
  const origin = tls
    .command('origin-ca')
    .description('Certificates for the way from Cloudflare to your origin: list, create, revoke.');
  origin.command('list [zone]').action(
    cli.run(async (session, zone: string | undefined) => {
      const tenant = await session.tenant();
      const { origin: list } = await tenant.certificates.list(session.zoneName(zone), session.via);
      session.out.result({
        json: () => ({ certificates: list }),
        text: () => formatOrigin(session.out, list),
      });
      return EXIT.done;
    }),
  );
  withApplyFlags(
    origin
      .command('create [zone]')
      .description('Make a key here, and an Origin CA certificate for it. The key is never sent.')
      .option('--host <name>', 'a host name (may be given again). Default: the apex and *.apex', collect)
      .option('--key-file <file>', 'where the new key is written (mode 0600); a file that exists is refused')
      .option('--csr <file>', 'a signing request of your own, in place of a new key')
      .addOption(new Option('--key-type <type>', 'of the new key').choices(['ecc', 'rsa']).default('ecc'))
      .option('--days <number>', 'validity: 7, 30, 90, 365, 730, 1095 or 5475. Default 5475')
      .option('--out <file>', 'where the certificate is written; default: shown'),
  )
    .addHelpText(
      'after',
      examples(
        'zoneward tls origin-ca create example.com --key-file origin.key --out origin.pem',
        'zoneward tls origin-ca create example.com --csr origin.csr --days 365',
      ),
    )
    .action(cli.run(createOrigin));
  registerOnId(origin, cli, {
    name: 'revoke',
    about: 'Revoke an Origin CA certificate. Cannot be undone.',
    plan: async (session, zone, id) =>
      (await session.tenant()).certificates.planOriginRevoke(zone, id, session.via),
  });
}

async function createOrigin(
  session: Session,
  given: string | undefined,
  flags: OriginFlags,
): Promise<ExitCode> {
  if ((flags.csr === undefined) === (flags.keyFile === undefined))
    throw new UsageError('Whose key is the certificate for?', [
      'A new one: --key-file FILE',
      'One of yours: --csr FILE',
    ]);
  const { makeSigningRequest } = await import('../../app/re-exports.ts');
  const tenant = await session.tenant();
  const zone = session.zoneName(given);
  const { facts } = await tenant.zones.get(zone);
  const hosts = flags.host ?? [facts.name, `*.${facts.name}`];
  const made = flags.csr === undefined ? await makeSigningRequest(hosts, flags.keyType) : null;
  const csr =
    made === null
      ? await readSource(session.io, flags.csr ?? '')
      : { text: made.csr, file: 'the new signing request' };
  const planned = await tenant.certificates.planOriginOrder(
    zone,
    {
      csr,
      ...(flags.csr !== undefined && flags.host === undefined ? {} : { hosts }),
      ...(flags.days === undefined ? {} : { validityDays: Number(flags.days) }),
    },
    session.via,
  );
  const wanted = planned.zones[0]?.plan.objects?.[0]?.after?.['key_sha256'];
  // The key is on the disk before the certificate is asked for: the other way round it could be lost.
  const beforeSend = async (): Promise<void> => {
    if (made !== null) await writeNew(session, flags.keyFile ?? '', made.key.reveal());
  };
  const exit = await applyPlanned(session, planned, flags, { beforeSend });
  if (exit !== EXIT.done || flags.dryRun === true) return exit;
  const { origin } = await tenant.certificates.list(zone, session.via);
  const certificate = origin.find(({ keySha256 }) => keySha256 === wanted)?.certificate ?? null;
  if (certificate === null) {
    session.out.warn(`The certificate is made; look at it with: zoneward tls origin-ca list ${zone} --json`);
    return exit;
  }
  if (flags.out !== undefined) await writeNew(session, flags.out, certificate);
  else if (!session.out.json) session.io.stdout.write(certificate);
  return exit;
}

/** Readable by its owner alone; never over what is there. */
async function writeNew(session: Session, file: string, text: string): Promise<void> {
  try {
    const handle = await open(path.resolve(session.io.cwd, file), 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new UsageError(
      code === 'EEXIST'
        ? `${file} is there already; nothing was sent.`
        : `${file} cannot be written (${code}); nothing was sent.`,
      ['Name another file.'],
    );
  }
}

function registerOriginPulls(tls: Command, cli: Cli): void {
  const pulls = tls
    .command('origin-pulls')
    .description(
      'Client certificates that Cloudflare shows to your origin: list, upload, delete, set per hostname.',
    );
  pulls.command('list [zone]').action(
    cli.run(async (session, zone: string | undefined) => {
      const tenant = await session.tenant();
      const list = await tenant.certificates.originPulls(session.zoneName(zone), session.via);
      session.out.result({
        json: () => ({ certificates: list }),
        text: () => formatPulls(session.out, list),
      });
      return EXIT.done;
    }),
  );
  withFiles(
    pulls
      .command('upload [zone]')
      .description('Upload a client certificate, for the zone or for single hostnames.')
      .addOption(new Option('--for <level>', 'what it is for').choices(['zone', 'hostname']).default('zone')),
  ).action(
    cli.run(async (session, zone: string | undefined, flags: FileFlags) => {
      const tenant = await session.tenant();
      const input = await readFiles(session, flags);
      const level = flags.for ?? 'zone';
      const name = session.zoneName(zone);
      const planned = await tenant.certificates.planPullUpload(name, input, level, session.via);
      return applyPlanned(session, planned, flags);
    }),
  );
  registerOnId(pulls, cli, {
    name: 'delete',
    about: 'Delete a client certificate. Cannot be undone.',
    plan: async (session, zone, id) =>
      (await session.tenant()).certificates.planPullDelete(zone, id, session.via),
  });
  registerPullSet(pulls, cli);
}

function registerPullSet(pulls: Command, cli: Cli): void {
  withApplyFlags(
    pulls
      .command('set <zone> <hostname> <state>')
      .description('Origin pulls of one hostname: on, off, or removed.')
      .option('--certificate <id>', 'the client certificate that is shown; default: as it is'),
  ).action(
    cli.run(
      async (
        session,
        zone: string,
        hostname: string,
        word: string,
        flags: ApplyFlags & { readonly certificate?: string },
      ) => {
        const states: Readonly<Record<string, boolean | null>> = { on: true, off: false, removed: null };
        const enabled = Object.hasOwn(states, word) ? states[word] : undefined;
        if (enabled === undefined) throw new UsageError(`${word} is no state.`, ['One of: on, off, removed']);
        const tenant = await session.tenant();
        const want = { certificateId: flags.certificate ?? null, enabled };
        const name = session.zoneName(zone);
        const planned = await tenant.certificates.planPullHostname(name, hostname, want, session.via);
        return applyPlanned(session, planned, flags);
      },
    ),
  );
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
