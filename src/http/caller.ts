/**
 * Who calls, and what of the tenant they reach. A thing out of reach is not there (404); an act out of scope is not
 * allowed (403).
 */

import { LOCAL_TENANT, type Tenant, type Zoneward } from '../app/open-zoneward.ts';
import {
  type ApiKey,
  type ChangeDetails,
  type ChangeSetId,
  type Connection,
  compilePatterns,
  type DomainName,
  hasScope,
  isUnlimited,
  isZonewardError,
  type Planned,
  type Scope,
  type Zone,
} from '../app/re-exports.ts';
import type { Holder } from './holder.ts';
import { HttpError } from './problem.ts';

export interface Caller extends Holder {
  readonly tenantName: string;
  readonly tenant: Tenant;
}

export const TENANT_HEADER = 'zoneward-tenant';

/** Throws 400 or 404 for a tenant that the key cannot act for. */
export function callerFor(zoneward: Zoneward, holder: Holder, named: string | undefined): Caller {
  const tenantName = tenantOf(holder.key, named);
  const tenant = zoneward.tenant(tenantName, {
    principal: holder.principal,
    environmentCredential: tenantName === LOCAL_TENANT,
  });
  return { ...holder, tenantName, tenant };
}

function tenantOf(key: ApiKey, named: string | undefined): string {
  if (key.tenantId !== null) {
    if (named === undefined || named === key.tenantId) return key.tenantId;
    throw new HttpError(404, 'tenant-unknown', 'There is no such tenant.');
  }
  if (named !== undefined) return named;
  throw new HttpError(
    400,
    'tenant-missing',
    "An operator's key acts for the tenant that the request names.",
    {
      next: [`Send the header ${TENANT_HEADER}: NAME`],
    },
  );
}

export function requireScope({ key }: Holder, scope: Scope): void {
  if (hasScope(key, scope)) return;
  throw new HttpError(403, 'scope-missing', `This API key does not have the scope ${scope}.`, {
    next: [`Use a key with the scope ${scope}; this one has: ${key.scopes.join(', ')}.`],
  });
}

/** For what looks at the tenant as a whole, or at more than names tell. */
export function requireUnlimited({ key }: Caller): void {
  if (isUnlimited(key.reach)) return;
  throw new HttpError(403, 'key-limited', 'This API key reaches only a part of the tenant.', {
    next: ['Use a key that is not narrowed to connections, zones or names.'],
  });
}

/** For what names cannot narrow: whole zones as files, restores. */
export function requireAllNames({ key }: Caller): void {
  if (key.reach.namePatterns === null) return;
  throw new HttpError(403, 'key-limited', 'This API key reaches only some names of a zone.', {
    next: ['Use a key that is not narrowed to names.'],
  });
}

export function seesConnection({ key }: Caller, { id }: Pick<Connection, 'id'>): boolean {
  const { connectionIds } = key.reach;
  return connectionIds === null || connectionIds.includes(id);
}

export function seesZone(caller: Caller, { facts, connectionId }: Zone): boolean {
  const { zoneIds } = caller.key.reach;
  return (zoneIds === null || zoneIds.includes(facts.id)) && seesConnection(caller, { id: connectionId });
}

/** Whether `seesZone` says yes to all of the tenant's. */
export function seesEveryZone({ key }: Caller): boolean {
  return key.reach.zoneIds === null && key.reach.connectionIds === null;
}

export function reachesEveryName({ key }: Caller): boolean {
  return key.reach.namePatterns === null;
}

/** A test over the names of one zone. */
export function nameFilter({ key }: Caller, zone: DomainName): (name: DomainName) => boolean {
  const { namePatterns } = key.reach;
  return namePatterns === null ? () => true : compilePatterns(namePatterns, zone);
}

/** For each zone, which of its names the key reaches; null for one that reaches all. */
export function namesReached(caller: Caller): ((zone: DomainName) => (name: DomainName) => boolean) | null {
  return reachesEveryName(caller) ? null : (zone) => nameFilter(caller, zone);
}

/** What to ask the engine for, so that nothing else counts as being there: not as a match, not by an id. */
export function namesAsked({ key }: Caller): { readonly names?: readonly string[] } {
  const { namePatterns } = key.reach;
  return namePatterns === null ? {} : { names: namePatterns };
}

