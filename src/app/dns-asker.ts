/** The `DnsAsker` port over the network. With a DNS server configured (a sandbox's), nameservers are asked there. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Answer, DecodedPacket } from 'dns-packet';
import { canonicalIpv6 } from '../dns/ip-address.ts';
import { type DomainName, parseName } from '../dns/name.ts';
import type { Rdata } from '../dns/record.ts';
import { bytesToText } from '../dns/text-bytes.ts';
import { decodeWireRdata, isWireType } from '../dns/wire-rdata.ts';
import type { SeenRecord } from '../domains/verify/model.ts';
import type { DnsAsker, DnsReply } from '../domains/verify/ports.ts';
import { CLOUDFLARE_BASE_URL, type Config, parseDnsServer } from './config.ts';
import { askWire, rcodeOf, type WireQuestion } from './dns-question.ts';
import { DNS_PORT, PARENTS_MAX, parentServers } from './parent-servers.ts';
import type { Address } from './soa-asker.ts';

const TIMEOUT_MS = 2_000;
const TRIES = 2;
const ADDRESS_KEPT_MS = 600_000;

/** Types that the library has no name for. */
const NUMBERS: Readonly<Record<string, number>> = {
  SMIMEA: 53,
  OPENPGPKEY: 61,
  SVCB: 64,
  HTTPS: 65,
  URI: 256,
};

export function openDnsAsker(
  config: Pick<Config, 'baseUrl' | 'dnsServer' | 'parentDnsServer'>,
  timeoutMs: number = TIMEOUT_MS,
): DnsAsker {
  const known = new Map<string, { readonly at: number; readonly address: Promise<Address | null> }>();
  const hostAddress = (host: string): Promise<Address | null> => {
    if (config.dnsServer !== null) return Promise.resolve(config.dnsServer);
    const kept = known.get(host);
    if (kept !== undefined && performance.now() - kept.at < ADDRESS_KEPT_MS) return kept.address;
    const address = lookup(host).then(
      (found): Address => ({ host: found.address, port: DNS_PORT }),
      () => null,
    );
    known.set(host, { at: performance.now(), address });
    return address;
  };
  const askTwice = async (
    address: Address,
    question: WireQuestion,
    signal: AbortSignal | undefined,
  ): Promise<DecodedPacket | null> => {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      signal?.throwIfAborted();
      const answer = await askWire(address, question, timeoutMs);
      if (answer !== null) return answer;
    }
    return null;
  };
  return {
    ask: async (server, { name, type, recursive }, { signal }) => {
      const address = isAddress(server) ? parseDnsServer(server, server) : await hostAddress(server);
      if (address === null) return null;
      const answer = await askTwice(address, { name, type: wireType(type), recursive }, signal);
      return answer === null ? null : replyOf(answer);
    },
    delegation: async (domain, { signal }) => {
      const { dnsServer, parentDnsServer, baseUrl } = config;
      // A sandbox's server answers for zones that nobody delegates, and its names are not the world's.
      const isAlone = parentDnsServer === null && (dnsServer !== null || baseUrl !== CLOUDFLARE_BASE_URL);
      if (isAlone) return null;
      const servers = parentDnsServer === null ? await parentServers(domain) : [parentDnsServer];
      for (const address of servers.slice(0, PARENTS_MAX)) {
        const answer = await askTwice(address, { name: domain, type: 'NS' }, signal);
        const found = answer === null ? null : delegationIn(answer, domain);
        if (found !== null) return found;
      }
      return null;
    },
  };
}

function isAddress(server: string): boolean {
  const bare = server.replace(/^\[(.*)\](:\d+)?$/, '$1');
  return isIP(bare) !== 0 || isIP(server.split(':')[0] ?? '') === 4;
}

