/** Why a credential that nobody tested shows no zone: an empty list alone would look like an empty account. */
import { ZonewardError } from '../base/errors.ts';
import type { TenantId } from '../base/ids.ts';
import type { Connection } from '../domains/connections/model.ts';
import { credentialFromEnvironment } from '../domains/connections/parse-credential.ts';
import { testConnection } from '../domains/connections/test-connection.ts';
import type { Context } from './context.ts';
import { isEnvironmentConnection } from './environment-connection.ts';

/**
 * For the environment's credential, which is used without a test: tests it now and throws what the test finds. A
 * saved connection has passed its test, so its empty list is the truth.
 */
export async function refuseUntestedBlindness(
  context: Context,
  tenantId: TenantId,
  connection: Connection,
): Promise<void> {
  const parsed = credentialFromEnvironment(context.environment);
  if (!isEnvironmentConnection(connection) || !parsed.ok) return;
  const { failure } = await testConnection(
    { openInspection: context.openInspection(tenantId), clock: context.clock },
    { ...parsed.value, profile: 'minimum', options: { lane: 'interactive' } },
  );
  if (failure === null) return;
  const { message, code, kind, next } = failure;
  throw new ZonewardError(`No zone is to be seen with the credential in the environment: ${message}`, {
    code,
    kind,
    next,
  });
}
