/**
 * What is remembered of a zone's DNSSEC from look to look: its stage, and whether resolvers may still hold a DS that
 * the parent has taken away. Pure.
 *
 * A resolver may have asked right before the DS went, and nobody sees that moment: it lies somewhere before the first
 * look that found none. So the DS counts as forgotten one TTL after that look, never earlier.
 */
import type { JsonObject } from '../../base/json.ts';
import type { NewEvent, Principal } from '../audit/model.ts';
import { type DnssecStatus, type DnssecView, dnssecView } from './dnssec.ts';
import type { ParentDs } from './ports.ts';

/** Where a zone is on its way in or out. */
export type DnssecStage =
  | 'off'
  | 'waits-for-ds'
  | 'waits-for-cloudflare'
  | 'active'
  /** The DS is gone at the parent, and resolvers may still hold it: the zone must stay signed. */
  | 'waits-for-resolvers'
  /** The DS is gone and forgotten, so DNSSEC can go. */
  | 'can-be-disabled'
  /** Switched off, and signed until Cloudflare has seen that the DS is gone. */
  | 'switching-off'
  /** Validating resolvers refuse the zone: the parent's DS does not fit it. */
  | 'broken';

/** Times in milliseconds. */
export interface DnssecMemory {
  readonly status: DnssecStatus;
  readonly stage: DnssecStage;
  /** Since when this stage has been seen. */
  readonly since: number;
  /** The parent's last answer that could be relied on, and when it was given; `unknown` before the first. */
  readonly atParent: DnssecView['atParent'];
  readonly askedAt: number | null;
  /** When the parent was last seen with a DS, and the TTL it gave. Null: never seen. */
  readonly dsSeenAt: number | null;
  readonly dsTtlSeconds: number | null;
  /** The first look that found none any more. */
  readonly dsGoneAt: number | null;
}

/** One look: DNSSEC as Cloudflare has it, and the parent's answer; null when there was none. */
export interface DnssecSeen {
  readonly received: JsonObject;
  readonly parent: ParentDs | null;
}

/** Of a DS that only Cloudflare has seen: as long as registries give at most. */
const UNKNOWN_TTL_SECONDS = 86_400;

/** When the last resolver has forgotten the DS; null while one is there, or when none was ever seen. */
export function dsForgottenAt({
  dsGoneAt,
  dsTtlSeconds,
}: Pick<DnssecMemory, 'dsGoneAt' | 'dsTtlSeconds'>): number | null {
  return dsGoneAt === null ? null : dsGoneAt + (dsTtlSeconds ?? UNKNOWN_TTL_SECONDS) * 1_000;
}

export function rememberDnssec(
  zone: string,
  before: DnssecMemory | undefined,
  { received, parent }: DnssecSeen,
  now: number,
): DnssecMemory {
  const view = dnssecView(zone, received, parent?.records ?? null);
  const atParent = parent === null ? (before?.atParent ?? 'unknown') : view.atParent;
  const ds = rememberDs(before, { status: view.status, parent }, now);
  const stage = stageOf({ status: view.status, atParent, ...ds }, now);
  return {
    status: view.status,
    stage,
    since: before?.stage === stage ? before.since : now,
    atParent,
    askedAt: parent === null ? (before?.askedAt ?? null) : now,
    ...ds,
  };
}

type DsMemory = Pick<DnssecMemory, 'dsSeenAt' | 'dsTtlSeconds' | 'dsGoneAt'>;

const NO_DS: DsMemory = { dsSeenAt: null, dsTtlSeconds: null, dsGoneAt: null };

function rememberDs(
  before: DnssecMemory | undefined,
  { status, parent }: { readonly status: DnssecStatus; readonly parent: ParentDs | null },
  now: number,
): DsMemory {
  const known: DsMemory = before ?? NO_DS;
  const kept = { dsSeenAt: known.dsSeenAt, dsTtlSeconds: known.dsTtlSeconds, dsGoneAt: known.dsGoneAt };
  if (parent === null) return kept;
  if (parent.records.length > 0) return { dsSeenAt: now, dsTtlSeconds: parent.ttlSeconds, dsGoneAt: null };
  // Active means that Cloudflare has seen a DS, even where nobody here has.
  const wasThere = known.dsSeenAt !== null || status === 'active';
  return wasThere ? { ...kept, dsGoneAt: known.dsGoneAt ?? now } : kept;
}

function stageOf(seen: DsMemory & Pick<DnssecMemory, 'status' | 'atParent'>, now: number): DnssecStage {
  const { status, atParent } = seen;
  const hasDs = atParent === 'matches' || atParent === 'other';
  const forgottenAt = dsForgottenAt(seen);
  switch (status) {
    case 'disabled':
      return hasDs ? 'broken' : 'off';
    case 'pending-disabled':
      return 'switching-off';
    case 'error':
      return 'broken';
    case 'pending':
    case 'active':
      if (atParent === 'other') return 'broken';
      if (forgottenAt !== null && forgottenAt > now) return 'waits-for-resolvers';
      if (status === 'pending') return hasDs ? 'waits-for-cloudflare' : 'waits-for-ds';
      return forgottenAt === null ? 'active' : 'can-be-disabled';
    default:
      return status satisfies never;
  }
}