/** A referral, or the parent's word that there is none. The zone's own answer about itself is not the parent's. */
function delegationIn(answer: DecodedPacket, domain: DomainName): readonly string[] | null {
  const records = [...(answer.authorities ?? []), ...(answer.answers ?? [])];
  const own = records.filter(({ name, type }) => type === 'NS' && plain(name) === domain);
  if (own.length > 0 && !answer.flag_aa)
    return own.map((one) => ('data' in one ? plain(String(one.data)) : ''));
  const speaker = records.find(({ type }) => type === 'SOA')?.name;
  const isParent = speaker !== undefined && plain(speaker) !== domain;
  const rcode = rcodeOf(answer);
  return isParent && (rcode === 'NXDOMAIN' || rcode === 'NOERROR') ? [] : null;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function wireType(type: string): string {
  const number = NUMBERS[type];
  return number === undefined ? type : `UNKNOWN_${number}`;
}

const RCODES = ['NOERROR', 'NXDOMAIN', 'SERVFAIL', 'REFUSED'] as const;

function replyOf(answer: DecodedPacket): DnsReply {
  const rcode = rcodeOf(answer);
  const authorities = answer.authorities ?? [];
  const soa = authorities.find((one) => one.type === 'SOA');
  const minimum = soa?.type === 'SOA' ? (soa.data.minimum ?? null) : null;
  const soaTtl = soa?.type === 'SOA' ? (soa.ttl ?? null) : null;
  return {
    rcode: RCODES.find((known) => known === rcode) ?? 'OTHER',
    authoritative: answer.flag_aa,
    answers: (answer.answers ?? []).flatMap(seen),
    authorities: authorities.flatMap(seen),
    // RFC 2308 §5: the smaller of the two.
    negativeTtlSeconds: minimum === null || soaTtl === null ? null : Math.min(minimum, soaTtl),
  };
}

function seen(record: Answer): SeenRecord[] {
  if (record.type === 'OPT' || record.type === 'RRSIG' || record.type === 'SOA') return [];
  const ttlSeconds = 'ttl' in record ? (record.ttl ?? 0) : 0;
  return [{ name: plain(record.name), ttlSeconds, rdata: rdataOf(record) }];
}

function rdataOf(record: Answer): Rdata {
  switch (record.type) {
    case 'A':
      return { type: 'A', address: record.data };
    case 'AAAA':
      return { type: 'AAAA', address: canonicalIpv6(record.data) ?? record.data };
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return { type: record.type, target: nameOf(record.data) };
    case 'MX':
      return { type: 'MX', preference: record.data.preference ?? 0, exchange: nameOf(record.data.exchange) };
    case 'TXT':
      return { type: 'TXT', text: textOf(record.data) };
    case 'CAA':
      return { type: 'CAA', flags: record.data.flags ?? 0, tag: record.data.tag, value: record.data.value };
    case 'SRV': {
      const { priority = 0, weight = 0, port, target } = record.data;
      return { type: 'SRV', priority, weight, port, target: nameOf(target) };
    }
    case 'DS': {
      const { keyTag, algorithm, digestType, digest } = record.data;
      return { type: 'DS', keyTag, algorithm, digestType, digest: digest.toString('hex') };
    }
    case 'TLSA': {
      const { usage, selector, matchingType, certificate } = record.data;
      return { type: 'TLSA', usage, selector, matchingType, certificate: certificate.toString('hex') };
    }
    case 'SSHFP': {
      const { algorithm, hash, fingerprint } = record.data;
      return { type: 'SSHFP', algorithm, fingerprintType: hash, fingerprint: fingerprint.toLowerCase() };
    }
    case 'NAPTR': {
      const { order, preference, flags, services, regexp, replacement } = record.data;
      const target = nameOf(replacement);
      return { type: 'NAPTR', order, preference, flags, service: services, regexp, replacement: target };
    }
    case 'DNSKEY': {
      const { flags, algorithm, key } = record.data;
      return { type: 'DNSKEY', flags, protocol: 3, algorithm, publicKey: key.toString('base64') };
    }
    default:
      return octetsOf(typeName(record.type), 'data' in record ? record.data : null);
  }
}

/** What the library leaves as octets. What is not of its type is shown as such, and is like nothing. */
function octetsOf(type: string, data: unknown): Rdata {
  const octets = data instanceof Uint8Array ? data : new Uint8Array();
  const known = isWireType(type) ? decodeWireRdata(type, octets) : undefined;
  if (known !== undefined) return known;
  const hex = Buffer.from(octets).toString('hex');
  return { type: 'unknown', rrtype: type, content: `\\# ${octets.length}${hex === '' ? '' : ` ${hex}`}` };
}

function typeName(type: string): string {
  return Object.entries(NUMBERS).find(([, number]) => type === `UNKNOWN_${number}`)?.[0] ?? type;
}

function nameOf(text: string): DomainName {
  const parsed = parseName(text === '' ? '.' : `${text.replace(/\.$/, '')}.`);
  return parsed.ok ? parsed.value : (text.toLowerCase() as DomainName);
}

function textOf(data: string | Buffer | readonly (string | Buffer)[]): string {
  const parts = Array.isArray(data) ? data : [data as string | Buffer];
  return bytesToText(
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))),
  );
}
