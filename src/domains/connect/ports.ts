/** What connect sessions need of the store. */
import type { TenantId } from '../../base/ids.ts';
import type { NewEvent } from '../audit/model.ts';
import type { ConnectSession, ConnectSessionId } from './model.ts';

export interface ConnectSessionStore {
  create(session: ConnectSession, secretHash: string, events: readonly NewEvent[]): Promise<void>;
  /** By its id alone: whose it is, is what the secret is to tell. Ended ones too. */
  find(
    id: ConnectSessionId,
  ): Promise<{ readonly session: ConnectSession; readonly secretHash: string } | null>;
  /** Newest first. */
  list(tenantId: TenantId, limit: number): Promise<readonly ConnectSession[]>;
  /** Refuses (`conflict`, code `connect-session-moved`) unless the stored version is `session.version - 1`. */
  update(session: ConnectSession, events: readonly NewEvent[]): Promise<void>;
  /** Removes what ended before `before`. @returns how many. */
  prune(before: number): Promise<number>;
}
