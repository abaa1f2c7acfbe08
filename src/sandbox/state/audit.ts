/**
 * The audit log: one entry per write, whoever made it. Entries hold the facts; the query endpoints of both versions
 * render them. An entry becomes visible to queries only after the configured delay, as at Cloudflare.
 */
import { AUDIT_BODY_CHARS_MAX, AUDIT_LOG_MAX } from '../constants.ts';

export interface AuditActor {
  readonly type: 'user' | 'account' | 'system';
  readonly context: 'api_key' | 'api_token' | 'dash' | 'system';
  readonly id?: string;
  readonly email?: string;
  readonly ip?: string;
  readonly tokenId?: string;
  readonly tokenName?: string;
}

export interface AuditEntry {
  /** UUIDv7, the value of the `cf-auditlog-id` header of the answer. */
  readonly id: string;
  readonly at: string;
  readonly atMs: number;
  readonly result: 'success' | 'failure';
  readonly action: 'create' | 'update' | 'delete';
  readonly actor: AuditActor;
  readonly product: string;
  readonly resourceType: string;
  readonly resourceId?: string;
  readonly accountId?: string;
  readonly zoneId?: string;
  readonly zoneName?: string;
  readonly before?: unknown;
  readonly after?: unknown;
  /** Bodies as JSON text, secrets left out. */
  readonly request?: string;
  readonly response?: string;
  readonly raw: {
    readonly method: string;
    readonly uri: string;
    readonly status: number;
    readonly ray: string;
    readonly userAgent?: string;
  };
}

export class AuditLog {
  #entries: AuditEntry[] = [];
  /** Milliseconds of sandbox time between a write and its visibility in queries. */
  delayMs = 0;

  add(entry: AuditEntry): void {
    this.#entries.push(entry);
    if (this.#entries.length > AUDIT_LOG_MAX * 1.1) this.#entries = this.#entries.slice(-AUDIT_LOG_MAX);
  }

  /** Every entry, visible yet or not, oldest first. */
  all(): readonly AuditEntry[] {
    return this.#entries;
  }

  /** What a query at `nowMs` may see, oldest first. */
  visible(nowMs: number): readonly AuditEntry[] {
    if (this.delayMs === 0) return this.#entries;
    return this.#entries.filter((entry) => entry.atMs + this.delayMs <= nowMs);
  }

  restore(entries: readonly AuditEntry[]): void {
    this.#entries = [...entries];
  }
}

const TOKEN_SECRET = /"cf(?:k|ut|at)_[^"]*"/g;
const SECRET_FIELD = /"(private_key|custom_key|auth_code)"\s*:\s*"(?:[^"\\]|\\.)*"/g;

/** A body as kept in an entry, as JSON text: large ones are left out, secrets too. */
export function auditBody(text: string): string | undefined {
  if (text === '' || text.length > AUDIT_BODY_CHARS_MAX || !/^[[{]/.test(text)) return undefined;
  return text.replace(TOKEN_SECRET, '"[redacted]"').replace(SECRET_FIELD, '"$1":"[redacted]"');
}
