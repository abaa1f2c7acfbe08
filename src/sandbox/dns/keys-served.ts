/**
 * The sets at the apex of a signed zone that tell its keys: DNSKEY, and CDS and CDNSKEY for the parent (RFC 7344); and
 * NSEC3PARAM, where names are denied by their hashes.
 */
import { RECORD_KINDS } from '../records/kinds.ts';
import { TYPE_NUMBERS, u8, u16 } from '../records/wire.ts';
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';
import { signingKeys, usesNsec3 } from './dnssec.ts';
import { ALGORITHM, DIGEST_TYPE, dnskeyRdata, dsDigest, keyTag } from './dnssec-keys.ts';
import { nsec3Param } from './nsec3.ts';
import type { RRset } from './rrset.ts';

const TTL_SECONDS = 3600;

/** Undefined when the zone is not signed, or the type is none of these. */
export function keySet(world: World, zone: Zone, type: number): RRset | undefined {
  const { DNSKEY, CDS, CDNSKEY, NSEC3PARAM } = TYPE_NUMBERS;
  if (type !== DNSKEY && type !== CDS && type !== CDNSKEY && type !== NSEC3PARAM) return undefined;
  const keys = signingKeys(world, zone);
  if (keys === undefined) return undefined;
  const set = (rdatas: readonly Buffer[]): RRset => ({
    name: zone.name,
    type,
    ttlSeconds: TTL_SECONDS,
    rdatas,
  });
  if (type === NSEC3PARAM) return usesNsec3(zone) ? set([nsec3Param()]) : undefined;
  const ksk = dnskeyRdata(keys.ksk);
  if (type === CDNSKEY) return set([ksk]);
  if (type === CDS) {
    const digest = Buffer.from(dsDigest(zone.name, keys.ksk), 'hex');
    return set([Buffer.concat([u16(keyTag(ksk)), u8(ALGORITHM), u8(DIGEST_TYPE), digest])]);
  }
  // Keys of other providers of a multi-signer zone stand beside ours.
  const others = zone.records.named(zone.name).filter(({ record }) => record.type === 'DNSKEY');
  return set([
    ksk,
    dnskeyRdata(keys.zsk),
    ...others.map(({ record }) => RECORD_KINDS[record.type].rdata(record)),
  ]);
}
