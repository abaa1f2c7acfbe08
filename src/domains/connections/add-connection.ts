/** Adds a connection: test, then save. What does not pass is not stored, unless the caller says `untested`. */
import type { Clock, Random } from '../../base/clock.ts';
import { isZonewardError, ZonewardError } from '../../base/errors.ts';
import { type AccountId, type ConnectionId, newId, type TenantId, type ZoneId } from '../../base/ids.ts';
import { InvalidInputError, type Problem } from '../../base/problem.ts';
import type { Principal } from '../audit/model.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import { secretFacts } from './check-secrets.ts';
import { sealCredential, secretText } from './credential-of.ts';
import { checkDescriptors, defaultLabel, type Metadata } from './descriptors.ts';
import type { Connection, Credential, Profile } from './model.ts';
import type { ConnectionStore, OpenInspection, Vault } from './ports.ts';
import { connectionEvent, judgeReport, type StateVerdict } from './state.ts';
import { testConnection } from './test-connection.ts';
import { reportFacts, type TestReport, type TestStep } from './test-report.ts';

export const ROTATION_DAYS_DEFAULT = 90;
const DAY_MS = 86_400_000;
/** Others may take the default label between our look and our write; each try looks again. */
const LABEL_ATTEMPTS_MAX = 5;

export interface AddPorts {
  readonly store: ConnectionStore;
  readonly vault: Vault;
  readonly openInspection: OpenInspection;
  readonly clock: Clock;
  readonly random: Random;
}

export interface NewConnection {
  readonly tenantId: TenantId;
  readonly principal: Principal;
  readonly credential: Credential;
  /** `env:NAME`, `file:PATH`, …: the secret was fetched from there, and nothing of it is stored. */
  readonly reference?: string;
  /** Null: found out by the test. */
  readonly accountId: AccountId | null;
  readonly zoneIds?: readonly ZoneId[];
  /** Absent: the default label. */
  readonly label?: string;
  readonly profile?: Profile;
  readonly tags?: readonly string[];
  readonly metadata?: Metadata;
  readonly rotateEveryDays?: number;
  /** Saves without asking Cloudflare. Needs the account id. */
  readonly untested?: boolean;
  /** Saves a credential that the tenant has saved for this account already. */
  readonly duplicate?: boolean;
  readonly options?: CallOptions;
  /** Called as each step of the test ends. */
  readonly onStep?: (step: TestStep) => void;
}

export interface Added {
  readonly connection: Connection;
  /** Null when it was saved untested. */
  readonly report: TestReport | null;
  readonly warnings: readonly Problem[];
}

/**
 * Tests the credential, seals it and saves the connection with its audit event, in one commit. Throws
 * `InvalidInputError`, `label-taken`, `connection-duplicate`, and for a failed test the code and kind of what
 * failed, with the report in `details.report`. Nothing is stored when it throws.
 */
export async function addConnection(ports: AddPorts, input: NewConnection): Promise<Added> {
  const problems = [...checkDescriptors(input), ...checkRotation(input.rotateEveryDays)];
  if (problems.length > 0) throw new InvalidInputError('The connection is not valid.', problems);
  const others = await ports.store.list(input.tenantId);
  const fingerprint = await ports.vault.fingerprint(input.tenantId, secretText(input.credential));
  const same = others.filter((other) => other.fingerprint === fingerprint);
  const label = input.label?.trim();
  const namesake = same.find((other) => other.label === label);
  // The same again, label and all, is there already; it is no label that somebody else has taken.
  if (namesake !== undefined && isSameAccount(input, namesake) && input.duplicate !== true)
    throw duplicateOf(namesake);
  if (label !== undefined) refuseTakenLabel(label, others);

  const refuseDouble = (account: AccountId): void => {
    const double = same.find((other) => other.accountId === account);
    if (double !== undefined && input.duplicate !== true) throw duplicateOf(double);
  };
  // Known before a call is spent, where the account is.
  if (input.accountId !== null) refuseDouble(input.accountId);

  const report = input.untested === true ? null : await testOrThrow(ports, input);
  const accountId = report?.accountId ?? input.accountId;
  if (accountId === null) throw accountIdMissing();
  refuseDouble(accountId);

  const connection = await save(ports, input, { accountId, fingerprint, report });
  const warnings = [...(report?.warnings ?? []), ...same.map((other) => sharedWith(other))];
  return { connection, report, warnings };
}

function isSameAccount({ accountId }: NewConnection, other: Connection): boolean {
  return accountId === null || accountId === other.accountId;
}

async function testOrThrow(ports: AddPorts, input: NewConnection): Promise<TestReport> {
  const report = await testConnection(ports, {
    credential: input.credential,
    accountId: input.accountId,
    zoneIds: input.zoneIds ?? [],
    profile: input.profile ?? 'minimum',
    ...(input.options === undefined ? {} : { options: input.options }),
    ...(input.onStep === undefined ? {} : { onStep: input.onStep }),
  });
  const { failure } = report;
  if (failure === null) return report;
  throw new ZonewardError(`The test failed, nothing was stored: ${failure.message}`, {
    code: failure.code,
    kind: failure.kind,
    next: [...failure.next, 'or save it without a test: --untested'],
    details: { report },
  });
}

