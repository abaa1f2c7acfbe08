/**
 * One question to one DNS server, over UDP, and over TCP when the answer was cut. An answer counts only when it is from
 * the server that was asked and repeats the question. Waiting for it is real time: what is waited for is a network.
 */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import {
  type DecodedPacket,
  decode,
  encode,
  type Packet,
  RECURSION_DESIRED,
  type RecordType,
  streamEncode,
} from 'dns-packet';
import type { Address } from './soa-asker.ts';

const MESSAGE_BYTES_MAX = 65_535;

export interface WireQuestion {
  readonly name: string;
  readonly type: string;
  readonly recursive?: boolean;
}

/** The answer, or null when none came in time. Never throws for what a network does. */
export async function askWire(
  address: Address,
  question: WireQuestion,
  timeoutMs: number,
): Promise<DecodedPacket | null> {
  const answer = await askUdp(address, question, timeoutMs);
  return answer?.flag_tc === true ? askTcp(address, question, timeoutMs) : answer;
}

/** In the library's answers, not in its types. */
export function rcodeOf(answer: DecodedPacket): unknown {
  return (answer as { readonly rcode?: unknown }).rcode;
}

function packetOf(id: number, { name, type, recursive = false }: WireQuestion): Packet {
  const flags = recursive ? RECURSION_DESIRED : 0;
  return { type: 'query', id, flags, questions: [{ type: type as RecordType, class: 'IN', name }] };
}

function askUdp(address: Address, question: WireQuestion, timeoutMs: number): Promise<DecodedPacket | null> {
  const id = randomInt(0x10000);
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address.host) ? 'udp6' : 'udp4');
    const end = (answer: DecodedPacket | null): void => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => end(null), timeoutMs);
    socket.once('error', () => end(null));
    socket.on('message', (message, from) => {
      const answer = parse(message);
      if (from.address === address.host && from.port === address.port && fits(answer, id, question))
        end(answer);
    });
    socket.send(encode(packetOf(id, question)), address.port, address.host);
  });
}

function askTcp(address: Address, question: WireQuestion, timeoutMs: number): Promise<DecodedPacket | null> {
  const id = randomInt(0x10000);
  return new Promise((resolve) => {
    const socket = connect(address.port, address.host);
    let bytes = Buffer.alloc(0);
    const end = (answer: DecodedPacket | null): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => end(null));
    socket.once('error', () => end(null));
    socket.once('close', () => end(null));
    socket.once('connect', () => socket.write(streamEncode(packetOf(id, question))));
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.length > MESSAGE_BYTES_MAX + 2) end(null);
      else if (bytes.length >= 2 && bytes.length >= bytes.readUInt16BE(0) + 2) {
        const answer = parse(bytes.subarray(2));
        end(fits(answer, id, question) ? answer : null);
      }
    });
  });
}

function parse(message: Buffer): DecodedPacket | null {
  try {
    return decode(message);
  } catch {
    // Not a DNS message: as good as no answer.
    return null;
  }
}

function fits(answer: DecodedPacket | null, id: number, { name, type }: WireQuestion): boolean {
  const [asked] = answer?.questions ?? [];
  return (
    answer?.id === id &&
    answer.type === 'response' &&
    asked?.type === type &&
    asked.name.toLowerCase() === name.toLowerCase()
  );
}
