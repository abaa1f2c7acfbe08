/**
 * What an SPF record costs a receiver: the lookups of its own terms and of every record that it includes or redirects to
 * (RFC 7208 §4.6.4). Asks the DNS, reads only. A term with a macro depends on the mail, so it counts and is not followed.
 */
import type { DomainName } from '../../dns/name.ts';
import { parseName } from '../../dns/name.ts';
import { costsLookup, parseSpf, referenceOf, SPF_LOOKUPS_MAX } from '../../plan/templates/spf.ts';

/** The SPF record of a name; `none`: it has none; `unknown`: nobody told. */
export type AskSpf = (name: DomainName) => Promise<string | 'none' | 'unknown'>;

export interface SpfCost {
  /** At least so many; counting ends some way past the limit. */
  readonly lookups: number;
  /** What each term of the record itself costs, the dearest first. */
  readonly terms: readonly { readonly term: string; readonly lookups: number }[];
  /** Included names without an SPF record: receivers give up at them (§5.2). */
  readonly broken: readonly string[];
  /** Included names that nobody could be asked about. */
  readonly unknown: readonly string[];
}

/** Far enough past the limit to say how far. */
const COUNTED_MAX = 3 * SPF_LOOKUPS_MAX;

export async function spfCost(text: string, ask: AskSpf): Promise<SpfCost> {
  const broken = new Set<string>();
  const unknown = new Set<string>();
  let left = COUNTED_MAX;
  const costOf = async (record: string): Promise<{ term: string; lookups: number }[]> => {
    const parsed = parseSpf(record);
    // A record that cannot be read costs nothing more: receivers stop at it.
    if ('fault' in parsed) return [];
    const terms: { term: string; lookups: number }[] = [];
    for (const term of parsed.value.rules.filter(costsLookup)) {
      if (left <= 0) break;
      left -= 1;
      terms.push({ term, lookups: 1 + (await behind(term)) });
    }
    return terms;
  };
  const behind = async (term: string): Promise<number> => {
    const reference = referenceOf(term);
    const name = reference === null || reference.includes('%') ? null : parseName(`${reference}.`);
    if (name === null || !name.ok || left <= 0) return 0;
    const answer = await ask(name.value);
    if (answer === 'none') broken.add(name.value);
    if (answer === 'unknown') unknown.add(name.value);
    return answer === 'none' || answer === 'unknown' ? 0 : sum(await costOf(answer));
  };
  const terms = (await costOf(text)).sort((a, b) => b.lookups - a.lookups);
  return { lookups: sum(terms), terms, broken: [...broken], unknown: [...unknown] };
}

function sum(terms: readonly { readonly lookups: number }[]): number {
  return terms.reduce((total, { lookups }) => total + lookups, 0);
}
