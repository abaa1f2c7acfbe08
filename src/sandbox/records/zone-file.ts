/**
 * Master files (RFC 1035 §5) as the import endpoint and the seeds read them: `$ORIGIN`, `$TTL`, `$GENERATE`,
 * parentheses, comments, quoted strings; `$INCLUDE` is refused. The comment of a line is kept, as Cloudflare puts a
 * record's comment and its `cf_tags=` there.
 */
import { GENERATE_RECORDS_MAX } from '../constants.ts';
import type { RecordBody } from './build.ts';
import { RECORD_KINDS } from './kinds.ts';
import { isRecordType, type RecordType } from './record.ts';

export interface ZoneFileRecord {
  readonly line: number;
  readonly type: RecordType;
  /** Absolute, without trailing dot. */
  readonly name: string;
  /** As an API client would send it. */
  readonly body: RecordBody;
}

export type ZoneFile =
  | {
      readonly ok: true;
      readonly records: readonly ZoneFileRecord[];
      /** Lines that are well-formed but not kept: SOA. */
      readonly skipped: number;
    }
  | { readonly ok: false; readonly line: number; readonly reason: string };

class ZoneFileError extends Error {
  readonly line: number;
  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}

interface Entry {
  readonly line: number;
  readonly tokens: readonly string[];
  readonly comment: string;
  readonly startsWithSpace: boolean;
}

interface ReadState {
  origin: string;
  ttl: number | undefined;
  owner: string | undefined;
  skipped: number;
  readonly records: ZoneFileRecord[];
}

const HOST_TOKENS: Readonly<Partial<Record<RecordType, readonly number[]>>> = {
  CNAME: [0],
  NS: [0],
  PTR: [0],
  MX: [1],
  SRV: [3],
  NAPTR: [5],
  SVCB: [1],
  HTTPS: [1],
};

/** Reads a whole file. `zone` is the initial origin, in punycode. */
export function parseZoneFile(text: string, zone: string): ZoneFile {
  const state: ReadState = { origin: zone, ttl: undefined, owner: undefined, skipped: 0, records: [] };
  try {
    for (const entry of entriesOf(text)) readEntry(entry, state);
  } catch (error) {
    if (error instanceof ZoneFileError) return { ok: false, line: error.line, reason: error.message };
    throw error;
  }
  return { ok: true, records: state.records, skipped: state.skipped };
}

/** Logical lines: parentheses joined, comments split off. */
function* entriesOf(text: string): Generator<Entry> {
  let open = 0;
  let tokens: string[] = [];
  let comments: string[] = [];
  let startLine = 1;
  let startsWithSpace = false;
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const parts = scanLine(line, index + 1);
    if (open === 0) {
      tokens = [];
      comments = [];
      startLine = index + 1;
      startsWithSpace = /^[ \t]/.test(line);
    }
    for (const token of parts.tokens) {
      if (token === '(') open += 1;
      else if (token === ')') open -= 1;
      else tokens.push(token);
      if (open < 0) throw new ZoneFileError(index + 1, 'closing parenthesis without an opening one');
    }
    if (parts.comment !== '') comments.push(parts.comment);
    if (open === 0 && tokens.length > 0) {
      yield { line: startLine, tokens, comment: comments.join(' '), startsWithSpace };
      tokens = [];
    }
  }
  if (open > 0) throw new ZoneFileError(startLine, 'parenthesis is not closed');
}

function scanLine(line: string, number: number): { tokens: string[]; comment: string } {
  const tokens: string[] = [];
  let at = 0;
  while (at < line.length) {
    const char = line.charAt(at);
    if (char === ';') return { tokens, comment: line.slice(at + 1).trim() };
    if (char === ' ' || char === '\t') {
      at += 1;
    } else if (char === '(' || char === ')') {
      tokens.push(char);
      at += 1;
    } else {
      const token = /^(?:"(?:[^"\\]|\\.)*"|\\.|[^\s;()"\\])+/.exec(line.slice(at))?.[0];
      if (token === undefined) throw new ZoneFileError(number, 'quote is not closed');
      tokens.push(token);
      at += token.length;
    }
  }
  return { tokens, comment: '' };
}

function readEntry(entry: Entry, state: ReadState): void {
  const [first = '', second = ''] = entry.tokens;
  switch (first.toUpperCase()) {
    case '$ORIGIN':
      state.origin = absoluteName(second, state, entry.line);
      return;
    case '$TTL':
      state.ttl = readTtl(second, entry.line);
      return;
    case '$INCLUDE':
      throw new ZoneFileError(entry.line, '$INCLUDE is not supported');
    case '$GENERATE':
      generate(entry, state);
      return;
    default:
      readRecord(entry, state);
  }
}

