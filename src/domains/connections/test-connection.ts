/**
 * Tests a credential without changing anything at Cloudflare: is it alive, whose is it, which zones does it see,
 * can it read records, and what may it do. For an account of 50 zones at most 12 calls; zones beyond the first
 * page, and the rights in each zone that only a probe tells, are looked at when they are needed (`probeZone`).
 */
import type { Clock } from '../../base/clock.ts';
import { isZonewardError, ZonewardError } from '../../base/errors.ts';
import type { AccountId, ZoneId } from '../../base/ids.ts';
import type { Problem } from '../../base/problem.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type { ZoneFacts } from '../zones/model.ts';
import { type CapabilityFacts, capabilityMatrix, needsProbe, RIGHTS } from './capabilities.ts';
import { gradePrivilege } from './least-privilege.ts';
import type { Credential, Profile } from './model.ts';
import { CAPABILITIES } from './model.ts';
import type {
  AccountFacts,
  Inspection,
  OpenInspection,
  Probe,
  TokenDescription,
  TokenFacts,
  TokenPolicy,
} from './ports.ts';
import { formatGap, profileVerdict } from './profile.ts';
import type { StepName, TestFailure, TestReport, TestStep } from './test-report.ts';

export interface TestInput {
  readonly credential: Credential;
  /** Null: found out, where the credential sees one account only. */
  readonly accountId: AccountId | null;
  /** For a credential that may not list zones. Empty: list them. */
  readonly zoneIds: readonly ZoneId[];
  readonly profile: Profile;
  readonly options?: CallOptions;
}

export interface TestPorts {
  readonly openInspection: OpenInspection;
  readonly clock: Clock;
}

/** Given zones that are looked at; the others are looked at when they are used. */
const GIVEN_ZONES_MAX = 2;
const NAMED_ACCOUNTS_MAX = 5;

/** What the steps have found so far. */
interface Run {
  readonly inspection: Inspection;
  readonly clock: Clock;
  readonly options: CallOptions;
  readonly profile: Profile;
  readonly givenZoneIds: readonly ZoneId[];
  readonly startedAt: number;
  readonly steps: TestStep[];
  readonly warnings: Problem[];
  readonly probes: { probe: Probe; zoneId: ZoneId | null; allowed: boolean }[];
  credential: Credential;
  accountId: AccountId | null;
  accountName: string | null;
  token: TokenFacts | null;
  zones: readonly ZoneFacts[];
  zoneCount: number;
  policies: readonly TokenPolicy[] | null;
  description:
    | Pick<TokenDescription, 'policies' | 'ipRestricted'>
    | Pick<TokenDescription, 'policies'>
    | null;
  failure: TestFailure | null;
}

/**
 * Never throws for what Cloudflare answers: a failed test is a report with `passed` false. Throws only when the
 * signal aborts, or for a bug.
 */
export async function testConnection(ports: TestPorts, input: TestInput): Promise<TestReport> {
  const run: Run = {
    inspection: ports.openInspection(input.credential),
    clock: ports.clock,
    options: input.options ?? { lane: 'interactive' },
    profile: input.profile,
    givenZoneIds: input.zoneIds,
    startedAt: ports.clock.now(),
    steps: [],
    warnings: [],
    probes: [],
    credential: input.credential,
    accountId: input.accountId,
    accountName: null,
    token: null,
    zones: [],
    zoneCount: 0,
    policies: null,
    description: null,
    failure: null,
  };
  if (run.accountId === null || run.credential.kind === 'global-key') await step(run, 'account', findAccount);
  if (run.credential.kind !== 'global-key') await step(run, 'verify', verifyToken);
  await step(run, 'list-zones', run.givenZoneIds.length > 0 ? readGivenZones : listZones);
  await step(run, 'read-records', readRecords);
  await step(run, 'rights', findRights);
  return report(run);
}

