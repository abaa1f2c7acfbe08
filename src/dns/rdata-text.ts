/**
 * Record data in presentation form (RFC 1035 §5.1 and each type's RFC): `10 mail.example.com.` and back.
 * `parseRdata` and `formatRdata` invert each other: what one writes the other reads to the same data.
 */
import type { Parsed } from '../base/problem.ts';
import { decodeCharStrings } from './char-string.ts';
import { type Fault, fault, faultToProblem, type Read } from './fault.ts';
import type { HostRules } from './field-kind.ts';
import { type Token, tokenizeRdata } from './lexer.ts';
import { formatLoc, parseLoc } from './loc.ts';
import { rdataFields } from './rdata-fields.ts';
import { type Rdata, RECORD_TYPES, type RecordType } from './record.ts';

/** The `RecordType` that `text` names in any case; `undefined` for any other. */
export function parseRecordType(text: string): RecordType | undefined {
  const upper = text.toUpperCase();
  return RECORD_TYPES.find((type) => type === upper);
}

/**
 * Reads the data of one record. `input` is its presentation text, or its words where a lexer has cut them already.
 * Every wrong field is reported. The generic form of RFC 3597 (`\# 4 c0000201`) is refused with a hint.
 */
export function parseRdata(
  type: RecordType,
  input: string | readonly Token[],
  hosts: HostRules = {},
): Parsed<Rdata> {
  const read = readRdata(type, input, hosts);
  if ('value' in read) return { ok: true, value: read.value, problems: [] };
  return { ok: false, problems: read.faults.map((one) => faultToProblem(one, { subject: type })) };
}

/** `parseRdata` for callers that know more of the record and make the problems themselves. */
export function readRdata(
  type: RecordType,
  input: string | readonly Token[],
  hosts: HostRules = {},
): { readonly value: Rdata } | { readonly faults: readonly Fault[] } {
  const cut = typeof input === 'string' ? tokenizeRdata(input) : { tokens: input };
  if ('fault' in cut) return { faults: [cut.fault] };
  const read = readTokens(type, cut.tokens, hosts);
  // Only offsets in the text that the caller has are of use to it.
  if ('value' in read || typeof input !== 'string') return read;
  return { faults: read.faults.map(({ code, message, next }) => ({ code, message, next })) };
}

function readTokens(
  type: RecordType,
  tokens: readonly Token[],
  hosts: HostRules,
): { readonly value: Rdata } | { readonly faults: readonly Fault[] } {
  if (tokens[0]?.text === '\\#' && !tokens[0].quoted) return { faults: [GENERIC_FORM] };
  if (type === 'LOC') {
    const loc = parseLoc(tokens.map((token) => token.text));
    return 'fault' in loc ? { faults: [loc.fault] } : loc;
  }
  return readFields(type, tokens, hosts);
}

/** The data in presentation form, absolute names with their trailing dot, strings quoted. */
export function formatRdata(rdata: Rdata): string {
  if (rdata.type === 'unknown') return rdata.content;
  if (rdata.type === 'LOC') return formatLoc(rdata);
  const values: Readonly<Record<string, unknown>> = rdata;
  return rdataFields(rdata.type)
    .map(({ key, kind }) => kind.format(values[key]))
    .filter((word) => word !== '')
    .join(' ');
}

/**
 * The text of a TXT record from a `content` as Cloudflare takes and returns it (cloudflare-api §4.7): quoted strings
 * when it begins and ends with a quote, the text itself otherwise.
 */
export function parseTxtContent(content: string): Read<string> {
  const trimmed = content.trim();
  if (!trimmed.startsWith('"')) return decodeVerbatim(content);
  const cut = tokenizeRdata(trimmed);
  if ('fault' in cut) return cut;
  if (!cut.tokens.every((token) => token.quoted)) {
    const next = 'Quote every string of it, or none; a quote within a string is written \\".';
    return fault('text-invalid', 'the text is partly in quotes and partly not', next);
  }
  return decodeCharStrings(cut.tokens.map((token) => token.text));
}

/** Text as it stands, without escapes; only half surrogate pairs are refused. */
export function decodeVerbatim(text: string): Read<string> {
  return decodeCharStrings([text.replaceAll('\\', '\\\\')]);
}

const GENERIC_FORM: Fault = {
  code: 'rdata-generic',
  message: 'the data is in the generic form \\# of RFC 3597, which Cloudflare does not take',
  next: "Write the data in the type's own form.",
};

function readFields(
  type: RecordType,
  tokens: readonly Token[],
  hosts: HostRules,
): { readonly value: Rdata } | { readonly faults: readonly Fault[] } {
  const values: Record<string, unknown> = { type };
  const faults: Fault[] = [];
  let at = 0;
  for (const { key, kind, label } of rdataFields(type)) {
    const words = kind.words === 'one' ? tokens.slice(at, at + 1) : tokens.slice(at);
    at += words.length;
    if (words.length === 0 && key !== 'params') {
      faults.push(fault('rdata-invalid', `the ${label} is missing`, `Write it: ${layoutOf(type)}`).fault);
      break;
    }
    const read = kind.read(words, hosts);
    if ('value' in read) values[key] = read.value;
    else faults.push({ ...read.fault, message: `${label}: ${read.fault.message}`, at: words[0]?.start ?? 0 });
  }
  if (at < tokens.length) {
    const extra = tokens.slice(at).map((token) => token.text);
    const message = `${JSON.stringify(extra.join(' ').slice(0, 60))} is too much`;
    const extraFault = fault('rdata-invalid', message, `A ${type} record is: ${layoutOf(type)}`).fault;
    faults.push({ ...extraFault, at: tokens[at]?.start ?? 0 });
  }
  // The table of fields has the shape of `Rdata`; every field of the type has just been read.
  return faults.length > 0 ? { faults } : { value: values as unknown as Rdata };
}

/** `<preference> <exchange>` */
function layoutOf(type: RecordType): string {
  return rdataFields(type)
    .map(({ label }) => `<${label}>`)
    .join(' ');
}
