/**
 * Which data cannot stand beside which at one name, as Cloudflare checks each operation (cloudflare-api §4.7, §4.8:
 * 81053, 81054, 81056). Whether a whole zone is sound is `validateRecordSet`'s to say.
 */
import type { Rdata } from '../dns/record.ts';

/** True when no name can hold both. Identical data (81058) are not meant here. */
export function excludes(a: Rdata, b: Rdata): boolean {
  const isAddress = ({ type }: Rdata): boolean => type === 'A' || type === 'AAAA' || type === 'CNAME';
  const isDelegation = ({ type }: Rdata): boolean => type === 'NS' || type === 'DS';
  if (isDelegation(a) !== isDelegation(b)) return true;
  return (a.type === 'CNAME' || b.type === 'CNAME') && isAddress(a) && isAddress(b);
}
