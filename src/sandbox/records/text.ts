/** Text of TXT records and quoted fields: character strings as in a master file (RFC 1035 §5.1). */

/** Splits `"a" "b"` into its decoded strings; undefined when quotes do not balance or text stands outside of them. */
export function parseQuoted(text: string): Buffer[] | undefined {
  const strings: Buffer[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at];
    if (char === ' ' || char === '\t') {
      at += 1;
      continue;
    }
    if (char !== '"') return undefined;
    const end = closingQuote(text, at + 1);
    if (end === -1) return undefined;
    strings.push(decodeEscapes(text.slice(at + 1, end)));
    at = end + 1;
  }
  return strings;
}

function closingQuote(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return -1;
}

/** Decodes `\X` and `\DDD`. */
export function decodeEscapes(text: string): Buffer {
  if (!text.includes('\\')) return Buffer.from(text);
  const parts: Buffer[] = [];
  let plain = '';
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] !== '\\') {
      plain += text[at];
      continue;
    }
    const digits = /^\d{3}/.exec(text.slice(at + 1))?.[0];
    if (digits !== undefined && Number(digits) <= 255) {
      parts.push(Buffer.from(plain), Buffer.from([Number(digits)]));
      plain = '';
      at += 3;
    } else {
      at += 1;
      plain += text[at] ?? '';
    }
  }
  return Buffer.concat([...parts, Buffer.from(plain)]);
}

/** The strings of a TXT record's content, quoted or not, as one value; undefined when quotes do not balance. */
export function decodeTxt(content: string): Buffer | undefined {
  if (content.trimStart().startsWith('"')) {
    const strings = parseQuoted(content);
    return strings === undefined ? undefined : Buffer.concat(strings);
  }
  const quotes = content.replace(/\\./g, '').match(/"/g)?.length ?? 0;
  return quotes % 2 === 1 ? undefined : Buffer.from(content);
}

/** RDATA of a TXT record: each string as sent, those above 255 bytes split. */
export function txtRdata(content: string): Buffer {
  const quoted = content.trimStart().startsWith('"') ? parseQuoted(content) : undefined;
  const chunks: Buffer[] = [];
  for (const value of quoted ?? [Buffer.from(content)]) {
    for (let at = 0; at === 0 || at < value.length; at += 255) {
      chunks.push(characterString(value.subarray(at, at + 255)));
    }
  }
  return Buffer.concat(chunks);
}

export function characterString(value: Buffer): Buffer {
  const bytes = value.subarray(0, 255);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

/** `value` between quotes, with `"` and `\` escaped. */
export function quote(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
