/**
 * What every engine's store must keep, as one suite. An engine's test calls it with a way to make empty stores;
 * `sharedStoreContract` besides, where several processes can open one.
 */
import type { MakeStorePlace } from './contract/fixture.ts';
import { isolationContract } from './contract/isolation-contract.ts';
import { journalContract } from './contract/journal-contract.ts';
import { finderContract, mirrorContract } from './contract/mirror-contract.ts';
import { processContract } from './contract/process-contract.ts';
import { connectionContract, smallContract } from './contract/small-contract.ts';

export function storeContract(makePlace: MakeStorePlace): void {
  mirrorContract(makePlace);
  finderContract(makePlace);
  journalContract(makePlace);
  connectionContract(makePlace);
  smallContract(makePlace);
  isolationContract(makePlace);
}

/** The cases that need a store which other processes can open. */
export function sharedStoreContract(makePlace: MakeStorePlace): void {
  processContract(makePlace);
}
