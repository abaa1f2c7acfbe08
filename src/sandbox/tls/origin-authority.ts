/** The authority that signs Origin CA certificates: its key is made once per world and kept with the state. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { family } from '../state/family.ts';
import type { World } from '../state/world.ts';
import { bitString, commonName, OID, oid, pem, sequence, tagged, time } from './der.ts';

interface StoredAuthority {
  /** PKCS #8, PEM. */
  readonly key: string;
}

const ISSUER = 'CloudFlare Origin Certificate Authority (sandbox)';
const SUBJECT = 'CloudFlare Origin Certificate';

function authorityKey(world: World): KeyObject {
  const { key } = family<StoredAuthority>(world.bag, 'origin_authority', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  });
  return createPrivateKey(key);
}

/** A certificate for the key, valid for the hosts. PEM. */
export function issueOriginCertificate(
  world: World,
  wanted: {
    readonly spki: Buffer;
    readonly hosts: readonly string[];
    /** At most 20 bytes, the first below 0x80. */
    readonly serial: Buffer;
    readonly notBeforeMs: number;
    readonly notAfterMs: number;
  },
): string {
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const names = wanted.hosts.map((host) => tagged(0x82, Buffer.from(host)));
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, wanted.serial),
    algorithm,
    commonName(ISSUER),
    sequence(time(wanted.notBeforeMs), time(wanted.notAfterMs)),
    commonName(SUBJECT),
    wanted.spki,
    tagged(0xa3, sequence(sequence(oid(OID.subjectAltName), tagged(0x04, sequence(...names))))),
  );
  return pem(sequence(body, algorithm, bitString(sign('sha256', body, authorityKey(world)))));
}
