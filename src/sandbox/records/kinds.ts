/**
 * The 21 record types: how each reads what a client sends, how its content is rendered, its RDATA, and its master
 * file form. Structured types are a list of fields in master-file order; the rest are a few lines each.
 */

import { ipv4Bytes, ipv6Bytes, isProxiableAddress, parseIpv4, parseIpv6 } from './ip.ts';
import { absolute, type KindInput, type RecordKind, readPriority } from './kind.ts';
import { targetName } from './names.ts';
import type { RecordType } from './record.ts';
import { invalidContent, missingField } from './record-errors.ts';
import { structuredKind } from './structured.ts';
import { decodeTxt, txtRdata } from './text.ts';
import { u16, wireName } from './wire.ts';

const never = (): boolean => false;

function textOf(input: unknown, type: string): string {
  if (input === undefined || input === null) throw missingField('content');
  if (typeof input === 'number') return String(input);
  if (typeof input !== 'string') throw invalidContent(type);
  if (input.trim() === '') throw missingField('content');
  return input;
}

function one(tokens: readonly string[]): Omit<KindInput, 'zone'> | undefined {
  return tokens.length === 1 ? { content: tokens[0], data: undefined, priority: undefined } : undefined;
}

const a: RecordKind = {
  type: 'A',
  read: ({ content }) => {
    const address = parseIpv4(textOf(content, 'A'));
    if (address === undefined) throw invalidContent('A');
    return { content: address };
  },
  rdata: ({ content }) => ipv4Bytes(content),
  master: ({ content }) => content,
  fromMaster: one,
  proxiable: isProxiableAddress,
};

const aaaa: RecordKind = {
  type: 'AAAA',
  read: ({ content }) => {
    const address = parseIpv6(textOf(content, 'AAAA'));
    if (address === undefined) throw invalidContent('AAAA');
    return { content: address };
  },
  rdata: ({ content }) => ipv6Bytes(content),
  master: ({ content }) => content,
  fromMaster: one,
  proxiable: isProxiableAddress,
};

function hostKind(type: 'CNAME' | 'NS' | 'PTR'): RecordKind {
  return {
    type,
    read: ({ content, zone }) => {
      const target = targetName(textOf(content, type), zone);
      if (target === undefined || target === '.') throw invalidContent(type);
      return { content: target };
    },
    rdata: ({ content }) => wireName(content),
    master: ({ content }) => absolute(content),
    fromMaster: one,
    proxiable: type === 'CNAME' ? () => true : never,
  };
}

const mx: RecordKind = {
  type: 'MX',
  read: ({ content, priority, zone }) => {
    const target = targetName(textOf(content, 'MX'), zone);
    if (target === undefined) throw invalidContent('MX');
    return { content: target, priority: readPriority(priority) };
  },
  rdata: ({ content, priority }) => Buffer.concat([u16(priority ?? 0), wireName(content)]),
  master: ({ content, priority }) => `${priority ?? 0} ${absolute(content)}`,
  fromMaster: ([priority, content, ...rest]) =>
    content === undefined || rest.length > 0 ? undefined : { content, data: undefined, priority },
  proxiable: never,
};

const txt: RecordKind = {
  type: 'TXT',
  read: ({ content }) => {
    const text = textOf(content, 'TXT');
    if (decodeTxt(text) === undefined || /[\r\n\0]/.test(text)) throw invalidContent('TXT');
    return { content: text };
  },
  rdata: ({ content }) => txtRdata(content),
  master: ({ content }) => (content.trimStart().startsWith('"') ? content : quoteLong(content)),
  fromMaster: (tokens) =>
    tokens.length === 0
      ? undefined
      : { content: tokens.map(quoted).join(' '), data: undefined, priority: undefined },
  proxiable: never,
};

const openpgpkey: RecordKind = {
  type: 'OPENPGPKEY',
  read: ({ content }) => {
    const text = textOf(content, 'OPENPGPKEY').replace(/\s+/g, '');
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw invalidContent('OPENPGPKEY');
    return { content: text };
  },
  rdata: ({ content }) => Buffer.from(content, 'base64'),
  master: ({ content }) => content,
  fromMaster: (tokens) =>
    tokens.length === 0 ? undefined : { content: tokens.join(''), data: undefined, priority: undefined },
  proxiable: never,
};

export const RECORD_KINDS: Readonly<Record<RecordType, RecordKind>> = {
  A: a,
  AAAA: aaaa,
  CAA: structuredKind('CAA'),
  CERT: structuredKind('CERT'),
  CNAME: hostKind('CNAME'),
  DNSKEY: structuredKind('DNSKEY'),
  DS: structuredKind('DS'),
  HTTPS: structuredKind('HTTPS'),
  LOC: structuredKind('LOC'),
  MX: mx,
  NAPTR: structuredKind('NAPTR'),
  NS: hostKind('NS'),
  OPENPGPKEY: openpgpkey,
  PTR: hostKind('PTR'),
  SMIMEA: structuredKind('SMIMEA'),
  SRV: structuredKind('SRV'),
  SSHFP: structuredKind('SSHFP'),
  SVCB: structuredKind('SVCB'),
  TLSA: structuredKind('TLSA'),
  TXT: txt,
  URI: structuredKind('URI'),
};

function quoted(token: string): string {
  return token.startsWith('"') ? token : `"${token}"`;
}

function quoteLong(content: string): string {
  const escaped = content.replace(/["\\]/g, '\\$&');
  return (escaped.match(/(?:\\.|[^\\]){1,250}/g) ?? ['']).map((chunk) => `"${chunk}"`).join(' ');
}
