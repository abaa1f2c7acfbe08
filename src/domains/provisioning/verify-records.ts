/** What nameservers answer, compared with what is wanted. Proxied records answer with Cloudflare's addresses. */
import type { DomainName } from '../../dns/name.ts';
import type { Rdata } from '../../dns/record.ts';
import type { NameLookup } from './ports.ts';

export interface WantedRecord {
  readonly name: DomainName;
  readonly rdata: Rdata;
  readonly proxied: boolean;
}

export interface Verification {
  /** Answers that were compared. */
  readonly checked: number;
  /** `www.example.com A 192.0.2.1 at ada.ns.cloudflare.com`, with what came instead. */
  readonly missing: readonly string[];
  /** Records of types that this does not compare. */
  readonly notCompared: number;
}

/** Asks every server for every wanted record. Reads only. */
export async function verifyRecords(
  lookup: NameLookup,
  servers: readonly string[],
  wanted: readonly WantedRecord[],
): Promise<Verification> {
  const missing: string[] = [];
  let checked = 0;
  let notCompared = 0;
  for (const record of wanted) {
    const expected = expectedAnswer(record.rdata);
    // A wildcard is no name that can be asked for.
    if (expected === null || record.name.startsWith('*')) {
      notCompared += 1;
      continue;
    }
    const type = record.proxied ? 'A' : record.rdata.type;
    for (const server of servers) {
      checked += 1;
      const answers = await lookup.records(server, record.name, type);
      const seen = answers !== null && (record.proxied ? answers.length > 0 : answers.includes(expected));
      if (seen) continue;
      const came = answers === null ? 'no answer' : answers.join(', ') || 'nothing';
      missing.push(`${record.name} ${type} ${record.proxied ? '(proxied)' : expected} at ${server}: ${came}`);
    }
  }
  return { checked, missing, notCompared };
}

/** In the form of `NameLookup.records`; null for a type that is not compared. */
function expectedAnswer(rdata: Rdata): string | null {
  switch (rdata.type) {
    case 'A':
      return rdata.address;
    case 'AAAA':
      return rdata.address;
    case 'CNAME':
    case 'NS':
      return rdata.target;
    case 'MX':
      return `${rdata.preference} ${rdata.exchange}`;
    case 'TXT':
      return rdata.text;
    default:
      return null;
  }
}
