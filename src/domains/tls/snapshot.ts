/**
 * What was last seen of a zone's TLS. Views over many zones and the calendar come from it without a call; what moves
 * (a certificate that is being issued) is looked at again soon, the rest once a day, and every change of a status is
 * an event.
 */
import type { TenantId, ZoneId } from '../../base/ids.ts';
import type { DomainName } from '../../dns/name.ts';
import type { NewEvent, Principal } from '../audit/model.ts';
import { daysLeftAtMark, endsText, MARKS } from '../expiry.ts';
import { type DnssecMemory, type DnssecSeen, isDnssecMoving, rememberDnssec } from './dnssec-memory.ts';
import type {
  CertificatePack,
  CustomCertificate,
  CustomHostname,
  OriginCertificate,
  OriginPullCertificate,
} from './model.ts';
import type { TlsFinding } from './tls-report.ts';

/** Whatever ends on a day and has a status. */
export interface DatedCertificate {
  readonly id: string;
  /** `universal`, `advanced`, …; `own`, `origin-ca`, `custom-hostname`, `client` for what is no pack. */
  readonly type: string;
  readonly status: string;
  readonly hosts: readonly string[];
  readonly authority: string | null;
  /** Milliseconds; null before one is issued. */
  readonly expiresAt: number | null;
}

export type SlowPart = 'certificates' | 'dnssec';

