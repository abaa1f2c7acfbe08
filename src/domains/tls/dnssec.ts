/**
 * DNSSEC of a zone as one workflow: switched on here, told to the parent by the registrar, seen there, active; and the
 * safe way back, which is the reverse: first the DS goes at the registrar, then, once it is forgotten, the signatures.
 */
import type { JsonObject } from '../../base/json.ts';

/** Cloudflare's states; `disabled` also where it was never on. */
export type DnssecStatus = 'disabled' | 'pending' | 'active' | 'pending-disabled' | 'error';

export interface DnssecView {
  readonly zone: string;
  readonly status: DnssecStatus;
  /** What the registrar must be told; null while there are no keys. */
  readonly ds: {
    /** `2371 13 2 0D75…`: tag, algorithm, digest type, digest. */
    readonly text: string;
    readonly keyTag: number;
    readonly algorithm: string;
    readonly digestType: string;
    readonly digest: string;
    readonly publicKey: string;
  } | null;
  /** DS records that the parent publishes; null when nobody could tell. */
  readonly parentDs: readonly string[] | null;
  readonly atParent: 'matches' | 'other' | 'none' | 'unknown';
  /** What holds, for a person. */
  readonly says: string;
  /** What comes next: who has to do what, or what is waited for. */
  readonly next: readonly string[];
}

const STATUSES: readonly DnssecStatus[] = ['disabled', 'pending', 'active', 'pending-disabled', 'error'];

export function dnssecView(
  zone: string,
  received: JsonObject,
  parentDs: readonly string[] | null,
  { isRegisteredHere = false }: { readonly isRegisteredHere?: boolean } = {},
): DnssecView {
  const status = STATUSES.find((known) => known === received['status']) ?? 'disabled';
  const ds = status === 'disabled' ? null : dsOf(received);
  const atParent = atParentOf(ds, parentDs);
  const { says, next } = adviceOf({ zone, status, atParent, ds, isRegisteredHere });
  return { zone, status, ds, parentDs, atParent, says, next };
}

function dsOf(received: JsonObject): DnssecView['ds'] {
  const { key_tag: keyTag, algorithm, digest_type: digestType, digest, public_key: publicKey } = received;
  if (typeof keyTag !== 'number' || typeof digest !== 'string') return null;
  const text = `${keyTag} ${String(algorithm)} ${String(digestType)} ${digest.toUpperCase()}`;
  return {
    text,
    keyTag,
    algorithm: String(algorithm),
    digestType: String(digestType),
    digest: digest.toUpperCase(),
    publicKey: typeof publicKey === 'string' ? publicKey : '',
  };
}

function atParentOf(ds: DnssecView['ds'], parentDs: readonly string[] | null): DnssecView['atParent'] {
  if (parentDs === null) return 'unknown';
  if (parentDs.length === 0) return 'none';
  return ds !== null && parentDs.includes(ds.text) ? 'matches' : 'other';
}

type Scene = Pick<DnssecView, 'zone' | 'status' | 'atParent' | 'ds'> & {
  /** At Cloudflare Registrar, whose API takes no DS. */
  readonly isRegisteredHere: boolean;
};
type Advice = Pick<DnssecView, 'says' | 'next'>;

function adviceOf(scene: Scene): Advice {
  const { zone, status, atParent, ds, isRegisteredHere } = scene;
  const again = `Look again: zoneward tls dnssec ${zone} status`;
  const tell = `At the registrar of ${zone}, add the DS record ${ds?.text ?? ''}`;
  switch (status) {
    case 'active':
      return { says: 'The zone is signed, and the parent vouches for it.', next: [] };
    case 'pending':
      if (atParent === 'matches')
        return {
          says: 'The parent publishes the DS; Cloudflare has not looked yet.',
          next: ['Wait: Cloudflare looks by itself, at most a day.', again],
        };
      if (atParent === 'other')
        return {
          says: 'The parent publishes a DS that is not of this zone: validating resolvers refuse the zone now.',
          next: [`${tell}, and remove the other one.`, again],
        };
      return {
        says: `The zone is signed, and waits for its DS at the parent${atParent === 'unknown' ? ', which could not be asked' : ''}.`,
        next: [
          isRegisteredHere
            ? `${zone} is registered at Cloudflare, whose registrar takes no DS over its API and is expected to publish it by itself. Where the parent still has none after a day, see the domain in Cloudflare's dashboard.`
            : `${tell}.`,
          again,
        ],
      };
    case 'error':
      return {
        says: "The parent's DS does not fit the zone's key: validating resolvers refuse the zone.",
        next: [`${tell}, and remove every other one.`, again],
      };
    case 'pending-disabled':
      return {
        says: 'Switched off, and still signed until the DS is gone at the parent.',
        next: [`At the registrar of ${zone}, remove the DS record.`, again],
      };
    default:
      return disabledAdvice(scene);
  }
}

function disabledAdvice({ zone, atParent }: Scene): Advice {
  const enable = `Or sign the zone again: zoneward tls dnssec ${zone} enable`;
  if (atParent === 'other' || atParent === 'matches')
    return {
      says: 'The zone is not signed, and the parent publishes a DS: validating resolvers refuse the zone.',
      next: [`At the registrar of ${zone}, remove the DS record at once.`, enable],
    };
  return { says: 'The zone is not signed.', next: [`zoneward tls dnssec ${zone} enable`] };
}
