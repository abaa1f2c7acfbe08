/** Discovering the zones of a connection because somebody asked, or needs a zone that is not known. */
import { type Discovery, discoverZones } from '../domains/zones/discover-zones.ts';
import type { Context, LinkedConnection } from './context.ts';
import { NO_ACCOUNT } from './environment-connection.ts';
import { refuseUntestedBlindness } from './nothing-seen.ts';

/** Throws what `discoverZones` throws, and why an untested credential shows no zone at all. */
export async function discoverNow(
  context: Context,
  { connection, cloudflare }: LinkedConnection,
): Promise<Discovery> {
  const { mirror, audit } = context.store;
  const { tenantId, id, accountId, zoneIds } = connection;
  const discovery = await discoverZones(
    { reader: cloudflare.zones, mirror, sightings: mirror, trail: audit, clock: context.clock },
    {
      tenantId,
      connectionId: id,
      accountId: accountId === NO_ACCOUNT ? null : accountId,
      zoneIds,
      principal: context.principal,
      lane: 'interactive',
    },
  );
  if (discovery.seen === 0) await refuseUntestedBlindness(context, tenantId, connection);
  return discovery;
}