/** Something is waited for, so the zone is looked at often. */
export function isDnssecMoving({ stage }: Pick<DnssecMemory, 'stage'>): boolean {
  return !['off', 'active', 'can-be-disabled'].includes(stage);
}

/** Who has to do something: the next move is theirs. */
export function waitsFor(stage: DnssecStage): 'registrar' | 'cloudflare' | 'resolvers' | null {
  switch (stage) {
    case 'waits-for-ds':
    case 'broken':
      return 'registrar';
    case 'waits-for-cloudflare':
    case 'switching-off':
      return 'cloudflare';
    case 'waits-for-resolvers':
      return 'resolvers';
    default:
      return null;
  }
}

/** An event when the stage moved. None after the first look: nothing moved. */
export function dnssecEvents(
  zone: { readonly zoneId: NonNullable<NewEvent['zoneId']>; readonly zoneName: string },
  moved: { readonly before: DnssecMemory | undefined; readonly after: DnssecMemory | undefined },
  { principal, at }: { readonly principal: Principal; readonly at: number },
): NewEvent[] {
  const { before, after } = moved;
  if (before === undefined || after === undefined || before.stage === after.stage) return [];
  return [
    {
      kind: 'dnssec.stage',
      at,
      principal,
      zoneId: zone.zoneId,
      summary: `DNSSEC of ${zone.zoneName}: ${before.stage} → ${after.stage}`,
      payload: {
        from: before.stage,
        to: after.stage,
        status: after.status,
        atParent: after.atParent,
        forgottenAt: dsForgottenAt(after),
      },
    },
  ];
}

/** The whole of it for a caller: what holds now, since when, what is waited for and until when. */
export interface DnssecProgress extends DnssecView {
  readonly stage: DnssecStage;
  readonly since: number;
  readonly waitsFor: ReturnType<typeof waitsFor>;
  /** When the wait for resolvers ends; null where the end is not a matter of time. */
  readonly until: number | null;
  readonly parent: Pick<DnssecMemory, 'askedAt' | 'dsSeenAt' | 'dsTtlSeconds' | 'dsGoneAt'>;
  /** The domain is registered at Cloudflare, in the zone's account, as registrations were last read. */
  readonly atCloudflareRegistrar: boolean;
}

export function dnssecProgress(
  view: DnssecView,
  memory: DnssecMemory,
  atCloudflareRegistrar: boolean,
): DnssecProgress {
  const { stage, since, askedAt, dsSeenAt, dsTtlSeconds, dsGoneAt } = memory;
  const until = stage === 'waits-for-resolvers' ? dsForgottenAt(memory) : null;
  return {
    ...view,
    ...wayBack(view, { stage, until }),
    stage,
    since,
    waitsFor: waitsFor(stage),
    until,
    parent: { askedAt, dsSeenAt, dsTtlSeconds, dsGoneAt },
    atCloudflareRegistrar,
  };
}

/** What only the memory can tell; nothing where the view says it already. */
function wayBack(
  { zone }: DnssecView,
  { stage, until }: { readonly stage: DnssecStage; readonly until: number | null },
): Partial<Pick<DnssecView, 'says' | 'next'>> {
  const back = `To keep DNSSEC, add the DS record at the registrar of ${zone} again.`;
  if (stage === 'can-be-disabled')
    return {
      says: 'The zone is signed, the DS is gone at the parent, and its TTL has passed.',
      next: [`zoneward tls dnssec ${zone} disable`, back],
    };
  if (stage !== 'waits-for-resolvers' || until === null) return {};
  const time = new Date(until).toISOString();
  return {
    says: `The DS is gone at the parent, and resolvers may remember it until ${time}: the zone must stay signed until then.`,
    next: [`After ${time}: zoneward tls dnssec ${zone} disable`, back],
  };
}

/** Of `DnssecProgress`, with times in RFC 3339: what programs are told, over HTTP and by the command line. */
export interface DnssecJson extends Omit<DnssecProgress, 'since' | 'until' | 'parent'> {
  readonly since: string;
  readonly until: string | null;
  readonly parent: {
    readonly askedAt: string | null;
    readonly dsSeenAt: string | null;
    readonly dsTtlSeconds: number | null;
    readonly dsGoneAt: string | null;
  };
}

export function dnssecToJson({ since, until, parent, ...rest }: DnssecProgress): DnssecJson {
  const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
  return {
    ...rest,
    since: new Date(since).toISOString(),
    until: time(until),
    parent: {
      askedAt: time(parent.askedAt),
      dsSeenAt: time(parent.dsSeenAt),
      dsTtlSeconds: parent.dsTtlSeconds,
      dsGoneAt: time(parent.dsGoneAt),
    },
  };
}
