/** Zones of one tenant made, activated and deleted. */
import type { TenantId } from '../base/ids.ts';
import {
  askActivation,
  type MakePorts,
  makeZone,
  refuseUnguardedDelete,
  removeZone,
  type ZoneInput,
} from '../domains/provisioning/make-zone.ts';
import { readRegistrable } from '../domains/registrar/offer.ts';
import type { Zone } from '../domains/zones/model.ts';
import type { Context, LinkedConnection } from './context.ts';
import type { TenantReach } from './tenant-reach.ts';
import { reachRegistrar } from './tenant-registrar.ts';

export interface TenantZoneLife {
  /** Creates a full zone. Throws `zone-exists`, `zone-refused`, `InvalidInputError` for a subdomain. */
  create(domain: string, connection?: string): Promise<Zone>;
  /** Asks Cloudflare to look at the delegation now. @returns the zone as it is then. */
  activate(
    zone: string,
    connection?: string,
  ): Promise<{ readonly zone: Zone; readonly asked: boolean; readonly reason: string }>;
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
    delete: async (reference, { connection, allow = [] } = {}) => {
      const zone = await reach.zone(reference, connection);
      refuseUnguardedDelete(zone.facts.name, allow);
      const linked = await reach.linkedTo(zone, connection);
      await removeZone(portsOf(linked), inputOf(linked, zone), zone.facts);
      await mirror.unsee(tenantId, linked.connection.id, zone.facts.id);
    },
  };
}
