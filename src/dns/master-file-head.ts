/** What stands before the data of a record in a master file (RFC 1035 §5.1). */
import { typeByNumber, whyNotCarried } from './dns-types.ts';
import { type Fault, fault, shown } from './fault.ts';
import type { Token } from './lexer.ts';
import { parseRecordType } from './rdata-text.ts';
import { looksLikeTtl } from './ttl.ts';

export interface RecordHead {
  readonly type: string;
  readonly typeWord: Token;
  readonly ttlWord: Token | undefined;
  readonly data: readonly Token[];
}

/** TTL and class in either order, each at most once, then the type (RFC 1035 §5.1). */
export function readRecordHead(
  words: readonly Token[],
  from: number,
): RecordHead | { readonly fault: Fault } {
  let ttlWord: Token | undefined;
  let hasClass = false;
  for (let i = from; i < words.length; i += 1) {
    const word = words[i];
    if (word === undefined) break;
    const upper = word.text.toUpperCase();
    const isLastTtl = ttlWord === undefined && looksLikeTtl(word.text);
    if (!hasClass && (upper === 'IN' || upper === 'CLASS1')) hasClass = true;
    else if (isLastTtl) ttlWord = word;
    else if (/^(CH|HS|CS|CHAOS|HESIOD|CLASS\d+)$/.test(upper)) {
      const { fault: wrong } = fault(
        'class',
        `the class ${upper} is not IN`,
        'Cloudflare carries only the class IN.',
      );
      return { fault: { ...wrong, at: word.start } };
    } else {
      const type = typeByNumber(upper) ?? upper;
      const known = parseRecordType(type) !== undefined || whyNotCarried(type) !== undefined;
      if (known && !word.quoted) return { type, typeWord: word, ttlWord, data: words.slice(i + 1) };
      return { fault: { ...unknownType(word.text, from === 0), at: word.start } };
    }
  }
  const last = words.at(-1);
  const message = `${shown(words.map((word) => word.text).join(' '))} has no type`;
  const next = 'A record is: name, TTL (may be left out), IN (may be left out), type, data.';
  return { fault: { ...fault('type-missing', message, next).fault, at: last?.start ?? 0 } };
}

function unknownType(text: string, continuesName: boolean): Fault {
  const next = continuesName
    ? 'A line that begins with white space goes on with the name before it: if this is a name, take the space away.'
    : 'A record is: name, TTL (may be left out), IN (may be left out), type, data.';
  return fault('type-unknown', `${shown(text)} is no record type`, next).fault;
}
