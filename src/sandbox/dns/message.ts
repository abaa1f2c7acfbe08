/** DNS messages: a query's bytes to an answer's bytes, for UDP and TCP alike. */
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type OptAnswer,
  type Packet,
  type Question,
  TRUNCATED_RESPONSE,
} from 'dns-packet';
import { TYPE_NUMBERS } from '../records/wire.ts';
import type { World } from '../state/world.ts';
import { lookup } from './lookup.ts';
import { BADVERS, type DnsAnswer, RCODES, type Rcode, REFUSED, type RRset } from './rrset.ts';
import { signAnswer } from './signing.ts';

const UDP_BYTES_DEFAULT = 512;
const UDP_BYTES_MAX = 1232;
const HEADER_BYTES = 12;
const RECURSION_DESIRED = 0x0100;
const OPCODE_MASK = 0x7800;
const RESPONSE_BIT = 0x8000;
const DO_BIT = 0x8000;
const EDNS_VERSION = 0;
/** What of an error code fits into the header; the rest stands in the OPT record. */
const HEADER_RCODE_MASK = 15;
const HEADER_RCODE_BITS = 4;

/** What UTF-8 decoding puts in the place of bytes that are no text. */
const NO_TEXT = '\ufffd';

export type Transport = 'udp' | 'tcp';

/** The answer to one query; undefined for what deserves none (too short, or an answer itself). */
export function answerMessage(world: World, query: Buffer, transport: Transport): Buffer | undefined {
  if (query.length < HEADER_BYTES || (query.readUInt16BE(2) & RESPONSE_BIT) !== 0) return undefined;
  let packet: Packet;
  try {
    packet = decode(query);
  } catch {
    return errorMessage(query, 'FORMERR');
  }
  if ((query.readUInt16BE(2) & OPCODE_MASK) !== 0) return errorMessage(query, 'NOTIMP');
  const [question, ...more] = packet.questions ?? [];
  if (question === undefined || more.length > 0) return errorMessage(query, 'FORMERR');
  // RFC 6891: one OPT record, and the version is looked at before the question.
  if ((packet.additionals ?? []).filter(isOpt).length > 1) return errorMessage(query, 'FORMERR');
  // A name whose bytes are no text cannot be given back as asked, and is in no zone.
  if (question.name.includes(NO_TEXT)) return errorMessage(query, 'REFUSED');
  try {
    return encodeAnswer({ query, packet, question, answer: resolve(world, packet, question), transport });
  } catch {
    return errorMessage(query, 'SERVFAIL');
  }
}

function resolve(world: World, packet: Packet, question: Question): DnsAnswer {
  const opt = packet.additionals?.find(isOpt);
  if (opt !== undefined && opt.ednsVersion !== EDNS_VERSION) return BADVERS;
  const type = typeNumber(question.type);
  // Zone transfers are refused to everybody; only class IN is served.
  if (type === 252 || type === 251 || (question.class ?? 'IN') !== 'IN') return REFUSED;
  const answer = lookup(world, question.name, type);
  const wantsSignatures = opt !== undefined && (opt.flags & DO_BIT) !== 0;
  return wantsSignatures ? signAnswer(world, { name: question.name, type }, answer) : answer;
}

function isOpt(item: Answer): item is OptAnswer {
  return item.type === 'OPT';
}

const KNOWN: ReadonlyMap<string, number> = new Map([
  ...Object.entries(TYPE_NUMBERS),
  ['ANY', 255],
  ['AXFR', 252],
  ['IXFR', 251],
]);

/** dns-packet names the types it knows; the others come as `UNKNOWN_65`. */
function typeNumber(type: string): number {
  return KNOWN.get(type) ?? Number(/^UNKNOWN_(\d+)$/.exec(type)?.[1] ?? 0);
}

interface Parts {
  readonly query: Buffer;
  readonly packet: Packet;
  readonly question: Question;
  readonly answer: DnsAnswer;
  readonly transport: Transport;
}

function encodeAnswer(parts: Parts): Buffer {
  const opt = parts.packet.additionals?.find(isOpt);
  const full = encodePacket(parts, parts.answer, 0);
  if (parts.transport === 'tcp') return full;
  const offered = opt === undefined ? UDP_BYTES_DEFAULT : Math.max(UDP_BYTES_DEFAULT, opt.udpPayloadSize);
  if (full.length <= Math.min(offered, UDP_BYTES_MAX)) return full;
  const empty: DnsAnswer = { ...parts.answer, answers: [], authorities: [], additionals: [] };
  return encodePacket(parts, empty, TRUNCATED_RESPONSE);
}

function encodePacket({ query, packet, question }: Parts, answer: DnsAnswer, moreFlags: number): Buffer {
  const rcode = RCODES[answer.rcode];
  const flags = (query.readUInt16BE(2) & RECURSION_DESIRED) | moreFlags | (rcode & HEADER_RCODE_MASK);
  const opt = packet.additionals?.find(isOpt);
  const additionals = answer.additionals.flatMap(recordsOf);
  if (opt !== undefined) {
    additionals.push({
      type: 'OPT',
      name: '.',
      udpPayloadSize: UDP_BYTES_MAX,
      extendedRcode: rcode >> HEADER_RCODE_BITS,
      ednsVersion: EDNS_VERSION,
      flags: opt.flags & DO_BIT,
      options: [],
    } as unknown as WireRecord);
  }
  return encode({
    type: 'response',
    id: packet.id ?? 0,
    flags: flags | (answer.authoritative ? AUTHORITATIVE_ANSWER : 0),
    questions: [question],
    answers: answer.answers.flatMap(recordsOf),
    authorities: answer.authorities.flatMap(recordsOf),
    additionals,
  } as unknown as Packet);
}

interface WireRecord {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly data: Buffer;
}

/** RDATA is ours, so every type is "unknown" to dns-packet and goes out as it is. */
function recordsOf(set: RRset): WireRecord[] {
  return set.rdatas.map((data) => ({
    name: set.name,
    type: `UNKNOWN_${set.type}`,
    ttl: set.ttlSeconds,
    data,
  }));
}

/** A bare header with the query's id and an error code. */
function errorMessage(query: Buffer, rcode: Rcode): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(query.readUInt16BE(0), 0);
  const kept = query.readUInt16BE(2) & (OPCODE_MASK | RECURSION_DESIRED);
  header.writeUInt16BE(RESPONSE_BIT | kept | RCODES[rcode], 2);
  return header;
}
