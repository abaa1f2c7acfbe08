/**
 * Guard rails: what a plan may not do unless a person says the word. They look at share *and* number of what is
 * lost, at what kind of name is touched, and at what a change reveals; a percentage alone has let real outages
 * through. Each finding has a code, a sentence, and the word that lifts it.
 */
import type { LiveRecord } from '../dns/live-record.ts';
import { type DomainName, isWildcard } from '../dns/name.ts';
import { isProxiableType, type RecordFields, typeOf } from '../dns/record.ts';
import { type AnswerBalance, answerChanges, answerKey, balanceOf, kindOf } from './answer-balance.ts';
import type { Change, ChangeGroup } from './change.ts';
import { exposures } from './exposure.ts';
import { changesPlaceOrData, nameOf } from './group.ts';
import type { GuardFinding } from './plan.ts';

/** Thresholds of one tenant, connection or zone; the strictest that applies is used. */
export interface GuardPolicy {
  /** A plan that takes away more than this share of the managed records … */
  readonly deletionShareMax: number;
  /** … and at least this many of them, is large. */
  readonly deletionShareFrom: number;
  /** A plan that takes away more records than this is large whatever the share. */
  readonly deletionsMax: number;
  /** A plan that changes the answers of more than this share of the records, and of at least 20, is large. */
  readonly updateShareMax: number;
}

export const DEFAULT_POLICY: GuardPolicy = {
  deletionShareMax: 0.25,
  deletionShareFrom: 4,
  deletionsMax: 50,
  updateShareMax: 0.5,
};

const UPDATE_SHARE_FROM = 20;
const NAMES_SHOWN_MAX = 4;

export interface GuardScene {
  readonly zone: DomainName;
  readonly groups: readonly ChangeGroup[];
  /** All live records of the zone, read-only and ignored ones included. */
  readonly live: readonly LiveRecord[];
  readonly managedCount: number;
  readonly policy: GuardPolicy;
}

/** Every guard rail that the plan runs into, most dangerous first. */
export function guardFindings(scene: GuardScene): GuardFinding[] {
  if (scene.groups.length === 0) return [];
  const balance = balanceOf(scene);
  return [
    ...largeDeletion(scene, balance),
    ...largeUpdate(scene, balance),
    ...criticalRemovals(scene, balance),
    ...delegationChanges(scene),
    ...newWildcards(scene, balance),
    ...exposures(scene),
  ];
}

function largeDeletion({ policy, managedCount, groups }: GuardScene, balance: AnswerBalance): GuardFinding[] {
  const { lost } = balance;
  const share = managedCount === 0 ? 0 : lost / managedCount;
  const large =
    lost > policy.deletionsMax || (lost >= policy.deletionShareFrom && share > policy.deletionShareMax);
  if (!large) return [];
  return [
    {
      code: 'large-deletion',
      message: `this takes away ${lost} of ${managedCount} records (${percent(share)})`,
      override: 'deletions',
      irreversible: false,
      groupIds: groupsWhere(
        groups,
        (change) => change.before !== null && balance.shrinks(change.before.fields),
      ),
    },
  ];
}

function largeUpdate({ policy, managedCount, groups }: GuardScene, balance: AnswerBalance): GuardFinding[] {
  const count = balance.replaced;
  const share = managedCount === 0 ? 0 : count / managedCount;
  if (count < UPDATE_SHARE_FROM || share <= policy.updateShareMax) return [];
  return [
    {
      code: 'large-update',
      message: `this changes the answers of ${count} of ${managedCount} records (${percent(share)})`,
      override: 'updates',
      irreversible: false,
      groupIds: groupsWhere(groups, (change) => change.before !== null && answerChanges(change)),
    },
  ];
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function groupsWhere(groups: readonly ChangeGroup[], test: (change: Change) => boolean): string[] {
  return groups.filter((group) => group.changes.some(test)).map((group) => group.id);
}

/** Names whose loss stops mail, the web site, or the issuing of certificates. */
function criticalKind({ name, rdata }: RecordFields, zone: DomainName): string | null {
  const type = typeOf(rdata);
  if (type === 'MX') return 'mail is delivered by it';
  if (type === 'CAA') return 'it says who may issue certificates';
  if (kindOf(rdata) === 'SPF') return 'it says who may send mail for the name (SPF)';
  if (name === zone && (isProxiableType(type) || type === 'TXT')) return 'it stands at the apex';
  if (name === `www.${zone}` && isProxiableType(type)) return 'it is the web site';
  if (isWildcard(name) && isProxiableType(type)) return 'it answers for names without records of their own';
  if (name.startsWith('_dmarc.')) return 'it holds the DMARC policy';
  if (name.includes('._domainkey.')) return 'mail is signed with it (DKIM)';
  if (name.startsWith('_acme-challenge.')) return 'certificates are validated by it';
  return null;
}

/** A critical name that loses its last record of a kind. */
function criticalRemovals({ zone, groups }: GuardScene, balance: AnswerBalance): GuardFinding[] {
  const told = new Map<string, GuardFinding>();
  for (const group of groups) {
    for (const { before } of group.changes) {
      if (before === null) continue;
      const why = criticalKind(before.fields, zone);
      const key = answerKey(before.fields);
      if (why === null || told.has(key) || !balance.ends(before.fields)) continue;
      const { name, rdata } = before.fields;
      told.set(key, {
        code: 'critical-record-removed',
        message: `this takes away the last ${typeOf(rdata)} record of ${name}: ${why}`,
        override: 'critical',
        irreversible: false,
        groupIds: [group.id],
      });
    }
  }
  return [...told.values()];
}

function delegationChanges({ groups }: GuardScene): GuardFinding[] {
  return groups
    .filter((group) => group.changes.some(changesDelegation))
    .map((group) => ({
      code: 'delegation-changed',
      message: `this changes a delegation: ${nameList(group)}; everything below it is answered elsewhere`,
      override: 'delegation',
      irreversible: false,
      groupIds: [group.id],
    }));
}

function changesDelegation(change: Change): boolean {
  const type = (change.after ?? change.before)?.fields.rdata.type;
  return (type === 'NS' || type === 'DS') && changesPlaceOrData(change);
}

function nameList(group: ChangeGroup): string {
  const names = [...new Set(group.changes.filter(changesDelegation).map(nameOf))];
  const shown = names.slice(0, NAMES_SHOWN_MAX).join(', ');
  return names.length > NAMES_SHOWN_MAX ? `${shown} and ${names.length - NAMES_SHOWN_MAX} more` : shown;
}

/** A new wildcard, or a new kind of record at one, changes the answer of every name below it that had none. */
function newWildcards({ groups }: GuardScene, balance: AnswerBalance): GuardFinding[] {
  const fresh = new Map<string, GuardFinding>();
  for (const group of groups) {
    for (const { after } of group.changes) {
      if (after === null || !isWildcard(after.fields.name)) continue;
      const { name, rdata } = after.fields;
      if (!balance.begins(after.fields)) continue;
      fresh.set(answerKey(after.fields), {
        code: 'new-wildcard',
        message: `${name} ${typeOf(rdata)} is a new wildcard: it answers for every name below ${name.slice(2)} that has no records of its own`,
        override: 'wildcard',
        irreversible: false,
        groupIds: [group.id],
      });
    }
  }
  return [...fresh.values()];
}
