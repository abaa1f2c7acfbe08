/** Users, accounts, memberships and API tokens as the sandbox keeps them. Plain values, saved as they are. */
import type { Policy } from '../auth/policies.ts';

/** State of other families (settings, registrar, …), by family name; JSON values only, saved with its holder. */
export type FamilyBag = Record<string, unknown>;

export interface User {
  readonly id: string;
  readonly email: string;
  firstName: string | null;
  lastName: string | null;
  telephone: string | null;
  country: string | null;
  zipcode: string | null;
  globalKey: string;
  readonly createdOn: string;
  modifiedOn: string;
  readonly bag: FamilyBag;
}

export interface Account {
  readonly id: string;
  name: string;
  readonly type: 'standard' | 'enterprise';
  readonly createdOn: string;
  readonly bag: FamilyBag;
}

export interface Membership {
  readonly id: string;
  readonly userId: string;
  readonly accountId: string;
  readonly roles: readonly string[];
  status: 'accepted' | 'pending' | 'rejected';
}

export interface TokenCondition {
  readonly request_ip?: { readonly in?: readonly string[]; readonly not_in?: readonly string[] };
}

export interface ApiToken {
  readonly id: string;
  readonly owner: { readonly kind: 'user' | 'account'; readonly id: string };
  secret: string;
  name: string;
  status: 'active' | 'disabled';
  policies: readonly Policy[];
  condition?: TokenCondition | undefined;
  readonly issuedOn: string;
  modifiedOn: string;
  lastUsedOn?: string | undefined;
  expiresOn?: string | undefined;
  notBefore?: string | undefined;
}
