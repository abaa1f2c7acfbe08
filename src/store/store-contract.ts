/**
 * What every engine's store must keep, as one suite. An engine's test calls it with a way to make empty stores;
 * `sharedStoreContract` besides, where several processes can open one.
 */
import { connectContract } from './contract/connect-contract.ts';
import { connectionContract, vaultContract } from './contract/connection-contract.ts';
import { domainsContract } from './contract/domains-contract.ts';
import { finderContract } from './contract/finder-contract.ts';
import type { MakeStorePlace } from './contract/fixture.ts';
import { isolationContract } from './contract/isolation-contract.ts';
import { journalContract } from './contract/journal-contract.ts';
import { listContract } from './contract/list-contract.ts';
import { recordContract, revisionContract, zoneContract } from './contract/mirror-contract.ts';
import { processContract } from './contract/process-contract.ts';
import { raceContract } from './contract/race-contract.ts';
import { rotationContract } from './contract/rotation-contract.ts';
import { serviceContract } from './contract/service-contract.ts';
import { sightingsContract } from './contract/sightings-contract.ts';
import {
  auditContract,
  budgetContract,
  leaseContract,
  settingsContract,
  tlsSnapshotContract,
  usageContract,
} from './contract/small-contract.ts';
import { webhookContract } from './contract/webhook-contract.ts';

export function storeContract(makePlace: MakeStorePlace): void {
  zoneContract(makePlace);
  sightingsContract(makePlace);
  recordContract(makePlace);
  revisionContract(makePlace);
  finderContract(makePlace);
  listContract(makePlace);
  journalContract(makePlace);
  connectionContract(makePlace);
  vaultContract(makePlace);
  rotationContract(makePlace);
  auditContract(makePlace);
  leaseContract(makePlace);
  budgetContract(makePlace);
  usageContract(makePlace);
  settingsContract(makePlace);
  tlsSnapshotContract(makePlace);
  serviceContract(makePlace);
  domainsContract(makePlace);
  webhookContract(makePlace);
  connectContract(makePlace);
  isolationContract(makePlace);
  raceContract(makePlace);
}

/** The cases that need a store which other processes can open. */
export function sharedStoreContract(makePlace: MakeStorePlace): void {
  processContract(makePlace);
}
