/**
 * The connection that the environment describes when none is saved. It is not stored, and nothing secret is kept:
 * its secret is a reference to the variable. Its journal and history live in the local store under its id.
 */
import type { AccountId, ConnectionId, TenantId } from '../base/ids.ts';
import type { Connection } from '../domains/connections/model.ts';
import { type CredentialParts, ENVIRONMENT_NAMES } from '../domains/connections/parse-credential.ts';

/** An environment may leave the account out; then the credential's own reach decides. */
export const NO_ACCOUNT: AccountId = '' as AccountId;

export function environmentConnection(tenantId: TenantId, parts: CredentialParts, now: number): Connection {
  const { credential, zoneIds } = parts;
  const accountId = parts.accountId ?? NO_ACCOUNT;
  const global = credential.kind === 'global-key';
  return {
    id: `env:${accountId === NO_ACCOUNT ? 'account' : accountId}` as ConnectionId,
    tenantId,
    label: 'environment',
    kind: credential.kind,
    accountId,
    accountName: null,
    zoneIds,
    email: global ? credential.email : null,
    secretSource: {
      kind: 'reference',
      reference: `env:${global ? ENVIRONMENT_NAMES.key : ENVIRONMENT_NAMES.token}`,
    },
    tokenId: null,
    profile: 'minimum',
    state: 'untested',
    stateReason: 'from-environment',
    stateDetail: 'Used as the environment describes it; nothing of it is saved.',
    next: ['zoneward connections add'],
    capabilities: [],
    tags: [],
    metadata: {},
    expiresAt: null,
    testedAt: null,
    rotation: { everyDays: 90, dueAt: null, lastRotatedAt: null },
    fingerprint: null,
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
}

/** True for a connection that is not saved: only the environment describes it. */
export function isEnvironmentConnection({ id }: Connection): boolean {
  return id.startsWith('env:');
}
