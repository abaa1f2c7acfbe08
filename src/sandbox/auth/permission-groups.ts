/**
 * The permission groups that policies name. Ids are the published ones where the fact sheet has them; those made by
 * the sandbox ([U], a client has to look them up by name and scope) are derived from the name.
 */
import { idFrom } from '../ids.ts';

export type GroupScope = 'zone' | 'account' | 'user';

export const SCOPE_NAMES: Readonly<Record<GroupScope, string>> = {
  zone: 'com.cloudflare.api.account.zone',
  account: 'com.cloudflare.api.account',
  user: 'com.cloudflare.api.user',
};

export type GroupName =
  | 'Zone Read'
  | 'Zone Write'
  | 'DNS Read'
  | 'DNS Write'
  | 'Zone Settings Read'
  | 'Zone Settings Write'
  | 'SSL and Certificates Read'
  | 'SSL and Certificates Write'
  | 'Zone DNS Settings Read'
  | 'Zone DNS Settings Write'
  | 'Account Settings Read'
  | 'Account Settings Write'
  | 'Account API Tokens Read'
  | 'Account API Tokens Write'
  | 'Account: SSL and Certificates Read'
  | 'Account: SSL and Certificates Write'
  | 'Account DNS Settings Read'
  | 'Account DNS Settings Write'
  | 'Registrar Domains Read'
  | 'Registrar Domains Write'
  | 'Billing Read'
  | 'Billing Write'
  | 'API Tokens Read'
  | 'API Tokens Write'
  | 'User Details Read'
  | 'User Details Write'
  | 'Memberships Read'
  | 'Memberships Write';

const TABLE: readonly (readonly [name: GroupName, scope: GroupScope, id: string])[] = [
  ['Zone Read', 'zone', 'c8fed203ed3043cba015a93ad1616f1f'],
  ['Zone Write', 'zone', 'e6d2666161e84845a636613608cee8d5'],
  ['DNS Read', 'zone', '82e64a83756745bbbb1c9c2701bf816b'],
  ['DNS Write', 'zone', '4755a26eedb94da69e1066d98aa820be'],
  ['Zone Settings Read', 'zone', '517b21aee92c4d89936c976ba6e4be55'],
  ['Zone Settings Write', 'zone', '3030687196b94b638145a3953da2b699'],
  ['SSL and Certificates Read', 'zone', '7b7216b327b04b8fbc8f524e1f9b7531'],
  ['SSL and Certificates Write', 'zone', 'c03055bc037c4ea9afb9a9f104b7b721'],
  ['Zone DNS Settings Read', 'zone', '0a6cfe8cd3ed445e918579e2fb13087b'],
  ['Zone DNS Settings Write', 'zone', 'c4df38be41c247b3b4b7702e76eadae0'],
  ['Account Settings Read', 'account', 'c1fde68c7bcc44588cbb6ddbc16d6480'],
  ['Account Settings Write', 'account', '1af1fa2adc104452b74a9a3364202f20'],
  ['Account API Tokens Read', 'account', 'eb56a6953c034b9d97dd838155666f06'],
  ['Account API Tokens Write', 'account', '5bc3f8b21c554832afc660159ab75fa4'],
  ['Account: SSL and Certificates Read', 'account', 'a7a233f9604845c787d4c8c39ac09c21'],
  ['Account: SSL and Certificates Write', 'account', 'db37e5f1cb1a4e1aabaef8deaea43575'],
  ['Account DNS Settings Read', 'account', 'cfa964bcdafc4ab39704e7476154e41b'],
  ['Account DNS Settings Write', 'account', 'dc44f27f48ab405392a5f69fe822bd01'],
  ['Registrar Domains Read', 'account', '9bb90620717647a39679e1d951f140d6'],
  // [U] Name and id of the write group were never seen.
  ['Registrar Domains Write', 'account', ''],
  ['Billing Read', 'account', ''],
  ['Billing Write', 'account', ''],
  ['API Tokens Read', 'user', ''],
  ['API Tokens Write', 'user', ''],
  ['User Details Read', 'user', ''],
  ['User Details Write', 'user', ''],
  ['Memberships Read', 'user', ''],
  ['Memberships Write', 'user', ''],
];

export interface PermissionGroup {
  readonly id: string;
  readonly name: GroupName;
  readonly scope: GroupScope;
}

export const PERMISSION_GROUPS: readonly PermissionGroup[] = TABLE.map(([name, scope, id]) => ({
  id: id === '' ? idFrom(`permission-group:${name}`) : id,
  name,
  scope,
}));

const BY_ID = new Map(PERMISSION_GROUPS.map((group) => [group.id, group]));
const BY_NAME = new Map<string, PermissionGroup>(PERMISSION_GROUPS.map((group) => [group.name, group]));

export function groupById(id: string): PermissionGroup | undefined {
  return BY_ID.get(id);
}

export function groupByName(name: string): PermissionGroup | undefined {
  return BY_NAME.get(name);
}
