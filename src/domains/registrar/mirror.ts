/**
 * Registrations followed like zones: read page by page, kept, compared with what was known. What changed (an expiry, a
 * status, auto-renew, a name that came or went) is told in the audit trail, whoever did it, and so is an end that comes near.
 */
import type { Clock } from '../../base/clock.ts';
import type { ConnectionId, TenantId } from '../../base/ids.ts';
import { type DomainName, toUnicode } from '../../dns/name.ts';
import type { NewEvent, Principal } from '../audit/model.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import { daysLeftAtMark, endsText, MARKS } from '../expiry.ts';
import type { Registration } from './model.ts';
import type { Registrar, RegistrarPlace, RegistrationMirror } from './ports.ts';

/** Between two readings of an account; nothing of it changes by the minute. */
export const READ_EVERY_MS = 21_600_000;

export interface SyncRegistrations {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly place: RegistrarPlace;
  readonly principal: Principal;
  readonly call: CallOptions;
}

/** Reads them all and keeps them; a call for each 50. Nothing is kept of a reading that breaks off. */
export async function syncRegistrations(
  ports: { readonly registrar: Registrar; readonly mirror: RegistrationMirror; readonly clock: Clock },
  { tenantId, connectionId, place, principal, call }: SyncRegistrations,
): Promise<readonly Registration[]> {
  const { registrar, mirror, clock } = ports;
  const readAt = clock.now();
  const seen = new Map<DomainName, Registration>();
  for await (const page of registrar.list(place, call)) for (const one of page) seen.set(one.domain, one);
  const registrations = [...seen.values()].sort((a, b) => (a.domain < b.domain ? -1 : 1));
  const known = await mirror.read(tenantId, place);
  const told = { at: readAt, principal, place };
  const events = [
    ...(known === null ? [] : eventsOf(known.registrations, seen, told)),
    ...expiryEvents(known, registrations, told),
  ];
  const reading = { tenantId, connectionId, place, readAt, dueAt: readAt + READ_EVERY_MS };
  await mirror.replace(
    reading,
    registrations,
    events.map((event) => ({ ...event, connectionId })),
  );
  return registrations;
}

interface Told {
  readonly at: number;
  readonly principal: Principal;
  readonly place: RegistrarPlace;
}

function eventsOf(
  known: readonly Registration[],
  seen: ReadonlyMap<DomainName, Registration>,
  told: Told,
): NewEvent[] {
  const before = new Map(known.map((one) => [one.domain, one]));
  const gone = known.filter(({ domain }) => !seen.has(domain)).map((one) => eventOf('gone', one, null, told));
  const others = [...seen.values()].flatMap((one) => {
    const old = before.get(one.domain);
    if (old === undefined) return [eventOf('found', null, one, told)];
    return JSON.stringify(old) === JSON.stringify(one) ? [] : [eventOf('changed', old, one, told)];
  });
  return [...gone, ...others];
}

/** An event for each name that is so many days from its end, or past it: once for each mark. */
function expiryEvents(
  known: Awaited<ReturnType<RegistrationMirror['read']>>,
  registrations: readonly Registration[],
  { at, principal, place }: Told,
): NewEvent[] {
  const before = new Map(known?.registrations.map(({ domain, expiresAt }) => [domain, expiresAt]));
  return registrations.flatMap((one): NewEvent[] => {
    const { domain, expiresAt, autoRenew } = one;
    const end = Date.parse(expiresAt ?? '');
    if (expiresAt === null || Number.isNaN(end)) return [];
    const isKnown = known !== null && before.get(domain) === expiresAt;
    const looks = { expiresAt: end, before: isKnown ? known.readAt : null, now: at };
    const daysLeft = daysLeftAtMark(looks, autoRenew ? MARKS.byItself : MARKS.byHand);
    if (daysLeft === null) return [];
    const { accountId, namespace } = place;
    return [
      {
        kind: 'registration.expiring',
        at,
        principal,
        summary: `The registration of ${toUnicode(domain)} ${endsText(daysLeft)}`,
        payload: { domain, accountId, namespace, expiresAt: end, autoRenew, daysLeft },
      },
    ];
  });
}

function eventOf(
  verb: 'found' | 'changed' | 'gone',
  before: Registration | null,
  after: Registration | null,
  { at, principal, place }: Told,
): NewEvent {
  const domain = (after ?? before)?.domain ?? ('' as DomainName);
  const what = {
    found: 'is in the account',
    changed: `changed: ${differences(before, after)}`,
    gone: 'is not in the account any more',
  }[verb];
  return {
    kind: `registration.${verb}`,
    at,
    principal,
    summary: `${toUnicode(domain)} ${what}`,
    payload: {
      domain,
      accountId: place.accountId,
      namespace: place.namespace,
      before: before === null ? null : { ...before },
      after: after === null ? null : { ...after },
    },
  };
}

/** `expiresAt 2027-01-01 → 2028-01-01, autoRenew false → true` */
function differences(before: Registration | null, after: Registration | null): string {
  if (before === null || after === null) return '';
  const keys = Object.keys(after) as (keyof Registration)[];
  return keys
    .filter((key) => before[key] !== after[key])
    .map((key) => `${key} ${before[key]} → ${after[key]}`)
    .join(', ');
}
