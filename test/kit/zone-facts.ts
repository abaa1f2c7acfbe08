/** The facts of a zone, for tests that need one in the mirror. */
import type { AccountId, ZoneId } from '../../src/base/ids.ts';
import type { ZoneFacts } from '../../src/domains/zones/model.ts';
import { ZONE } from '../../src/plan/fixtures.ts';

export function fakeZone(id: ZoneId, accountId: AccountId): ZoneFacts {
  return {
    id,
    name: ZONE,
    accountId,
    accountName: 'Shop',
    status: 'active',
    paused: false,
    type: 'full',
    planTier: 'business',
    nameServers: [],
    originalNameServers: [],
    permissions: null,
    createdOn: null,
    modifiedOn: null,
    activatedOn: null,
  };
}
