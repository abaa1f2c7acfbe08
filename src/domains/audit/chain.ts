/**
 * The hash chain of a tenant's audit trail. Each event's hash covers its own facts, its payload's hash and the
 * hash before it; so an edit, a deletion or a reordering breaks every hash that follows. Truncation at the end
 * leaves a chain that is intact but short: only a checkpoint kept elsewhere tells that.
 */
import type { EventId, TenantId } from '../../base/ids.ts';
import { hashOf } from '../../plan/hash.ts';
import type { AuditEvent, ChainHead, ErasedKind, NewEvent } from './model.ts';

export const EMPTY_CHAIN: ChainHead = { sequence: 0, hash: '0'.repeat(64) };

const ID_CHARS = 26;

/** The next link. Pure: the same head and event give the same link. */
export function sealEvent(tenantId: TenantId, head: ChainHead, event: NewEvent): AuditEvent {
  const payloadHash = hashOf(event.payload);
  const sequence = head.sequence + 1;
  const hash = linkHash({ ...event, tenantId, sequence, payloadHash, previousHash: head.hash });
  return {
    ...event,
    tenantId,
    sequence,
    payloadHash,
    previousHash: head.hash,
    hash,
    id: idOf(hash),
  };
}

function idOf(hash: string): EventId {
  return `evt_${hash.slice(0, ID_CHARS)}` as EventId;
}

type Link = Omit<AuditEvent, 'id' | 'hash' | 'payload'>;

/** Absent and undefined members are the same to the hash. */
function linkHash(link: Link): string {
  const { kind, at, principal, connectionId, zoneId, changeSetId, summary } = link;
  const { tenantId, sequence, payloadHash, previousHash } = link;
  return hashOf({
    kind,
    at,
    principal,
    connectionId,
    zoneId,
    changeSetId,
    summary,
    tenantId,
    sequence,
    payloadHash,
    previousHash,
  });
}

/** What is wrong with a trail, at the first event where it shows. */
export interface ChainFault {
  readonly sequence: number;
  readonly code: 'edited' | 'payload-edited' | 'missing' | 'reordered' | 'truncated';
  readonly message: string;
}

const ERASED: ErasedKind = 'erased';
/** Ends a chain whose events were erased with their tenant, and says up to which. */
const TENANT_ERASED = 'tenant.erased';

/**
 * Walks a trail and tells the first fault, or the head that it ends with. Erased payloads (null) are accepted: their
 * hash still stands in the chain. So are events of which nothing but hashes is left, where a later event says that
 * their tenant was erased; that event is recomputed like every other.
 */
export async function verifyChain(
  chunks: AsyncIterable<readonly AuditEvent[]> | Iterable<readonly AuditEvent[]>,
  start: ChainHead = EMPTY_CHAIN,
): Promise<
  { readonly ok: true; readonly head: ChainHead } | { readonly ok: false; readonly fault: ChainFault }
> {
  let head = start;
  /** Events that are erased, and of which nothing that came so far says so. */
  let erased: Range | null = null;
  for await (const chunk of chunks) {
    for (const event of chunk) {
      const fault = faultOf(event, head);
      if (fault !== null) return { ok: false, fault };
      head = { sequence: event.sequence, hash: event.hash };
      if (event.kind === ERASED) erased = upTo(erased, event.sequence);
      else if (event.kind === TENANT_ERASED && Number(event.payload?.['through']) >= (erased?.to ?? 0))
        erased = null;
    }
  }
  return erased === null ? { ok: true, head } : { ok: false, fault: emptied(erased.from) };
}

interface Range {
  readonly from: number;
  readonly to: number;
}

function upTo(range: Range | null, sequence: number): Range {
  return { from: range?.from ?? sequence, to: sequence };
}

function emptied(sequence: number): ChainFault {
  return { sequence, code: 'edited', message: `event ${sequence} was emptied, and no event says so` };
}

function faultOf(event: AuditEvent, head: ChainHead): ChainFault | null {
  const { sequence } = event;
  const at = (code: ChainFault['code'], message: string): ChainFault => ({ sequence, code, message });
  if (sequence <= head.sequence)
    return at('reordered', `event ${sequence} stands after event ${head.sequence}`);
  if (sequence > head.sequence + 1) {
    const from = head.sequence + 1;
    const gap = from === sequence - 1 ? `event ${from} is` : `events ${from} to ${sequence - 1} are`;
    return at('missing', `${gap} missing before event ${sequence}, or moved behind it`);
  }
  if (event.payload !== null && hashOf(event.payload) !== event.payloadHash) {
    return at('payload-edited', `the payload of event ${sequence} is not the one that was recorded`);
  }
  // Nothing of it is left that could be recomputed.
  const intact = event.kind === ERASED ? isEmpty(event) : isSealed(event);
  if (event.previousHash !== head.hash || !intact) {
    return at('edited', `event ${sequence} was changed after it was recorded`);
  }
  return null;
}

function isSealed(event: AuditEvent): boolean {
  return linkHash(event) === event.hash && event.id === idOf(event.hash);
}

function isEmpty({
  id,
  principal,
  summary,
  payload,
  connectionId,
  zoneId,
  changeSetId,
}: AuditEvent): boolean {
  const ids = [connectionId, zoneId, changeSetId];
  return id + principal + summary === '' && payload === null && ids.every((one) => one === undefined);
}