export interface TlsSnapshot {
  readonly tenantId: TenantId;
  readonly zoneId: ZoneId;
  readonly zoneName: DomainName;
  /** Milliseconds; null before the first look. */
  readonly readAt: number | null;
  /** Of the verdicts, which are asked less often. */
  readonly findingsAt: number | null;
  readonly findings: readonly TlsFinding[];
  readonly certificates: readonly DatedCertificate[];
  /** Absent before the first look at DNSSEC. */
  readonly dnssec?: DnssecMemory;
  /** What a change of ours has set in motion, so that the next look is at it. */
  readonly awaited?: readonly SlowPart[];
  /** When it is looked at again; null: not by itself. */
  readonly dueAt: number | null;
  /** Since when something has been under way; null when nothing is. */
  readonly movingSince: number | null;
  readonly version: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** What is under way is looked at each minute for so long, then four times an hour. */
const EAGER_MS = 15 * MINUTE_MS;
const PATIENT_WAIT_MS = 15 * MINUTE_MS;
const MOVING = /^(initializing|pending|pending_.*|holding_deployment|staging_deployment|deactivating)$/;

export function isMoving({ status }: Pick<DatedCertificate, 'status'>): boolean {
  return MOVING.test(status);
}

export interface Seen {
  readonly packs: readonly CertificatePack[];
  readonly own: readonly CustomCertificate[];
  readonly origin: readonly OriginCertificate[];
  readonly hostnames: readonly CustomHostname[];
  readonly pulls: readonly OriginPullCertificate[];
}

/** Own certificates stand among the packs too; there they are left out. */
export function datedOf({ packs, own, origin, hostnames, pulls }: Seen): DatedCertificate[] {
  const edge = own.length === 0 ? packs : packs.filter(({ type }) => !/custom$/.test(type));
  return [
    ...edge.map(({ id, type, status, hosts, authority, expiresAt }) => ({
      ...{ id, type, status, hosts, authority, expiresAt },
    })),
    ...own.map(({ id, status, hosts, issuer, expiresAt }) => ({
      ...{ id, type: 'own', status, hosts, authority: issuer, expiresAt },
    })),
    ...origin.map(({ id, hosts, expiresAt }) => ({
      ...{ id, type: 'origin-ca', status: 'active', hosts, authority: 'cloudflare', expiresAt },
    })),
    ...hostnames.map(({ id, hostname, status, ssl }) => ({
      id,
      type: 'custom-hostname',
      status: status === 'active' ? (ssl?.status ?? 'active') : status,
      hosts: [hostname],
      authority: ssl?.authority ?? null,
      expiresAt: ssl?.expiresAt ?? null,
    })),
    ...pulls.map(({ id, level, status, issuer, expiresAt }) => ({
      ...{ id, type: 'client', status, hosts: [`(${level})`], authority: issuer, expiresAt },
    })),
  ];
}

/** What a look saw; what it did not look at stays as it was. */
export interface Look {
  readonly certificates?: readonly DatedCertificate[];
  readonly findings?: readonly TlsFinding[];
  readonly dnssec?: DnssecSeen;
}

/** The snapshot after a look. A zone is followed once its certificates were looked at, or while DNSSEC is under way. */
export function afterLook(before: TlsSnapshot, seen: Look, now: number): TlsSnapshot {
  const certificates = seen.certificates ?? before.certificates;
  const dnssec =
    seen.dnssec === undefined
      ? before.dnssec
      : rememberDnssec(before.zoneName, before.dnssec, seen.dnssec, now);
  const moving = certificates.some(isMoving) || (dnssec !== undefined && isDnssecMoving(dnssec));
  const movingSince = moving ? (before.movingSince ?? now) : null;
  return {
    ...before,
    ...(seen.certificates === undefined ? {} : { readAt: now, certificates }),
    ...(seen.findings === undefined ? {} : { findings: seen.findings, findingsAt: now }),
    ...(dnssec === undefined ? {} : { dnssec }),
    ...(before.awaited === undefined
      ? {}
      : { awaited: before.awaited.filter((what) => seen[what] === undefined) }),
    dueAt: dueAfter(before, seen, { movingSince, now }),
    movingSince,
    version: before.version + 1,
  };
}

function dueAfter(
  { dueAt, readAt }: TlsSnapshot,
  seen: Look,
  { movingSince, now }: { readonly movingSince: number | null; readonly now: number },
): number | null {
  const eager = movingSince !== null && now - movingSince < EAGER_MS;
  const next = now + (movingSince === null ? DAY_MS : eager ? MINUTE_MS : PATIENT_WAIT_MS);
  if (seen.certificates !== undefined) return next;
  if (dueAt === null) return movingSince === null ? null : next;
  // A look at something else does not put off the daily one at certificates.
  const daily = readAt === null ? now : readAt + DAY_MS;
  const soonest = movingSince === null ? Math.max(daily, now + MINUTE_MS) : next;
  return dueAt > now ? Math.min(dueAt, soonest) : soonest;
}

/** Whether certificates are due, and not DNSSEC alone. */
export function certificatesDue({ readAt, certificates, awaited }: TlsSnapshot, now: number): boolean {
  if (awaited?.includes('certificates') === true) return true;
  return readAt === null || now - readAt >= DAY_MS || certificates.some(isMoving);
}

/** Whether DNSSEC is looked at before the daily verdicts. */
export function dnssecDue({ dnssec, awaited }: TlsSnapshot): boolean {
  return awaited?.includes('dnssec') === true || (dnssec !== undefined && isDnssecMoving(dnssec));
}

/** Whether the verdicts are due too. */
export function findingsDue({ findingsAt }: TlsSnapshot, now: number): boolean {
  return findingsAt === null || now - findingsAt >= DAY_MS;
}

export function unseen(
  zone: Pick<TlsSnapshot, 'tenantId' | 'zoneId' | 'zoneName'>,
  dueAt: number | null,
): TlsSnapshot {
  return {
    ...zone,
    readAt: null,
    findingsAt: null,
    findings: [],
    certificates: [],
    dueAt,
    movingSince: null,
    version: 0,
  };
}

/** An event for each certificate that came, went, or has another status. None after the first look: nothing moved. */
export function statusEvents(
  before: TlsSnapshot,
  after: TlsSnapshot,
  { principal, at }: { readonly principal: Principal; readonly at: number },
): NewEvent[] {
  if (before.readAt === null) return [];
  const old = new Map(before.certificates.map((one) => [one.id, one]));
  const current = new Set(after.certificates.map(({ id }) => id));
  const moves = [
    ...after.certificates.flatMap((one) => {
      const from = old.get(one.id)?.status ?? null;
      return from === one.status ? [] : [{ one, from, to: one.status as string | null }];
    }),
    ...before.certificates.flatMap((one) =>
      current.has(one.id) ? [] : [{ one, from: one.status, to: null }],
    ),
  ];
  return moves.map(({ one, from, to }) => ({
    kind: 'certificate.status',
    at,
    principal,
    zoneId: after.zoneId,
    summary: `${one.type} certificate ${one.id} of ${after.zoneName}: ${from ?? 'new'} → ${to ?? 'gone'}`,
    payload: {
      certificateId: one.id,
      name: after.zoneName,
      type: one.type,
      hosts: [...one.hosts],
      from,
      to,
      expiresAt: one.expiresAt,
    },
  }));
}

/** Cloudflare renews these itself; the others end unless somebody acts. */
const RENEWED_BY_CLOUDFLARE = /^(universal|advanced|total_tls|custom-hostname)$/;

/** An event for each certificate that is so many days from its end, or past it: once for each mark. */
export function expiryEvents(
  before: TlsSnapshot,
  after: TlsSnapshot,
  { principal, at }: { readonly principal: Principal; readonly at: number },
): NewEvent[] {
  const known = new Map(before.certificates.map(({ id, expiresAt }) => [id, expiresAt]));
  return after.certificates.flatMap((one): NewEvent[] => {
    const { id, type, hosts, status, expiresAt } = one;
    if (expiresAt === null) return [];
    const looks = { expiresAt, before: known.get(id) === expiresAt ? before.readAt : null, now: at };
    const daysLeft = daysLeftAtMark(looks, RENEWED_BY_CLOUDFLARE.test(type) ? MARKS.byItself : MARKS.byHand);
    if (daysLeft === null) return [];
    return [
      {
        kind: 'certificate.expiring',
        at,
        principal,
        zoneId: after.zoneId,
        summary: `${type} certificate ${id} of ${after.zoneName} ${endsText(daysLeft)}`,
        payload: {
          certificateId: id,
          name: after.zoneName,
          type,
          hosts: [...hosts],
          status,
          expiresAt,
          daysLeft,
        },
      },
    ];
  });
}
