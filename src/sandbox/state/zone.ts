/**
 * A zone: its own fields, its records, and what the world outside says about it (nameservers seen at the registrar,
 * records that a scan would find). `Zone.wire` is the zone object of the API.
 */
import {
  FREE_QUOTA_BEFORE_CUT_OFF,
  FREE_QUOTA_CUT_OFF,
  PLAN_LIMITS,
  type PlanLimits,
  type PlanName,
} from '../constants.ts';
import { toUnicode } from '../records/names.ts';
import { PLANS, type PlanWire } from './plans.ts';
import type { Account, FamilyBag } from './principals.ts';
import { RecordStore } from './record-store.ts';

export type ZoneType = 'full' | 'partial' | 'secondary' | 'internal';
/** `deleted` zones are kept until purged, so that re-adding gives another nameserver pair; no route shows them. */
export type ZoneStatus = 'initializing' | 'pending' | 'active' | 'moved' | 'deleted';
/** Nameservers that the parent publishes: the assigned pair, none of ours, or a list of others. */
export type Delegation = 'assigned' | 'none' | readonly string[];

/** Everything of a zone but its records; JSON values only. */
export interface ZoneFields {
  readonly id: string;
  /** Punycode, lower case. */
  readonly name: string;
  readonly accountId: string;
  type: ZoneType;
  status: ZoneStatus;
  paused: boolean;
  plan: PlanName;
  /** Overrides the plan's quota. */
  recordQuota?: number | undefined;
  nameServers: readonly string[];
  originalNameServers: readonly string[] | null;
  originalRegistrar: string | null;
  originalDnshost: string | null;
  vanityNameServers: readonly string[];
  developmentMode: number;
  readonly createdOn: string;
  modifiedOn: string;
  activatedOn: string | null;
  /** Shown while the zone is partial. */
  readonly verificationKey: string;
  serial: number;
  delegation: Delegation;
  /** Moments of the life cycle, sandbox time in ms. */
  createdAtMs: number;
  movedAtMs?: number | undefined;
  deletedAtMs?: number | undefined;
  lastActivationCheckMs?: number | undefined;
  /** Record bodies that a scan would find, and those found and awaiting review. */
  scanFindings: readonly Readonly<Record<string, unknown>>[];
  scanReview: readonly Readonly<Record<string, unknown>>[];
  readonly bag: FamilyBag;
}

export interface ZoneOwnerWire {
  readonly id: string | null;
  readonly type: 'user';
  readonly email: string | null;
}

export interface ZoneWire {
  readonly id: string;
  readonly name: string;
  readonly status: 'initializing' | 'pending' | 'active' | 'moved';
  readonly paused: boolean;
  readonly type: ZoneType;
  readonly development_mode: number;
  readonly name_servers: readonly string[];
  readonly original_name_servers: readonly string[] | null;
  readonly original_registrar: string | null;
  readonly original_dnshost: string | null;
  readonly modified_on: string;
  readonly created_on: string;
  readonly activated_on: string | null;
  readonly vanity_name_servers: readonly string[];
  readonly vanity_name_servers_ips: null;
  readonly meta: {
    readonly step: number;
    readonly custom_certificate_quota: number;
    readonly page_rule_quota: number;
    readonly phishing_detected: boolean;
  };
  readonly owner: ZoneOwnerWire;
  readonly account: { readonly id: string; readonly name: string };
  readonly tenant: { readonly id: null; readonly name: null };
  readonly tenant_unit: { readonly id: null };
  readonly permissions: readonly string[];
  readonly plan: PlanWire;
  readonly verification_key?: string;
  readonly cname_suffix?: string;
}

const PAGE_RULE_QUOTAS: Readonly<Record<PlanName, number>> = {
  free: 3,
  pro: 20,
  business: 50,
  enterprise: 125,
};
const CUSTOM_CERTIFICATE_QUOTAS: Readonly<Record<PlanName, number>> = {
  free: 0,
  pro: 0,
  business: 1,
  enterprise: 5,
};

export class Zone {
  readonly fields: ZoneFields;
  readonly records: RecordStore = new RecordStore();
  /** What lists show instead of `records` while a stale-list fault holds. */
  staleRecords: RecordStore | undefined;

  constructor(fields: ZoneFields) {
    this.fields = fields;
  }

  get id(): string {
    return this.fields.id;
  }

  /** Punycode. */
  get name(): string {
    return this.fields.name;
  }

  get accountId(): string {
    return this.fields.accountId;
  }

  get limits(): PlanLimits {
    return PLAN_LIMITS[this.fields.plan];
  }

  get recordQuota(): number {
    const { recordQuota, plan, createdOn } = this.fields;
    if (recordQuota !== undefined) return recordQuota;
    if (plan === 'free' && Date.parse(createdOn) < Date.parse(FREE_QUOTA_CUT_OFF))
      return FREE_QUOTA_BEFORE_CUT_OFF;
    return this.limits.recordQuota;
  }

  /** Names are shown in Unicode, unlike those of records. */
  get shownName(): string {
    return toUnicode(this.fields.name);
  }

  wire(account: Account, owner: ZoneOwnerWire, permissions: readonly string[]): ZoneWire {
    const { fields } = this;
    return {
      id: fields.id,
      name: this.shownName,
      status: fields.status === 'deleted' ? 'moved' : fields.status,
      paused: fields.paused,
      type: fields.type,
      development_mode: fields.developmentMode,
      name_servers: fields.nameServers,
      original_name_servers: fields.originalNameServers,
      original_registrar: fields.originalRegistrar,
      original_dnshost: fields.originalDnshost,
      modified_on: fields.modifiedOn,
      created_on: fields.createdOn,
      activated_on: fields.activatedOn,
      vanity_name_servers: fields.vanityNameServers,
      vanity_name_servers_ips: null,
      meta: {
        step: fields.status === 'active' ? 4 : 2,
        custom_certificate_quota: CUSTOM_CERTIFICATE_QUOTAS[fields.plan],
        page_rule_quota: PAGE_RULE_QUOTAS[fields.plan],
        phishing_detected: false,
      },
      owner,
      account: { id: account.id, name: account.name },
      tenant: { id: null, name: null },
      tenant_unit: { id: null },
      permissions,
      plan: PLANS[fields.plan],
      ...(fields.type === 'partial'
        ? { verification_key: fields.verificationKey, cname_suffix: 'cdn.cloudflare.net' }
        : {}),
    };
  }
}
