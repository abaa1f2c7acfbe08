/** What connect sessions need of the store. */
import type { ConnectionId, TenantId } from '../../base/ids.ts';
import type { NewEvent } from '../audit/model.ts';
import type { ConnectionStore } from '../connections/ports.ts';
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
  /**
   * A place for one connection, whose commit ends the session too: both are written, or neither is. `end` is given the
   * session as it is stored by then, and refuses by throwing; it may be asked more than once.
   */
  endingWith(id: ConnectSessionId, end: EndSession): Pick<ConnectionStore, 'create' | 'update'>;
  /** Removes what ended before `before`. @returns how many. */
  prune(before: number): Promise<number>;
}

/** What becomes of a session that did its work on this connection. */
export type EndSession = (
  stored: ConnectSession,
  connectionId: ConnectionId,
) => { readonly session: ConnectSession; readonly events: readonly NewEvent[] };