/** Runs one step; after a failure the later ones are skipped. The step returns its sentence for people. */
async function step(run: Run, name: StepName, act: (run: Run) => Promise<string>): Promise<void> {
  if (run.failure !== null) {
    run.steps.push({ name, outcome: 'skipped', detail: 'not reached', durationMs: 0, calls: 0, ray: null });
    return;
  }
  const startedAt = run.clock.now();
  const callsBefore = run.inspection.calls().length;
  let outcome: TestStep['outcome'] = 'ok';
  let detail: string;
  try {
    detail = await act(run);
  } catch (error) {
    run.options.signal?.throwIfAborted();
    if (!isZonewardError(error)) throw error;
    outcome = 'failed';
    detail = error.message;
    run.failure = {
      step: name,
      code: error.code,
      kind: error.kind,
      message: error.message,
      next: error.next,
    };
  }
  const calls = run.inspection.calls().slice(callsBefore);
  const durationMs = Math.max(0, run.clock.now() - startedAt);
  run.steps.push({ name, outcome, detail, durationMs, calls: calls.length, ray: calls.at(-1)?.ray ?? null });
}

async function findAccount(run: Run): Promise<string> {
  const accounts = await run.inspection.inspector.accounts(run.credential, run.options);
  const [only] = accounts;
  if (run.accountId !== null) {
    const account = accounts.find((candidate) => candidate.id === run.accountId);
    if (account === undefined) throw wrongAccount(run.accountId, accounts);
    run.accountName = account.name;
    return `Account ${account.name} (${account.id}).`;
  }
  if (only === undefined || accounts.length > 1) throw accountNeeded(accounts);
  run.accountId = only.id;
  run.accountName = only.name;
  return `The credential sees one account: ${only.name} (${only.id}).`;
}

async function verifyToken(run: Run): Promise<string> {
  const { credential } = run;
  const token = await run.inspection.inspector.verify(credential, accountOf(run), run.options);
  run.token = token;
  if (credential.kind !== 'global-key' && credential.kind !== token.kind) {
    run.credential = { kind: token.kind, token: credential.token };
  }
  if (token.status === 'expired') throw deadToken('token-expired', 'The token has expired', token);
  if (token.status !== 'active') throw deadToken('token-disabled', `The token is ${token.status}`, token);
  warnOfClock(run, token);
  const owner = token.kind === 'account-token' ? 'the account' : 'a user';
  const until =
    token.expiresAt === null ? 'without an end' : `until ${new Date(token.expiresAt).toISOString()}`;
  return `Valid and active, owned by ${owner}, ${until}.`;
}

/** Cloudflare's word stands; where its dates contradict it, our clock is wrong. */
function warnOfClock(run: Run, token: TokenFacts): void {
  const now = run.clock.now();
  const ahead = token.expiresAt !== null && token.expiresAt <= now;
  const behind = token.notBefore !== null && token.notBefore > now;
  if (!ahead && !behind) return;
  const date = new Date((ahead ? token.expiresAt : token.notBefore) ?? now).toISOString();
  run.warnings.push({
    code: 'clock-skew',
    severity: 'warning',
    message: `Cloudflare calls the token active, yet it ${ahead ? 'ended' : 'begins only'} at ${date} by this clock.`,
    next: "check this machine's clock; it decides when warnings and rotation are due",
  });
}

async function listZones(run: Run): Promise<string> {
  const accountId = accountOf(run);
  try {
    for await (const page of run.inspection.reader.listZones(accountId, run.options)) {
      run.zones = page.zones;
      run.zoneCount = page.totalCount;
      break;
    }
  } catch (error) {
    if (isZonewardError(error) && error.kind === 'permission') throw await mayNotList(run, accountId, error);
    throw error;
  }
  const [first] = run.zones;
  if (first === undefined) return await noZones(run, accountId);
  run.accountName = first.accountName;
  return `${run.zoneCount} zones in ${first.accountName}.`;
}

async function mayNotList(run: Run, accountId: AccountId, error: ZonewardError): Promise<ZonewardError> {
  const accounts = await accountsOrNone(run);
  if (accounts.length > 0 && !accounts.some((account) => account.id === accountId)) {
    return wrongAccount(accountId, accounts);
  }
  return new ZonewardError(`The credential may not list the zones of account ${accountId}.`, {
    code: error.code,
    kind: error.kind,
    next: [
      'grant Zone → Zone → Read: zoneward connections link',
      'or give the zones that it is for: --zone-id ID[,ID…]',
    ],
    details: error.details,
  });
}

