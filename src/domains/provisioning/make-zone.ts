/**
 * Zones made, activated and removed. Written to the audit trail before they are sent; without an answer the account is
 * read, and nothing is sent again. A name stands once in an account, so a second creation cannot happen.
 */
import type { Clock } from '../../base/clock.ts';
import { isZonewardError, ZonewardError } from '../../base/errors.ts';
import type { AccountId, ConnectionId, TenantId, ZoneId } from '../../base/ids.ts';
import { type DomainName, toUnicode } from '../../dns/name.ts';
import type { NewEvent, Principal } from '../audit/model.ts';
import type { AuditTrail } from '../audit/ports.ts';
import type { CallOptions, CloudflareFault } from '../cloudflare-call.ts';
import type { ZoneFacts } from '../zones/model.ts';
import type { ZoneMirror } from '../zones/ports.ts';
import type { ZoneMaker } from './ports.ts';

const LOOKS_MAX = 3;
const LOOK_EVERY_MS = 2_000;
/** The word that lifts the guard of removing a zone. */
export const ZONE_DELETE_WORD = 'zone-delete';

export interface MakePorts {
  readonly zones: ZoneMaker;
  readonly mirror: Pick<ZoneMirror, 'putZones'>;
  readonly audit: Pick<AuditTrail, 'append'>;
  readonly clock: Clock;
}

export interface ZoneInput {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly accountId: AccountId;
  readonly domain: DomainName;
  readonly principal: Principal;
  readonly call: CallOptions;
}

/** Throws `zone-exists` (conflict) when the account has it, `zone-refused` with what a person can do, `zone-unsettled`. */
export async function makeZone(ports: MakePorts, input: ZoneInput): Promise<ZoneFacts> {
  const { zones, clock } = ports;
  const { accountId, domain, call } = input;
  const existing = await zones.find(accountId, domain, call);
  if (existing !== null) {
    throw new ZonewardError(`The account has a zone ${toUnicode(domain)} already (${existing.status})`, {
      code: 'zone-exists',
      kind: 'conflict',
      next: [`zoneward zones show ${toUnicode(domain)}`],
      details: { zoneId: existing.id },
    });
  }
  await tellOfZone(ports, input, 'zone.create-sent', 'is being created', {});
  try {
    const made = await zones.create(accountId, domain, call);
    return await keep(ports, input, made);
  } catch (error) {
    if (!isZonewardError(error)) throw error;
    if (error.code !== 'cloudflare-unanswered') {
      await tellOfZone(ports, input, 'zone.create-refused', 'was not created', { code: error.code });
      throw refusedZone(domain, error);
    }
  }
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    const landed = await zones.find(accountId, domain, call);
    if (landed !== null) return keep(ports, input, landed);
    await clock.sleep(LOOK_EVERY_MS, call.signal);
  }
  throw new ZonewardError(
    `Whether ${toUnicode(domain)} was created is not known: no answer came, and it is not to be seen`,
    {
      code: 'zone-unsettled',
      kind: 'unknown-outcome',
      next: ['zoneward zones list --refresh'],
    },
  );
}

async function keep(ports: MakePorts, input: ZoneInput, facts: ZoneFacts): Promise<ZoneFacts> {
  const { tenantId, connectionId } = input;
  await ports.mirror.putZones(tenantId, connectionId, [facts], ports.clock.now());
  await tellOfZone(
    ports,
    input,
    'zone.created',
    'is created',
    { nameServers: [...facts.nameServers] },
    facts.id,
  );
  return facts;
}

/** Asks Cloudflare to look at the delegation now. Too early is no error: it looks by itself. */
export async function askActivation(
  ports: MakePorts,
  input: ZoneInput,
  zoneId: ZoneId,
): Promise<{ readonly asked: boolean; readonly reason: string }> {
  try {
    await ports.zones.askActivation(zoneId, input.call);
  } catch (error) {
    const early =
      isZonewardError(error) &&
      (error.code === 'cloudflare-refused' || error.code === 'cloudflare-rate-limited');
    if (!early) throw error;
    return { asked: false, reason: error.message };
  }
  await tellOfZone(ports, input, 'zone.activation-asked', 'is to be looked at by Cloudflare', {}, zoneId);
  return { asked: true, reason: 'Cloudflare looks at the delegation now.' };
}

