/**
 * Connect sessions: made by the tenant, used by a visitor who holds nothing but the link. A visit acts as the session,
 * which is what the audit trail says, and reaches the one thing that it is for.
 */
import { isZonewardError, ZonewardError } from '../base/errors.ts';
import type { ConnectionId, TenantId } from '../base/ids.ts';
import { InvalidInputError } from '../base/problem.ts';
import type { ConnectSession } from '../domains/connect/model.ts';
import {
  type ConnectPorts,
  countTry,
  createConnectSession,
  endByUse,
  getConnectSession,
  type MadeConnectSession,
  type NewConnectSession,
  recogniseConnectSession,
  revokeConnectSession,
} from '../domains/connect/sessions.ts';
import type { Connection } from '../domains/connections/model.ts';
import type { CredentialInput } from '../domains/connections/parse-credential.ts';
import type { TestReport, TestStep } from '../domains/connections/test-report.ts';
import type { TokenLink } from '../domains/connections/token-link.ts';
import type { Context } from './context.ts';
import { type NewConnectionInput, type TenantConnections, tenantConnections } from './tenant-connections.ts';
import { type TenantReach, tenantReach } from './tenant-reach.ts';

export interface TenantConnectSessions {
  /** The secret is in the answer and nowhere else: put it behind the `#` of a link. */
  create(
    input: Omit<NewConnectSession, 'relink'> & { readonly relink?: string },
  ): Promise<MadeConnectSession>;
  /** Newest first; those that ended are kept for 30 days. */
  list(limit?: number): Promise<readonly ConnectSession[]>;
  get(id: string): Promise<ConnectSession>;
  /** Its link opens nothing any more. */
  revoke(id: string): Promise<ConnectSession>;
}

/** What a visitor gives. */
export type VisitorInput = CredentialInput & {
  readonly label?: string;
  readonly signal?: AbortSignal;
  /** Called as each step of the test ends. */
  readonly onStep?: (step: TestStep) => void;
};

/** What the holder of a link can do. */
export interface ConnectVisit {
  readonly session: ConnectSession;
  /** The form at Cloudflare, filled in for the session's profile, and what to do there. */
  link(): Promise<TokenLink | null>;
  /** Tries a credential and says step by step what it may do; saves nothing. */
  test(input: VisitorInput): Promise<TestReport>;
  /** Tests it, saves it, and ends the session, in one commit. Throws `connect-session-over` when that was not first. */
  save(input: VisitorInput): Promise<Connection>;
}

const LIST_LIMIT = 50;
const TOKEN_NAME_LENGTH_MAX = 60;

export function tenantConnectSessions(
  context: Context,
  tenantId: TenantId,
  reach: TenantReach,
): TenantConnectSessions {
  const { principal } = context;
  const ports = portsOf(context);
  return {
    create: async ({ relink, ...input }) => {
      const connection = relink === undefined ? null : await reach.connection(relink);
      const wish =
        connection === null ? input : { profile: connection.profile, ...input, relink: connection.id };
      return createConnectSession(ports, wish, { tenantId, principal });
    },
    list: (limit = LIST_LIMIT) => ports.store.list(tenantId, limit),
    get: (id) => getConnectSession(ports, tenantId, id),
    revoke: (id) => revokeConnectSession(ports, { tenantId, id, principal }),
  };
}

/** Null for a link that opens nothing, whatever the reason. `open` without the credential of the environment. */
export async function openConnectVisit(open: Context, secret: string): Promise<ConnectVisit | null> {
  const session = await recogniseConnectSession(portsOf(open), secret);
  return session === null ? null : visit({ ...open, principal: session.id }, session);
}