/** An account may be empty; a token without Zone Read, or one of another account, also sees none. */
async function noZones(run: Run, accountId: AccountId): Promise<string> {
  const accounts = await accountsOrNone(run);
  const account = accounts.find((candidate) => candidate.id === accountId);
  if (accounts.length > 0 && account === undefined) throw wrongAccount(accountId, accounts);
  run.accountName = account?.name ?? run.accountName;
  run.warnings.push({
    code: 'no-zones',
    severity: 'warning',
    message: 'The credential sees no zone: the account is empty, or the right to list its zones is missing.',
    next: 'if the account has zones, grant Zone → Zone → Read, or give --zone-id',
  });
  return 'No zone is to be seen.';
}

async function accountsOrNone(run: Run): Promise<readonly AccountFacts[]> {
  if (run.steps.some((done) => done.name === 'account')) return [];
  try {
    return await run.inspection.inspector.accounts(run.credential, run.options);
  } catch (error) {
    if (isZonewardError(error) && (error.kind === 'permission' || error.kind === 'credentials')) return [];
    throw error;
  }
}

async function readGivenZones(run: Run): Promise<string> {
  const accountId = accountOf(run);
  const zones: ZoneFacts[] = [];
  for (const zoneId of run.givenZoneIds.slice(0, GIVEN_ZONES_MAX)) {
    const zone = await run.inspection.reader.getZone(zoneId, run.options);
    if (zone.accountId !== accountId) {
      throw wrongAccount(accountId, [{ id: zone.accountId, name: zone.accountName }]);
    }
    zones.push(zone);
  }
  run.zones = zones;
  run.zoneCount = run.givenZoneIds.length;
  run.accountName = zones[0]?.accountName ?? null;
  return `${zones.length} of ${run.zoneCount} given zones read: ${zones.map((zone) => zone.name).join(', ')}.`;
}

async function readRecords(run: Run): Promise<string> {
  const zone = zoneToTry(run);
  if (zone === null) return 'No zone to read records of.';
  try {
    for await (const page of run.inspection.reader.listRecords(zone.id, run.options)) {
      run.probes.push({ probe: 'records', zoneId: zone.id, allowed: true });
      return `${page.totalCount} records in ${zone.name}.`;
    }
    return `No record in ${zone.name}.`;
  } catch (error) {
    if (!isZonewardError(error) || error.kind !== 'permission') throw error;
    run.probes.push({ probe: 'records', zoneId: zone.id, allowed: false });
    throw new ZonewardError(`The credential may not read the records of ${zone.name}.`, {
      code: error.code,
      kind: error.kind,
      next: ['grant Zone → DNS → Read: zoneward connections link'],
      details: error.details,
    });
  }
}

/** An active zone where Cloudflare says that records may be read, else the first. */
function zoneToTry(run: Run): ZoneFacts | null {
  const may = (zone: ZoneFacts): boolean =>
    zone.permissions?.some((name) => name.startsWith('#dns_records:')) ?? true;
  const readable = run.zones.filter(may);
  return readable.find((zone) => zone.status === 'active') ?? readable[0] ?? run.zones[0] ?? null;
}

async function findRights(run: Run): Promise<string> {
  const { inspector } = run.inspection;
  const accountId = accountOf(run);
  if (run.token !== null) {
    const { credential, token, options } = run;
    if (inspector.describe !== undefined) {
      run.description = await inspector.describe(credential, token, accountId, options);
    } else {
      const policies = await inspector.policies(credential, token, accountId, options);
      run.description = policies === null ? null : { policies };
    }
    run.policies = run.description?.policies ?? null;
    // What was just refused was the question itself.
    if (run.policies === null) run.probes.push({ probe: 'tokens', zoneId: null, allowed: false });
  }
  await probe(run, null);
  const zone = zoneToTry(run);
  if (zone !== null) await probe(run, zone.id);
  const verdict = profileVerdict(run.profile, capabilityMatrix(factsOf(run)));
  if (verdict.met === 'yes') return `All rights of the profile "${run.profile}".`;
  const gaps = (verdict.met === 'no' ? verdict.missing : verdict.unknown).map((gap) =>
    formatGap(gap, run.zones.length),
  );
  return `${verdict.met === 'no' ? 'Missing' : 'Could not be told'}: ${gaps.join(', ')}.`;
}

