/**
 * Guard rails: what a plan may not do unless a person says the word. They look at share *and* number of
 * deletions, at what kind of name is touched, and at what a change reveals; a percentage alone has let real
 * outages through. Each finding has a code, a sentence, and the word that lifts it.
 */
import type { LiveRecord } from '../dns/live-record.ts';
import { type DomainName, isWildcard } from '../dns/name.ts';
import { isProxiableType, typeOf } from '../dns/record.ts';
import type { Change, ChangeGroup } from './change.ts';
import { exposures } from './exposure.ts';
import { nameOf } from './group.ts';
import type { GuardFinding } from './plan.ts';

/** Thresholds of one tenant, connection or zone; the strictest that applies is used. */
export interface GuardPolicy {
  /** A plan that deletes more than this share of the managed records … */
  readonly deletionShareMax: number;
  /** … and at least this many of them, is large. */
  readonly deletionShareFrom: number;
  /** A plan that deletes more records than this is large whatever the share. */
  readonly deletionsMax: number;
  /** A plan that changes the data of more than this share of the records, and at least 20, is large. */
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

interface Scene {
  readonly zone: DomainName;
  readonly groups: readonly ChangeGroup[];
  /** All live records of the zone, read-only and ignored ones included. */
  readonly live: readonly LiveRecord[];
  readonly managedCount: number;
  readonly policy: GuardPolicy;
}

/** Every guard rail that the plan runs into, most dangerous first. */
export function guardFindings(scene: Scene): GuardFinding[] {
  return [
    ...largeDeletion(scene),
    ...largeUpdate(scene),
    ...criticalRemovals(scene),
    ...delegationChanges(scene),
    ...newWildcards(scene),
    ...exposures(scene),
  ];
}

function largeDeletion(scene: Scene): GuardFinding[] {
  const { policy, managedCount } = scene;
  const losing = scene.groups.filter((group) => lossOf(group) > 0);
  const lost = losing.reduce((sum, group) => sum + lossOf(group), 0);
  const share = managedCount === 0 ? 0 : lost / managedCount;
  const large =
    lost > policy.deletionsMax || (lost >= policy.deletionShareFrom && share > policy.deletionShareMax);
  if (!large) return [];
  return [
    {
      code: 'large-deletion',
      message: `this removes ${lost} of ${managedCount} records (${Math.round(share * 100)} %)`,
      override: 'deletions',
      irreversible: false,
      groupIds: losing.map((group) => group.id),
    },
  ];
}

/** A type change deletes and creates: what counts is what the group's names lose. */
function lossOf(group: ChangeGroup): number {
  const count = (action: Change['action']): number =>
    group.changes.filter((change) => change.action === action).length;
  return Math.max(0, count('delete') - count('create'));
}

function largeUpdate(scene: Scene): GuardFinding[] {
  const changing = scene.groups.filter((group) => group.changes.some(changesData));
  const count = changing.flatMap((group) => group.changes).filter(changesData).length;
  const share = scene.managedCount === 0 ? 0 : count / scene.managedCount;
  if (count < UPDATE_SHARE_FROM || share <= scene.policy.updateShareMax) return [];
  return [
    {
      code: 'large-update',
      message: `this changes the data of ${count} of ${scene.managedCount} records (${Math.round(share * 100)} %)`,
      override: 'updates',
      irreversible: false,
      groupIds: changing.map((group) => group.id),
    },
  ];
}

function changesData(change: Change): boolean {
  return change.action === 'update' && change.fields.includes('rdata');
}

/** Names whose loss stops mail, the web site, or the issuing of certificates. */
function criticalKind(name: DomainName, type: string, zone: DomainName): string | null {
  if (type === 'MX') return 'mail is delivered by it';
  if (type === 'CAA') return 'it says who may issue certificates';
  if (name === zone && (isProxiableType(type) || type === 'TXT')) return 'it stands at the apex';
  if (name === `www.${zone}` && isProxiableType(type)) return 'it is the web site';
  if (name.startsWith('_dmarc.')) return 'it holds the DMARC policy';
  if (name.includes('._domainkey.')) return 'mail is signed with it (DKIM)';
  if (name.startsWith('_acme-challenge.')) return 'certificates are validated by it';
  return null;
}

/** A critical name that loses its last record of a kind; A, AAAA and CNAME count as one kind. */
function criticalRemovals(scene: Scene): GuardFinding[] {
  const kindOf = (type: string): string => (isProxiableType(type) ? 'address' : type);
  const remaining = new Map<string, number>();
  const add = (name: string, type: string, by: number): void => {
    const key = `${name} ${kindOf(type)}`;
    remaining.set(key, (remaining.get(key) ?? 0) + by);
  };
  for (const record of scene.live) add(record.fields.name, typeOf(record.fields.rdata), 1);
  for (const change of scene.groups.flatMap((group) => group.changes)) {
    if (change.before !== null) add(change.before.fields.name, typeOf(change.before.fields.rdata), -1);
    if (change.after !== null) add(change.after.fields.name, typeOf(change.after.fields.rdata), 1);
  }
  const told = new Set<string>();
  const findings: GuardFinding[] = [];
  for (const group of scene.groups) {
    for (const change of group.changes) {
      if (change.action !== 'delete') continue;
      const { name, rdata } = change.before.fields;
      const type = typeOf(rdata);
      const key = `${name} ${kindOf(type)}`;
      const why = criticalKind(name, type, scene.zone);
      if (why === null || told.has(key) || (remaining.get(key) ?? 0) > 0) continue;
      told.add(key);
      findings.push({
        code: 'critical-record-removed',
        message: `this removes the last ${type} record of ${name}: ${why}`,
        override: 'critical',
        irreversible: false,
        groupIds: [group.id],
      });
    }
  }
  return findings;
}

function delegationChanges(scene: Scene): GuardFinding[] {
  return scene.groups
    .filter((group) => group.changes.some((change) => touches(change, 'NS') || touches(change, 'DS')))
    .map((group) => ({
      code: 'delegation-changed',
      message: `this changes a delegation: ${nameList(group)}; everything below it is answered elsewhere`,
      override: 'delegation',
      irreversible: false,
      groupIds: [group.id],
    }));
}

function touches(change: Change, type: string): boolean {
  const states = [change.before?.fields, change.after?.fields];
  return states.some((fields) => fields !== undefined && typeOf(fields.rdata) === type);
}

function nameList(group: ChangeGroup): string {
  const names = [...new Set(group.changes.map(nameOf))];
  const shown = names.slice(0, NAMES_SHOWN_MAX).join(', ');
  return names.length > NAMES_SHOWN_MAX ? `${shown} and ${names.length - NAMES_SHOWN_MAX} more` : shown;
}

/** A new wildcard changes the answer of every name below it that had none. */
function newWildcards(scene: Scene): GuardFinding[] {
  const known = new Set(scene.live.map((record) => record.fields.name).filter(isWildcard));
  const fresh = new Map<DomainName, string>();
  for (const group of scene.groups) {
    for (const change of group.changes) {
      const name = change.after?.fields.name;
      if (name !== undefined && isWildcard(name) && !known.has(name)) fresh.set(name, group.id);
    }
  }
  return [...fresh].map(([name, groupId]) => ({
    code: 'new-wildcard',
    message: `${name} is a new wildcard: it answers for every name below ${name.slice(2)} that has no records of its own`,
    override: 'wildcard',
    irreversible: false,
    groupIds: [groupId],
  }));
}