function visit(context: Context, session: ConnectSession): ConnectVisit {
  const ports = portsOf(context);
  const connections = connectionsOf(context, session);
  let current = session;
  const begin = async ({ signal, label, onStep, ...input }: VisitorInput): Promise<NewConnectionInput> => {
    const parsed = await connections.read({
      ...input,
      accountId: input.accountId ?? session.accountId ?? undefined,
    });
    if (!parsed.ok)
      throw new InvalidInputError('The credential is not valid; nothing was saved.', parsed.problems);
    current = await countTry(ports, current);
    const { credential, accountId } = parsed.value;
    return {
      ...describedBy(session, label),
      credential,
      ...(accountId === null ? {} : { accountId }),
      ...(signal === undefined ? {} : { signal }),
      ...(onStep === undefined ? {} : { onStep }),
    };
  };
  return {
    session,
    link: () => {
      const { profile, accountId, zoneIds, brand, relink } = session;
      const name = (brand?.name ?? 'zoneward').slice(0, TOKEN_NAME_LENGTH_MAX);
      const account = accountId === null ? {} : { accountId };
      return relink === null
        ? connections.link({ profile, zoneIds, name, ...account })
        : linkOfRelink(connections, relink, { profile, name });
    },
    test: async (input) => connections.try(await begin(input)),
    save: async (input) => {
      const given = await begin(input);
      const saving = connectionsOf(endingWithSave(context, session), session);
      const { connection } =
        session.relink === null ? await saving.add(given) : await saving.relink(session.relink, given);
      return connection;
    },
  };
}

/** The whole profile, at the connection's own account: a token that died is made anew. */
async function linkOfRelink(
  connections: TenantConnections,
  relink: ConnectionId,
  wish: { readonly profile: ConnectSession['profile']; readonly name: string },
): Promise<TokenLink | null> {
  const { accountId, zoneIds } = await connections.get(relink);
  return connections.link({ ...wish, accountId, zoneIds });
}

function connectionsOf(context: Context, { tenantId }: ConnectSession): TenantConnections {
  return tenantConnections(context, tenantId, tenantReach(context, tenantId));
}

/** Saving a connection and ending the session are one commit, so that a link saves once, whoever races or dies. */
function endingWithSave(context: Context, { id }: ConnectSession): Context {
  const { store } = context;
  const ending = store.connectSessions.endingWith(id, endByUse(context));
  return { ...context, store: { ...store, connections: { ...store.connections, ...ending } } };
}

function describedBy(
  session: ConnectSession,
  label: string | undefined,
): Omit<NewConnectionInput, 'credential'> {
  const { profile, tags, metadata, zoneIds } = session;
  const named = session.label ?? label;
  return {
    profile,
    tags,
    metadata,
    ...(zoneIds.length === 0 ? {} : { zoneIds }),
    ...(named === undefined ? {} : { label: named }),
  };
}

function portsOf({ store, clock, random }: Context): ConnectPorts {
  return { store: store.connectSessions, clock, random };
}

/** What is said of the tenant's own connections is no visitor's business: in their place, by code. */
const SAID_TO_VISITORS: Readonly<Record<string, readonly [message: string, next: string]>> = {
  'connection-duplicate': ['This credential is in use here already.', 'Make a new token, and give that one.'],
  'label-taken': ['This cannot be saved under its name.', 'Ask whoever sent you the link for a new one.'],
};

function withoutCommands(next: readonly string[]): readonly string[] {
  return next.filter((step) => !/zoneward |--[a-z]/.test(step));
}

/** What a visitor is told of a test: what to do about it that a visitor can do. */
export function reportForVisitor(report: TestReport): TestReport {
  const { failure, warnings } = report;
  return {
    ...report,
    failure: failure === null ? null : { ...failure, next: withoutCommands(failure.next) },
    warnings: warnings.filter(({ next }) => next === undefined || withoutCommands([next]).length > 0),
  };
}

/** What a visitor is told of a failure: nothing of other connections, and no command that only an operator could run. */
export function forVisitor(error: unknown): unknown {
  if (!isZonewardError(error)) return error;
  const said = SAID_TO_VISITORS[error.code];
  if (said !== undefined) {
    const [message, next] = said;
    return new ZonewardError(message, { code: error.code, kind: error.kind, next: [next], details: {} });
  }
  const { message, code, kind, cause } = error;
  const details = { ...error.details };
  const report = details['report'] as TestReport | undefined;
  if (report !== undefined) details['report'] = reportForVisitor(report);
  return new ZonewardError(message, { code, kind, next: withoutCommands(error.next), details, cause });
}
