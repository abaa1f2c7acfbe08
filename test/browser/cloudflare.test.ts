/** What Cloudflare keeps beside records: certificates, settings, drift, names and money. */
import { certificateFlows } from './certificates.ts';
import { domainFlows } from './domains.ts';
import { moneyFlows } from './money.ts';
import { outsideFlows } from './outside.ts';
import { connected, inBrowser } from './part.ts';

inBrowser({
  part: 'cloudflare',
  prepare: connected,
  flows: [certificateFlows, outsideFlows, domainFlows, moneyFlows],
});
