/** Tests a saved connection on demand, and keeps what the test found: state, rights, dates. */
import type { Clock } from '../../base/clock.ts';
import { isZonewardError } from '../../base/errors.ts';
import type { ConnectionId, TenantId, ZoneId } from '../../base/ids.ts';
import type { Principal } from '../audit/model.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import { capabilityMatrix, RIGHTS } from './capabilities.ts';
import { type CredentialPorts, credentialOf } from './credential-of.ts';
import { getConnection } from './find-connection.ts';
import type { CapabilitySet, Connection, Credential } from './model.ts';
import { CAPABILITIES } from './model.ts';
import type { ConnectionStore, OpenInspection, Probe } from './ports.ts';
import {
  connectionEvent,
  judgeExpiry,
  judgeReport,
  type Moment,
  type Moved,
  moveConnection,
  revise,
} from './state.ts';
import { testConnection } from './test-connection.ts';
import { reportFacts, type TestReport, type TestStep } from './test-report.ts';

export interface RetestPorts extends CredentialPorts {
  readonly store: ConnectionStore;
  readonly openInspection: OpenInspection;
  readonly clock: Clock;
}

export interface RetestInput {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly principal: Principal;
  readonly options?: CallOptions;
  /** Called as each step of the test ends. */
  readonly onStep?: (step: TestStep) => void;
}

export interface Retested {
  readonly connection: Connection;
  readonly report: TestReport;
}

/**
 * Asks Cloudflare and stores the outcome with its event. A paused connection is tested and stays paused; so does
 * one under rotation. When Cloudflare cannot be asked, the connection stays as it was, and the report says why.
 * A secret that cannot be had (vault, reference) makes the connection `invalid` and is thrown.
 */
export async function retestConnection(ports: RetestPorts, input: RetestInput): Promise<Retested> {
  const connection = await getConnection(ports.store, input.tenantId, input.connectionId);
  const report = await testSaved(ports, connection, input);
  const moment = { now: ports.clock.now(), principal: input.principal };
  const moved = afterTest(connection, report, moment);
  await ports.store.update(moved.connection, null, moved.events);
  return { connection: moved.connection, report };
}

async function testSaved(
  ports: RetestPorts,
  connection: Connection,
  input: RetestInput,
): Promise<TestReport> {
  const credential = await credentialOrInvalid(ports, connection, input.principal);
  return await testConnection(ports, {
    credential,
    accountId: connection.accountId,
    zoneIds: connection.zoneIds,
    profile: connection.profile,
    ...(input.options === undefined ? {} : { options: input.options }),
    ...(input.onStep === undefined ? {} : { onStep: input.onStep }),
  });
}

async function credentialOrInvalid(
  ports: RetestPorts,
  connection: Connection,
  principal: Principal,
): Promise<Credential> {
  try {
    return await credentialOf(ports, connection);
  } catch (error) {
    const steady = connection.state === 'paused' || connection.state === 'rotating';
    if (!isZonewardError(error) || error.kind === 'temporary' || steady) throw error;
    const verdict = {
      state: 'invalid',
      reason: error.code,
      detail: error.message,
      next: error.next,
    } as const;
    const moved = moveConnection(connection, verdict, { now: ports.clock.now(), principal });
    await ports.store.update(moved.connection, null, moved.events);
    throw error;
  }
}

/** The connection as a test leaves it, one version on, with the events of the test and of the move. Pure. */
export function afterTest(connection: Connection, report: TestReport, moment: Moment): Moved {
  const verdict = judgeReport(report, { worked: connection.testedAt !== null, now: moment.now });
  const tested = connectionEvent(connection, 'connection.tested', moment, {
    summary: `${connection.label}: test ${report.passed ? 'passed' : `failed (${report.failure?.code})`}`,
    payload: reportFacts(report),
  });
  const found: Partial<Connection> = report.passed
    ? {
        kind: report.kind,
        accountName: report.accountName ?? connection.accountName,
        tokenId: report.token?.tokenId ?? null,
        expiresAt: report.token?.expiresAt ?? null,
        capabilities: report.capabilities,
        testedAt: report.testedAt,
      }
    : {};
  const steady = connection.state === 'paused' || connection.state === 'rotating';
  if (verdict === null || steady)
    return { connection: revise(connection, found, moment.now), events: [tested] };
  const moved = moveConnection(connection, verdict, moment);
  return { connection: { ...moved.connection, ...found }, events: [tested, ...moved.events] };
}

/**
 * Moves what time alone moves: `active` and `limited` to `expiring`, and all of them to `expired`. Null when
 * nothing moves. Pure; a sweep calls it for every connection.
 */
export function afterTime(connection: Connection, moment: Moment): Moved | null {
  if (!['active', 'limited', 'expiring'].includes(connection.state)) return null;
  const verdict = judgeExpiry(connection.expiresAt, moment.now);
  if (verdict === null || verdict.state === connection.state) return null;
  return moveConnection(connection, verdict, moment);
}

/**
 * The rights in one zone, asked when they are needed: what the stored matrix does not tell is probed (at most one
 * call per probe) and kept.
 */
export async function probeZone(
  ports: RetestPorts,
  input: RetestInput & { readonly zoneId: ZoneId },
): Promise<CapabilitySet> {
  const connection = await getConnection(ports.store, input.tenantId, input.connectionId);
  const known = connection.capabilities.find((set) => set.zoneId === input.zoneId);
  if (known?.findings.every((finding) => finding.verdict !== 'unknown') === true) return known;

  const credential = await credentialOf(ports, connection);
  const { inspector, reader } = ports.openInspection(credential);
  const options = input.options ?? { lane: 'interactive' };
  const zone = await reader.getZone(input.zoneId, options);
  const probes: { probe: Probe; zoneId: ZoneId; allowed: boolean }[] = [];
  const facts = {
    kind: connection.kind,
    accountId: connection.accountId,
    policies: null,
    zones: [zone],
    probes,
  };
  const unknown = capabilityMatrix(facts)
    .flatMap((set) => (set.zoneId === zone.id ? set.findings : []))
    .filter((finding) => finding.verdict === 'unknown');
  for (const probe of new Set(unknown.flatMap((finding) => RIGHTS[finding.capability].probe ?? []))) {
    const target = { accountId: connection.accountId, zoneId: zone.id };
    const allowed = await inspector.probe(credential, probe, target, options);
    probes.push({ probe, zoneId: zone.id, allowed });
  }
  const found = capabilityMatrix(facts).find((set) => set.zoneId === zone.id) ?? {
    zoneId: zone.id,
    findings: [],
  };
  const others = connection.capabilities.filter((set) => set.zoneId !== zone.id);
  const next = revise(connection, { capabilities: [...others, found] }, ports.clock.now());
  await ports.store.update(next, null, []);
  return found;
}

/** How many of the zones that were seen have each right: "can edit DNS in 41 of 44 zones". */
export function zonesByCapability(
  matrix: readonly CapabilitySet[],
): Readonly<Record<string, { readonly yes: number; readonly no: number; readonly unknown: number }>> {
  const counts: Record<string, { yes: number; no: number; unknown: number }> = {};
  for (const capability of CAPABILITIES) {
    if (RIGHTS[capability].scope !== 'zone') continue;
    const count = { yes: 0, no: 0, unknown: 0 };
    for (const { zoneId, findings } of matrix) {
      const found = findings.find((finding) => finding.capability === capability);
      if (zoneId !== null && found !== undefined) count[found.verdict] += 1;
    }
    counts[capability] = count;
  }
  return counts;
}
