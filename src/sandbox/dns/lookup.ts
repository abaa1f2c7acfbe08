/**
 * Authoritative lookup (RFC 1034 §4.3.2) over the same state that the API shows, with what Cloudflare does beyond it:
 * flattening, edge addresses for proxied names, minimal answers to ANY (RFC 8482). Pure: no sockets.
 */
import { isIPv4 } from 'node:net';
import { ipv4Bytes, ipv6Bytes } from '../records/ip.ts';
import { ancestorsWithin } from '../records/names.ts';
import type { DnsRecord } from '../records/record.ts';
import { characterString } from '../records/text.ts';
import { TYPE_NUMBERS } from '../records/wire.ts';
import { settingValue } from '../settings/zone-settings.ts';
import { DNS_SETTINGS_BAG, dnsSettingsOf } from '../state/dns-settings.ts';
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';
import { keySet } from './keys-served.ts';
import { type DnsAnswer, REFUSED, type RRset } from './rrset.ts';
import { apexNsSet, edgeSet, externalAddress, negativeSoa, servedTtl, setOf, soaSet } from './served.ts';
import { hasNamesBelow, recordsNamed } from './zone-names.ts';

const ANY = 255;
const HINFO = 13;
const CHAIN_LENGTH_MAX = 8;
const ADDRESS_TYPES: ReadonlySet<number> = new Set([TYPE_NUMBERS.A, TYPE_NUMBERS.AAAA]);

/** Answers a question of class IN. `name` as asked: its case is kept in the owner names of the answer. */
export function lookup(world: World, name: string, type: number): DnsAnswer {
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  const zone = zoneFor(world, bare.toLowerCase(), type);
  if (zone === undefined) return REFUSED;
  return lookupIn(world, zone, { owner: bare, name: bare.toLowerCase(), type, depth: 0 });
}

interface Question {
  /** As asked. */
  readonly owner: string;
  /** Lower case. */
  readonly name: string;
  readonly type: number;
  readonly depth: number;
}

/** The zone with the longest matching name; a DS at an apex is the parent's business. */
export function zoneFor(world: World, name: string, type: number): Zone | undefined {
  const labels = name.split('.');
  const start = type === TYPE_NUMBERS.DS ? 1 : 0;
  for (let at = start; at < labels.length; at += 1) {
    const zone = served(world, labels.slice(at).join('.'));
    if (zone !== undefined) return zone;
  }
  return start === 1 ? served(world, name) : undefined;
}

/** Of several zones of one name, the active one answers. */
function served(world: World, name: string): Zone | undefined {
  const zones = world.zonesNamed(name);
  return zones.find((zone) => zone.fields.status === 'active') ?? zones[0];
}

function lookupIn(world: World, zone: Zone, question: Question): DnsAnswer {
  const { name, type } = question;
  const cut = delegationAbove(zone, name);
  if (cut !== undefined && !(cut === name && type === TYPE_NUMBERS.DS)) return referral(zone, cut);
  const found = recordsAt(zone, name);
  if (found === undefined) return negative(zone, 'NXDOMAIN');
  if (name === zone.name) {
    if (type === TYPE_NUMBERS.SOA) return positive([soaSet(zone)]);
    if (type === TYPE_NUMBERS.NS) return positive([apexNsSet(zone)]);
    const keys = keySet(world, zone, type);
    if (keys !== undefined) return positive([{ ...keys, name: question.owner }]);
  }
  return answerFrom(world, zone, { question, records: found });
}

/** The delegation nearest to the apex at or above the name. */
function delegationAbove(zone: Zone, name: string): string | undefined {
  if (name === zone.name) return undefined;
  return [...ancestorsWithin(name, zone.name).reverse(), name].find((above) =>
    zone.records.named(above).some((entry) => entry.record.type === 'NS'),
  );
}

function referral(zone: Zone, cut: string): DnsAnswer {
  const records = recordsNamed(zone, cut);
  const ns = setOf(cut, records, TYPE_NUMBERS.NS);
  const ds = setOf(cut, records, TYPE_NUMBERS.DS);
  const hosts = records
    .filter((record) => record.type === 'NS')
    .map((record) => record.content.toLowerCase());
  const glue = hosts
    .filter((host) => host.endsWith(`.${zone.name}`))
    .flatMap((host) => [...ADDRESS_TYPES].map((type) => setOf(host, recordsNamed(zone, host), type)));
  return {
    rcode: 'NOERROR',
    authoritative: false,
    answers: [],
    authorities: present([ns, ds]),
    additionals: present(glue),
  };
}

/** The records of a name or of the wildcard that covers it; empty for a name that only has names below it. */
function recordsAt(zone: Zone, name: string): readonly DnsRecord[] | undefined {
  const own = recordsNamed(zone, name);
  if (own.length > 0 || name === zone.name || hasNamesBelow(zone, name)) return own;
  for (const above of [...ancestorsWithin(name, zone.name), zone.name]) {
    const wild = recordsNamed(zone, `*.${above}`);
    if (wild.length > 0) return wild;
    // A name that exists ends the search (RFC 4592).
    if (recordsNamed(zone, above).length > 0 || hasNamesBelow(zone, above)) return undefined;
  }
  return undefined;
}

