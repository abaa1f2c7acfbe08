/** Flags of everything that speaks with the registrar, and the file of contacts that an order takes. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import type { JsonObject } from '../../app/re-exports.ts';
import { UsageError } from '../errors.ts';
import type { Session } from '../session.ts';

export interface RegistrarFlags {
  readonly registrarSandbox?: boolean;
}

export function targetOf(
  session: Session,
  flags: RegistrarFlags,
): { connection?: string; sandbox?: boolean } {
  return { ...session.via, ...(flags.registrarSandbox === true ? { sandbox: true } : {}) };
}

export function withRegistrarFlags(command: Command): Command {
  return command.option(
    '--registrar-sandbox',
    "use Cloudflare's test registrar: .com and .net, no charge, no zone (or ZONEWARD_REGISTRAR=sandbox)",
  );
}

/** The file of `--contacts`, by the names of a purchase's order. */
export async function readContacts(session: Session, file: string): Promise<Record<string, JsonObject>> {
  const text = await readFile(path.resolve(session.io.cwd, file), 'utf8').catch(() => {
    throw new UsageError(`${file} cannot be read.`);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is no JSON.`);
  }
  const known = {
    contacts: 'contacts',
    contact_extensions: 'contactExtensions',
    acknowledgements: 'acknowledgements',
  };
  const given = typeof json === 'object' && json !== null ? Object.entries(json) : [];
  const unknown = given.find(([key]) => !(key in known));
  if (given.length === 0 || unknown !== undefined) {
    throw new UsageError(
      `${file} must hold ${Object.keys(known).join(', ')}${unknown === undefined ? '' : `, not "${unknown[0]}"`}.`,
    );
  }
  return Object.fromEntries(
    given.map(([key, value]) => [known[key as keyof typeof known], value as JsonObject]),
  );
}
