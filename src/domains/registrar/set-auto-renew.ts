/**
 * Auto-renew switched on or off: the one thing of a registration that the API can change. Written to the audit trail
 * before it is sent, and into the mirror once it is done, so that the next reading does not tell it as somebody else's;
 * without an answer the registration is read back, and nothing is sent again.
 */
import type { Clock } from '../../base/clock.ts';
import { isZonewardError, ZonewardError } from '../../base/errors.ts';
import type { ConnectionId, TenantId } from '../../base/ids.ts';
import { type DomainName, toUnicode } from '../../dns/name.ts';
import type { NewEvent, Principal } from '../audit/model.ts';
import type { AuditTrail } from '../audit/ports.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type { Registration } from './model.ts';
import type { Registrar, RegistrarPlace, RegistrationMirror } from './ports.ts';

const LOOK_EVERY_MS = 2_000;
const LOOKS_MAX = 15;

export interface AutoRenewRequest {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly place: RegistrarPlace;
  readonly domain: DomainName;
  readonly autoRenew: boolean;
  readonly principal: Principal;
  readonly call: CallOptions;
}

interface Ports {
  readonly registrar: Registrar;
  readonly audit: Pick<AuditTrail, 'append'>;
  readonly mirror: Pick<RegistrationMirror, 'switched'>;
  readonly clock: Clock;
}

/**
 * @returns the registration as it is afterwards, and whether anything had to be sent. Throws `domain-unknown`
 * (not-found), `auto-renew-unsettled` (unknown-outcome) while Cloudflare has not carried it out.
 */
export async function setAutoRenew(
  ports: Ports,
  request: AutoRenewRequest,
): Promise<{ readonly registration: Registration; readonly changed: boolean }> {
  const { registrar, audit, mirror, clock } = ports;
  const { tenantId, place, domain, autoRenew, call } = request;
  const before = await registrar.get(place, domain, call);
  if (before === null) throw domainUnknown(domain);
  if (before.autoRenew === autoRenew) return { registration: before, changed: false };
  const event = (verb: string, summary: string): NewEvent =>
    eventOf(request, { at: clock.now(), verb, summary, before: before.autoRenew });
  const tell = (verb: string, summary: string): Promise<void> =>
    audit.append(tenantId, [event(verb, summary)]);
  const word = autoRenew ? 'on' : 'off';
  await tell('auto-renew-sent', `Auto-renew of ${toUnicode(domain)} is being switched ${word}`);
  try {
    await registrar.setAutoRenew(place, domain, autoRenew, call);
  } catch (error) {
    if (!isZonewardError(error) || error.code !== 'cloudflare-unanswered') {
      await tell('auto-renew-refused', `Auto-renew of ${toUnicode(domain)} was not switched ${word}`);
      throw error;
    }
  }
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    const after = await registrar.get(place, domain, call);
    if (after?.autoRenew === autoRenew) {
      const done = event('auto-renew-set', `Auto-renew of ${toUnicode(domain)} is ${word}`);
      await mirror.switched(tenantId, place, { domain, autoRenew }, [done]);
      return { registration: after, changed: true };
    }
    const status = await registrar.updateStatus(place, domain, call);
    if (status?.state === 'action_required' || status?.state === 'failed') break;
    await clock.sleep(LOOK_EVERY_MS, call.signal);
  }
  throw new ZonewardError(`Cloudflare has not switched auto-renew of ${toUnicode(domain)} ${word} yet`, {
    code: 'auto-renew-unsettled',
    kind: 'unknown-outcome',
    next: [`zoneward domains show ${toUnicode(domain)}`],
  });
}

export function domainUnknown(domain: DomainName): ZonewardError {
  return new ZonewardError(`The account holds no registration of ${toUnicode(domain)}`, {
    code: 'domain-unknown',
    kind: 'not-found',
    next: ['zoneward domains list', `zoneward domains check ${toUnicode(domain)}`],
  });
}

function eventOf(
  request: AutoRenewRequest,
  event: { readonly at: number; readonly verb: string; readonly summary: string; readonly before: boolean },
): NewEvent {
  const { domain, autoRenew, place, principal, connectionId } = request;
  return {
    kind: `registration.${event.verb}`,
    at: event.at,
    principal,
    connectionId,
    summary: event.summary,
    payload: {
      domain,
      accountId: place.accountId,
      namespace: place.namespace,
      before: event.before,
      after: autoRenew,
    },
  };
}
