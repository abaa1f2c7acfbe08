/**
 * Equality of record data as DNS and Cloudflare see it (cloudflare-api §4.7): host names without regard to case,
 * addresses by value, TXT by its text, hex without regard to case, base64 without regard to white space, SvcParams
 * without regard to order and quoting, LOC by what its wire form can tell apart.
 *
 * Fast, because every record of both sides of a plan passes through here.
 */
import { canonicalIpv6 } from './ip-address.ts';
import { locKey } from './loc.ts';
import type { Rdata } from './record.ts';
import { svcParamsKey } from './svc-params.ts';

/** Two records of one name whose data have the same key are the same record. Not for display, not for storage. */
export function rdataKey(rdata: Rdata): string {
  switch (rdata.type) {
    case 'A':
      return `A ${rdata.address}`;
    case 'AAAA':
      return `AAAA ${canonicalIpv6(rdata.address) ?? rdata.address}`;
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return `${rdata.type} ${rdata.target.toLowerCase()}`;
    case 'TXT':
      return `TXT ${rdata.text}`;
    case 'MX':
      return `MX ${rdata.preference} ${rdata.exchange.toLowerCase()}`;
    case 'CAA':
      return `CAA ${rdata.flags} ${rdata.tag.toLowerCase()} ${rdata.value}`;
    case 'SRV':
      return `SRV ${rdata.priority} ${rdata.weight} ${rdata.port} ${rdata.target.toLowerCase()}`;
    case 'URI':
      return `URI ${rdata.priority} ${rdata.weight} ${rdata.target}`;
    case 'HTTPS':
    case 'SVCB':
      return `${rdata.type} ${rdata.priority} ${rdata.target.toLowerCase()} ${svcParamsKey(rdata.params)}`;
    case 'LOC':
      return `LOC ${locKey(rdata)}`;
    case 'unknown':
      return `${rdata.rrtype} ${rdata.content}`;
    default:
      return rareKey(rdata);
  }
}

type RareType = 'CERT' | 'DNSKEY' | 'DS' | 'NAPTR' | 'OPENPGPKEY' | 'SMIMEA' | 'SSHFP' | 'TLSA';

function rareKey(rdata: Extract<Rdata, { type: RareType }>): string {
  switch (rdata.type) {
    case 'CERT':
      return `CERT ${rdata.certType} ${rdata.keyTag} ${rdata.algorithm} ${base64Key(rdata.certificate)}`;
    case 'DNSKEY':
      return `DNSKEY ${rdata.flags} ${rdata.protocol} ${rdata.algorithm} ${base64Key(rdata.publicKey)}`;
    case 'DS':
      return `DS ${rdata.keyTag} ${rdata.algorithm} ${rdata.digestType} ${hexKey(rdata.digest)}`;
    case 'NAPTR': {
      const { order, preference, flags, service, regexp, replacement } = rdata;
      return `NAPTR ${order} ${preference} ${JSON.stringify([flags, service, regexp])} ${replacement.toLowerCase()}`;
    }
    case 'OPENPGPKEY':
      return `OPENPGPKEY ${base64Key(rdata.publicKey)}`;
    case 'SMIMEA':
    case 'TLSA':
      return `${rdata.type} ${rdata.usage} ${rdata.selector} ${rdata.matchingType} ${hexKey(rdata.certificate)}`;
    case 'SSHFP':
      return `SSHFP ${rdata.algorithm} ${rdata.fingerprintType} ${hexKey(rdata.fingerprint)}`;
    default:
      return rdata satisfies never;
  }
}

function hexKey(hex: string): string {
  return hex.replace(/\s+/g, '').toLowerCase();
}

/** Padding carries no data. */
function base64Key(base64: string): string {
  return base64.replace(/\s+|=+$/g, '');
}
