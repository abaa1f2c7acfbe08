/** What the contract suite puts into a store: small, whole, and told apart by a number. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type {
  AccountId,
  ChangeSetId,
  ConnectionId,
  EventId,
  RecordId,
  TenantId,
  ZoneId,
} from '../../base/ids.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import type { DomainName } from '../../dns/name.ts';
import type { RecordFields } from '../../dns/record.ts';
import type { NewEvent } from '../../domains/audit/model.ts';
import type { SealEvent } from '../../domains/audit/ports.ts';
import type { BatchEntry, ChangeSet } from '../../domains/changes/model.ts';
import type { Connection } from '../../domains/connections/model.ts';
import type { SealedSecret } from '../../domains/connections/ports.ts';
import type { Job, JobId } from '../../domains/jobs/model.ts';
import type { Announce } from '../../domains/webhooks/ports.ts';
import type { Freshness, ZoneFacts } from '../../domains/zones/model.ts';
import type { ZonePlan } from '../../plan/plan.ts';

export const tenant: TenantId = 'tnt_a' as TenantId;
export const foreigner: TenantId = 'tnt_b' as TenantId;
export const connectionId: ConnectionId = 'con_a' as ConnectionId;
export const fresh: Freshness = {
  verifiedAt: 1_000,
  signal: 'full-read',
  staleSince: null,
  unreadable: null,
};

export function zoneId(number: number): ZoneId {
  return hexId('2', number) as ZoneId;
}

export function recordId(number: number): RecordId {
  return hexId('e', number) as RecordId;
}

function hexId(first: string, number: number): string {
  return first + number.toString(16).padStart(31, '0');
}

/** A clock that stands until it is moved. */
export class StillClock implements Clock {
  at: number;

  constructor(at = 1_000_000) {
    this.at = at;
  }

  now(): number {
    return this.at;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.at += ms;
  }
}

/** A chain of the right shape; the real one is the audit capability's. */
export const sealForTests: SealEvent = (tenantId, head, event) => {
  const sequence = head.sequence + 1;
  const payloadHash = sha256(JSON.stringify(event.payload));
  const hash = sha256(JSON.stringify([tenantId, sequence, head.hash, payloadHash, event.kind, event.at]));
  const id = `evt_${hash.slice(0, 26)}` as EventId;
  return { ...event, id, tenantId, sequence, payloadHash, hash, previousHash: head.hash };
};

/** Tells every event whose kind begins with `test.`. */
export const announceForTests: Announce = {
  messageOf: ({ id, kind }) =>
    kind.startsWith('test.')
      ? { id: id.replace('evt_', 'msg_'), type: kind, body: `{"type":"${kind}"}` }
      : null,
  wants: ({ types }, type) => types?.includes(type) ?? true,
};

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function facts(number: number, more: Partial<ZoneFacts> = {}): ZoneFacts {
  return {
    id: zoneId(number),
    name: `zone${number}.example` as DomainName,
    accountId: 'a'.repeat(32) as AccountId,
    accountName: 'Example',
    status: 'active',
    paused: false,
    type: 'full',
    planTier: 'free',
    nameServers: ['ada.ns.cloudflare.com', 'bob.ns.cloudflare.com'],
    originalNameServers: [],
    permissions: null,
    createdOn: '2024-01-01T00:00:00Z',
    modifiedOn: null,
    activatedOn: null,
    ...more,
  };
}

/** An A record as Cloudflare would list it. */
export function record(number: number, more: Partial<RecordFields> & { content?: string } = {}): LiveRecord {
  const { content = '192.0.2.1', ...fields } = more;
  const name = fields.name ?? (`r${number}.zone1.example` as DomainName);
  const modifiedOn = '2024-01-01T00:00:00.000000Z';
  return {
    id: recordId(number),
    fields: {
      name,
      rdata: { type: 'A', address: content },
      ttl: 'auto',
      proxied: false,
      comment: '',
      tags: [],
      settings: [],
      privateRouting: false,
      ...fields,
    },
    received: {
      id: recordId(number),
      name,
      type: fields.rdata?.type ?? 'A',
      content,
      ttl: fields.ttl === undefined || fields.ttl === 'auto' ? 1 : fields.ttl,
      proxied: fields.proxied ?? false,
      proxiable: true,
      settings: {},
      meta: {},
      comment: fields.comment ?? null,
      tags: fields.tags ?? [],
      created_on: modifiedOn,
      modified_on: modifiedOn,
    },
    readOnly: null,
    modifiedOn,
  };
}

export function event(kind: string, more: Partial<NewEvent> = {}): NewEvent {
  return { kind, at: 1_000, principal: 'cli:test@host', summary: kind, payload: { kind }, ...more };
}

