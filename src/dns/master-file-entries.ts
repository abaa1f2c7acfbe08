/**
 * Cuts a master file (RFC 1035 §5.1) into entries: a directive or a record, with parentheses undone and the
 * comment behind it kept. An entry that is broken is reported and skipped; reading goes on with the next line.
 */
import type { Fault } from './fault.ts';
import { nextToken, OPEN_QUOTE, type Token } from './lexer.ts';

export interface MasterFileEntry {
  /** Words only; the first is the owner or a directive unless `continuesName`. Never empty. */
  readonly words: readonly Token[];
  /** True when the line begins with white space: the entry has the name of the one before it. */
  readonly continuesName: boolean;
  /** The text behind the `;` on the entry's last line; empty when there is none. */
  readonly comment: string;
}

export interface PlacedFault {
  readonly fault: Fault;
  /** Offset in the file. */
  readonly at: number;
}

/** The entries in order; what is broken goes to `report`. Linear in the length of `text`. */
export function* masterFileEntries(
  text: string,
  report: (placed: PlacedFault) => void,
): Generator<MasterFileEntry, void> {
  let at = 0;
  while (at < text.length) {
    const lineStart = at;
    const read = readEntry(text, at, report);
    at = read.end;
    const [first] = read.words;
    if (first === undefined || read.broken) continue;
    yield { words: read.words, continuesName: first.start > lineStart, comment: read.comment };
  }
}

interface ReadEntry {
  readonly words: readonly Token[];
  readonly comment: string;
  readonly broken: boolean;
  /** Offset of the line behind the entry. */
  readonly end: number;
}

function readEntry(text: string, from: number, report: (placed: PlacedFault) => void): ReadEntry {
  const words: Token[] = [];
  let comment = '';
  let broken = false;
  let depth = 0;
  let openAt = -1;
  let at = from;
  for (;;) {
    const token = nextToken(text, at, { file: true });
    if (token === undefined) {
      if (depth > 0) report({ fault: OPEN_PARENTHESIS, at: openAt });
      return { words, comment, broken: broken || depth > 0, end: text.length };
    }
    at = token.end;
    if (token.kind === 'word') words.push(token);
    else if (token.kind === 'comment') comment = token.text.slice(1);
    else if (token.kind === 'newline') {
      if (depth === 0) return { words, comment, broken, end: at };
      comment = '';
    } else if (token.kind === 'open') {
      if (depth === 0) openAt = token.start;
      depth += 1;
    } else if (token.kind === 'close' && depth > 0) {
      depth -= 1;
    } else {
      report({ fault: token.kind === 'bad' ? OPEN_QUOTE : CLOSED_TWICE, at: token.start });
      broken = true;
    }
  }
}

const CLOSED_TWICE: Fault = {
  code: 'parenthesis',
  message: 'a parenthesis closes that was never opened',
  next: 'Take it out, or open it before.',
};

const OPEN_PARENTHESIS: Fault = {
  code: 'parenthesis',
  message: 'a parenthesis is never closed, so everything behind it belongs to this record',
  next: 'Close it where the record ends.',
};
