/** How a whole store stands, over all tenants, for a monitor: numbers only, and nothing that names anybody. */

export interface Gauges {
  /** Of the last five minutes, as far as the log of calls goes back; at most the latest 20,000. */
  readonly calls: { readonly ok: number; readonly failed: number; readonly rateLimited: number };
  /** The least that any connection's last call told; null when no call did. */
  readonly budgetLeft: number | null;
  readonly zones: {
    readonly all: number;
    readonly neverRead: number;
    /** A signal says that the mirror is behind. */
    readonly stale: number;
    /** No connection can read them any more. */
    readonly unreadable: number;
    /** Changed from outside, and not accepted yet. */
    readonly drifting: number;
  };
  /** Milliseconds of the longest ago full read of a zone; null when none was read. */
  readonly oldestVerifiedAt: number | null;
  /** Connections by their state. */
  readonly connections: Readonly<Record<string, number>>;
  /** Connections whose rotation is overdue. */
  readonly rotationsOverdue: number;
}

export interface GaugeReader {
  read(now: number): Promise<Gauges>;
}
