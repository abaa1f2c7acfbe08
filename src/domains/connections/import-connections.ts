/** Adds many connections from a file, with a report per line. Running it again adds only what is not there yet. */
import { isZonewardError } from '../../base/errors.ts';
import type { ConnectionId, TenantId } from '../../base/ids.ts';
import type { Parsed, Problem } from '../../base/problem.ts';
import type { Principal } from '../audit/model.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import { type AddPorts, addConnection, type NewConnection } from './add-connection.ts';
import { IMPORT_NAMES, type ImportEntry, type ImportRow } from './import-file.ts';
import type { ConnectionState } from './model.ts';
import { type CredentialParts, parseCredential } from './parse-credential.ts';
import type { SecretReferences } from './ports.ts';

export interface ImportedLine {
  readonly line: number;
  readonly label: string | undefined;
  /** `present`: this credential is saved already for this account. */
  readonly outcome: 'added' | 'present' | 'failed';
  readonly connectionId: ConnectionId | null;
  readonly state: ConnectionState | null;
  /** What is wrong with the line, or what to know about the connection. */
  readonly problems: readonly Problem[];
}

export interface ImportPorts extends AddPorts {
  readonly references: SecretReferences;
}

export interface ImportInput {
  readonly tenantId: TenantId;
  readonly principal: Principal;
  readonly rows: readonly ImportRow[];
  readonly untested?: boolean;
  readonly options?: CallOptions;
  /** Called after each line. */
  readonly onLine?: (line: ImportedLine) => void;
}

/** One after the other: the credentials may share one budget. A line that fails does not hold up the next. */
export async function importConnections(
  ports: ImportPorts,
  input: ImportInput,
): Promise<readonly ImportedLine[]> {
  const lines: ImportedLine[] = [];
  for (const row of input.rows) {
    input.options?.signal?.throwIfAborted();
    const line = await importRow(ports, input, row);
    lines.push(line);
    input.onLine?.(line);
  }
  return lines;
}

async function importRow(ports: ImportPorts, input: ImportInput, row: ImportRow): Promise<ImportedLine> {
  const { line, label, entry } = row;
  const failed = (problems: readonly Problem[]): ImportedLine => ({
    line,
    label,
    outcome: 'failed',
    connectionId: null,
    state: null,
    problems,
  });
  if (!entry.ok) return failed(entry.problems);
  try {
    const parts = await partsOf(ports, entry.value);
    if (!parts.ok) return failed(parts.problems);
    const { connection, warnings } = await addConnection(
      ports,
      newConnection(input, entry.value, parts.value),
    );
    const problems = [...entry.problems, ...warnings];
    const { id, state } = connection;
    return { line, label: connection.label, outcome: 'added', connectionId: id, state, problems };
  } catch (error) {
    if (!isZonewardError(error)) throw error;
    input.options?.signal?.throwIfAborted();
    const { code, message, next } = error;
    const problem: Problem = {
      code,
      severity: 'error',
      message,
      ...(next[0] === undefined ? {} : { next: next[0] }),
    };
    if (code !== 'connection-duplicate') return failed([...entry.problems, problem]);
    const connectionId = (error.details['connectionId'] ?? null) as ConnectionId | null;
    return {
      line,
      label,
      outcome: 'present',
      connectionId,
      state: null,
      problems: [{ ...problem, severity: 'warning' }],
    };
  }
}

/** A reference is fetched here, and read like a secret that stood in the file. */
async function partsOf(ports: ImportPorts, entry: ImportEntry): Promise<Parsed<CredentialParts>> {
  if (entry.parts !== null) return { ok: true, value: entry.parts, problems: [] };
  const secret = (await ports.references.resolve(entry.reference ?? '')).reveal();
  const { email, accountId, zoneIds } = entry;
  const fields = email === undefined ? { token: secret } : { key: secret, email };
  return parseCredential({ ...fields, accountId, zoneIds }, IMPORT_NAMES);
}

function newConnection(input: ImportInput, entry: ImportEntry, parts: CredentialParts): NewConnection {
  return {
    tenantId: input.tenantId,
    principal: input.principal,
    credential: parts.credential,
    accountId: parts.accountId,
    zoneIds: parts.zoneIds,
    profile: entry.profile,
    tags: entry.tags,
    metadata: entry.metadata,
    ...(entry.label === undefined ? {} : { label: entry.label }),
    ...(entry.reference === undefined ? {} : { reference: entry.reference }),
    ...(input.untested === undefined ? {} : { untested: input.untested }),
    ...(input.options === undefined ? {} : { options: input.options }),
  };
}
