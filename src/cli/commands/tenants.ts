/** `zoneward tenants`: whose data the store holds; one of them exported, or erased for good. */
import { mkdir, open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import type { ErasureCertificate, ExportManifest, PreparedErasure } from '../../app/re-exports.ts';
import type { Tenants } from '../../app/tenants.ts';
import type { Cli } from '../cli.ts';
import { CancelledError, UsageError } from '../errors.ts';
import { examples } from '../help.ts';
import { ask, canAsk } from '../prompt.ts';
import type { Session } from '../session.ts';

export function register(program: Command, cli: Cli): void {
  const tenants = program
    .command('tenants')
    .description('Tenants. One begins with its first use: a key, a connection.');
  tenants
    .command('list')
    .description('Every tenant that has a key, a connection or an audit trail.')
    .action(
      cli.run(async (session) => {
        const all = await (await session.tenants()).list();
        session.out.result({
          json: () => all,
          text: () => (all.length === 0 ? 'No tenants yet.\n' : all.map((name) => `${name}\n`).join('')),
        });
      }),
    );
  tenants
    .command('export <tenant>')
    .description(
      'Write everything of a tenant but its secrets: JSON Lines, a file for each kind, and a manifest.',
    )
    .requiredOption('-o, --output <folder>', 'a folder that is not there yet')
    .addHelpText('after', examples('zoneward tenants export acme -o acme-2026-11'))
    .action(cli.run(exportInto));
  tenants
    .command('erase <tenant>')
    .description(
      'Delete everything of a tenant but the hashes of its audit trail, and sign a certificate. It cannot be taken back; export first.',
    )
    .requiredOption('--reason <text>', 'stands in the certificate')
    .option('--confirm <tenant>', "the tenant's name once more, instead of the question")
    .option('--certificate <file>', 'into this file; else it is shown')
    .addHelpText(
      'after',
      examples(
        "zoneward tenants erase acme --reason 'contract ended' --certificate acme-erased.json",
        'zoneward audit verify --tenant erased-01m8hz…   # what is left: a chain of hashes',
      ),
    )
    .action(cli.run(erase));
}

async function exportInto(
  session: Session,
  tenant: string,
  { output }: { readonly output: string },
): Promise<void> {
  const tenants = await session.tenants();
  const folder = path.resolve(session.io.cwd, output);
  await makeFolder(folder);
  const manifest = await writeParts(tenants, tenant, folder);
  const { out } = session;
  out.result({
    json: () => ({ folder, ...manifest }),
    text: () => {
      const table = out.table<ExportManifest['files'][number]>(
        [
          { title: 'file', cell: ({ name }) => `${name}.jsonl` },
          { title: 'rows', cell: ({ rows }) => String(rows), align: 'right' },
        ],
        manifest.files,
      );
      return `${table}\n${out.paint.green('✓')} ${tenant} is exported to ${folder}; manifest.json has the hash of each file.\n`;
    },
  });
}

/** An export never mixes with another one. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (cause) {
    const there = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    throw new UsageError(there ? `${folder} is there already.` : `${folder} cannot be made.`, [
      'Name a folder that is not there yet, in one that is.',
    ]);
  }
}

async function writeParts(tenants: Tenants, tenant: string, folder: string): Promise<ExportManifest> {
  let manifest: ExportManifest | null = null;
  for await (const part of tenants.export(tenant)) {
    if (part.kind === 'manifest') manifest = part.manifest;
    else {
      const file = await open(path.join(folder, `${part.name}.jsonl`), 'a', 0o600);
      try {
        await file.writeFile(part.lines.join(''));
      } finally {
        await file.close();
      }
    }
  }
  if (manifest === null) throw new Error('bug: an export ended without its manifest');
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeFile(path.join(folder, 'manifest.json'), text, { mode: 0o600 });
  return manifest;
}

interface EraseFlags {
  readonly reason: string;
  readonly confirm?: string;
  readonly certificate?: string;
}

async function erase(session: Session, tenant: string, flags: EraseFlags): Promise<void> {
  const tenants = await session.tenants();
  const prepared = await tenants.prepareErasure(tenant);
  const confirm = flags.confirm ?? (await askName(session, prepared));
  const certificate = await tenants.erase(tenant, { confirm, code: prepared.code, reason: flags.reason });
  if (flags.certificate !== undefined)
    await writeFile(
      path.resolve(session.io.cwd, flags.certificate),
      `${JSON.stringify(certificate, null, 2)}\n`,
      { mode: 0o600 },
    );
  const { out } = session;
  out.result({ json: () => certificate, text: () => erasedText(session, certificate, flags) });
}

/** A yes is not enough: the name is typed. */
async function askName({ io, out }: Session, { tenant, rows, underWay }: PreparedErasure): Promise<string> {
  if (!canAsk(io))
    throw new UsageError("This asks for the tenant's name, and there is no terminal to ask at.", [
      `Add --confirm ${tenant} once you are sure; nothing was deleted.`,
    ]);
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  out.warn(`${total} rows of ${tenant} in ${Object.keys(rows).length} tables will be deleted for good.`);
  for (const what of underWay) out.warn(what);
  const typed = await ask(io, `Type the tenant's name to erase it`);
  if (typed !== tenant) throw new CancelledError('That is not its name; nothing was deleted.');
  return typed;
}

function erasedText(
  { out }: Session,
  { tenant, audit, secretsDestroyed, ...certificate }: ErasureCertificate,
  { certificate: file }: EraseFlags,
): string {
  const head = `${out.paint.green('✓')} ${tenant} is erased; ${secretsDestroyed} secrets are destroyed, ${audit.events} events are hashes now.\n`;
  const next = `  ${out.paint.cyan('→')} zoneward audit verify --tenant ${audit.trail}\n`;
  if (file !== undefined)
    return `${head}  The signed certificate is in ${file}; the store keeps its hash alone.\n${next}`;
  const shown = { tenant, secretsDestroyed, audit, ...certificate };
  return `${head}${next}\n${JSON.stringify(shown, null, 2)}\n`;
}