/** By id or label; what the key does not see does not exist. Never the environment's. */
export async function findConnection(caller: Caller, reference: string): Promise<Connection> {
  const connections = await caller.tenant.connections.list();
  const found = connections.find(({ id, label }) => id === reference || label === reference);
  if (found !== undefined && seesConnection(caller, found)) return found;
  throw new HttpError(404, 'connection-unknown', 'There is no such connection.');
}

/** The same, to be changed: a credential serves every zone of its account, so a key for some of them may only look. */
export async function findConnectionToChange(caller: Caller, reference: string): Promise<Connection> {
  const found = await findConnection(caller, reference);
  refuseNarrowed(caller);
  return found;
}

function refuseNarrowed({ key }: Caller): void {
  const { zoneIds, namePatterns } = key.reach;
  if (zoneIds !== null || namePatterns !== null)
    throw new HttpError(403, 'key-limited', 'This API key reaches only some zones or names of an account.');
}

/**
 * What an account is asked through: the connection that is named, or the tenant's only one. For what belongs to no
 * zone, so a key that is narrowed to zones or names does not reach it.
 */
export async function reachAccount(
  caller: Caller,
  reference: string | undefined,
): Promise<{ readonly connection?: string }> {
  if (reference === undefined) {
    requireUnlimited(caller);
    return {};
  }
  const { id } = await findConnectionToChange(caller, reference);
  return { connection: id };
}

/** By id or name, from the mirror: asking for a zone that is not there costs no call. */
export function findZone(caller: Caller, reference: string): Promise<Zone> {
  const { zoneIds, connectionIds } = caller.key.reach;
  return caller.tenant.zones.known(reference, {
    ...(zoneIds === null ? {} : { zoneIds }),
    ...(connectionIds === null ? {} : { readers: connectionIds }),
  });
}

/** The same for an id that something of the tenant's names, where only yes or no is wanted. */
export async function reachesZone(caller: Caller, id: string): Promise<boolean> {
  try {
    return seesZone(caller, await caller.tenant.zones.known(id));
  } catch (error) {
    if (isZonewardError(error) && error.code === 'zone-unknown') return false;
    throw error;
  }
}

/** Throws 404 for a change set that is unknown, another tenant's, or out of the key's reach. */
export async function findChangeSet(caller: Caller, id: string): Promise<ChangeDetails> {
  const details = await caller.tenant.changes.get(id as ChangeSetId);
  if (await seesChangeSet(caller, details.changeSet)) return details;
  throw new HttpError(404, 'change-set-unknown', 'There is no such change set.');
}

export async function seesChangeSet(
  caller: Caller,
  { connectionId, plans }: ChangeDetails['changeSet'],
): Promise<boolean> {
  const { reach } = caller.key;
  if (!seesConnection(caller, { id: connectionId })) return false;
  if (reach.zoneIds === null && reach.namePatterns === null) return true;
  try {
    refuseForeignNames(caller, plans);
  } catch (error) {
    if (error instanceof HttpError) return false;
    throw error;
  }
  for (const { zoneId } of plans) if (!(await reachesZone(caller, zoneId))) return false;
  return true;
}

/** Throws 403 `name-out-of-reach` when a plan touches a name that the key does not reach, and does not say which. */
export function refuseForeignNames(caller: Caller, plans: readonly Planned['zones'][number]['plan'][]): void {
  for (const { zoneName, groups, settings = [], objects = [] } of plans) {
    // A setting or a certificate concerns every name of the zone.
    if (settings.length + objects.length > 0 && caller.key.reach.namePatterns !== null)
      throw new HttpError(
        403,
        'key-limited',
        'This API key reaches only some names of a zone, and no settings or certificates.',
      );
    const reaches = nameFilter(caller, zoneName);
    for (const change of groups.flatMap((group) => group.changes)) {
      const names = [change.before?.fields.name, change.after?.fields.name].filter(
        (name) => name !== undefined,
      );
      const foreign = names.find((name) => !reaches(name));
      if (foreign === undefined) continue;
      throw new HttpError(
        403,
        'name-out-of-reach',
        `This touches a name of ${zoneName} that this API key does not reach.`,
        { next: [`It reaches: ${caller.key.reach.namePatterns?.join(', ')}.`] },
      );
    }
  }
}
