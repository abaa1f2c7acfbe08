/**
 * Character strings in presentation form (RFC 1035 §5.1): `\"`, `\\`, `\DDD`, quoted or not. Decoded they are text
 * (see text-bytes.ts); encoded they are printable ASCII, which every master file reader takes.
 */
import { type Fault, fault, type Read } from './fault.ts';
import { bytesToText, isOctetText, octetLength, textToBytes } from './text-bytes.ts';

/** RFC 1035 §3.3: octets of one character string. */
export const CHAR_STRING_OCTETS_MAX = 255;

/**
 * The text of one or more raw character strings (escapes still in, outer quotes already off), joined without a
 * separator, as TXT readers join them. Octets are joined before decoding, so that a character cut in two is whole.
 */
export function decodeCharStrings(raws: readonly string[]): Read<string> {
  const raw = raws.join('');
  if (!raw.includes('\\') && raw.isWellFormed()) return { value: raw };
  if (!isOctetText(raw)) return { fault: LONE_SURROGATE };
  const parts: Uint8Array[] = [];
  let plainFrom = 0;
  for (let i = 0; i < raw.length; i += 1) {
    if (raw[i] !== '\\') continue;
    if (i > plainFrom) parts.push(textToBytes(raw.slice(plainFrom, i)));
    const digits = /^\d{1,3}/.exec(raw.slice(i + 1, i + 4))?.[0];
    if (digits === undefined) {
      const char = String.fromCodePoint(raw.codePointAt(i + 1) ?? 0x5c);
      if (i + 1 >= raw.length) return { fault: BROKEN_ESCAPE };
      parts.push(textToBytes(char));
      i += char.length;
    } else {
      if (digits.length < 3 || Number(digits) > 255) return { fault: BROKEN_ESCAPE };
      parts.push(Uint8Array.of(Number(digits)));
      i += 3;
    }
    plainFrom = i + 1;
  }
  if (plainFrom < raw.length) parts.push(textToBytes(raw.slice(plainFrom)));
  return { value: bytesToText(concat(parts)) };
}

/** Like `decodeCharStrings` for a single string, held to its 255 octets. */
export function decodeCharString(raw: string): Read<string> {
  const read = decodeCharStrings([raw]);
  if ('fault' in read || octetLength(read.value) <= CHAR_STRING_OCTETS_MAX) return read;
  const message = `a string of ${octetLength(read.value)} octets is too long; ${CHAR_STRING_OCTETS_MAX} are allowed`;
  return fault('text-too-long', message, 'Shorten it.');
}

/** `"text"` in quotes, in printable ASCII, as one string whatever its length. */
export function quote(text: string): string {
  return `"${escapeBytes(text)}"`;
}

/** The text as the fewest quoted strings of at most 255 octets: `"first 255" "rest"`. Empty text is `""`. */
export function quoteInChunks(text: string): string {
  if (octetLength(text) <= CHAR_STRING_OCTETS_MAX) return quote(text);
  const bytes = textToBytes(text);
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; at += CHAR_STRING_OCTETS_MAX) {
    const chunk = bytes.subarray(at, at + CHAR_STRING_OCTETS_MAX);
    chunks.push(`"${Array.from(chunk, escapeByte).join('')}"`);
  }
  return chunks.join(' ');
}

const LONE_SURROGATE: Fault = {
  code: 'text-invalid',
  message: 'the text holds half of a surrogate pair, which stands for no character and no octet',
  next: 'Take it out, or write the octet as \\DDD in a quoted string.',
};

const BROKEN_ESCAPE: Fault = {
  code: 'text-invalid',
  message: 'the text holds a broken escape',
  next: 'After a backslash stands one character, or three digits from 000 to 255; a backslash itself is \\\\.',
};

function escapeBytes(text: string): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return text;
  return Array.from(textToBytes(text), escapeByte).join('');
}

function escapeByte(byte: number): string {
  if (byte === 0x22) return '\\"';
  if (byte === 0x5c) return '\\\\';
  if (byte < 0x20 || byte > 0x7e) return `\\${String(byte).padStart(3, '0')}`;
  return String.fromCharCode(byte);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
