/** Gives a connection a new credential. Its id, label, history and mirror stay; the old secret is replaced. */
import { ZonewardError } from '../../base/errors.ts';
import type { ConnectionId, TenantId, ZoneId } from '../../base/ids.ts';
import type { Principal } from '../audit/model.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import { type AddPorts, UNTESTED } from './add-connection.ts';
import { secretFacts } from './check-secrets.ts';
import { sealCredential, secretText } from './credential-of.ts';
import { getConnection } from './find-connection.ts';
import type { Connection, Credential } from './model.ts';
import { afterTest } from './retest-connection.ts';
import { connectionEvent, type Moment, type Moved, moveConnection, rotating } from './state.ts';
import { testConnection } from './test-connection.ts';
import type { TestReport, TestStep } from './test-report.ts';

export interface RelinkInput {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly principal: Principal;
  readonly credential: Credential;
  readonly reference?: string;
  /** Absent: as before. */
  readonly zoneIds?: readonly ZoneId[];
  /** Saves without asking Cloudflare. */
  readonly untested?: boolean;
  readonly options?: CallOptions;
  /** Called as each step of the test ends. */
  readonly onStep?: (step: TestStep) => void;
}

export interface Relinked {
  readonly connection: Connection;
  readonly report: TestReport | null;
}

/**
 * Tests the new credential against the connection's own account, then replaces the old one in one commit. A
 * connection may change from token to key or back, never to another account: that would be another mirror. Throws
 * like `addConnection`; the old credential stays when it throws. A paused connection stays paused; one under
 * rotation is refused (`connection-rotating`).
 */
export async function relinkConnection(ports: AddPorts, input: RelinkInput): Promise<Relinked> {
  const connection = await getConnection(ports.store, input.tenantId, input.connectionId);
  if (connection.state === 'rotating') throw rotating(connection);
  const { credential, zoneIds = connection.zoneIds } = input;
  const report = input.untested === true ? null : await testOrThrow(ports, connection, { ...input, zoneIds });
  const moment = { now: ports.clock.now(), principal: input.principal };
  const tested = report === null ? savedUntested(connection, moment) : afterTest(connection, report, moment);
  const next: Connection = {
    ...tested.connection,
    kind: report?.kind ?? credential.kind,
    zoneIds,
    email: credential.kind === 'global-key' ? credential.email : null,
    secretSource:
      input.reference === undefined ? { kind: 'vault' } : { kind: 'reference', reference: input.reference },
    fingerprint: await ports.vault.fingerprint(connection.tenantId, secretText(credential)),
    ...(report === null ? { tokenId: null, expiresAt: null, testedAt: null } : {}),
  };
  const sealed = input.reference === undefined ? await sealCredential(ports.vault, next, credential) : null;
  const event = connectionEvent(connection, 'connection.relinked', moment, {
    summary: `${connection.label}: new credential (${next.kind})`,
    payload: {
      from: connection.kind,
      to: next.kind,
      secretSource: next.secretSource.kind,
      secret: secretFacts(sealed),
      tokenId: next.tokenId,
    },
  });
  await ports.store.update(next, sealed, [event, ...tested.events]);
  return { connection: next, report };
}

async function testOrThrow(
  ports: AddPorts,
  connection: Connection,
  input: RelinkInput & { readonly zoneIds: readonly ZoneId[] },
): Promise<TestReport> {
  const report = await testConnection(ports, {
    credential: input.credential,
    accountId: connection.accountId,
    zoneIds: input.zoneIds,
    profile: connection.profile,
    ...(input.options === undefined ? {} : { options: input.options }),
    ...(input.onStep === undefined ? {} : { onStep: input.onStep }),
  });
  const { failure } = report;
  if (failure === null) return report;
  throw new ZonewardError(`The test failed, the old credential stays: ${failure.message}`, {
    code: failure.code,
    kind: failure.kind,
    next: failure.next,
    details: { report },
  });
}

function savedUntested(connection: Connection, moment: Moment): Moved {
  if (connection.state === 'paused') {
    return {
      connection: { ...connection, updatedAt: moment.now, version: connection.version + 1 },
      events: [],
    };
  }
  return moveConnection(connection, UNTESTED, moment);
}
