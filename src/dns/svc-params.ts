/**
 * SvcParams of SVCB and HTTPS records in presentation form (RFC 9460 §2.1 and §7, RFC 9461, RFC 9540):
 * `alpn="h2,h3" port=8443`. They are kept as written; this module checks and compares them.
 */
import { decodeCharStrings, quote } from './char-string.ts';
import { type Fault, fault, type Read, shown } from './fault.ts';
import { canonicalIpv6, isIpv4 } from './ip-address.ts';
import { type Token, tokenizeRdata } from './lexer.ts';
import { octetLength } from './text-bytes.ts';

/** The registered keys (IANA "Service Parameter Keys (SvcParamKeys)") by number. */
export const SVC_PARAM_NAMES: readonly string[] = [
  'mandatory',
  'alpn',
  'no-default-alpn',
  'port',
  'ipv4hint',
  'ech',
  'ipv6hint',
  'dohpath',
  'ohttp',
  'tls-supported-groups',
];

interface SvcParam {
  readonly number: number;
  readonly name: string;
  /** Decoded as a character string, not yet split at commas; `undefined` for a key alone. */
  readonly value: string | undefined;
}

/** Checks the words of SvcParams and joins them with single spaces, in the order given. */
export function parseSvcParams(tokens: readonly Token[]): Read<string> {
  const seen = new Set<number>();
  for (const { text, quoted } of tokens) {
    const param = quoted ? fault('svc-param', `${shown(text)} is no parameter`, FORM) : parseParam(text);
    if ('fault' in param) return param;
    const { name, number } = param.value;
    if (seen.has(number))
      return fault('svc-param', `parameter ${name} is there twice`, 'Keep one of the two.');
    seen.add(number);
    const wrong = checkValue(param.value);
    if (wrong !== undefined) return { fault: wrong };
  }
  if (seen.has(2) && !seen.has(1)) {
    return fault(
      'svc-param',
      'no-default-alpn stands without alpn',
      'Add alpn="…", or take no-default-alpn out.',
    );
  }
  return { value: tokens.map((token) => token.text).join(' ') };
}

/** The parameters so that every master file reader takes them: quoted where a character needs it. */
export function formatSvcParams(params: string): string {
  if (/^[A-Za-z0-9=,.:/+_ -]*$/.test(params)) return params;
  const parsed = splitParams(params);
  if (parsed === undefined) return params;
  return parsed.map(({ name, value }) => (value === undefined ? name : `${name}=${quote(value)}`)).join(' ');
}

/** One text for every way of writing the same parameters: sorted by number, decoded, lists by their items. */
export function svcParamsKey(params: string): string {
  if (params === '') return '';
  const parsed = splitParams(params);
  if (parsed === undefined) return params;
  return JSON.stringify(
    parsed.sort((a, b) => a.number - b.number).map((param) => [param.number, normalValue(param)]),
  );
}

/** Octets on the wire (RFC 9460 §2.2): exact for lists and addresses, an upper bound for the rest. */
export function svcParamsOctets(params: string): number {
  let octets = 0;
  for (const { name, value } of splitParams(params) ?? []) {
    const items = value === undefined ? [] : splitList(value);
    if (name === 'ipv4hint') octets += 4 + items.length * 4;
    else if (name === 'ipv6hint') octets += 4 + items.length * 16;
    else octets += 5 + octetLength(value ?? '');
  }
  return octets;
}

export interface SplitSvcParam {
  readonly name: string;
  readonly value: string | undefined;
  /** The value cut at its commas. */
  readonly items: readonly string[];
}

/** The parameters one by one, decoded; `undefined` when `params` is malformed. */
export function splitSvcParams(params: string): readonly SplitSvcParam[] | undefined {
  return splitParams(params)?.map(({ name, value }) => ({
    name,
    value,
    items: value === undefined ? [] : splitList(value),
  }));
}

const FORM = 'Parameters are key=value or key="value", such as alpn="h2,h3" port=8443.';

