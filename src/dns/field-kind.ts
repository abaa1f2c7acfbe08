/**
 * The kinds of field that record data is made of, each with its presentation form: how it is read from the words
 * of a record and how it is written. rdata-fields.ts says which type has which fields.
 */
import {
  CHAR_STRING_OCTETS_MAX,
  decodeCharString,
  decodeCharStrings,
  quote,
  quoteInChunks,
} from './char-string.ts';
import { fault, type Read, shown } from './fault.ts';
import { canonicalIpv6, isIpv4 } from './ip-address.ts';
import type { Token } from './lexer.ts';
import { type DomainName, formatAbsolute, nameOctets, parseName } from './name.ts';
import { formatSvcParams, parseSvcParams, svcParamsOctets } from './svc-params.ts';
import { octetLength } from './text-bytes.ts';

/** How a source writes host names within record data. */
export interface HostRules {
  /** What `@` means, and what relative names are completed with. Without it, every host name is absolute. */
  readonly origin?: DomainName;
  /** True where names are full with or without the trailing dot, as in Cloudflare's API; `www` alone is refused. */
  readonly full?: boolean;
}

export interface FieldKind<T> {
  /** How many words the field takes: one, or all that are left. */
  readonly words: 'one' | 'rest';
  /** True when a value from YAML or JSON is the text itself, with no escapes or quotes to undo. */
  readonly verbatim: boolean;
  /** True for a single character string, which holds at most 255 octets. */
  readonly limited: boolean;
  /** What the field holds, as messages and schemas name it. */
  readonly expects: string;
  readonly json: 'integer' | 'string';
  read(words: readonly Token[], hosts: HostRules): Read<T>;
  format(value: T): string;
  /** Octets on the wire. */
  octets(value: T): number;
}

const oneWord = { words: 'one', verbatim: false, limited: false, json: 'string' } as const;
const restOfWords = { words: 'rest', verbatim: false, limited: false, json: 'string' } as const;

/** A field that is one word: `parse` gives the value, or nothing when the word is not such a value. */
function wordKind(
  expects: string,
  octets: (value: string) => number,
  parse: (word: string) => string | undefined,
): FieldKind<string> {
  return {
    ...oneWord,
    expects,
    read: (words) => {
      const word = words[0]?.text ?? '';
      const value = parse(word);
      return value === undefined
        ? fault('rdata-invalid', `${shown(word)} is not ${expects.split(',')[0]}`, expect(expects))
        : { value };
    },
    format: (value) => value,
    octets,
  };
}

export const ipv4: FieldKind<string> = wordKind(
  'an IPv4 address, such as 192.0.2.1',
  () => 4,
  (word) => (isIpv4(word) ? word : undefined),
);

export const ipv6: FieldKind<string> = wordKind(
  'an IPv6 address, such as 2001:db8::1',
  () => 16,
  canonicalIpv6,
);

/** The tag of a CAA property (RFC 8659 §4.1). */
export const caaTag: FieldKind<string> = wordKind(
  'a CAA tag, such as issue, issuewild or iodef',
  (tag) => tag.length + 1,
  (word) => (/^[A-Za-z0-9]{1,255}$/.test(word) ? word.toLowerCase() : undefined),
);

export const host: FieldKind<DomainName> = {
  ...oneWord,
  expects: 'a host name',
  read: (words, { origin, full = false }) => {
    const text = words[0]?.text ?? '';
    if (full && /^[^.@\\]+$/.test(text)) {
      const example = origin === undefined ? `${text}.example.com` : `${text}.${origin}`;
      const next = `Write the full name: ${example}, or ${text}. with a dot if it is a top-level domain.`;
      return fault('name-relative', `${shown(text)} is not a full host name`, next);
    }
    const useOrigin = origin !== undefined && (!full || text === '@');
    const parsed = parseName(text, useOrigin ? { origin } : {});
    if (parsed.ok) return { value: parsed.value };
    const [{ code = 'name-invalid', message = 'is no host name', next = '' } = {}] = parsed.problems;
    return fault(code, message, next);
  },
  format: formatAbsolute,
  octets: nameOctets,
};

/** An unsigned number up to `max`; `names` are the words that the RFCs allow in its place. */
function uint(max: number, names: Readonly<Record<string, number>> = {}): FieldKind<number> {
  const expects = `a number from 0 to ${max}`;
  return {
    ...oneWord,
    json: 'integer',
    expects,
    read: (words) => {
      const word = words[0]?.text ?? '';
      const named = Object.hasOwn(names, word.toUpperCase()) ? names[word.toUpperCase()] : undefined;
      if (named !== undefined) return { value: named };
      if (/^\d{1,10}$/.test(word) && Number(word) <= max) return { value: Number(word) };
      return fault('rdata-invalid', `${shown(word)} is not ${expects}`, expect(expects));
    },
    format: String,
    octets: () => (max > 255 ? 2 : 1),
  };
}

