/** A zone's records as they are served: apex sets, record sets by type, edge addresses of proxied names. */
import { createHash } from 'node:crypto';
import {
  EDGE_IPV4_PREFIXES,
  EDGE_IPV6_PREFIX,
  EXTERNAL_IPV4_PREFIX,
  TTL_AUTO,
  TTL_AUTO_SERVED_SECONDS,
} from '../constants.ts';
import { ipv4Bytes, ipv6Bytes } from '../records/ip.ts';
import { RECORD_KINDS } from '../records/kinds.ts';
import type { DnsRecord } from '../records/record.ts';
import { TYPE_NUMBERS, u32, wireName } from '../records/wire.ts';
import { dnsSettingsOf } from '../state/dns-settings.ts';
import type { Zone } from '../state/zone.ts';
import type { RRset } from './rrset.ts';

export function soaSet(zone: Zone): RRset {
  const { soa } = dnsSettingsOf(zone);
  const primary = soa.mname ?? zone.fields.nameServers[0] ?? '';
  const numbers = [zone.fields.serial, soa.refresh, soa.retry, soa.expire, soa.min_ttl].map(u32);
  return {
    name: zone.name,
    type: TYPE_NUMBERS.SOA,
    ttlSeconds: soa.ttl,
    rdatas: [Buffer.concat([wireName(primary), wireName(soa.rname), ...numbers])],
  };
}

/** The SOA of a negative answer: its TTL is at most the minimum. */
export function negativeSoa(zone: Zone): RRset {
  const { soa } = dnsSettingsOf(zone);
  return { ...soaSet(zone), ttlSeconds: Math.min(soa.ttl, soa.min_ttl) };
}

/** The assigned nameservers. NS records of the user at the apex are served beside them with `multi_provider` only. */
export function apexNsSet(zone: Zone): RRset {
  const { multi_provider: withOthers, ns_ttl: ttlSeconds } = dnsSettingsOf(zone);
  const others = zone.records.named(zone.name).filter(({ record }) => withOthers && record.type === 'NS');
  const hosts = [...zone.fields.nameServers, ...others.map(({ record }) => record.content)];
  return { name: zone.name, type: TYPE_NUMBERS.NS, ttlSeconds, rdatas: hosts.map(wireName) };
}

/**
 * The set of one type among the records of a name; undefined when there is none. Records that are two to the API
 * (`"x"` and `x`) and one on the wire are served once: a set has no duplicates (RFC 2181 §5, RFC 4034 §6.3).
 */
export function setOf(owner: string, records: readonly DnsRecord[], type: number): RRset | undefined {
  const matching = records.filter((record) => TYPE_NUMBERS[record.type] === type);
  if (matching.length === 0) return undefined;
  return {
    name: owner,
    type,
    ttlSeconds: Math.min(...matching.map((record) => servedTtl(record.ttl))),
    rdatas: distinct(matching.map((record) => RECORD_KINDS[record.type].rdata(record))),
  };
}

function distinct(rdatas: readonly Buffer[]): readonly Buffer[] {
  if (rdatas.length === 1) return rdatas;
  return [...new Map(rdatas.map((rdata) => [rdata.toString('latin1'), rdata])).values()];
}

export function servedTtl(ttl: number): number {
  return ttl === TTL_AUTO ? TTL_AUTO_SERVED_SECONDS : ttl;
}

/** Addresses of the edge for a proxied name: always the same for one name. */
export function edgeSet(owner: string, records: readonly DnsRecord[], type: number): RRset | undefined {
  const only = (flag: 'ipv4_only' | 'ipv6_only'): boolean =>
    records.some((record) => record.settings[flag] === true);
  const hash = createHash('sha256').update(owner.toLowerCase()).digest();
  const [a = 0, b = 0, c = 0, d = 0] = hash;
  const base = { name: owner, type, ttlSeconds: TTL_AUTO_SERVED_SECONDS };
  if (type === TYPE_NUMBERS.A && !only('ipv6_only')) {
    const [first = '', second = ''] = EDGE_IPV4_PREFIXES;
    return { ...base, rdatas: [ipv4Bytes(`${first}.${a}.${b}`), ipv4Bytes(`${second}.${c}.${d}`)] };
  }
  if (type === TYPE_NUMBERS.AAAA && !only('ipv4_only')) {
    const tail = (high: number, low: number): string => ((high << 8) | low).toString(16);
    return {
      ...base,
      rdatas: [
        ipv6Bytes(`${EDGE_IPV6_PREFIX}6815:${tail(a, b)}`),
        ipv6Bytes(`${EDGE_IPV6_PREFIX}ac43:${tail(c, d)}`),
      ],
    };
  }
  return undefined;
}

/** A made-up address for a flattened target outside of every zone. */
export function externalAddress(host: string): string {
  const [last = 1] = createHash('sha256').update(host.toLowerCase()).digest();
  return `${EXTERNAL_IPV4_PREFIX}.${last}`;
}
