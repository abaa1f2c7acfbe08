/**
 * Checkpoints: signed statements of where a tenant's chain stood. A chain by itself cannot show that its end was cut
 * off; a checkpoint that left the machine can. They are taken at a set cadence, go to every sink, and are what
 * pruning and offline verification build on.
 *
 * Order: a checkpoint is sent away before anything that it allows (pruning) is done.
 */
import type { Clock } from '../../base/clock.ts';
import type { TenantId } from '../../base/ids.ts';
import { hashOf } from '../../plan/hash.ts';
import { type ChainFault, EMPTY_CHAIN, verifyChain } from './chain.ts';
import type { AuditEvent, ChainHead } from './model.ts';
import type { AuditTrail } from './ports.ts';

export interface Checkpoint {
  readonly version: 1;
  readonly tenantId: TenantId;
  readonly sequence: number;
  /** The hash of the event with that sequence. */
  readonly hash: string;
  /** Milliseconds. */
  readonly at: number;
  /** Which public key verifies it. */
  readonly keyId: string;
  /** Base64: ed25519 over `checkpointBytes`. */
  readonly signature: string;
}

/** Signs with a private key that it does not give away. */
export interface CheckpointSigner {
  readonly keyId: string;
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** Knows public keys by their ids, retired ones included. */
export interface CheckpointVerifier {
  verify(keyId: string, bytes: Uint8Array, signature: Uint8Array): boolean;
}

/** Takes checkpoints away from the machine: a file elsewhere, a webhook. Must be safe to repeat. */
export interface CheckpointSink {
  put(checkpoint: Checkpoint): Promise<void>;
}

/** Remembers what the store itself must know of checkpoints. */
export interface CheckpointShelf {
  latest(tenantId: TenantId): Promise<Checkpoint | null>;
  setLatest(checkpoint: Checkpoint): Promise<void>;
  /** Under which everything older was pruned; null when nothing was. */
  base(tenantId: TenantId): Promise<Checkpoint | null>;
  setBase(checkpoint: Checkpoint): Promise<void>;
}

/** What is signed: the hash of the canonical statement, so that the form of the JSON does not matter. */
export function checkpointBytes(statement: Omit<Checkpoint, 'signature'>): Uint8Array {
  const { version, tenantId, sequence, hash, at, keyId } = statement;
  return new TextEncoder().encode(
    `zoneward-checkpoint ${hashOf({ version, tenantId, sequence, hash, at, keyId })}`,
  );
}

export interface CheckpointPorts {
  readonly trail: AuditTrail;
  readonly signer: CheckpointSigner;
  readonly shelf: CheckpointShelf;
  readonly sinks: readonly CheckpointSink[];
  readonly clock: Clock;
}

/**
 * Signs the head of the chain and sends it to every sink. Null when the chain has not grown since the last one.
 * Throws what a sink throws; then the checkpoint does not count as taken, and the next call takes a new one.
 */
export async function takeCheckpoint(ports: CheckpointPorts, tenantId: TenantId): Promise<Checkpoint | null> {
  const head = await ports.trail.head(tenantId);
  const last = await ports.shelf.latest(tenantId);
  if (head.sequence === 0 || last?.sequence === head.sequence) return null;
  const checkpoint = await signHead(ports, tenantId, head);
  for (const sink of ports.sinks) await sink.put(checkpoint);
  await ports.shelf.setLatest(checkpoint);
  return checkpoint;
}

export async function signHead(
  ports: Pick<CheckpointPorts, 'signer' | 'clock'>,
  tenantId: TenantId,
  head: ChainHead,
): Promise<Checkpoint> {
  const statement = {
    version: 1,
    tenantId,
    sequence: head.sequence,
    hash: head.hash,
    at: ports.clock.now(),
    keyId: ports.signer.keyId,
  } as const;
  const signature = await ports.signer.sign(checkpointBytes(statement));
  return { ...statement, signature: Buffer.from(signature).toString('base64') };
}

export type TrailVerdict =
  | {
      readonly ok: true;
      readonly head: ChainHead;
      readonly events: number;
      /** Checkpoints that were compared; with none, truncation at the end could not be seen. */
      readonly checkpoints: number;
    }
  | { readonly ok: false; readonly fault: ChainFault };

/**
 * Verifies a trail offline: the chain itself, then that every checkpoint stands in it. Finds edits, deletions and
 * reordering, and truncation up to the last checkpoint given.
 *
 * @param base where the trail begins when older events were pruned; must itself be signed.
 */
export async function verifyTrail(
  events: AsyncIterable<readonly AuditEvent[]> | Iterable<readonly AuditEvent[]>,
  against: {
    readonly checkpoints: readonly Checkpoint[];
    readonly verifier: CheckpointVerifier;
    readonly base: Checkpoint | null;
  },
): Promise<TrailVerdict> {
  const { base, verifier } = against;
  const forged = [...(base === null ? [] : [base]), ...against.checkpoints].find(
    (one) => !isGenuine(one, verifier),
  );
  if (forged !== undefined) return fault(forged.sequence, 'edited', 'is not signed by a key that is known');
  const start = base === null ? EMPTY_CHAIN : { sequence: base.sequence, hash: base.hash };
  const open = new Map(
    against.checkpoints.filter((one) => one.sequence > start.sequence).map((one) => [one.sequence, one]),
  );
  let seen = 0;
  let contradicted: Checkpoint | undefined;
  const watched = async function* (): AsyncGenerator<readonly AuditEvent[]> {
    for await (const chunk of events) {
      seen += chunk.length;
      for (const event of chunk) {
        const checkpoint = open.get(event.sequence);
        if (checkpoint !== undefined && checkpoint.hash !== event.hash) contradicted ??= checkpoint;
        open.delete(event.sequence);
      }
      yield chunk;
    }
  };
  const verdict = await verifyChain(watched(), start);
  if (!verdict.ok) return verdict;
  if (contradicted !== undefined)
    return fault(contradicted.sequence, 'edited', 'was another event when it was signed');
  const beyond = [...open.keys()].sort((a, b) => b - a)[0];
  if (beyond !== undefined) {
    return {
      ok: false,
      fault: {
        sequence: beyond,
        code: 'truncated',
        message: `the trail ends at event ${verdict.head.sequence}, but event ${beyond} was signed`,
      },
    };
  }
  return { ...verdict, events: seen, checkpoints: against.checkpoints.length };
}

function isGenuine(checkpoint: Checkpoint, verifier: CheckpointVerifier): boolean {
  const signature = Buffer.from(checkpoint.signature, 'base64');
  return verifier.verify(checkpoint.keyId, checkpointBytes(checkpoint), signature);
}

function fault(sequence: number, code: ChainFault['code'], what: string): TrailVerdict {
  return { ok: false, fault: { sequence, code, message: `the checkpoint of event ${sequence} ${what}` } };
}
