/** Zones of one tenant made, activated, paused and deleted. */
import type { TenantId } from '../base/ids.ts';
import {
  askActivation,
  type MakePorts,
  makeZone,
  refuseUnguardedDelete,
  removeZone,
  type ZoneInput,
} from '../domains/provisioning/make-zone.ts';
import { refuseUnguardedPause, setPaused } from '../domains/provisioning/pause-zone.ts';
import { readRegistrable } from '../domains/registrar/offer.ts';
import type { Zone } from '../domains/zones/model.ts';
import type { Context, LinkedConnection } from './context.ts';
import type { TenantReach } from './tenant-reach.ts';
import { reachRegistrar } from './tenant-registrar.ts';

export interface ZonePausing {
  readonly zone: Zone;
  /** False where it stood so already. */
  readonly changed: boolean;
  /** Addresses, and targets of CNAMEs, that only proxied records name: told by pausing. */
  readonly reveals: readonly string[];
}

export interface TenantZoneLife {
  /** Creates a full zone. Throws `zone-exists`, `zone-refused`, `InvalidInputError` for a subdomain. */
  create(domain: string, connection?: string): Promise<Zone>;
  /** Asks Cloudflare to look at the delegation now. @returns the zone as it is then. */
  activate(
    zone: string,
    connection?: string,
  ): Promise<{ readonly zone: Zone; readonly asked: boolean; readonly reason: string }>;
  /**
   * Serves the zone by Cloudflare's DNS alone. Reads it first, for what that reveals; where a record is proxied it needs
   * `allow: ['exposure']`, else throws `guard-rail` (conflict) with the addresses. `unpause` takes it back.
   */
  pause(
    zone: string,
    options?: { readonly connection?: string; readonly allow?: readonly string[] },
  ): Promise<ZonePausing>;
  unpause(zone: string, connection?: string): Promise<ZonePausing>;
  /** Irreversible: needs `allow: ['zone-delete']`. */
  delete(
    zone: string,
    options?: { readonly connection?: string; readonly allow?: readonly string[] },
  ): Promise<void>;
}

export function tenantZoneLife(context: Context, tenantId: TenantId, reach: TenantReach): TenantZoneLife {
  const { mirror, audit } = context.store;
  const { clock, principal } = context;
  const portsOf = ({ cloudflare }: LinkedConnection): MakePorts => ({
    zones: cloudflare.zoneMaker,
    mirror,
    audit,
    clock,
  });
  const inputOf = ({ connection }: LinkedConnection, zone: Zone): ZoneInput => ({
    tenantId,
    connectionId: connection.id,
    accountId: zone.facts.accountId,
    domain: zone.facts.name,
    principal,
    call: { lane: 'interactive' },
  });
  const setTo = async (
    zone: Zone,
    linked: LinkedConnection,
    to: { readonly paused: boolean; readonly reveals: readonly string[] },
  ): Promise<ZonePausing> => {
    const ports = { ...portsOf(linked), reader: linked.cloudflare.zones };
    const { changed } = await setPaused(ports, inputOf(linked, zone), { zone: zone.facts, ...to });
    return { zone: await reach.zone(zone.facts.id), changed, reveals: to.reveals };
  };
  return {
    create: async (text, connectionRef) => {
      const { name: domain } = readRegistrable(text);
      const target = connectionRef === undefined ? {} : { connection: connectionRef };
      const { linked, place, call, connection } = await reachRegistrar(context, reach, target);
      const { accountId } = place;
      const input = { tenantId, connectionId: connection.id, accountId, domain, principal, call };
      const facts = await makeZone(portsOf(linked), input);
      return reach.zone(facts.id, connectionRef);
    },
    activate: async (reference, connectionRef) => {
      const zone = await reach.zone(reference, connectionRef);
      const linked = await reach.linkedTo(zone, connectionRef);
      const asked = await askActivation(portsOf(linked), inputOf(linked, zone), zone.facts.id);
      const facts = await linked.cloudflare.zones.getZone(zone.facts.id, { lane: 'interactive' });
      await mirror.putZones(tenantId, linked.connection.id, [facts], clock.now());
      return { ...asked, zone: await reach.zone(facts.id, connectionRef) };
    },
    pause: async (reference, { connection, allow = [] } = {}) => {
      const zone = await reach.zone(reference, connection);
      const linked = await reach.linkedTo(zone, connection);
      const { records } = await context.readZone(linked, zone.facts.id, { lane: 'interactive' });
      const fields = records.map((record) => record.fields);
      const reveals = refuseUnguardedPause(zone.facts.name, fields, allow);
      return setTo(zone, linked, { paused: true, reveals });
    },
    unpause: async (reference, connection) => {
      const zone = await reach.zone(reference, connection);
      return setTo(zone, await reach.linkedTo(zone, connection), { paused: false, reveals: [] });
    },
    delete: async (reference, { connection, allow = [] } = {}) => {
      const zone = await reach.zone(reference, connection);
      refuseUnguardedDelete(zone.facts.name, allow);
      const linked = await reach.linkedTo(zone, connection);
      await removeZone(portsOf(linked), inputOf(linked, zone), zone.facts);
      await mirror.unsee(tenantId, linked.connection.id, zone.facts.id);
    },
  };
}
