/**
 * Record types whose value is `data`: a list of typed fields in master-file order. `content` is rendered from it and
 * read-only; a client that sends only `content` is understood where it is a master-file line ([U]).
 */
import { absolute, type KindInput, type KindValue, type RecordKind, readPriority } from './kind.ts';
import type { RecordData } from './record.ts';
import { invalidContent, invalidField, missingField } from './record-errors.ts';
import { FIELDS, type Field, readField, type StructuredType } from './structured-fields.ts';
import { characterString, parseQuoted, quote } from './text.ts';
import { locRdata, svcParams, u8, u16, wireName } from './wire.ts';

export function structuredKind(type: StructuredType): RecordKind {
  const fields: readonly Field[] = FIELDS[type];
  return {
    type,
    read: (input) => readStructured(type, fields, input),
    rdata: (value) => structuredRdata(type, fields, value),
    master: (value) => {
      const text = fields.map((item) => masterField(type, item, value.data ?? {})).join(' ');
      return type === 'URI' ? `${value.priority ?? 0} ${text}` : text.trimEnd();
    },
    fromMaster: (tokens) => structuredFromMaster(type, fields, tokens),
    proxiable: () => false,
  };
}

function readStructured(type: StructuredType, fields: readonly Field[], input: KindInput): KindValue {
  const sent = sentData(type, fields, input);
  const data: Record<string, string | number> = {};
  for (const item of fields) data[item.name] = readField(type, item, sent[item.name], input.zone);
  if (type === 'SRV')
    return { content: render(type, fields, data), data, priority: Number(data['priority']) };
  if (type === 'URI')
    return { content: render(type, fields, data), data, priority: readPriority(input.priority) };
  if ((type === 'HTTPS' || type === 'SVCB') && svcParams(String(data['value'])) === undefined) {
    throw invalidField('data.value', 'is not a valid list of parameters');
  }
  return { content: render(type, fields, data), data };
}

/** The object to read from: `data`, or the parsed content when `data` is absent, null or empty. */
function sentData(
  type: StructuredType,
  fields: readonly Field[],
  input: KindInput,
): Readonly<Record<string, unknown>> {
  const { data } = input;
  if (typeof data === 'object' && data !== null && !Array.isArray(data) && Object.keys(data).length > 0) {
    const object = data as Record<string, unknown>;
    // SRV priority is accepted at the top level too.
    return type === 'SRV' && object['priority'] === undefined
      ? { ...object, priority: input.priority }
      : object;
  }
  if (typeof input.content !== 'string' || input.content.trim() === '') throw missingField('data');
  const tokens = tokenize(input.content);
  const parsed =
    type === 'SRV' && tokens.length === 3
      ? { ...fromTokens(fields.slice(1), tokens), priority: input.priority }
      : fromTokens(fields, tokens, type === 'LOC');
  if (parsed === undefined) throw invalidContent(type);
  return parsed;
}

/** The content that the server shows. Separators are single spaces. */
function render(type: StructuredType, fields: readonly Field[], data: RecordData): string {
  if (type === 'LOC') return renderLoc(data);
  const shown = type === 'SRV' ? fields.slice(1) : fields;
  return shown
    .map((item) => {
      const value = data[item.name] ?? '';
      return item.form === 'quoted' || item.form === 'quoted-rest' ? quote(String(value)) : String(value);
    })
    .join(' ')
    .trimEnd();
}

function renderLoc(data: RecordData): string {
  const side = (name: 'lat' | 'long'): string =>
    `${data[`${name}_degrees`]} ${data[`${name}_minutes`]} ` +
    `${Number(data[`${name}_seconds`]).toFixed(3)} ${data[`${name}_direction`]}`;
  const meters = ['altitude', 'size', 'precision_horz', 'precision_vert'];
  return [side('lat'), side('long'), ...meters.map((name) => Number(data[name]).toFixed(2))].join(' ');
}

function masterField(type: StructuredType, item: Field, data: RecordData): string {
  const value = data[item.name] ?? '';
  if (item.form === 'quoted' || item.form === 'quoted-rest') return quote(String(value));
  if (item.form === 'host' || item.form === 'host-dot') return absolute(String(value));
  if (type === 'LOC' && item.name.endsWith('_seconds')) return Number(value).toFixed(3);
  if (type === 'LOC' && /^(?:altitude|size|precision)/.test(item.name)) return `${Number(value).toFixed(2)}m`;
  return String(value);
}

