/** What a lookup gives: record sets in wire form, sorted into the sections of a DNS answer. */

export interface RRset {
  /** Owner, without trailing dot. */
  readonly name: string;
  /** Type number. */
  readonly type: number;
  readonly ttlSeconds: number;
  readonly rdatas: readonly Buffer[];
}

/** RFC 6895 names with their numbers. */
export const RCODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;
export type Rcode = keyof typeof RCODES;

export interface DnsAnswer {
  readonly rcode: Rcode;
  readonly authoritative: boolean;
  readonly answers: readonly RRset[];
  readonly authorities: readonly RRset[];
  readonly additionals: readonly RRset[];
}

export const REFUSED: DnsAnswer = {
  rcode: 'REFUSED',
  authoritative: false,
  answers: [],
  authorities: [],
  additionals: [],
};
