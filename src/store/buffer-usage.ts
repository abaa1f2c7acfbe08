/**
 * Calls on their way to the usage log: a report costs nothing at the call, and about once a second what has
 * gathered is appended in one transaction. A crash may lose that second; `close` loses nothing.
 */
import type { Clock } from '../base/clock.ts';
import type { ConnectionId, TenantId } from '../base/ids.ts';
import type { UsageSink } from '../cloudflare/ports.ts';
import type { ApiCall, UsageLog } from '../domains/usage/ports.ts';

export interface UsageBuffer {
  /** Returns at once and never throws. */
  report(call: ApiCall): void;
  /** The sink for one connection's transport, which does not know whose calls it makes. */
  sinkFor(tenantId: TenantId, connectionId: ConnectionId | null): UsageSink;
  /** Appends what has gathered so far. Throws as the log does; what could not be appended stays. */
  flush(): Promise<void>;
  /** Calls given up because the log could not keep pace or could not be written. */
  dropped(): number;
  /** Appends what has gathered; reports that come later are dropped. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface UsageBufferOptions {
  readonly flushEveryMs?: number;
  readonly callsMax?: number;
  /** Told when an append failed; the calls stay for the next. */
  readonly onError?: (error: unknown) => void;
}

export function bufferUsage(log: UsageLog, clock: Clock, options: UsageBufferOptions = {}): UsageBuffer {
  const { flushEveryMs = 1_000, callsMax = 20_000, onError = () => {} } = options;
  const closing = new AbortController();
  let gathered: ApiCall[] = [];
  let dropped = 0;
  let timer: Promise<void> | null = null;
  let appending: Promise<void> = Promise.resolve();

  const append = async (): Promise<void> => {
    const calls = gathered;
    gathered = [];
    try {
      await log.append(calls);
    } catch (error) {
      gathered = [...calls, ...gathered];
      throw error;
    }
  };
  const flush = (): Promise<void> => {
    appending = appending.catch(() => {}).then(append);
    return appending;
  };
  const flushLater = async (): Promise<void> => {
    try {
      await clock.sleep(flushEveryMs, closing.signal);
    } catch {
      return; // Closing: `close` appends the rest.
    }
    await flush().catch(onError);
    timer = null;
    if (gathered.length > 0) timer = flushLater();
  };
  const report = (call: ApiCall): void => {
    if (closing.signal.aborted || gathered.length >= callsMax) {
      dropped += 1;
      return;
    }
    gathered.push(call);
    timer ??= flushLater();
  };
  const close = async (): Promise<void> => {
    closing.abort();
    await timer;
    await flush();
  };
  return {
    report,
    sinkFor: (tenantId, connectionId) => ({
      report: (call) => report({ ...call, tenantId, connectionId }),
    }),
    flush,
    dropped: () => dropped,
    close,
    [Symbol.asyncDispose]: close,
  };
}