function splitParams(params: string): SvcParam[] | undefined {
  const read = tokenizeRdata(params);
  if ('fault' in read) return undefined;
  const parsed: SvcParam[] = [];
  for (const { text } of read.tokens) {
    const param = parseParam(text);
    if ('fault' in param) return undefined;
    parsed.push(param.value);
  }
  return parsed;
}

function parseParam(text: string): Read<SvcParam> {
  const equals = text.indexOf('=');
  const name = (equals === -1 ? text : text.slice(0, equals)).toLowerCase();
  const number = keyNumber(name);
  if (number === undefined) {
    return fault(
      'svc-param',
      `${shown(name)} is no parameter that we know`,
      `${FORM} Others are key0 to key65534.`,
    );
  }
  const known = SVC_PARAM_NAMES[number] ?? name;
  if (equals === -1) return { value: { number, name: known, value: undefined } };
  const raw = text.slice(equals + 1);
  const quoted = raw.length > 1 && raw.startsWith('"') && raw.endsWith('"');
  const inner = quoted ? raw.slice(1, -1) : raw;
  const value = decodeCharStrings([inner]);
  return 'fault' in value ? value : { value: { number, name: known, value: value.value } };
}

function keyNumber(name: string): number | undefined {
  const known = SVC_PARAM_NAMES.indexOf(name);
  if (known !== -1) return known;
  const generic = /^key(0|[1-9]\d{0,4})$/.exec(name);
  const number = Number(generic?.[1]);
  return generic !== null && number < 65_535 ? number : undefined;
}

function checkValue({ name, value }: SvcParam): Fault | undefined {
  const wrong = (expected: string): Fault =>
    fault('svc-param', `parameter ${name} has the value ${shown(value ?? '')}`, `It takes ${expected}.`)
      .fault;
  const items = value === undefined ? undefined : splitList(value);
  switch (name) {
    case 'no-default-alpn':
    case 'ohttp':
      return value === undefined ? undefined : wrong('no value');
    case 'alpn':
      return items?.every((item) => item.length > 0 && item.length < 256)
        ? undefined
        : wrong('protocol names: alpn="h2,h3"');
    case 'mandatory': {
      const numbers = items?.map((item) => keyNumber(item.toLowerCase())) ?? [];
      const fine = numbers.length > 0 && numbers.every((number) => number !== undefined && number !== 0);
      return fine ? undefined : wrong('the names of other parameters: mandatory=alpn,port');
    }
    case 'port':
      return /^\d{1,5}$/.test(value ?? '') && Number(value) < 65_536 ? undefined : wrong('a port number');
    case 'ipv4hint':
      return items?.every(isIpv4) ? undefined : wrong('IPv4 addresses: ipv4hint=192.0.2.1,192.0.2.2');
    case 'ipv6hint':
      return items?.every((item) => canonicalIpv6(item) !== undefined)
        ? undefined
        : wrong('IPv6 addresses: ipv6hint=2001:db8::1');
    case 'ech':
      return /^[A-Za-z0-9+/]+={0,2}$/.test(value ?? '') ? undefined : wrong('base64');
    default:
      return undefined;
  }
}

/** A comma-separated list (RFC 9460, appendix A.1): `\,` is a comma in an item, `\\` a backslash. */
function splitList(value: string): string[] {
  const items = [''];
  for (let i = 0; i < value.length; i += 1) {
    if (value[i] === ',') {
      items.push('');
      continue;
    }
    if (value[i] === '\\') i += 1;
    items[items.length - 1] += value[i] ?? '';
  }
  return items;
}

function normalValue({ name, value }: SvcParam): unknown {
  if (value === undefined) return null;
  switch (name) {
    case 'alpn':
    case 'ipv4hint':
      return splitList(value);
    case 'mandatory':
      return splitList(value)
        .map((item) => keyNumber(item.toLowerCase()) ?? item)
        .sort();
    case 'ipv6hint':
      return splitList(value).map((item) => canonicalIpv6(item) ?? item);
    case 'port':
      return Number(value);
    default:
      return value;
  }
}
