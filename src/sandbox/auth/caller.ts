/** Who is calling: one of three kinds of credential, what it may do, and whose request budget it spends. */
import type { Account, ApiToken, User } from '../state/principals.ts';
import type { Zone } from '../state/zone.ts';
import type { GroupName } from './permission-groups.ts';
import { policiesAllow, type Resource } from './policies.ts';

export type CallerKind = 'user-token' | 'account-token' | 'global-key';

export interface Caller {
  readonly kind: CallerKind;
  /** The user behind a global key or a user-owned token. */
  readonly user: User | undefined;
  /** The account that owns an account-owned token. */
  readonly owner: Account | undefined;
  readonly token: ApiToken | undefined;
  /** Accounts that the principal belongs to; nothing outside of them is ever allowed. */
  readonly accountIds: ReadonlySet<string>;
  readonly ip: string;
}

/** Per user, whatever the credential; an account-owned token has its own budget. */
export function budgetKeyOf(caller: Caller): string {
  return caller.user === undefined ? `token:${caller.token?.id ?? ''}` : `user:${caller.user.id}`;
}

export function credentialOf(caller: Caller): string {
  return caller.token === undefined ? `key:${caller.user?.email ?? ''}` : `token:${caller.token.id}`;
}

export function allows(caller: Caller, groups: readonly GroupName[], resource: Resource): boolean {
  if (resource.kind === 'user') {
    if (caller.user?.id !== resource.userId) return false;
  } else if (!caller.accountIds.has(resource.accountId)) {
    return false;
  }
  if (caller.kind === 'global-key') return true;
  return policiesAllow(caller.token?.policies ?? [], groups, resource);
}

export function zoneResource(zone: Zone): Resource {
  return { kind: 'zone', zoneId: zone.id, accountId: zone.accountId };
}

/** The deprecated `permissions` of a zone object: what this caller may do with it. */
const LEGACY_PERMISSIONS: readonly (readonly [string, readonly GroupName[]])[] = [
  ['#dns_records:edit', ['DNS Write']],
  ['#dns_records:read', ['DNS Read', 'DNS Write']],
  ['#ssl:edit', ['SSL and Certificates Write']],
  ['#ssl:read', ['SSL and Certificates Read', 'SSL and Certificates Write']],
  ['#zone:edit', ['Zone Write']],
  ['#zone:read', ['Zone Read', 'Zone Write']],
  ['#zone_settings:edit', ['Zone Settings Write']],
  ['#zone_settings:read', ['Zone Settings Read', 'Zone Settings Write']],
];

export function legacyPermissions(caller: Caller, zone: Zone): readonly string[] {
  const resource = zoneResource(zone);
  return LEGACY_PERMISSIONS.filter(([, groups]) => allows(caller, groups, resource)).map(([name]) => name);
}
