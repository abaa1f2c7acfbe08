/**
 * What Cloudflare says of a credential (`CredentialInspector`): whether it lives, what it is allowed, which
 * accounts it sees. Only GET requests; nothing is changed.
 *
 * Source: cloudflare-api §1.2 (token routes, and that an account token is "invalid" on the user's route), §1.4.
 */
import type { Clock } from '../base/clock.ts';
import { isZonewardError } from '../base/errors.ts';
import type { AccountId } from '../base/ids.ts';
import type { JsonObject } from '../base/json.ts';
import type { CallOptions } from '../domains/cloudflare-call.ts';
import type { Credential } from '../domains/connections/model.ts';
import type {
  AccountFacts,
  CredentialInspector,
  Probe,
  TokenDescription,
  TokenFacts,
  TokenPolicy,
} from '../domains/connections/ports.ts';
import type { Api } from './api.ts';
import { isObject } from './envelope.ts';

const ACCOUNTS_PER_PAGE = 50;
/** A credential with more accounts than this is asked for the account's id. */
const ACCOUNT_PAGES_MAX = 10;
const AUDIT_SPAN_MS = 3_600_000;

export function createCredentialInspector(deps: {
  /** The API as a credential sees it. */
  readonly apiFor: (credential: Credential) => Api;
  readonly clock: Clock;
}): Required<CredentialInspector> {
  const { apiFor, clock } = deps;
  const describe: Required<CredentialInspector>['describe'] = async (
    credential,
    token,
    accountId,
    options,
  ) => {
    if (credential.kind === 'global-key') return null;
    return await readToken(apiFor(credential), token, accountId, options);
  };
  return {
    verify: (credential, accountId, options) => verify(apiFor(credential), credential, accountId, options),
    describe,
    policies: async (credential, token, accountId, options) =>
      (await describe(credential, token, accountId, options))?.policies ?? null,
    accounts: (credential, options) => listAccounts(apiFor(credential), options),
    probe: async (credential, probe, target, options) => {
      try {
        await ask(apiFor(credential), probe, { ...target, kind: credential.kind, now: clock.now() }, options);
        return true;
      } catch (error) {
        return verdictOf(error);
      }
    },
  };
}

/** A global key has no verify route: reading its user shows that it works. */
async function verify(
  api: Api,
  credential: Credential,
  accountId: AccountId | null,
  options: CallOptions,
): Promise<TokenFacts> {
  if (credential.kind === 'global-key') {
    const { result } = await api.call('GET /user', {}, {}, options);
    const tokenId = result.id ?? '';
    return { tokenId, kind: 'user-token', status: 'active', expiresAt: null, notBefore: null };
  }
  if (accountId === null) return await verifyAs(api, 'user-token', null, options);
  const secret = credential.token.reveal();
  const isAccountToken = credential.kind === 'account-token' || secret.startsWith('cfat_');
  const [first, second] = isAccountToken
    ? (['account-token', 'user-token'] as const)
    : (['user-token', 'account-token'] as const);
  try {
    return await verifyAs(api, first, accountId, options);
  } catch (error) {
    // A token of the other kind is told to be invalid, though it is alive.
    if (!isRefusal(error)) throw error;
    // The prefix says that it cannot be the other kind.
    if (secret.startsWith('cfat_') || secret.startsWith('cfut_')) throw error;
    try {
      return await verifyAs(api, second, accountId, options);
    } catch (other) {
      // Neither route knows it: the first answer is about the kind that it was said to be.
      throw isRefusal(other) ? error : other;
    }
  }
}

async function verifyAs(
  api: Api,
  kind: TokenFacts['kind'],
  accountId: AccountId | null,
  options: CallOptions,
): Promise<TokenFacts> {
  const { result } =
    kind === 'user-token' || accountId === null
      ? await api.call('GET /user/tokens/verify', {}, {}, options)
      : await api.call('GET /accounts/{account_id}/tokens/verify', { account_id: accountId }, {}, options);
  return {
    tokenId: result.id,
    kind,
    status: result.status,
    expiresAt: timeOf(result.expires_on),
    notBefore: timeOf(result.not_before),
  };
}

async function readToken(
  api: Api,
  { kind, tokenId }: TokenFacts,
  accountId: AccountId,
  options: CallOptions,
): Promise<TokenDescription | null> {
  try {
    const { result } =
      kind === 'user-token'
        ? await api.call('GET /user/tokens/{token_id}', { token_id: tokenId }, {}, options)
        : await api.call(
            'GET /accounts/{account_id}/tokens/{token_id}',
            { account_id: accountId, token_id: tokenId },
            {},
            options,
          );
    return decodeToken(result as unknown as JsonObject);
  } catch (error) {
    if (isRefusal(error) || isCode(error, 'cloudflare-not-found')) return null;
    throw error;
  }
}

