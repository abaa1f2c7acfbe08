/** What the end of a tenant needs of the store. */
import type { TenantId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import type { ChainHead, NewEvent } from '../audit/model.ts';

/** Some rows of one kind, as an export shows them. */
export interface ExportedRows {
  /** `connections`, `records`, `audit`, …: a file of the export. */
  readonly name: string;
  readonly rows: readonly JsonObject[];
}

export interface TenantRows {
  /** How many rows there are, by table; those that are empty are left out. */
  counts(tenantId: TenantId): Promise<Readonly<Record<string, number>>>;
  /** Everything but secrets and working state, kind by kind, in chunks. A row that changes meanwhile may be given as it was. */
  read(tenantId: TenantId): AsyncIterable<ExportedRows>;
  /** What is under way at Cloudflare and must end first, in sentences. Empty: nothing is. */
  underWay(tenantId: TenantId): Promise<readonly string[]>;
  /** In one commit: no key, session, webhook or secret of the tenant works any more. @returns rows deleted, by table. */
  shut(tenantId: TenantId): Promise<Readonly<Record<string, number>>>;
  /** Deletes everything but the audit chain, piece by piece; safe to repeat. @returns rows deleted, by table. */
  erase(tenantId: TenantId): Promise<Readonly<Record<string, number>>>;
  /**
   * Empties every event of the chain but for its hashes, gives the chain another name and ends it with `events`, in one
   * commit. @returns where the chain stood before `events`.
   */
  bury(
    tenantId: TenantId,
    as: TenantId,
    events: (head: ChainHead) => readonly NewEvent[],
  ): Promise<ChainHead>;
  /** Makes the engine let go of bytes that were deleted, in its file and its log. */
  scrub(): Promise<void>;
}
