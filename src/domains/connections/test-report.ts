/** The result of a connection test, as a value: what was asked, what came back, what it cost, what to do. */
import type { ErrorKind } from '../../base/errors.ts';
import type { AccountId, ZoneId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Problem } from '../../base/problem.ts';
import type { Grade } from './least-privilege.ts';
import type { CapabilitySet, CredentialKind } from './model.ts';
import type { TokenFacts } from './ports.ts';
import { formatGap, type ProfileVerdict } from './profile.ts';

export type StepName = 'account' | 'verify' | 'list-zones' | 'read-records' | 'rights';

export interface TestStep {
  readonly name: StepName;
  readonly outcome: 'ok' | 'failed' | 'skipped';
  /** A sentence for people. */
  readonly detail: string;
  readonly durationMs: number;
  /** Calls to Cloudflare that this step made. */
  readonly calls: number;
  /** Of the step's last call; what Cloudflare's support asks for. */
  readonly ray: string | null;
}

/** Why a test failed, in the words of the error that ended it. */
export interface TestFailure {
  readonly step: StepName;
  readonly code: string;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly next: readonly string[];
}

export interface TestReport {
  /** The credential is alive, its account is the right one, and records can be read (or there is no zone yet). */
  readonly passed: boolean;
  readonly failure: TestFailure | null;
  readonly steps: readonly TestStep[];
  readonly calls: number;
  readonly durationMs: number;
  readonly testedAt: number;
  /** As Cloudflare tells it; a token without a prefix may turn out to be the account's. */
  readonly kind: CredentialKind;
  readonly accountId: AccountId | null;
  readonly accountName: string | null;
  readonly token: TokenFacts | null;
  /** Zones in the account as the listing told; with given zone ids, how many were given. */
  readonly zoneCount: number;
  /** Those looked at: the first page of the list, or the first of the given ids. */
  readonly zones: readonly { readonly id: ZoneId; readonly name: string }[];
  readonly capabilities: readonly CapabilitySet[];
  readonly profile: ProfileVerdict;
  readonly grade: Grade | null;
  /** Warnings: least privilege, the clock, no zone. */
  readonly warnings: readonly Problem[];
}

/** The facts of a test for an audit event. */
export function reportFacts(report: TestReport): JsonObject {
  return {
    passed: report.passed,
    failure: report.failure === null ? null : { step: report.failure.step, code: report.failure.code },
    steps: report.steps.map(({ name, outcome, durationMs, calls, ray }) => ({
      name,
      outcome,
      durationMs,
      calls,
      ray,
    })),
    calls: report.calls,
    kind: report.kind,
    accountId: report.accountId,
    tokenId: report.token?.tokenId ?? null,
    zoneCount: report.zoneCount,
    profile: report.profile.profile,
    profileMet: report.profile.met,
    missing: report.profile.missing.map((gap) => formatGap(gap, report.zones.length)),
    grade: report.grade,
    warnings: report.warnings.map((warning) => warning.code),
  };
}
