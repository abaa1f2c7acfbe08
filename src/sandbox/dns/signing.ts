/**
 * Answers signed as they are given, as Cloudflare does: each set gets an RRSIG of its zone's key, and what does not
 * exist is denied by one NSEC made for the very name (compact denial, RFC 9824): its next name is `\000.` below it, so
 * it says nothing of other names, and NXDOMAIN becomes NOERROR with the type NXNAME. Wildcards are signed as if the
 * name itself existed. A zone with `dnssec_use_nsec3` denies with hashed names instead (`nsec3.ts`), and NXDOMAIN stays.
 */
import { sign } from 'node:crypto';
import { DAY_MS, SECOND_MS } from '../constants.ts';
import { TYPE_NUMBERS, u8, u16, u32, wireName } from '../records/wire.ts';
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';
import { canonicalRecords, labelCount, typeBitmaps } from './canonical.ts';
import { signingKeys, usesNsec3 } from './dnssec.ts';
import {
  ALGORITHM,
  dnskeyRdata,
  keyTag,
  privateKeyOf,
  type StoredKey,
  type ZoneKeys,
} from './dnssec-keys.ts';
import { lookup, zoneFor } from './lookup.ts';
import { nsec3Matching, nsec3Missing } from './nsec3.ts';
import type { DnsAnswer, RRset } from './rrset.ts';
import { negativeSoa } from './served.ts';

/** RFC 9824: stands in the bitmap of a name that does not exist. */
const NXNAME = 128;
/** Signatures are good from a day ago until a day from now, by the sandbox's clock. */
const VALIDITY_MS: number = DAY_MS;
const { DNSKEY, CDS, CDNSKEY, DS, NS, NSEC, NSEC3, RRSIG, CNAME, SOA } = TYPE_NUMBERS;
/** Sets that the key-signing key signs. */
const BY_KSK: ReadonlySet<number> = new Set([DNSKEY, CDS, CDNSKEY]);
/** Types whose existence at a name a denial tells; those of DNSSEC itself follow from them. */
const TELLABLE: readonly number[] = Object.values(TYPE_NUMBERS).filter(
  (type) => type !== NSEC && type !== NSEC3 && type !== RRSIG,
);

/** The answer with signatures and denials, as far as its zones are signed. */
export function signAnswer(
  world: World,
  question: { readonly name: string; readonly type: number },
  answer: DnsAnswer,
): DnsAnswer {
  if (answer.rcode === 'REFUSED') return answer;
  const answers = answer.answers.flatMap((set) => withSignature(world, set));
  const authorities = answer.authorities.flatMap((set) => withSignature(world, set));
  const isNegative = answer.authorities.some((set) => set.type === SOA);
  if (isNegative) return denied(world, question, { ...answer, answers, authorities });
  const cut = answer.authoritative ? undefined : answer.authorities.find((set) => set.type === NS);
  const denial = cut === undefined || hasDs(answer) ? [] : noDs(world, cut.name);
  return { ...answer, answers, authorities: [...authorities, ...denial] };
}

function hasDs(answer: DnsAnswer): boolean {
  return answer.authorities.some((set) => set.type === DS);
}

/** A delegation's NS set belongs to the child and is never signed. */
function withSignature(world: World, set: RRset): readonly RRset[] {
  const zone = zoneFor(world, set.name.toLowerCase(), set.type);
  const keys = zone === undefined ? undefined : signingKeys(world, zone);
  if (zone === undefined || keys === undefined) return [set];
  if (set.type === NS && set.name.toLowerCase() !== zone.name) return [set];
  return [set, signatureOf(world, { zone, keys, set })];
}

function signatureOf(world: World, parts: { zone: Zone; keys: ZoneKeys; set: RRset }): RRset {
  const { zone, keys, set } = parts;
  const key: StoredKey = BY_KSK.has(set.type) ? keys.ksk : keys.zsk;
  const now = world.clock.now();
  const seconds = (ms: number): Buffer => u32(Math.floor(ms / SECOND_MS));
  const head = Buffer.concat([
    u16(set.type),
    u8(ALGORITHM),
    u8(labelCount(set.name)),
    u32(set.ttlSeconds),
    seconds(now + VALIDITY_MS),
    seconds(now - VALIDITY_MS),
    u16(keyTag(dnskeyRdata(key))),
    wireName(zone.name),
  ]);
  const signature = sign('sha256', Buffer.concat([head, canonicalRecords(set)]), {
    key: privateKeyOf(key),
    dsaEncoding: 'ieee-p1363',
  });
  return {
    name: set.name,
    type: RRSIG,
    ttlSeconds: set.ttlSeconds,
    rdatas: [Buffer.concat([head, signature])],
  };
}

