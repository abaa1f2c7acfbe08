/** Who may what: connections, links for customers, keys, webhooks, templates; and lists at their largest. */
import { accountFlows } from './account.ts';
import { customerFlows } from './customers.ts';
import { largestFlows } from './largest.ts';
import { connected, inBrowser } from './part.ts';
import { BIG } from './rig.ts';

inBrowser({
  part: 'account',
  isBig: true,
  prepare: async (rig) => {
    await connected(rig);
    await rig.zoneward.tenant('local').zones.sync(BIG);
  },
  flows: [customerFlows, accountFlows, largestFlows],
});
