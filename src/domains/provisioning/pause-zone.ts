/**
 * Zones paused and unpaused. A paused zone is served by Cloudflare's DNS alone: proxied records answer with the
 * addresses of the servers behind them, and TLS, cache and firewall at the edge are gone (cloudflare-api §3). So pausing
 * names what it reveals, and wants its word where anything is proxied; unpausing takes it back. Written to the audit
 * trail before it is sent; without an answer the zone is asked.
 */
import { isZonewardError, ZonewardError } from '../../base/errors.ts';
import { type DomainName, toUnicode } from '../../dns/name.ts';
import type { RecordFields } from '../../dns/record.ts';
import { hiddenAddresses } from '../../plan/exposure.ts';
import type { ZoneFacts } from '../zones/model.ts';
import type { ZoneReader } from '../zones/ports.ts';
import { type MakePorts, tellOfZone, type ZoneInput } from './make-zone.ts';

/** The word that lifts the guard: the one for a plan that reveals an address. */
export const ZONE_PAUSE_WORD = 'exposure';

export interface PausePorts extends MakePorts {
  readonly reader: Pick<ZoneReader, 'getZone'>;
}

export interface Pausing {
  readonly facts: ZoneFacts;
  /** False where the zone stood so already: nothing was sent. */
  readonly changed: boolean;
}

/**
 * Throws `guard-rail` (conflict) without its word, before anything is sent.
 * @returns the addresses, and targets of CNAMEs, that the world is told by pausing and is not told now.
 */
export function refuseUnguardedPause(
  domain: DomainName,
  records: readonly RecordFields[],
  allow: readonly string[],
): readonly string[] {
  const reveals = hiddenAddresses(records);
  const proxied = records.filter((fields) => fields.proxied).length;
  if (proxied === 0 || allow.includes(ZONE_PAUSE_WORD)) return reveals;
  const name = toUnicode(domain);
  const told = reveals.length === 0 ? '' : ` and reveals ${reveals.join(', ')}`;
  throw new ZonewardError(
    `Pausing ${name} takes Cloudflare away from ${proxied === 1 ? '1 proxied record' : `${proxied} proxied records`}${told}: names answer with their servers' own addresses, and TLS, cache and firewall at the edge end. Nothing was changed.`,
    {
      code: 'guard-rail',
      kind: 'conflict',
      next: [
        'See that the servers answer HTTPS with a certificate of their own.',
        `If that is what you want, add: --allow ${ZONE_PAUSE_WORD}`,
      ],
      details: { reveals, proxied },
    },
  );
}

/** Throws what Cloudflare's refusal throws, and `cloudflare-unanswered` where the zone does not show that it landed. */
export async function setPaused(
  ports: PausePorts,
  input: ZoneInput,
  { zone, paused, reveals }: { zone: ZoneFacts; paused: boolean; reveals: readonly string[] },
): Promise<Pausing> {
  const { reader, mirror, clock, zones } = ports;
  const keep = async (facts: ZoneFacts): Promise<ZoneFacts> => {
    await mirror.putZones(input.tenantId, input.connectionId, [facts], clock.now());
    return facts;
  };
  const now = await reader.getZone(zone.id, input.call);
  if (now.paused === paused) return { facts: await keep(now), changed: false };
  const verb = paused ? 'pause' : 'unpause';
  const change = { before: { paused: now.paused }, after: { paused }, reveals: [...reveals] };
  await tellOfZone(ports, input, `zone.${verb}-sent`, `is being ${verb}d`, change, zone.id);
  const facts = await send();
  await keep(facts);
  await tellOfZone(ports, input, `zone.${verb}d`, `is ${verb}d`, change, zone.id);
  return { facts, changed: true };

  async function send(): Promise<ZoneFacts> {
    try {
      return await zones.setPaused(zone.id, paused, input.call);
    } catch (error) {
      if (!isZonewardError(error)) throw error;
      if (error.code === 'cloudflare-unanswered') {
        const left = await reader.getZone(zone.id, input.call);
        if (left.paused === paused) return left;
      } else {
        const code = { ...change, code: error.code };
        await tellOfZone(ports, input, `zone.${verb}-refused`, `was not ${verb}d`, code, zone.id);
      }
      throw error;
    }
  }
}
