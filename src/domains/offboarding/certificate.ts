/** The certificate of an erasure: what was done, signed with the key of the audit checkpoints. */
import { hashOf } from '../../plan/hash.ts';
import type { CheckpointSigner, CheckpointVerifier } from '../audit/checkpoint.ts';

export interface ErasureStatement {
  readonly format: 'zoneward-erasure';
  readonly version: 1;
  readonly erasureId: string;
  readonly tenant: string;
  readonly storeId: string;
  readonly at: string;
  readonly by: string;
  readonly reason: string;
  /** Credentials and secrets of webhooks, each with its data key. */
  readonly secretsDestroyed: number;
  /** By table: all that the tenant had but the audit chain, keys and secrets among them. */
  readonly rowsDeleted: Readonly<Record<string, number>>;
  /** The chain that is left, under what name, and where it stood: `audit verify --tenant TRAIL` walks it. */
  readonly audit: { readonly trail: string; readonly events: number; readonly hash: string };
}

export interface ErasureCertificate extends ErasureStatement {
  readonly keyId: string;
  /** Base64: ed25519 over `zoneward-erasure ` and the hash of the statement with its key's id. */
  readonly signature: string;
}

export async function signCertificate(
  signer: CheckpointSigner,
  statement: ErasureStatement,
): Promise<ErasureCertificate> {
  const { keyId } = signer;
  const signature = await signer.sign(bytesOf({ ...statement, keyId }));
  return { ...statement, keyId, signature: Buffer.from(signature).toString('base64') };
}

export function isGenuineCertificate(
  { signature, ...signed }: ErasureCertificate,
  verifier: CheckpointVerifier,
): boolean {
  return verifier.verify(signed.keyId, bytesOf(signed), Buffer.from(signature, 'base64'));
}

/** What the store keeps of it. */
export function certificateHash(certificate: ErasureCertificate): string {
  return hashOf({ ...certificate });
}

function bytesOf(signed: ErasureStatement & { readonly keyId: string }): Uint8Array {
  return new TextEncoder().encode(`zoneward-erasure ${hashOf({ ...signed })}`);
}
