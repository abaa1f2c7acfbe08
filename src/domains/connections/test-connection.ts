/**
 * Tests a credential without changing anything at Cloudflare: is it alive, whose is it, which zones does it see,
 * can it read records, and what may it do. For an account of 50 zones at most 12 calls; zones beyond the first
 * page, and the rights in each zone that only a probe tells, are looked at when they are needed (`probeZone`).
 */
import type { Clock } from '../../base/clock.ts';
import { isZonewardError } from '../../base/errors.ts';
import type { AccountId, ZoneId } from '../../base/ids.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import { capabilityMatrix } from './capabilities.ts';
import { gradePrivilege } from './least-privilege.ts';
import type { Credential, Profile } from './model.ts';
import type { OpenInspection } from './ports.ts';
import { profileVerdict } from './profile.ts';
import type { StepName, TestReport, TestStep } from './test-report.ts';
import {
  factsOf,
  findAccount,
  findRights,
  listZones,
  readGivenZones,
  readRecords,
  type TestRun,
  verifyToken,
} from './test-steps.ts';

export interface TestInput {
  readonly credential: Credential;
  /** Null: found out, where the credential sees one account only. */
  readonly accountId: AccountId | null;
  /** For a credential that may not list zones. Empty: list them. */
  readonly zoneIds: readonly ZoneId[];
  readonly profile: Profile;
  readonly options?: CallOptions;
  /** Called as each step ends, in their order. */
  readonly onStep?: (step: TestStep) => void;
}

export interface TestPorts {
  readonly openInspection: OpenInspection;
  readonly clock: Clock;
}

/**
 * Never throws for what Cloudflare answers: a failed test is a report with `passed` false. Throws only when the
 * signal aborts, or for a bug.
 */
export async function testConnection(ports: TestPorts, input: TestInput): Promise<TestReport> {
  const run: TestRun = {
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
    description: null,
    failure: null,
    ...(input.onStep === undefined ? {} : { onStep: input.onStep }),
  };
  if (run.accountId === null || run.credential.kind === 'global-key') await step(run, 'account', findAccount);
  if (run.credential.kind !== 'global-key') await step(run, 'verify', verifyToken);
  await step(run, 'list-zones', run.givenZoneIds.length > 0 ? readGivenZones : listZones);
  await step(run, 'read-records', readRecords);
  await step(run, 'rights', findRights);
  return report(run);
}

/** Runs one step; after a failure the later ones are skipped. The step returns its sentence for people. */
async function step(run: TestRun, name: StepName, act: (run: TestRun) => Promise<string>): Promise<void> {
  if (run.failure !== null) {
    note(run, { name, outcome: 'skipped', detail: 'not reached', durationMs: 0, calls: 0, ray: null });
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
  note(run, { name, outcome, detail, durationMs, calls: calls.length, ray: calls.at(-1)?.ray ?? null });
}

function note(run: TestRun, ended: TestStep): void {
  run.steps.push(ended);
  run.onStep?.(ended);
}

function report(run: TestRun): TestReport {
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
