/**
 * Record types that exist in DNS but not at Cloudflare (cloudflare-api §4.4), and types by number (RFC 3597 §5).
 * A source may hold them; they are named as omitted, with the reason, and never dropped in silence.
 */
import type { RecordType } from './record.ts';

/** IANA "Resource Record (RR) TYPEs" without the 21 that Cloudflare takes; with the aliases of other providers. */
const OTHER_TYPES: ReadonlySet<string> = new Set(
  (
    'A6 AFSDB ALIAS AMTRELAY ANAME APL CDNSKEY CDS CSYNC DHCID DLV DNAME DOA DSYNC EID EUI48 EUI64 FLATTENED GID ' +
    'GPOS HHIT HINFO HIP IPN IPSECKEY ISDN KEY KX L32 L64 LP MB MD MF MG MINFO MR NID NIMLOC NINFO NSAP ' +
    'NSAP-PTR NSEC NSEC3 NSEC3PARAM NULL NXT PX RESINFO RKEY RP RRSIG RT SIG SINK SOA SPF TA TALINK UID UINFO ' +
    'UNSPEC URLFWD WALLET WKS X25 ZONEMD'
  ).split(' '),
);

const REASONS: Readonly<Record<string, string>> = {
  SOA: 'Cloudflare makes the SOA record itself',
  SPF: 'Cloudflare does not take the type SPF; write the text as a TXT record',
  DNAME: 'Cloudflare does not take DNAME; use a CNAME for each name or a redirect rule',
  ALIAS: 'Cloudflare has no ALIAS; write a CNAME, which it flattens at the apex',
  ANAME: 'Cloudflare has no ANAME; write a CNAME, which it flattens at the apex',
  URLFWD: 'forwarding is no DNS record; make a redirect rule at Cloudflare',
  RRSIG: 'Cloudflare signs the zone itself when DNSSEC is on',
  NSEC: 'Cloudflare signs the zone itself when DNSSEC is on',
  NSEC3: 'Cloudflare signs the zone itself when DNSSEC is on',
  NSEC3PARAM: 'Cloudflare signs the zone itself when DNSSEC is on',
  CDS: 'Cloudflare publishes CDS itself when DNSSEC is on',
  CDNSKEY: 'Cloudflare publishes CDNSKEY itself when DNSSEC is on',
};

const TYPE_NUMBERS: Readonly<Record<number, RecordType>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  29: 'LOC',
  33: 'SRV',
  35: 'NAPTR',
  37: 'CERT',
  43: 'DS',
  44: 'SSHFP',
  48: 'DNSKEY',
  52: 'TLSA',
  53: 'SMIMEA',
  61: 'OPENPGPKEY',
  64: 'SVCB',
  65: 'HTTPS',
  256: 'URI',
  257: 'CAA',
};

export const APEX_NS_REASON = 'Cloudflare serves its own nameservers for the zone';

/** Why Cloudflare cannot carry a record of `type`; `undefined` when no such type exists. */
export function whyNotCarried(type: string): string | undefined {
  const upper = type.toUpperCase();
  const reason = Object.hasOwn(REASONS, upper) ? REASONS[upper] : undefined;
  if (reason !== undefined) return reason;
  const exists = OTHER_TYPES.has(upper) || /^TYPE\d{1,5}$/.test(upper);
  return exists ? `Cloudflare does not take records of type ${upper}` : undefined;
}

/** The type that `TYPE28` stands for, where it is one of Cloudflare's 21. */
export function typeByNumber(text: string): RecordType | undefined {
  const number = /^TYPE(\d{1,5})$/i.exec(text)?.[1];
  return number === undefined ? undefined : TYPE_NUMBERS[Number(number)];
}
