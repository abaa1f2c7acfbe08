/** What a lookup gives: record sets in wire form, sorted into the sections of a DNS answer. */

export interface RRset {
  /** Owner, without trailing dot. */
  readonly name: string;
  /** Type number. */
  readonly type: number;
  readonly ttlSeconds: number;
  readonly rdatas: readonly Buffer[];
}

/** RFC 6895 names with their numbers. Those above 15 need an OPT record for their upper bits. */
export const RCODES = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const;
export type Rcode = keyof typeof RCODES;

export interface DnsAnswer {
  readonly rcode: Rcode;
  readonly authoritative: boolean;
  readonly answers: readonly RRset[];
  readonly authorities: readonly RRset[];
  readonly additionals: readonly RRset[];
}

export const REFUSED: DnsAnswer = emptyAnswer('REFUSED');
/** The version of EDNS that was asked for is not spoken here. */
export const BADVERS: DnsAnswer = emptyAnswer('BADVERS');

function emptyAnswer(rcode: Rcode): DnsAnswer {
  return { rcode, authoritative: false, answers: [], authorities: [], additionals: [] };
}
