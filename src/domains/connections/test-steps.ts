/**
 * The steps of a connection test. Each asks Cloudflare one thing, writes what it found into the run, and returns a
 * sentence for people; it throws what the step failed of.
 */
import type { Clock } from '../../base/clock.ts';
import { isZonewardError, type ZonewardError } from '../../base/errors.ts';
import type { AccountId, ZoneId } from '../../base/ids.ts';
import type { Problem } from '../../base/problem.ts';
import { plural } from '../../plan/change-text.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type { ZoneFacts } from '../zones/model.ts';
import { type CapabilityFacts, capabilityMatrix, needsProbe, RIGHTS } from './capabilities.ts';
import { CAPABILITIES, type Credential, type Profile } from './model.ts';
import type {
  AccountFacts,
  CredentialInspector,
  Inspection,
  Probe,
  TokenDescription,
  TokenFacts,
} from './ports.ts';
import { formatGap, profileVerdict } from './profile.ts';
import {
  accountNeeded,
  deadToken,
  mayNotList,
  mayNotRead,
  otherAccountsToken,
  wrongAccount,
} from './test-errors.ts';
import type { TestFailure, TestStep } from './test-report.ts';

/** Given zones that are looked at; the others are looked at when they are used. */
const GIVEN_ZONES_MAX = 2;

/** What the steps have found so far. */
export interface TestRun {
  readonly inspection: Inspection;
  readonly clock: Clock;
  readonly options: CallOptions;
  readonly profile: Profile;
  readonly givenZoneIds: readonly ZoneId[];
  readonly startedAt: number;
  readonly steps: TestStep[];
  readonly onStep?: (step: TestStep) => void;
  readonly warnings: Problem[];
  readonly probes: { probe: Probe; zoneId: ZoneId | null; allowed: boolean }[];
  credential: Credential;
  accountId: AccountId | null;
  accountName: string | null;
  token: TokenFacts | null;
  zones: readonly ZoneFacts[];
  zoneCount: number;
  description:
    | Pick<TokenDescription, 'policies' | 'ipRestricted'>
    | Pick<TokenDescription, 'policies'>
    | null;
  failure: TestFailure | null;
}

