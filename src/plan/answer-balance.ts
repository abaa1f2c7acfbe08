/**
 * What a plan takes from, and gives to, the answers of each name. Counted by name and *kind* of record, not by
 * operation: A, AAAA and CNAME all give addresses and are one kind, an SPF text is a kind of its own. So a type
 * change is no loss, and a loss is not hidden by records that come elsewhere.
 */
import type { LiveRecord } from '../dns/live-record.ts';
import { isProxiableType, type Rdata, type RecordFields, typeOf } from '../dns/record.ts';
import type { Change, ChangeGroup } from './change.ts';
import { changesPlaceOrData } from './group.ts';

export interface AnswerBalance {
  /** Records that go and that no other of their name and kind replaces. */
  readonly lost: number;
  /** Records whose answer becomes another one: updates, and records that replace one of their name and kind. */
  readonly replaced: number;
  /** True when the record's name has fewer of its kind afterwards. */
  shrinks(fields: RecordFields): boolean;
  /** True when its name has some of its kind before, and none afterwards. */
  ends(fields: RecordFields): boolean;
  /** True when its name has none of its kind before, and some afterwards. */
  begins(fields: RecordFields): boolean;
}

interface Account {
  before: number;
  gone: number;
  come: number;
}

export function balanceOf(scene: {
  readonly groups: readonly ChangeGroup[];
  readonly live: readonly LiveRecord[];
}): AnswerBalance {
  const accounts = new Map<string, Account>();
  let updated = 0;
  for (const change of scene.groups.flatMap((group) => group.changes)) {
    const from = change.before === null ? null : answerKey(change.before.fields);
    const to = change.after === null ? null : answerKey(change.after.fields);
    if (from !== null && from === to) {
      openAccount(accounts, from);
      if (answerChanges(change)) updated += 1;
      continue;
    }
    if (from !== null) openAccount(accounts, from).gone += 1;
    if (to !== null) openAccount(accounts, to).come += 1;
  }
  for (const { fields } of scene.live) {
    const account = accounts.get(answerKey(fields));
    if (account !== undefined) account.before += 1;
  }
  const all = [...accounts.values()];
  const accountOf = (fields: RecordFields): Account =>
    accounts.get(answerKey(fields)) ?? { before: 0, gone: 0, come: 0 };
  return {
    lost: all.reduce((sum, { gone, come }) => sum + Math.max(0, gone - come), 0),
    replaced: all.reduce((sum, { gone, come }) => sum + Math.min(gone, come), updated),
    shrinks: (fields) => accountOf(fields).gone > accountOf(fields).come,
    ends: (fields) => accountOf(fields).before > 0 && afterOf(accountOf(fields)) <= 0,
    begins: (fields) => accountOf(fields).before === 0 && afterOf(accountOf(fields)) > 0,
  };
}

function openAccount(accounts: Map<string, Account>, key: string): Account {
  let account = accounts.get(key);
  if (account === undefined) {
    account = { before: 0, gone: 0, come: 0 };
    accounts.set(key, account);
  }
  return account;
}

function afterOf({ before, gone, come }: Account): number {
  return before - gone + come;
}

/** Name and kind: one text for the answers that can stand in for each other. */
export function answerKey({ name, rdata }: RecordFields): string {
  return `${name} ${kindOf(rdata)}`;
}

export function kindOf(rdata: Rdata): string {
  if (isProxiableType(rdata.type)) return 'address';
  if (rdata.type === 'TXT' && /^v=spf1(?:\s|$)/i.test(rdata.text)) return 'SPF';
  return typeOf(rdata);
}

/** True when someone who asks gets another answer: not for a comment, a tag or a TTL. */
export function answerChanges(change: Change): boolean {
  return changesPlaceOrData(change) || (change.action === 'update' && change.fields.includes('proxied'));
}
