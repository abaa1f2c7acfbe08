import { describe } from 'node:test';
import { createDatabase, reuseDatabase, type TestDatabase } from '../../test/kit/postgres.ts';
import { systemClock, systemRandom } from '../base/clock.ts';
import type { StorePlace } from './contract/fixture.ts';
import { sealForTests } from './contract/samples.ts';
import { openStore } from './open-store.ts';
import { sharedStoreContract, storeContract } from './store-contract.ts';

const parts = { random: systemRandom, seal: sealForTests };

async function placeIn({ url, drop }: TestDatabase): Promise<StorePlace> {
  return { url, open: (clock = systemClock) => openStore({ url, clock, ...parts }), dispose: drop };
}

describe('store: PostgreSQL', () => {
  storeContract(async () => placeIn(await reuseDatabase()));
  sharedStoreContract(async () => placeIn(await createDatabase()));
});
