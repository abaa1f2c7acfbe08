/**
 * Text and octets. DNS character strings are octets; we carry them as text in UTF-8, and an octet that is no part
 * of valid UTF-8 as a lone surrogate U+DC80 to U+DCFF (as Python's `surrogateescape` does). Every octet string has
 * exactly one text, and comes back as it was.
 */

const SURROGATE_BASE = 0xdc00;
/** Printable ASCII and the space: a text of these alone is its own octets. */
const ASCII_ONLY = /^[ -~]*$/;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The octets of `text`. A lone surrogate that stands for no octet becomes U+FFFD; see `isOctetText`. */
export function textToBytes(text: string): Uint8Array {
  if (text.isWellFormed()) return new TextEncoder().encode(text);
  const encoder = new TextEncoder();
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.charCodeAt(0);
    if (char.length === 1 && code >= 0xdc80 && code <= 0xdcff) bytes.push(code - SURROGATE_BASE);
    else bytes.push(...encoder.encode(char));
  }
  return Uint8Array.from(bytes);
}

/** The one text of `bytes`. */
export function bytesToText(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    // Not valid UTF-8 as a whole: take it sequence by sequence below.
  }
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      text += String.fromCharCode(SURROGATE_BASE + (bytes[at] ?? 0));
      at += 1;
    } else {
      text += strictUtf8.decode(bytes.subarray(at, at + length));
      at += length;
    }
  }
  return text;
}

/** The number of octets that `text` has on the wire. */
export function octetLength(text: string): number {
  return ASCII_ONLY.test(text) ? text.length : textToBytes(text).length;
}

/** False when `text` holds a surrogate that stands for no octet, and so could not be sent and come back. */
export function isOctetText(text: string): boolean {
  if (text.isWellFormed()) return true;
  return bytesToText(textToBytes(text)) === text;
}

/** Length of the valid UTF-8 sequence at `at` (RFC 3629 §4); 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length =
    first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length < 2) return length;
  if (at + length > bytes.length) return 0;
  for (let i = 1; i < length; i += 1) {
    if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  const second = bytes[at + 1] ?? 0;
  const wrong =
    (first === 0xe0 && second < 0xa0) ||
    (first === 0xed && second > 0x9f) ||
    (first === 0xf0 && second < 0x90) ||
    (first === 0xf4 && second > 0x8f);
  return wrong ? 0 : length;
}