export async function findAccount(run: TestRun): Promise<string> {
  const accounts = await accountsOrWhy(run);
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

/** Cloudflare refuses an ended token without saying that it ended; where that may be so, its own route is asked. */
async function accountsOrWhy(run: TestRun): Promise<readonly AccountFacts[]> {
  const { credential, inspection, options } = run;
  try {
    return await inspection.inspector.accounts(credential, options);
  } catch (error) {
    const rejected = isZonewardError(error) && error.code === 'credential-rejected';
    if (!rejected || credential.kind !== 'user-token') throw error;
    const token = await inspection.inspector.verify(credential, null, options).catch(() => null);
    if (token !== null) refuseDead(token);
    throw error;
  }
}

function refuseDead(token: TokenFacts): void {
  if (token.status === 'expired') throw deadToken('token-expired', 'The token has expired', token);
  if (token.status !== 'active') throw deadToken('token-disabled', `The token is ${token.status}`, token);
}

export async function verifyToken(run: TestRun): Promise<string> {
  const { credential } = run;
  const token = await verifyOrExplain(run);
  run.token = token;
  if (credential.kind !== 'global-key' && credential.kind !== token.kind) {
    run.credential = { kind: token.kind, token: credential.token };
  }
  refuseDead(token);
  warnOfClock(run, token);
  const owner = token.kind === 'account-token' ? 'the account' : 'a user';
  const until =
    token.expiresAt === null ? 'without an end' : `until ${new Date(token.expiresAt).toISOString()}`;
  return `Valid and active, owned by ${owner}, ${until}.`;
}

async function verifyOrExplain(run: TestRun): Promise<TokenFacts> {
  const accountId = accountOf(run);
  try {
    return await run.inspection.inspector.verify(run.credential, accountId, run.options);
  } catch (error) {
    const rejected = isZonewardError(error) && error.code === 'credential-rejected';
    throw rejected && run.credential.kind === 'account-token' ? otherAccountsToken(error, accountId) : error;
  }
}

/** Cloudflare's word stands; where its dates contradict it, our clock is wrong. */
function warnOfClock(run: TestRun, token: TokenFacts): void {
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

export async function listZones(run: TestRun): Promise<string> {
  const accountId = accountOf(run);
  try {
    for await (const page of run.inspection.reader.listZones(accountId, run.options)) {
      run.zones = page.zones;
      run.zoneCount = page.totalCount;
      break;
    }
  } catch (error) {
    if (isZonewardError(error) && error.kind === 'permission')
      throw await listingRefused(run, accountId, error);
    throw error;
  }
  const [first] = run.zones;
  if (first === undefined) return await noZones(run, accountId);
  run.accountName = first.accountName;
  return `${plural(run.zoneCount, 'zone')} in ${first.accountName}.`;
}

async function listingRefused(
  run: TestRun,
  accountId: AccountId,
  error: ZonewardError,
): Promise<ZonewardError> {
  const accounts = await accountsOrNone(run);
  const elsewhere = accounts.length > 0 && !accounts.some((account) => account.id === accountId);
  return elsewhere ? wrongAccount(accountId, accounts) : mayNotList(error, accountId);
}

/** An account may be empty; a token without Zone Read, or one of another account, also sees none. */
async function noZones(run: TestRun, accountId: AccountId): Promise<string> {
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

async function accountsOrNone(run: TestRun): Promise<readonly AccountFacts[]> {
  if (run.steps.some((done) => done.name === 'account')) return [];
  try {
    return await run.inspection.inspector.accounts(run.credential, run.options);
  } catch (error) {
    if (isZonewardError(error) && (error.kind === 'permission' || error.kind === 'credentials')) return [];
    throw error;
  }
}

export async function readGivenZones(run: TestRun): Promise<string> {
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

export async function readRecords(run: TestRun): Promise<string> {
  const zone = zoneToTry(run);
  if (zone === null) return 'No zone to read records of.';
  try {
    for await (const page of run.inspection.reader.listRecords(zone.id, run.options)) {
      run.probes.push({ probe: 'records', zoneId: zone.id, allowed: true });
      return `${plural(page.totalCount, 'record')} in ${zone.name}.`;
    }
    return `No record in ${zone.name}.`;
  } catch (error) {
    if (!isZonewardError(error) || error.kind !== 'permission') throw error;
    run.probes.push({ probe: 'records', zoneId: zone.id, allowed: false });
    throw mayNotRead(error, zone.name);
  }
}

/** An active zone where Cloudflare says that records may be read, else the first. */
function zoneToTry(run: TestRun): ZoneFacts | null {
  const may = (zone: ZoneFacts): boolean =>
    zone.permissions?.some((name) => name.startsWith('#dns_records:')) ?? true;
  const readable = run.zones.filter(may);
  return readable.find((zone) => zone.status === 'active') ?? readable[0] ?? run.zones[0] ?? null;
}

export async function findRights(run: TestRun): Promise<string> {
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
    // What was just refused was the question itself.
    if (run.description === null) run.probes.push({ probe: 'tokens', zoneId: null, allowed: false });
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
async function probe(run: TestRun, zoneId: ZoneId | null): Promise<void> {
  const accountId = accountOf(run);
  const asked = new Set<Probe>();
  for (const capability of CAPABILITIES) {
    const { scope, probe: question } = RIGHTS[capability];
    if (question === null || (scope === 'zone') !== (zoneId !== null)) continue;
    if (!needsProbe(capability, zoneId, factsOf(run))) continue;
    if (run.probes.some((done) => done.probe === question && done.zoneId === zoneId)) continue;
    if (asked.has(question)) continue;
    asked.add(question);
    const target = zoneId === null ? { accountId } : { accountId, zoneId };
    const allowed = await tryProbe(run, question, target);
    if (allowed !== null) run.probes.push({ probe: question, zoneId, allowed });
  }
}

/**
 * Null when Cloudflare answered neither yes nor no: a route that this Cloudflare does not have, or a product that the
 * account does not use, tells nothing of the right and is no reason to call the credential bad.
 */
async function tryProbe(
  run: TestRun,
  question: Probe,
  target: Parameters<CredentialInspector['probe']>[2],
): Promise<boolean | null> {
  try {
    return await run.inspection.inspector.probe(run.credential, question, target, run.options);
  } catch (error) {
    const tellsNothing = isZonewardError(error) && (error.kind === 'not-found' || error.kind === 'refused');
    if (!tellsNothing) throw error;
    return null;
  }
}

export function factsOf(run: TestRun): CapabilityFacts {
  const { zones, probes, credential } = run;
  const policies = run.description?.policies ?? null;
  return { kind: credential.kind, accountId: accountOf(run), policies, zones, probes };
}

function accountOf(run: TestRun): AccountId {
  if (run.accountId === null) throw accountNeeded([]);
  return run.accountId;
}
