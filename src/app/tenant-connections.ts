/** Connections of one tenant: added by a test, tested again, labelled, paused, given a new credential, removed. */
import type { AccountId, TenantId, ZoneId } from '../base/ids.ts';
import { InvalidInputError, type Parsed, type Problem } from '../base/problem.ts';
import { type Added, type AddPorts, addConnection } from '../domains/connections/add-connection.ts';
import type { Metadata } from '../domains/connections/descriptors.ts';
import {
  type ConnectionEdit,
  editConnection,
  pauseConnection,
  removeConnection,
  resumeConnection,
} from '../domains/connections/edit-connection.ts';
import { type ConnectionFilter, filterConnections } from '../domains/connections/find-connection.ts';
import { type ImportedLine, importConnections } from '../domains/connections/import-connections.ts';
import { type ImportRow, parseImportFile } from '../domains/connections/import-file.ts';
import type { Connection, Credential, Profile } from '../domains/connections/model.ts';
import {
  type CredentialInput,
  type CredentialParts,
  credentialFromEnvironment,
  type FieldNames,
  parseCredential,
} from '../domains/connections/parse-credential.ts';
import { profileVerdict } from '../domains/connections/profile.ts';
import { type Relinked, relinkConnection } from '../domains/connections/relink-connection.ts';
import { type Retested, retestConnection } from '../domains/connections/retest-connection.ts';
import { testConnection } from '../domains/connections/test-connection.ts';
import type { TestReport, TestStep } from '../domains/connections/test-report.ts';
import { linkForMissing, linkForProfile, type TokenLink } from '../domains/connections/token-link.ts';
import type { Context } from './context.ts';
import { isEnvironmentConnection, NO_ACCOUNT } from './environment-connection.ts';
import type { TenantReach } from './tenant-reach.ts';

export interface NewConnectionInput {
  readonly credential: Credential;
  /** `env:NAME`, `file:PATH`: where the secret was fetched from; nothing of it is stored. */
  readonly reference?: string;
  readonly accountId?: AccountId;
  readonly zoneIds?: readonly ZoneId[];
  readonly label?: string;
  readonly profile?: Profile;
  readonly tags?: readonly string[];
  readonly metadata?: Metadata;
  readonly rotateEveryDays?: number;
  /** Saves without asking Cloudflare. */
  readonly untested?: boolean;
  readonly duplicate?: boolean;
  readonly signal?: AbortSignal;
  /** Called as each step of the test ends. */
  readonly onStep?: (step: TestStep) => void;
}

export interface ImportRequest {
  /** The text of a CSV, JSON or YAML file. */
  readonly text: string;
  /** As the user named it. */
  readonly file: string;
  readonly untested?: boolean;
  readonly signal?: AbortSignal;
  readonly onLine?: (line: ImportedLine) => void;
  /** Whether a row may name its secret (`env:…`, `file:…`): not where the rows are a stranger's. Default true. */
  readonly references?: boolean;
  readonly rowsMax?: number;
}

export interface LinkRequest {
  /** Default: the connection's, or `minimum`. */
  readonly profile?: Profile;
  /** The connection whose missing rights are asked for; absent: the whole profile is. */
  readonly missingOf?: string;
  readonly accountId?: AccountId;
  readonly zoneIds?: readonly ZoneId[];
  /** What the token is to be called. */
  readonly name?: string;
}

export interface TenantConnections {
  /** Reads a credential from text that a person gave; with `reference`, the secret is fetched from there. */
  read(
    input: CredentialInput & { readonly reference?: string },
    names?: FieldNames,
  ): Promise<Parsed<CredentialParts>>;
  /** Tests, then saves; nothing is stored when the test fails. */
  add(input: NewConnectionInput): Promise<Added>;
  /** Tests a credential without saving anything. */
  try(input: NewConnectionInput): Promise<TestReport>;
  /** By label or id; without one, the only connection, or the environment's. */
  get(reference?: string): Promise<Connection>;
  list(filter?: ConnectionFilter): Promise<readonly Connection[]>;
  /** A connection that only the environment describes is tested and not stored. */
  test(reference?: string, signal?: AbortSignal, onStep?: (step: TestStep) => void): Promise<Retested>;
  edit(reference: string, edit: ConnectionEdit): Promise<Connection>;
  /** Gives it a new credential; its id, history and mirror stay. */
  relink(reference: string, input: NewConnectionInput): Promise<Relinked>;
  pause(reference: string): Promise<Connection>;
  resume(reference: string): Promise<Connection>;
  /** Deletes the secret; zones, history and audit stay. */
  remove(reference: string): Promise<{ readonly connection: Connection; readonly next: readonly string[] }>;
  /** Adds each row of a file, one after the other; a row that fails does not hold up the next. */
  import(request: ImportRequest): Promise<readonly ImportedLine[]>;
  /** The address of Cloudflare's token form, filled in; null when no right is missing. Asks nothing. */
  link(request?: LinkRequest): Promise<TokenLink | null>;
}

const TOKEN_NAME = 'zoneward';