/** `$GENERATE 1-3 host$ A 192.0.2.$` */
function generate(entry: Entry, state: ReadState): void {
  const [, range = '', ...template] = entry.tokens;
  const match = /^(\d+)-(\d+)(?:\/(\d+))?$/.exec(range);
  if (match === null || template.length < 3) throw new ZoneFileError(entry.line, '$GENERATE is malformed');
  const [start, stop, step] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 1)];
  if (step < 1 || (stop - start) / step >= GENERATE_RECORDS_MAX) {
    throw new ZoneFileError(entry.line, `$GENERATE makes more than ${GENERATE_RECORDS_MAX} records`);
  }
  for (let value = start; value <= stop; value += step) {
    const tokens = template.map((token) => expand(token, value));
    readRecord({ ...entry, tokens, startsWithSpace: false }, state);
  }
}

function expand(token: string, value: number): string {
  return token.replace(/\\\$|\$(?:\{(-?\d+)(?:,(\d+))?(?:,([doxX]))?\})?/g, (found, offset, width, base) => {
    if (found === '\\$') return '$';
    const number = value + Number(offset ?? 0);
    const digits = number.toString(base === 'o' ? 8 : base === 'x' || base === 'X' ? 16 : 10);
    return (base === 'X' ? digits.toUpperCase() : digits).padStart(Number(width ?? 0), '0');
  });
}

function readRecord(entry: Entry, state: ReadState): void {
  const tokens = [...entry.tokens];
  const owner = entry.startsWithSpace ? state.owner : absoluteName(tokens.shift() ?? '', state, entry.line);
  if (owner === undefined) throw new ZoneFileError(entry.line, 'a record without a name follows no other');
  state.owner = owner;
  let ttl = state.ttl;
  for (let part = tokens[0]; part !== undefined; part = tokens[0]) {
    if (/^\d+[smhdw\d]*$/i.test(part)) ttl = readTtl(part, entry.line);
    else if (!/^(?:IN|CH|HS|CS)$/i.test(part)) break;
    tokens.shift();
  }
  const type = (tokens.shift() ?? '').toUpperCase();
  if (type === 'SOA') {
    state.skipped += 1;
    state.ttl ??= ttl;
    return;
  }
  if (!isRecordType(type))
    throw new ZoneFileError(entry.line, `unknown record type ${type === '' ? '(none)' : type}`);
  state.records.push(makeRecord({ entry, state, owner, ttl, type, tokens }));
}

function makeRecord(parts: {
  entry: Entry;
  state: ReadState;
  owner: string;
  ttl: number | undefined;
  type: RecordType;
  tokens: readonly string[];
}): ZoneFileRecord {
  const { entry, state, owner, type } = parts;
  const hosts = HOST_TOKENS[type] ?? [];
  const tokens = parts.tokens.map((token, index) =>
    hosts.includes(index) ? absoluteTarget(token, state, entry.line) : token,
  );
  const value = RECORD_KINDS[type].fromMaster(tokens);
  if (value === undefined)
    throw new ZoneFileError(entry.line, `the value of this ${type} record is malformed`);
  return {
    line: entry.line,
    type,
    name: owner,
    body: {
      name: owner,
      type,
      ...(value.content === undefined ? {} : { content: value.content }),
      ...(value.data === undefined ? {} : { data: value.data }),
      ...(value.priority === undefined ? {} : { priority: value.priority }),
      ...(parts.ttl === undefined ? {} : { ttl: parts.ttl }),
      ...readComment(entry.comment),
    },
  };
}

/** `text cf_tags=cf-proxied:true,owner:web`: the comment, and what the tags say. */
function readComment(comment: string): RecordBody {
  const at = comment.search(/(?:^|\s)cf_tags=/);
  const text = (at === -1 ? comment : comment.slice(0, at)).trim();
  const tagText = at === -1 ? '' : comment.slice(comment.indexOf('cf_tags=', at) + 8).trim();
  const body: Record<string, unknown> = text === '' ? {} : { comment: text };
  const tags: string[] = [];
  for (const tag of tagText.split(',').map((part) => part.trim())) {
    if (tag === '') continue;
    if (/^cf-proxied:/i.test(tag)) body['proxied'] = /:true$/i.test(tag);
    else if (/^cf-flatten-cname(?::true)?$/i.test(tag)) body['settings'] = { flatten_cname: true };
    else if (!/^cf-/i.test(tag)) tags.push(tag);
  }
  return tags.length === 0 ? body : { ...body, tags };
}

function readTtl(text: string, line: number): number {
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
  if (/^\d+$/.test(text)) return Number(text);
  if (!/^(?:\d+[smhdw])+$/i.test(text)) throw new ZoneFileError(line, `TTL ${text} is malformed`);
  return [...text.toLowerCase().matchAll(/(\d+)([smhdw])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units[unit ?? 's'] ?? 1),
    0,
  );
}

function absoluteName(token: string, state: ReadState, line: number): string {
  if (token === '') throw new ZoneFileError(line, 'a name is missing');
  if (token === '@') return state.origin;
  return token.endsWith('.') ? token.slice(0, -1).toLowerCase() : `${token.toLowerCase()}.${state.origin}`;
}

function absoluteTarget(token: string, state: ReadState, line: number): string {
  if (token === '.' || token.endsWith('.')) return token;
  return `${absoluteName(token, state, line)}.`;
}
