/** What a connection test can fail of, each with the next step for a person. */
import { ZonewardError } from '../../base/errors.ts';
import type { AccountId } from '../../base/ids.ts';
import type { AccountFacts, TokenFacts } from './ports.ts';

const NAMED_ACCOUNTS_MAX = 5;

export function wrongAccount(accountId: AccountId, seen: readonly AccountFacts[]): ZonewardError {
  return new ZonewardError(`The credential is not for account ${accountId}; it sees ${named(seen)}.`, {
    code: 'wrong-account',
    kind: 'credentials',
    next: seen
      .slice(0, NAMED_ACCOUNTS_MAX)
      .map((account) => `use --account-id ${account.id} (${account.name})`),
    details: { accountId, seen: seen.map((account) => account.id) },
  });
}

export function accountNeeded(seen: readonly AccountFacts[]): ZonewardError {
  const what = seen.length === 0 ? 'no account by itself' : named(seen);
  return new ZonewardError(`The account id is needed: the credential sees ${what}.`, {
    code: 'account-id-missing',
    kind: 'input',
    next:
      seen.length === 0
        ? ['give --account-id; it stands in the address of the dashboard, after dash.cloudflare.com/']
        : seen
            .slice(0, NAMED_ACCOUNTS_MAX)
            .map((account) => `use --account-id ${account.id} (${account.name})`),
    details: { seen: seen.map((account) => account.id) },
  });
}

function named(accounts: readonly AccountFacts[]): string {
  if (accounts.length === 0) return 'no account';
  const first = accounts.slice(0, NAMED_ACCOUNTS_MAX).map((account) => `${account.name} (${account.id})`);
  const rest = accounts.length - first.length;
  return `${first.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

export function deadToken(code: string, what: string, token: TokenFacts): ZonewardError {
  const when = token.expiresAt === null ? '' : ` (end date ${new Date(token.expiresAt).toISOString()})`;
  return new ZonewardError(`${what}${when}.`, {
    code,
    kind: 'credentials',
    next: ['make a new token and give it to this connection: zoneward connections link, then relink'],
    details: { tokenId: token.tokenId, status: token.status },
  });
}

export function otherAccountsToken(error: ZonewardError, accountId: AccountId): ZonewardError {
  return new ZonewardError(`Cloudflare does not know this account token in account ${accountId}.`, {
    code: error.code,
    kind: error.kind,
    next: [
      'check the account id: an account token works with its own account only',
      'or make a new token: zoneward connections link',
    ],
    details: error.details,
  });
}

export function mayNotList(error: ZonewardError, accountId: AccountId): ZonewardError {
  return new ZonewardError(`The credential may not list the zones of account ${accountId}.`, {
    code: error.code,
    kind: error.kind,
    next: [
      'grant Zone → Zone → Read: zoneward connections link',
      'or give the zones that it is for: --zone-id ID[,ID…]',
    ],
    details: error.details,
  });
}

export function mayNotRead(error: ZonewardError, zoneName: string): ZonewardError {
  return new ZonewardError(`The credential may not read the records of ${zoneName}.`, {
    code: error.code,
    kind: error.kind,
    next: ['grant Zone → DNS → Read: zoneward connections link'],
    details: error.details,
  });
}
