/**
 * Cuts presentation text (RFC 1035 §5.1) into tokens. Two readers share it: a whole master file, where line ends,
 * parentheses and comments have meaning, and the data of a single record, where they are ordinary characters.
 *
 * Tokens keep their escapes: only the reader of a field knows whether it wants a name or a character string.
 * Linear: every character is looked at a bounded number of times.
 */
import type { Fault } from './fault.ts';

export interface Token {
  readonly kind: 'word' | 'newline' | 'open' | 'close' | 'comment' | 'bad';
  /** Without the outer quotes; escapes still in. */
  readonly text: string;
  readonly quoted: boolean;
  /** Offset of the first character. */
  readonly start: number;
  readonly end: number;
}

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;
const OPEN = 40;
const CLOSE = 41;
const SEMICOLON = 59;
const EQUALS = 61;
const BACKSLASH = 92;

export interface LexOptions {
  /** True for a master file: comments, parentheses and line ends are syntax. */
  readonly file: boolean;
}

/** The token that begins at or after `from`; `undefined` at the end of the text. */
export function nextToken(text: string, from: number, options: LexOptions): Token | undefined {
  let at = from;
  while (at < text.length && isBlank(text.charCodeAt(at), options)) at += 1;
  if (at >= text.length) return undefined;
  const code = text.charCodeAt(at);
  if (code === QUOTE) return quotedToken(text, at);
  if (options.file) {
    if (code === LF) return token('newline', text, at, at + 1);
    if (code === OPEN) return token('open', text, at, at + 1);
    if (code === CLOSE) return token('close', text, at, at + 1);
    if (code === SEMICOLON) {
      const newline = text.indexOf('\n', at);
      return token('comment', text, at, newline === -1 ? text.length : newline);
    }
  }
  return wordToken(text, at, options);
}

/** The tokens of one record's data, as a field such as `content` holds it. */
export function tokenizeRdata(
  text: string,
): { readonly tokens: readonly Token[] } | { readonly fault: Fault } {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    const found = nextToken(text, at, { file: false });
    if (found === undefined) return { tokens };
    if (found.kind === 'bad') return { fault: OPEN_QUOTE };
    tokens.push(found);
    at = found.end;
  }
}

export const OPEN_QUOTE: Fault = {
  code: 'quote-open',
  message: 'a quoted string has no closing quote',
  next: 'Close the quote on the same line; a quote within a string is written \\".',
};

function isBlank(code: number, options: LexOptions): boolean {
  return code === SPACE || code === TAB || code === CR || (code === LF && !options.file);
}

function token(kind: Token['kind'], text: string, start: number, end: number): Token {
  return { kind, text: text.slice(start, end), quoted: false, start, end };
}

/** Offset just behind the closing quote of the string that opens at `at`; -1 when it stays open on its line. */
function endOfQuoted(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) return i + 1;
    if (code === LF) return -1;
    if (code === BACKSLASH) i += 1;
  }
  return -1;
}

function quotedToken(text: string, at: number): Token {
  const end = endOfQuoted(text, at);
  if (end === -1) return openQuote(text, at);
  return { kind: 'word', text: text.slice(at + 1, end - 1), quoted: true, start: at, end };
}

/** The rest of the line, so that a file's reader goes on with the next line. */
function openQuote(text: string, at: number): Token {
  const newline = text.indexOf('\n', at);
  return token('bad', text, at, newline === -1 ? text.length : newline);
}

/** An unquoted word. A quote directly after `=` belongs to it: `alpn="h2,h3"` (RFC 9460 §2.1). */
function wordToken(text: string, at: number, options: LexOptions): Token {
  let i = at;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) {
      i += 2;
    } else if (code === QUOTE) {
      if (text.charCodeAt(i - 1) !== EQUALS) break;
      const end = endOfQuoted(text, i);
      if (end === -1) return openQuote(text, at);
      i = end;
    } else if (code === LF || isBlank(code, options)) {
      break;
    } else if (options.file && (code === SEMICOLON || code === OPEN || code === CLOSE)) {
      break;
    } else {
      i += 1;
    }
  }
  return token('word', text, at, Math.min(i, text.length));
}
