/** The authority that signs Origin CA certificates: its key is made once per world and kept with the state. */
import type { World } from '../state/world.ts';
import { authorityKey } from './authority-keys.ts';
import { pem } from './der.ts';
import { signCertificate } from './x509.ts';

const ISSUER = 'CloudFlare Origin Certificate Authority (sandbox)';
const SUBJECT = 'CloudFlare Origin Certificate';

/** A certificate over the key of a signing request, PEM. */
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
  const content = { ...wanted, issuer: ISSUER, subject: SUBJECT, isAuthority: false };
  return pem(signCertificate(content, authorityKey(world, 'origin', 'ec')));
}