export function tenantConnections(
  context: Context,
  tenantId: TenantId,
  reach: TenantReach,
): TenantConnections {
  const { clock, random, principal } = context;
  const store = context.store.connections;
  const addPorts = async (): Promise<AddPorts> => ({
    store,
    clock,
    random,
    vault: await context.vault(),
    openInspection: context.openInspection(tenantId),
  });
  const target = async (reference: string) => {
    const { id: connectionId } = await reach.connection(reference);
    return { tenantId, connectionId, principal };
  };

  const tryOut: TenantConnections['try'] = ({ credential, accountId, zoneIds, profile, signal, onStep }) =>
    testConnection(
      { openInspection: context.openInspection(tenantId), clock },
      {
        credential,
        accountId: accountId ?? null,
        zoneIds: zoneIds ?? [],
        profile: profile ?? 'minimum',
        ...callOptions(signal),
        ...(onStep === undefined ? {} : { onStep }),
      },
    );
  const testUnsaved = async (
    connection: Connection,
    watch: Pick<NewConnectionInput, 'signal' | 'onStep'>,
  ): Promise<Retested> => {
    const parsed = credentialFromEnvironment(context.environment);
    if (!parsed.ok)
      throw new InvalidInputError('The credential in the environment is not valid.', parsed.problems);
    const { credential, accountId, zoneIds } = parsed.value;
    const account = accountId === null ? {} : { accountId };
    const report = await tryOut({ credential, zoneIds, ...account, ...watch });
    return { connection, report };
  };

  return {
    read: async ({ reference, ...input }, names) => {
      if (reference === undefined) return parseCredential(input, names);
      const secret = (await context.references.resolve(reference)).reveal();
      const part = (input.email ?? '') === '' ? { token: secret } : { key: secret };
      return parseCredential({ ...input, ...part }, names);
    },
    add: async (input) => {
      const { signal, accountId, ...rest } = input;
      return addConnection(await addPorts(), {
        ...rest,
        tenantId,
        principal,
        accountId: accountId ?? null,
        ...callOptions(signal),
      });
    },
    try: tryOut,
    get: (reference) => reach.connection(reference),
    list: async (filter) => {
      const all = await store.list(tenantId);
      return filter === undefined ? all : filterConnections(all, filter);
    },
    test: async (reference, signal, onStep) => {
      const connection = await reach.connection(reference);
      const watch = onStep === undefined ? {} : { onStep };
      if (isEnvironmentConnection(connection))
        return testUnsaved(connection, { ...watch, ...(signal === undefined ? {} : { signal }) });
      const { id: connectionId } = connection;
      const openInspection = context.openInspection(tenantId, connectionId);
      const ports = {
        store,
        clock,
        openInspection,
        vault: await context.vault(),
        references: context.references,
      };
      return retestConnection(ports, { tenantId, connectionId, principal, ...watch, ...callOptions(signal) });
    },
    edit: async (reference, edit) => editConnection({ store, clock }, await target(reference), edit),
    relink: async (reference, input) => {
      const { credential, reference: secret, zoneIds, untested, signal, onStep } = input;
      return relinkConnection(await addPorts(), {
        ...(await target(reference)),
        credential,
        ...(secret === undefined ? {} : { reference: secret }),
        ...(zoneIds === undefined ? {} : { zoneIds }),
        ...(untested === undefined ? {} : { untested }),
        ...(onStep === undefined ? {} : { onStep }),
        ...callOptions(signal),
      });
    },
    pause: async (reference) => pauseConnection({ store, clock }, await target(reference)),
    resume: async (reference) => resumeConnection({ store, clock }, await target(reference)),
    remove: async (reference) => removeConnection({ store, clock }, await target(reference)),
    import: async ({ text, file, untested, references = true, rowsMax, signal, onLine }) => {
      const parsed = parseImportFile(text, { file });
      if (!parsed.ok)
        throw new InvalidInputError(`${file} cannot be imported; nothing was stored.`, parsed.problems);
      refuseRows(parsed.value, { file, references, rowsMax });
      return importConnections(
        { ...(await addPorts()), references: context.references },
        {
          tenantId,
          principal,
          rows: parsed.value,
          ...(untested === undefined ? {} : { untested }),
          ...(onLine === undefined ? {} : { onLine }),
          ...callOptions(signal),
        },
      );
    },
    link: async ({ profile, missingOf, accountId, zoneIds = [], name = TOKEN_NAME } = {}) => {
      if (missingOf === undefined)
        return linkForProfile(profile ?? 'minimum', { accountId: accountId ?? null, zoneIds, name });
      const connection = await reach.connection(missingOf);
      const known = connection.accountId === NO_ACCOUNT ? null : connection.accountId;
      const wanted = profile ?? connection.profile;
      // What was never tested lacks all that it is not known to have.
      if (connection.testedAt === null)
        return linkForProfile(wanted, { accountId: accountId ?? known, zoneIds: connection.zoneIds, name });
      const verdict = profileVerdict(wanted, connection.capabilities);
      return linkForMissing(verdict, { accountId: accountId ?? known, name });
    },
  };
}

function refuseRows(
  rows: readonly ImportRow[],
  {
    file,
    references,
    rowsMax = Number.POSITIVE_INFINITY,
  }: { readonly file: string; readonly references: boolean; readonly rowsMax?: number | undefined },
): void {
  const named = references ? [] : rows.filter(({ entry }) => entry.ok && entry.value.reference !== undefined);
  const problems: Problem[] = named.map(({ line }) => ({
    code: 'reference-not-here',
    severity: 'error',
    subject: `line ${line}`,
    message: 'Names a secret of the machine that imports it.',
    next: 'Give the secret itself, or import the file there: zoneward connections import FILE',
  }));
  if (rows.length > rowsMax)
    problems.push({
      code: 'rows-too-many',
      severity: 'error',
      message: `The file has ${rows.length} rows; ${rowsMax} at a time are taken.`,
      next: 'Send it in parts.',
    });
  if (problems.length > 0)
    throw new InvalidInputError(`${file} cannot be imported; nothing was stored.`, problems);
}

function callOptions(signal: AbortSignal | undefined) {
  return signal === undefined ? {} : { options: { lane: 'interactive' as const, signal } };
}
