/** Which records of a zone have to give way to a record of a template (the draft's section "Conflict Detection"). */
import { type DomainName, isInZone } from '../../dns/name.ts';
import { type RecordFields, typeOf } from '../../dns/record.ts';
import type { RenderedRecord } from './render-template.ts';

const ADDRESSES: readonly string[] = ['A', 'AAAA'];
/** What cannot stand beside a CNAME that Cloudflare flattens, at the zone's own name. */
const FLATTENED: readonly string[] = ['A', 'AAAA', 'CNAME'];

/** Why `live` must go before `wanted` can stand; null when both can. The two are not identical. */
export function conflictReason(
  { desired, txtConflict }: Pick<RenderedRecord, 'desired' | 'txtConflict'>,
  live: Pick<RecordFields, 'name' | 'rdata'>,
  zone: DomainName,
): string | null {
  const type = typeOf(desired.rdata);
  const other = typeOf(live.rdata);
  const cut = delegationReason({ name: desired.name, type }, { name: live.name, type: other }, zone);
  if (cut !== null) return cut;
  if (desired.name !== live.name) return null;
  if (type === 'CNAME' || other === 'CNAME') {
    if (desired.name !== zone) return 'a CNAME stands alone at its name';
    return FLATTENED.includes(type) && FLATTENED.includes(other)
      ? 'the zone itself has either a CNAME or addresses'
      : null;
  }
  if (ADDRESSES.includes(type) && ADDRESSES.includes(other))
    return 'all addresses of a name serve one service';
  if (type !== other) return null;
  if (type === 'MX') return 'all mail servers of a name belong to one service';
  if (type === 'SRV') return 'all servers of a service belong together';
  if (type !== 'TXT' || live.rdata.type !== 'TXT') return null;
  const { mode, prefix } = txtConflict;
  if (mode === 'All') return 'the template wants to be the only text of the name';
  if (mode !== 'Prefix' || !live.rdata.text.startsWith(prefix)) return null;
  return `the template wants to be the only text of the name that begins with ${JSON.stringify(prefix)}`;
}

interface Named {
  readonly name: DomainName;
  readonly type: string;
}

/** NS records below the zone's own name hand everything at and below theirs to other servers. */
function delegationReason(wanted: Named, live: Named, zone: DomainName): string | null {
  if (wanted.type === 'NS' && isInZone(live.name, wanted.name))
    return `${wanted.name} is handed to other nameservers`;
  const cuts = live.type === 'NS' && live.name !== zone && isInZone(wanted.name, live.name);
  return cuts ? `${live.name} is handed to other nameservers, which would hide the template's record` : null;
}