function structuredRdata(type: StructuredType, fields: readonly Field[], value: KindValue): Buffer {
  const data = value.data ?? {};
  if (type === 'LOC') return locRdata(data);
  const parts = fields.map((item) => fieldBytes(type, item, data[item.name] ?? ''));
  if (type === 'URI') parts.unshift(u16(value.priority ?? 0));
  return Buffer.concat(parts);
}

function fieldBytes(type: StructuredType, item: Field, value: string | number): Buffer {
  switch (item.form) {
    case 'u8':
      return u8(Number(value));
    case 'u16':
      return u16(Number(value));
    case 'hex':
      return Buffer.from(String(value), 'hex');
    case 'base64':
      return Buffer.from(String(value), 'base64');
    case 'host':
    case 'host-dot':
      return wireName(String(value));
    case 'params':
      return svcParams(String(value)) ?? Buffer.alloc(0);
    case 'quoted-rest':
      return Buffer.from(String(value));
    default:
      return type === 'CAA' || item.form === 'quoted'
        ? characterString(Buffer.from(String(value)))
        : Buffer.alloc(0);
  }
}

function structuredFromMaster(
  type: StructuredType,
  fields: readonly Field[],
  tokens: readonly string[],
): Omit<KindInput, 'zone'> | undefined {
  const rest = type === 'URI' ? tokens.slice(1) : tokens;
  const data = fromTokens(fields, rest, type === 'LOC');
  return data === undefined
    ? undefined
    : { content: undefined, data, priority: type === 'URI' ? tokens[0] : undefined };
}

/** Values by field from tokens; the last field takes what is left where its form may be split. */
function fromTokens(
  fields: readonly Field[],
  tokens: readonly string[],
  loc = false,
): Record<string, unknown> | undefined {
  if (loc) return locFromTokens(tokens);
  const data: Record<string, unknown> = {};
  for (const [index, item] of fields.entries()) {
    const last = index === fields.length - 1;
    const joiner = item.form === 'params' ? ' ' : '';
    const token = last ? tokens.slice(index).join(joiner) : tokens[index];
    if (token === undefined || (token === '' && item.fallback === undefined)) return undefined;
    const splits = item.form === 'params' || item.form === 'hex' || item.form === 'base64';
    if (last && !splits && tokens.length > fields.length) return undefined;
    data[item.name] = splits ? token : unquote(token);
  }
  return data;
}

/** `37 46 46 N 122 23 35 W 0m 100m 0m 0m`, where minutes, seconds and everything after the altitude may be absent. */
function locFromTokens(tokens: readonly string[]): Record<string, unknown> | undefined {
  const text = tokens.join(' ');
  const side = '(\\d+)(?: (\\d+))?(?: (\\d+(?:\\.\\d+)?))?';
  const meters = '(?: (-?\\d+(?:\\.\\d+)?)m?)?';
  const match = new RegExp(`^${side} ([NS]) ${side} ([EW])${meters}${meters}${meters}${meters}$`, 'i').exec(
    text,
  );
  if (match === null) return undefined;
  const names = FIELDS.LOC.map((item) => item.name);
  const data: Record<string, unknown> = {};
  names.forEach((name, index) => {
    const value = match[index + 1];
    if (value !== undefined) data[name] = name.endsWith('direction') ? value.toUpperCase() : Number(value);
  });
  // Defaults of RFC 1876 for what a master file leaves out.
  return { size: 1, precision_horz: 10_000, precision_vert: 10, ...data };
}

function unquote(token: string): string {
  if (!token.startsWith('"')) return token;
  return (parseQuoted(token)?.[0] ?? Buffer.alloc(0)).toString();
}

/** Words and quoted strings of a line, quotes kept. */
export function tokenize(text: string): string[] {
  return text.match(/"(?:[^"\\]|\\.)*"|[^\s"]+(?:"(?:[^"\\]|\\.)*")?/g) ?? [];
}