async function save(
  ports: AddPorts,
  input: NewConnection,
  found: {
    readonly accountId: AccountId;
    readonly fingerprint: string;
    readonly report: TestReport | null;
  },
): Promise<Connection> {
  const id = newId<ConnectionId>('con', ports);
  for (let attempt = 1; ; attempt += 1) {
    const taken = new Set((await ports.store.list(input.tenantId)).map((other) => other.label));
    const label = input.label?.trim() ?? defaultLabel(taken, found.report?.accountName ?? null);
    const connection = newConnection(ports, input, { ...found, id, label });
    const sealed =
      input.reference === undefined ? await sealCredential(ports.vault, connection, input.credential) : null;
    const event = connectionEvent(
      connection,
      'connection.added',
      { now: connection.createdAt, principal: input.principal },
      {
        summary: `${label}: added, ${connection.state}`,
        payload: {
          label,
          kind: connection.kind,
          accountId: connection.accountId,
          zoneIds: connection.zoneIds,
          profile: connection.profile,
          state: connection.state,
          reason: connection.stateReason,
          secretSource: connection.secretSource.kind,
          secret: secretFacts(sealed),
          test: found.report === null ? null : reportFacts(found.report),
        },
      },
    );
    try {
      await ports.store.create(connection, sealed, [event]);
      return connection;
    } catch (error) {
      const taken = isZonewardError(error) && error.code === 'label-taken';
      if (!taken || input.label !== undefined || attempt === LABEL_ATTEMPTS_MAX) throw error;
    }
  }
}

function newConnection(
  ports: AddPorts,
  input: NewConnection,
  found: {
    readonly id: ConnectionId;
    readonly label: string;
    readonly accountId: AccountId;
    readonly fingerprint: string;
    readonly report: TestReport | null;
  },
): Connection {
  const now = ports.clock.now();
  const { report } = found;
  const verdict = (report === null ? null : judgeReport(report, { worked: false, now })) ?? UNTESTED;
  const everyDays = input.rotateEveryDays ?? ROTATION_DAYS_DEFAULT;
  return {
    id: found.id,
    tenantId: input.tenantId,
    label: found.label,
    kind: report?.kind ?? input.credential.kind,
    accountId: found.accountId,
    accountName: report?.accountName ?? null,
    zoneIds: input.zoneIds ?? [],
    email: input.credential.kind === 'global-key' ? input.credential.email : null,
    secretSource:
      input.reference === undefined ? { kind: 'vault' } : { kind: 'reference', reference: input.reference },
    tokenId: report?.token?.tokenId ?? null,
    profile: input.profile ?? 'minimum',
    state: verdict.state,
    stateReason: verdict.reason,
    stateDetail: verdict.detail,
    next: verdict.next,
    capabilities: report?.capabilities ?? [],
    tags: [...new Set((input.tags ?? []).map((tag) => tag.trim()))],
    metadata: input.metadata ?? {},
    expiresAt: report?.token?.expiresAt ?? null,
    testedAt: report?.testedAt ?? null,
    rotation: { everyDays, dueAt: now + everyDays * DAY_MS, lastRotatedAt: null },
    fingerprint: found.fingerprint,
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
}

export const UNTESTED: StateVerdict = {
  state: 'untested',
  reason: 'saved-untested',
  detail: 'Saved without a test.',
  next: ['zoneward connections test'],
};

export function checkRotation(days: number | undefined): readonly Problem[] {
  if (days === undefined || (Number.isInteger(days) && days >= 1 && days <= 3_650)) return [];
  return [
    {
      code: 'rotation-days-malformed',
      severity: 'error',
      subject: 'rotateEveryDays',
      message: 'The rotation interval must be a whole number of days, 1 to 3650.',
    },
  ];
}

/** Labels are compared as they are written; the store has the last word. */
export function refuseTakenLabel(label: string, others: readonly Connection[]): void {
  const other = others.find((candidate) => candidate.label === label);
  if (other === undefined) return;
  throw new ZonewardError(`The label "${label}" is taken by connection ${other.id}.`, {
    code: 'label-taken',
    kind: 'conflict',
    next: [
      'choose another --label',
      `or give that connection a new credential: zoneward connections relink ${other.id}`,
    ],
    details: { label, connectionId: other.id },
  });
}

function duplicateOf(other: Connection): ZonewardError {
  return new ZonewardError(`This credential is saved already, as "${other.label}" (${other.id}).`, {
    code: 'connection-duplicate',
    kind: 'conflict',
    next: [`use ${other.id}`, 'or save it once more: --duplicate'],
    details: { connectionId: other.id },
  });
}

function sharedWith(other: Connection): Problem {
  return {
    code: 'credential-shared',
    severity: 'warning',
    message: `The same credential serves "${other.label}" (${other.id}): revoking or rotating it ends both.`,
    next: 'make a token for each connection: zoneward connections link',
  };
}

function accountIdMissing(): ZonewardError {
  return new ZonewardError('Without a test the account id must be given.', {
    code: 'account-id-missing',
    kind: 'input',
    next: ['give --account-id, or leave --untested out'],
  });
}