export function plan(number: number, groups = 1): ZonePlan {
  return {
    version: 1,
    zoneId: zoneId(number),
    zoneName: `zone${number}.example` as DomainName,
    accountId: 'a'.repeat(32) as AccountId,
    source: 'edit',
    readAt: 900,
    groups: Array.from({ length: groups }, (_, index) => ({
      id: `g${index + 1}`,
      reason: `r${index}.zone${number}.example`,
      changes: [
        {
          resource: 'record',
          action: 'create',
          before: null,
          after: { fields: record(index).fields, received: null },
          body: { name: `r${index}.zone${number}.example`, type: 'A', content: '192.0.2.1' },
        },
      ],
    })),
    batches: [{ groupIds: ['g1'] }],
    problems: [],
    guards: [],
    inventory: {
      live: 3,
      managed: 2,
      ignored: [{ name: 'x.example' as DomainName, type: 'A', content: '192.0.2.9', why: 'rule' }],
      readOnly: [],
    },
    omitted: [],
    risk: 'low',
    price: { reads: 1, writes: 1, budgetShare: 0.01, estimatedMs: 600 },
    hash: `hash${number}`,
  };
}

export function changeSet(name: string, more: Partial<ChangeSet> = {}): ChangeSet {
  return {
    id: `chg_${name}` as ChangeSetId,
    tenantId: tenant,
    connectionId,
    summary: `change ${name}`,
    status: 'planned',
    plans: [plan(1)],
    allowed: ['deletes'],
    author: 'cli:test@host',
    approval: { required: false, grant: null },
    createdAt: 1_000,
    finishedAt: null,
    undoes: null,
    undoesInPart: false,
    undoneBy: null,
    undoneInPart: false,
    ...more,
  };
}

export function batch(name: string, sequence: number, more: Partial<BatchEntry> = {}): BatchEntry {
  return {
    tenantId: tenant,
    changeSetId: `chg_${name}` as ChangeSetId,
    zoneId: zoneId(1),
    sequence,
    groupIds: ['g1'],
    body: { deletes: [], patches: [], puts: [], posts: [{ name: 'r1.zone1.example', type: 'A' }] },
    idsBefore: [recordId(1), recordId(2)],
    sentAt: 2_000 + sequence,
    state: 'sent',
    decidedAt: null,
    decidedBy: null,
    ray: null,
    auditLogId: null,
    faults: [],
    ...more,
  };
}

export const landed: Pick<BatchEntry, 'decidedAt' | 'ray' | 'auditLogId' | 'faults'> & {
  readonly state: 'landed';
  readonly decidedBy: 'answer';
} = {
  state: 'landed',
  decidedAt: 3_000,
  decidedBy: 'answer',
  ray: 'ray1',
  auditLogId: 'log1',
  faults: [],
};

export function connection(name: string, more: Partial<Connection> = {}): Connection {
  return {
    id: `con_${name}` as ConnectionId,
    tenantId: tenant,
    label: `Label ${name}`,
    kind: 'user-token',
    accountId: 'a'.repeat(32) as AccountId,
    accountName: null,
    zoneIds: [],
    email: null,
    secretSource: { kind: 'vault' },
    tokenId: null,
    profile: 'minimum',
    state: 'active',
    stateReason: 'tested',
    stateDetail: '',
    next: [],
    capabilities: [],
    tags: ['prod'],
    metadata: { team: 'web', seats: 3, vip: true },
    expiresAt: null,
    testedAt: null,
    rotation: { everyDays: 90, dueAt: null, lastRotatedAt: null },
    fingerprint: null,
    createdAt: 1_000,
    updatedAt: 1_000,
    version: 1,
    ...more,
  };
}

export function sealed(version = 1): SealedSecret {
  return {
    keyId: 'key1',
    wrappedKey: `wrapped${version}`,
    nonce: 'bm9uY2U=',
    ciphertext: 'c2VjcmV0',
    version,
  };
}

/** Everything an async iterable of chunks gives. */
export async function gather<Item>(chunks: AsyncIterable<readonly Item[]>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const chunk of chunks) items.push(...chunk);
  return items;
}

export function job(name: string, changes: Partial<Job> = {}): Job {
  return {
    id: `job_${name}` as JobId,
    tenantId: tenant,
    kind: 'test',
    input: {},
    principal: 'test',
    state: 'queued',
    progress: null,
    result: null,
    error: null,
    cancelRequested: false,
    attempts: 0,
    dueAt: 0,
    createdAt: 0,
    startedAt: null,
    finishedAt: null,
    version: 1,
    ...changes,
  };
}
