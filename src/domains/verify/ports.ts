/** What verifying needs of the DNS. */
import type { DomainName } from '../../dns/name.ts';
import type { SeenRecord } from './model.ts';

export interface DnsReply {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' | 'OTHER';
  readonly authoritative: boolean;
  readonly answers: readonly SeenRecord[];
  /** What the server knows besides: a delegation, or the SOA that says how long "nothing" is remembered. */
  readonly authorities: readonly SeenRecord[];
  /** Seconds for which "nothing" is remembered; null without an SOA. */
  readonly negativeTtlSeconds: number | null;
}

export interface DnsAsker {
  /**
   * One question to one server: a nameserver's name, or an address with an optional port. Null when nobody answered.
   * Abort ends it early. Asks again once over UDP, and over TCP when an answer was cut.
   */
  ask(
    server: string,
    question: { readonly name: DomainName; readonly type: string; readonly recursive: boolean },
    options: { readonly signal?: AbortSignal },
  ): Promise<DnsReply | null>;
  /**
   * The nameservers that the parent of the domain publishes, asked of one of the parent's own servers. Lower case,
   * without the last dot; empty when it is not delegated; null when the parent could not be asked.
   */
  delegation(
    domain: DomainName,
    options: { readonly signal?: AbortSignal },
  ): Promise<readonly string[] | null>;
}
