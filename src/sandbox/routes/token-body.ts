/** Reading of token bodies: name, policies, condition, dates; and the rule that nobody grants what he does not hold. */
import { refusal } from '../api-error.ts';
import { isCidr } from '../auth/cidr.ts';
import { groupById, groupByName, type PermissionGroup } from '../auth/permission-groups.ts';
import { type Policy, type PolicyResources, readResourceKey } from '../auth/policies.ts';
import { formatSeconds } from '../clock.ts';
import type { Call } from '../http/call.ts';
import { newId } from '../ids.ts';
import type { ApiToken, TokenCondition } from '../state/principals.ts';
import type { World } from '../state/world.ts';

export interface TokenBody {
  readonly name: string;
  readonly status: 'active' | 'disabled';
  readonly policies: readonly Policy[];
  readonly condition?: TokenCondition;
  readonly expiresOn?: string;
  readonly notBefore?: string;
}

// Codes and texts of these refusals are [U], but for the first and the last. 400 is the first one's code, too.
const nameMissing = (): Error => refusal(400, 400, 'name must have a length of at least 1');
const invalid = (what: string): Error => refusal(400, 1001, `Invalid request: ${what}`);
const notHeld = (group: PermissionGroup): Error =>
  refusal(400, 1001, `Failed common permission check against resources. (Permission group: ${group.name})`);

export function readTokenBody(call: Call, owner: ApiToken['owner']): TokenBody {
  const body = call.jsonObject();
  const { name, status } = body;
  if (typeof name !== 'string' || name.trim() === '') throw nameMissing();
  if (status !== undefined && status !== 'active' && status !== 'disabled' && status !== 'expired') {
    throw invalid('status must be active or disabled');
  }
  const policies = readPolicies(body['policies']);
  for (const policy of policies) assertHeld(call.world, policy, owner);
  const condition = readCondition(body['condition']);
  const expiresOn = readDate(body['expires_on'], 'expires_on');
  const notBefore = readDate(body['not_before'], 'not_before');
  return {
    name,
    status: status === 'disabled' ? 'disabled' : 'active',
    policies,
    ...(condition === undefined ? {} : { condition }),
    ...(expiresOn === undefined ? {} : { expiresOn }),
    ...(notBefore === undefined ? {} : { notBefore }),
  };
}

/** Policies as clients send them; ids are made here. Also used for seeds. */
export function readPolicies(value: unknown): readonly Policy[] {
  if (!Array.isArray(value) || value.length === 0) throw invalid('policies must not be empty');
  return value.map((item: unknown) => {
    if (!isObject(item)) throw invalid('a policy must be an object');
    const { effect } = item;
    if (effect !== 'allow' && effect !== 'deny') throw invalid('effect must be allow or deny');
    return {
      id: newId(),
      effect,
      groups: readGroups(item['permission_groups']),
      resources: readResources(item['resources']),
    };
  });
}

function readGroups(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) throw invalid('permission_groups must not be empty');
  return value.map((item: unknown) => {
    const id = isObject(item) ? item['id'] : undefined;
    const name = isObject(item) ? item['name'] : undefined;
    const group =
      typeof id === 'string' ? groupById(id) : typeof name === 'string' ? groupByName(name) : undefined;
    if (group === undefined) throw invalid(`unknown permission group ${String(id ?? name)}`);
    return group.id;
  });
}

function readResources(value: unknown): PolicyResources {
  if (!isObject(value) || Object.keys(value).length === 0) throw invalid('resources must not be empty');
  for (const [key, inner] of Object.entries(value)) {
    if (readResourceKey(key) === undefined) throw invalid(`unknown resource ${key}`);
    if (inner === '*') continue;
    const nested =
      isObject(inner) && Object.keys(inner).every((name) => readResourceKey(name)?.scope === 'zone');
    if (!nested) throw invalid(`invalid value for resource ${key}`);
  }
  return value as PolicyResources;
}

/** Each resource must lie within what the owner has; an account's tokens need the nested form for zone wildcards. */
function assertHeld(world: World, policy: Policy, owner: ApiToken['owner']): void {
  if (policy.effect === 'deny') return;
  const accountIds = owner.kind === 'account' ? new Set([owner.id]) : world.accountIdsOf(owner.id);
  const [firstGroup] = policy.groups;
  const group = firstGroup === undefined ? undefined : groupById(firstGroup);
  if (group === undefined) return;
  for (const key of Object.keys(policy.resources)) {
    const resource = readResourceKey(key);
    if (resource === undefined) continue;
    const { scope, id } = resource;
    const held =
      scope === 'user'
        ? owner.kind === 'user' && id === owner.id
        : scope === 'account'
          ? (id === '*' && owner.kind === 'user') || accountIds.has(id)
          : (id === '*' && owner.kind === 'user') || accountIds.has(world.zone(id)?.accountId ?? '');
    if (!held) throw notHeld(group);
  }
}

/** Accepts both spellings of the key; which one is echoed is [U], here the schema's. */
function readCondition(value: unknown): TokenCondition | undefined {
  if (!isObject(value)) return undefined;
  const ip = value['request_ip'] ?? value['request.ip'];
  if (!isObject(ip)) return undefined;
  const list = (key: 'in' | 'not_in'): readonly string[] | undefined => {
    const networks = ip[key];
    if (networks === undefined || networks === null) return undefined;
    if (!Array.isArray(networks) || !networks.every((item) => typeof item === 'string' && isCidr(item))) {
      throw invalid(`condition.request_ip.${key} must be a list of networks`);
    }
    return networks as string[];
  };
  const inside = list('in');
  const outside = list('not_in');
  return {
    request_ip: {
      ...(inside === undefined ? {} : { in: inside }),
      ...(outside === undefined ? {} : { not_in: outside }),
    },
  };
}

function readDate(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw invalid(`${field} must be an RFC 3339 date`);
  return formatSeconds(ms);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