/** Throws `guard-rail` (conflict) without its word, before anything is sent. */
export function refuseUnguardedDelete(domain: DomainName, allow: readonly string[]): void {
  if (allow.includes(ZONE_DELETE_WORD)) return;
  throw new ZonewardError(
    `Deleting ${toUnicode(domain)} cannot be undone: its records, settings, certificates and nameservers go with it. Nothing was deleted.`,
    {
      code: 'guard-rail',
      kind: 'conflict',
      next: [
        `zoneward zones export ${toUnicode(domain)} --format bind > ${domain}.zone`,
        `If that is what you want, add: --allow ${ZONE_DELETE_WORD}`,
      ],
    },
  );
}

/** Removes the zone; one that is gone already is removed. The caller has passed the guard. */
export async function removeZone(ports: MakePorts, input: ZoneInput, facts: ZoneFacts): Promise<void> {
  const { zones } = ports;
  const zoneId = facts.id;
  await tellOfZone(ports, input, 'zone.delete-sent', 'is being deleted', {}, zoneId);
  try {
    await zones.remove(zoneId, input.call);
  } catch (error) {
    if (!isZonewardError(error) || !['cloudflare-unanswered', 'cloudflare-not-found'].includes(error.code))
      throw error;
    const left = await zones.find(input.accountId, input.domain, input.call);
    if (left?.id === zoneId) throw error;
  }
  const gone: ZoneFacts = { ...facts, status: 'deleted' };
  await ports.mirror.putZones(input.tenantId, input.connectionId, [gone], ports.clock.now());
  await tellOfZone(ports, input, 'zone.deleted', 'is deleted', {}, zoneId);
}

/** One sentence on the zone, and its facts, for the audit trail. */
export async function tellOfZone(
  ports: MakePorts,
  { tenantId, connectionId, accountId, domain, principal }: ZoneInput,
  kind: string,
  what: string,
  facts: NewEvent['payload'],
  zoneId?: ZoneId,
): Promise<void> {
  const event: NewEvent = {
    kind,
    at: ports.clock.now(),
    principal,
    connectionId,
    ...(zoneId === undefined ? {} : { zoneId }),
    summary: `The zone ${toUnicode(domain)} ${what}`,
    payload: { domain, accountId, ...facts },
  };
  await ports.audit.append(tenantId, [event]);
}

/** Cloudflare's refusals of a new zone (cloudflare-api §3.4), by what a person does about them. */
const REFUSALS: readonly (readonly [
  match: (fault: CloudflareFault) => boolean,
  message: string,
  next: string,
])[] = [
  [
    ({ code, message }) => code === 1061 || /already exists/i.test(message),
    'is in Cloudflare already, in another account or one that this credential does not see',
    'Remove it there first, or connect that account: zoneward connections add',
  ],
  [
    ({ code, message }) => code === 1049 || /not a registered domain/i.test(message),
    'is not registered',
    'Register it first: zoneward domains register NAME',
  ],
  [
    ({ code, message }) => code === 1097 || code === 1099 || /banned|cannot be added/i.test(message),
    'may not be added: Cloudflare bans it',
    'Ask Cloudflare support; nothing else helps.',
  ],
  [
    ({ code }) => code === 1105 || (code >= 1116 && code <= 1118),
    'cannot be added now: too many zones, pending ones, or attempts',
    'Remove pending zones that you do not need, or wait, then try again.',
  ],
  [({ message }) => /root domain|subdomain/i.test(message), 'is a subdomain', 'Name the domain itself.'],
  [
    ({ message }) => /hold/i.test(message),
    'is held by another account',
    'Ask its owner to release the hold.',
  ],
];

function refusedZone(domain: DomainName, error: ZonewardError): ZonewardError {
  if (error.code === 'permission-missing') return error;
  const faults = (error.details['faults'] ?? []) as readonly CloudflareFault[];
  const known = REFUSALS.find(([match]) => faults.some(match));
  if (known === undefined) return error;
  return new ZonewardError(`${toUnicode(domain)} ${known[1]}. Nothing was created. (${error.message})`, {
    code: 'zone-refused',
    kind: 'refused',
    next: [known[2]],
    details: error.details,
    cause: error,
  });
}