function answerFrom(
  world: World,
  zone: Zone,
  at: { question: Question; records: readonly DnsRecord[] },
): DnsAnswer {
  const { question, records } = at;
  const { owner, type } = question;
  if (type === ANY) return anyAnswer(question);
  const proxied = isProxying(world, zone) && records.some((record) => record.proxied);
  const cname = records.find((record) => record.type === 'CNAME');
  if (ADDRESS_TYPES.has(type)) {
    if (proxied) return positiveOrEmpty(zone, edgeOf(world, zone, { owner, records, type }));
    if (cname !== undefined && isFlattened(zone, cname)) {
      return positiveOrEmpty(zone, flattened(world, { cname, question }));
    }
  }
  const set = setOf(owner, records, type);
  const hidden = type === TYPE_NUMBERS.CNAME && cname !== undefined && (proxied || isFlattened(zone, cname));
  if (set !== undefined && !hidden) return positive([set]);
  if (cname === undefined || hidden || proxied || isFlattened(zone, cname)) return negative(zone, 'NOERROR');
  return chase(world, { cname, question });
}

/** The zone whose proxy stands before a name (lower case), if one does. */
export function proxyingZone(world: World, name: string): Zone | undefined {
  const zone = zoneFor(world, name, TYPE_NUMBERS.A);
  if (zone === undefined || !isProxying(world, zone) || delegationAbove(zone, name) !== undefined)
    return undefined;
  return recordsAt(zone, name)?.some((record) => record.proxied) === true ? zone : undefined;
}

/** A paused zone, a zone in DNS-only mode and an account that enforces it answer with the origin. */
function isProxying(world: World, zone: Zone): boolean {
  if (zone.fields.paused || dnsSettingsOf(zone).zone_mode === 'dns_only') return false;
  const settings = world.account(zone.accountId)?.bag[DNS_SETTINGS_BAG];
  return (settings as { enforce_dns_only?: boolean } | undefined)?.enforce_dns_only !== true;
}

/** Edge addresses; of version 6 unless the setting `ipv6` is off. */
function edgeOf(
  world: World,
  zone: Zone,
  at: { readonly owner: string; readonly records: readonly DnsRecord[]; readonly type: number },
): RRset | undefined {
  if (at.type === TYPE_NUMBERS.AAAA && settingValue(world, zone, 'ipv6') === 'off') return undefined;
  return edgeSet(at.owner, at.records, at.type);
}

/** At the apex always; elsewhere when the record or the zone says so. */
function isFlattened(zone: Zone, cname: DnsRecord): boolean {
  return (
    cname.name === zone.name ||
    cname.settings.flatten_cname === true ||
    dnsSettingsOf(zone).flatten_all_cnames
  );
}

/** CNAME, and what the target answers when it is in one of our zones. */
function chase(world: World, at: { cname: DnsRecord; question: Question }): DnsAnswer {
  const { cname, question } = at;
  const link = setOf(question.owner, [cname], TYPE_NUMBERS.CNAME);
  const rest = question.depth < CHAIN_LENGTH_MAX ? follow(world, cname, question) : undefined;
  if (rest === undefined || rest.rcode === 'REFUSED' || (rest.rcode === 'NOERROR' && !rest.authoritative)) {
    return positive(present([link]));
  }
  return { ...rest, authoritative: true, answers: [...present([link]), ...rest.answers] };
}

function follow(world: World, cname: DnsRecord, question: Question): DnsAnswer | undefined {
  const target = cname.content.toLowerCase();
  const zone = zoneFor(world, target, question.type);
  if (zone === undefined) return undefined;
  return lookupIn(world, zone, {
    owner: cname.content,
    name: target,
    type: question.type,
    depth: question.depth + 1,
  });
}

/** The target's addresses under the record's own name. */
function flattened(world: World, at: { cname: DnsRecord; question: Question }): RRset | undefined {
  const { cname, question } = at;
  const { owner, type } = question;
  const inside = question.depth < CHAIN_LENGTH_MAX ? follow(world, cname, question) : undefined;
  const found = inside?.answers.filter((set) => set.type === type) ?? [];
  if (inside !== undefined && inside.rcode !== 'REFUSED') {
    const rdatas = found.flatMap((set) => set.rdatas);
    if (rdatas.length === 0) return undefined;
    return { name: owner, type, ttlSeconds: Math.min(...found.map((set) => set.ttlSeconds)), rdatas };
  }
  const host = cname.content.toLowerCase();
  const known = world.externalHosts.get(host) ?? [externalAddress(host)];
  const addresses = known.filter((address) => isIPv4(address) === (type === TYPE_NUMBERS.A));
  if (addresses.length === 0) return undefined;
  const rdatas = addresses.map((address) => (isIPv4(address) ? ipv4Bytes(address) : ipv6Bytes(address)));
  return { name: owner, type, ttlSeconds: servedTtl(cname.ttl), rdatas };
}

function anyAnswer({ owner }: Question): DnsAnswer {
  const rdata = Buffer.concat([characterString(Buffer.from('RFC8482')), characterString(Buffer.alloc(0))]);
  return positive([{ name: owner, type: HINFO, ttlSeconds: 3600, rdatas: [rdata] }]);
}

function positive(answers: readonly RRset[]): DnsAnswer {
  return { rcode: 'NOERROR', authoritative: true, answers, authorities: [], additionals: [] };
}

function positiveOrEmpty(zone: Zone, set: RRset | undefined): DnsAnswer {
  return set === undefined ? negative(zone, 'NOERROR') : positive([set]);
}

function negative(zone: Zone, rcode: 'NOERROR' | 'NXDOMAIN'): DnsAnswer {
  return { rcode, authoritative: true, answers: [], authorities: [negativeSoa(zone)], additionals: [] };
}

function present(sets: readonly (RRset | undefined)[]): readonly RRset[] {
  return sets.filter((set) => set !== undefined);
}