/** The name that is denied is the asked one, or the last that a chain of CNAMEs led to. */
function denied(
  world: World,
  question: { readonly name: string; readonly type: number },
  answer: DnsAnswer,
): DnsAnswer {
  const soa = answer.authorities.find((set) => set.type === SOA);
  const zone = soa === undefined ? undefined : zoneFor(world, soa.name, SOA);
  if (zone === undefined || signingKeys(world, zone) === undefined) return answer;
  const last = answer.answers.findLast((set) => set.type === CNAME);
  const name = last === undefined ? question.name.replace(/\.$/, '') : targetOf(last);
  const isMissing = answer.rcode === 'NXDOMAIN';
  if (isMissing && usesNsec3(zone)) {
    const denial = missingByHash(world, zone, name);
    return { ...answer, authorities: [...answer.authorities, ...denial] };
  }
  const types = isMissing ? [NXNAME] : typesAt(world, zone, { name, type: question.type });
  const denial = denialOf(world, zone, { name, types });
  return { ...answer, rcode: 'NOERROR', authorities: [...answer.authorities, ...denial] };
}

/** The signed record that tells all types of a name. */
function denialOf(
  world: World,
  zone: Zone,
  at: { readonly name: string; readonly types: readonly number[] },
): readonly RRset[] {
  const { name, types } = at;
  const set = usesNsec3(zone)
    ? nsec3Matching(zone, { name, types: withSignatures(types), ttlSeconds: negativeSoa(zone).ttlSeconds })
    : nsec(zone, name, types);
  return withSignatureOf(world, zone, set);
}

/** A hashed name has no NSEC of its own to sign: what has no other set, or only a delegation, has no signature. */
function withSignatures(types: readonly number[]): readonly number[] {
  const isSigned = types.some((type) => type !== NS) || types.length > 1;
  return isSigned ? [...types, RRSIG] : types;
}

function missingByHash(world: World, zone: Zone, name: string): readonly RRset[] {
  const sets = nsec3Missing(zone, { name, ttlSeconds: negativeSoa(zone).ttlSeconds }, (existing) =>
    withSignatures(typesAt(world, zone, { name: existing, type: NXNAME })),
  );
  return sets.flatMap((set) => withSignatureOf(world, zone, set));
}

/** The name in a CNAME set's RDATA. */
function targetOf(set: RRset): string {
  const rdata = set.rdatas[0] ?? Buffer.alloc(1);
  const labels: string[] = [];
  for (let at = 0; (rdata[at] ?? 0) > 0; at += 1 + (rdata[at] ?? 0)) {
    labels.push(rdata.toString('utf8', at + 1, at + 1 + (rdata[at] ?? 0)));
  }
  return labels.join('.');
}

/** Types of the zone that the name has, but for the one that was asked. A DS at the apex is the parent's. */
function typesAt(
  world: World,
  zone: Zone,
  at: { readonly name: string; readonly type: number },
): readonly number[] {
  const name = at.name.toLowerCase();
  const isCut = name !== zone.name && zone.records.named(name).some(({ record }) => record.type === 'NS');
  if (isCut) return [NS];
  return TELLABLE.filter(
    (type) =>
      type !== at.type &&
      !(type === DS && name === zone.name) &&
      lookup(world, name, type).answers.some((set) => set.type === type && set.name === name),
  );
}

/** A delegation without DS: the child is not signed. */
function noDs(world: World, cut: string): readonly RRset[] {
  const zone = zoneFor(world, cut.toLowerCase(), DS);
  if (zone === undefined || signingKeys(world, zone) === undefined) return [];
  return denialOf(world, zone, { name: cut, types: [NS] });
}

/** Signed by a given zone, also where a child zone of the same name is there. */
function withSignatureOf(world: World, zone: Zone, set: RRset): readonly RRset[] {
  const keys = signingKeys(world, zone);
  return keys === undefined ? [set] : [set, signatureOf(world, { zone, keys, set })];
}

function nsec(zone: Zone, name: string, types: readonly number[]): RRset {
  const next = Buffer.concat([Buffer.from([1, 0]), wireName(name.toLowerCase())]);
  return {
    name,
    type: NSEC,
    ttlSeconds: negativeSoa(zone).ttlSeconds,
    rdatas: [Buffer.concat([next, typeBitmaps([...types, NSEC, RRSIG])])],
  };
}