export const u8: FieldKind<number> = uint(255);
export const u16: FieldKind<number> = uint(65_535);

/** DNSSEC algorithms by mnemonic (IANA "DNS Security Algorithm Numbers"). */
export const dnssecAlgorithm: FieldKind<number> = uint(255, {
  RSAMD5: 1,
  DH: 2,
  DSA: 3,
  RSASHA1: 5,
  'DSA-NSEC3-SHA1': 6,
  NSEC3DSA: 6,
  'RSASHA1-NSEC3-SHA1': 7,
  NSEC3RSASHA1: 7,
  RSASHA256: 8,
  RSASHA512: 10,
  'ECC-GOST': 12,
  ECCGOST: 12,
  ECDSAP256SHA256: 13,
  ECDSAP384SHA384: 14,
  ED25519: 15,
  ED448: 16,
  INDIRECT: 252,
  PRIVATEDNS: 253,
  PRIVATEOID: 254,
});

/** Certificate types by mnemonic (RFC 4398 §2.1). */
export const certType: FieldKind<number> = uint(65_535, {
  PKIX: 1,
  SPKI: 2,
  PGP: 3,
  IPKIX: 4,
  ISPKI: 5,
  IPGP: 6,
  ACPKIX: 7,
  IACPKIX: 8,
  URI: 253,
  OID: 254,
});

/** One character string of at most 255 octets. */
export const charString: FieldKind<string> = {
  ...oneWord,
  verbatim: true,
  limited: true,
  expects: 'a text of at most 255 octets',
  read: ([word]) => quoteInside(word) ?? decodeCharString(word?.text ?? ''),
  format: quote,
  octets: (value) => octetLength(value) + 1,
};

/** One quoted string without the 255-octet limit: the value of CAA (RFC 8659), the target of URI (RFC 7553). */
export const longString: FieldKind<string> = {
  ...oneWord,
  verbatim: true,
  expects: 'a text',
  read: ([word]) => quoteInside(word) ?? decodeCharStrings([word?.text ?? '']),
  format: quote,
  octets: octetLength,
};

/** The strings of a TXT record, as one text. */
export const text: FieldKind<string> = {
  ...restOfWords,
  verbatim: true,
  expects: 'a text',
  read: (words) => {
    for (const word of words) {
      const wrong = quoteInside(word);
      if (wrong !== undefined) return wrong;
    }
    return decodeCharStrings(words.map((word) => word.text));
  },
  format: quoteInChunks,
  octets: (value) => {
    const octets = octetLength(value);
    return octets + Math.max(1, Math.ceil(octets / CHAR_STRING_OCTETS_MAX));
  },
};

export const hex: FieldKind<string> = {
  ...restOfWords,
  expects: 'hexadecimal digits, two for each octet',
  read: (words) => {
    const digits = joinWords(words);
    if (/^(?:[0-9a-fA-F]{2})+$/.test(digits)) return { value: digits.toLowerCase() };
    return fault('rdata-invalid', `${shown(digits)} is not ${hex.expects}`, expect(hex.expects));
  },
  format: (value) => value,
  octets: (value) => value.length / 2,
};

export const base64: FieldKind<string> = {
  ...restOfWords,
  expects: 'base64',
  read: (words) => {
    const digits = joinWords(words);
    if (digits.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(digits)) return { value: digits };
    const next = 'Copy the whole value; its length is a multiple of four, padded with =.';
    return fault('rdata-invalid', `${shown(digits)} is not base64`, next);
  },
  format: (value) => value,
  octets: (value) => Math.floor((value.replace(/=+$/, '').length * 3) / 4),
};

export const svcParams: FieldKind<string> = {
  ...restOfWords,
  expects: 'parameters, such as alpn="h2,h3" port=8443',
  read: parseSvcParams,
  format: formatSvcParams,
  octets: svcParamsOctets,
};

function expect(what: string): string {
  return `Write ${what}.`;
}

function joinWords(words: readonly Token[]): string {
  return words.map((word) => word.text.replace(/\s+/g, '')).join('');
}

/** `a="b"` unquoted: one reader takes the quotes as text, another as syntax, so we take it as neither. */
function quoteInside(word: Token | undefined): ReturnType<typeof fault> | undefined {
  if (word === undefined || word.quoted || !/(^|[^\\])(\\\\)*"/.test(word.text)) return undefined;
  const message = `${shown(word.text)} has a quote in the middle of an unquoted text`;
  return fault('text-invalid', message, 'Put the whole text in quotes, and write quotes within it as \\".');
}