/** Asks only what neither the policies nor the zone's own list tells; each question once. */
async function probe(run: Run, zoneId: ZoneId | null): Promise<void> {
  const accountId = accountOf(run);
  for (const capability of CAPABILITIES) {
    const { scope, probe: question } = RIGHTS[capability];
    if (question === null || (scope === 'zone') !== (zoneId !== null)) continue;
    if (!needsProbe(capability, zoneId, factsOf(run))) continue;
    if (run.probes.some((done) => done.probe === question && done.zoneId === zoneId)) continue;
    const target = zoneId === null ? { accountId } : { accountId, zoneId };
    const allowed = await run.inspection.inspector.probe(run.credential, question, target, run.options);
    run.probes.push({ probe: question, zoneId, allowed });
  }
}

function factsOf(run: Run): CapabilityFacts {
  const { policies, zones, probes } = run;
  return { kind: run.credential.kind, accountId: accountOf(run), policies, zones, probes };
}

function accountOf(run: Run): AccountId {
  if (run.accountId === null) throw accountNeeded([]);
  return run.accountId;
}

function report(run: Run): TestReport {
  const matrix = run.accountId === null ? [] : capabilityMatrix(factsOf(run));
  const passed = run.failure === null;
  const graded =
    passed && run.accountId !== null
      ? gradePrivilege({
          kind: run.credential.kind,
          accountId: run.accountId,
          profile: run.profile,
          matrix,
          description: run.description,
          expiresAt: run.token?.expiresAt ?? null,
        })
      : null;
  const now = run.clock.now();
  return {
    passed,
    failure: run.failure,
    steps: run.steps,
    calls: run.inspection.calls().length,
    durationMs: Math.max(0, now - run.startedAt),
    testedAt: now,
    kind: run.credential.kind,
    accountId: run.accountId,
    accountName: run.accountName,
    token: run.token,
    zoneCount: run.zoneCount,
    zones: run.zones.map(({ id, name }) => ({ id, name })),
    capabilities: matrix,
    profile: profileVerdict(run.profile, matrix),
    grade: graded?.grade ?? null,
    warnings: [...run.warnings, ...(graded?.warnings ?? [])],
  };
}

function wrongAccount(accountId: AccountId, seen: readonly AccountFacts[]): ZonewardError {
  return new ZonewardError(`The credential is not for account ${accountId}; it sees ${named(seen)}.`, {
    code: 'wrong-account',
    kind: 'credentials',
    next: seen
      .slice(0, NAMED_ACCOUNTS_MAX)
      .map((account) => `use --account-id ${account.id} (${account.name})`),
    details: { accountId, seen: seen.map((account) => account.id) },
  });
}

function accountNeeded(seen: readonly AccountFacts[]): ZonewardError {
  const what = seen.length === 0 ? 'no account by itself' : named(seen);
  return new ZonewardError(`The account id is needed: the credential sees ${what}.`, {
    code: 'account-id-missing',
    kind: 'input',
    next:
      seen.length === 0
        ? ['give --account-id; it stands in the address of the dashboard, after dash.cloudflare.com/']
        : seen
            .slice(0, NAMED_ACCOUNTS_MAX)
            .map((account) => `use --account-id ${account.id} (${account.name})`),
    details: { seen: seen.map((account) => account.id) },
  });
}

function named(accounts: readonly AccountFacts[]): string {
  if (accounts.length === 0) return 'no account';
  const first = accounts.slice(0, NAMED_ACCOUNTS_MAX).map((account) => `${account.name} (${account.id})`);
  const rest = accounts.length - first.length;
  return `${first.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function deadToken(code: string, what: string, token: TokenFacts): ZonewardError {
  const when = token.expiresAt === null ? '' : ` (end date ${new Date(token.expiresAt).toISOString()})`;
  return new ZonewardError(`${what}${when}.`, {
    code,
    kind: 'credentials',
    next: ['make a new token and give it to this connection: zoneward connections link, then relink'],
    details: { tokenId: token.tokenId, status: token.status },
  });
}