function decodeToken(token: JsonObject): TokenDescription {
  const policies = Array.isArray(token['policies']) ? token['policies'].filter(isObject) : [];
  return {
    name: typeof token['name'] === 'string' ? token['name'] : '',
    policies: policies.map(decodePolicy),
    ipRestricted: isIpRestricted(token['condition']),
  };
}

function decodePolicy(policy: JsonObject): TokenPolicy {
  const groups = Array.isArray(policy['permission_groups'])
    ? policy['permission_groups'].filter(isObject)
    : [];
  const resources = isObject(policy['resources']) ? policy['resources'] : {};
  return {
    // What is neither must not count as a grant.
    effect: policy['effect'] === 'allow' ? 'allow' : 'deny',
    permissionGroups: groups.map((group) => String(group['name'] ?? group['id'] ?? '')),
    resources: Object.entries(resources).flatMap(([key, value]) =>
      isObject(value) ? [key, ...Object.keys(value)] : [key],
    ),
  };
}

/** `request_ip` in the schema, `request.ip` in the documentation's examples. */
function isIpRestricted(condition: JsonObject[string] | undefined): boolean {
  if (!isObject(condition)) return false;
  const rule = condition['request_ip'] ?? condition['request.ip'];
  if (!isObject(rule)) return false;
  return Object.values(rule).some((list) => Array.isArray(list) && list.length > 0);
}

async function listAccounts(api: Api, options: CallOptions): Promise<AccountFacts[]> {
  const accounts: AccountFacts[] = [];
  let pages = 0;
  for await (const page of api.pages('GET /accounts', {}, { perPage: ACCOUNTS_PER_PAGE }, options)) {
    for (const { id, name } of page.items) accounts.push({ id: id as AccountId, name });
    pages += 1;
    if (pages === ACCOUNT_PAGES_MAX) break;
  }
  return accounts;
}

interface ProbeTarget {
  readonly accountId: AccountId;
  readonly zoneId?: string;
  readonly kind: Credential['kind'];
  readonly now: number;
}

async function ask(api: Api, probe: Probe, target: ProbeTarget, options: CallOptions): Promise<void> {
  const zone = { zone_id: target.zoneId ?? '' };
  const account = { account_id: target.accountId };
  switch (probe) {
    case 'records':
      await api.call('GET /zones/{zone_id}/dns_records', zone, { query: { per_page: 1 } }, options);
      return;
    case 'settings': {
      const params = { ...zone, setting_id: 'ssl' };
      await api.call('GET /zones/{zone_id}/settings/{setting_id}', params, {}, options);
      return;
    }
    case 'ssl':
      await api.call('GET /zones/{zone_id}/ssl/universal/settings', zone, {}, options);
      return;
    case 'dnssec':
      await api.call('GET /zones/{zone_id}/dnssec', zone, {}, options);
      return;
    case 'registrar': {
      const route = 'GET /accounts/{account_id}/registrar/registrations';
      await api.call(route, account, { query: { per_page: 1 } }, options);
      return;
    }
    case 'audit': {
      const since = new Date(target.now - AUDIT_SPAN_MS).toISOString();
      const query = { since, before: new Date(target.now).toISOString(), limit: 1 };
      await api.call('GET /accounts/{account_id}/logs/audit', account, { query }, options);
      return;
    }
    case 'tokens':
      if (target.kind === 'account-token') {
        await api.call('GET /accounts/{account_id}/tokens', account, { query: { per_page: 5 } }, options);
      } else {
        await api.call('GET /user/tokens', {}, { query: { per_page: 5 } }, options);
      }
      return;
    default:
      probe satisfies never;
  }
}

/** A refusal for another reason (not entitled, not set up) comes after the question of rights: that one was passed. */
function verdictOf(error: unknown): boolean {
  if (isCode(error, 'permission-missing')) return false;
  if (isCode(error, 'cloudflare-refused')) return true;
  // 9109 is also said of a resource that the token does not reach.
  if (isCode(error, 'credential-rejected')) return false;
  throw error;
}

function isRefusal(error: unknown): boolean {
  return isCode(error, 'credential-rejected') || isCode(error, 'permission-missing');
}

function isCode(error: unknown, code: string): boolean {
  return isZonewardError(error) && error.code === code;
}

function timeOf(text: string | null | undefined): number | null {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? null : time;
}
