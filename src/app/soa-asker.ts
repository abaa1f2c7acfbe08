/**
 * Asks zones' own nameservers for their SOA serials (the `SoaAsker` port), over UDP, and over TCP when an answer was
 * cut. An answer counts only when it is authoritative, is from the server that was asked, and repeats the question.
 * Waiting for an answer is real time: what is waited for is a network.
 */
import { randomInt } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { connect, isIPv6 } from 'node:net';
import { type DecodedPacket, decode, encode, type Packet, streamEncode } from 'dns-packet';
import { systemClock } from '../base/clock.ts';
import type { ZoneId } from '../base/ids.ts';
import type { SoaAsker, SoaQuestion } from '../domains/zones/signals/ports.ts';

const DNS_PORT = 53;
const IN_FLIGHT = 64;
/** A polite pace: 10,000 zones in 20 seconds. */
const PER_SECOND = 500;
const TIMEOUT_MS = 1_500;
/** Each try goes to the next of the zone's nameservers. */
const TRIES_MAX = 3;
const ADDRESS_KEPT_MS = 600_000;
const MESSAGE_BYTES_MAX = 65_535;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface SoaAskerOptions {
  /** Where all questions go instead of the zones' own nameservers, `host` an IP address: a sandbox's DNS server. */
  readonly address?: Address;
  readonly inFlight?: number;
  readonly questionsPerSecond?: number;
  readonly timeoutMs?: number;
}

export interface OpenSoaAsker extends SoaAsker {
  /** Questions under way end without an answer. */
  close(): Promise<void>;
}

/** Opens no socket before the first question. Concurrent calls are safe. */
export function openSoaAsker(options: SoaAskerOptions = {}): OpenSoaAsker {
  const wire = new DnsWire(options.timeoutMs ?? TIMEOUT_MS);
  const addresses = new Map<string, { readonly at: number; readonly address: Promise<Address | null> }>();

  const addressOf = (nameServer: string): Promise<Address | null> => {
    if (options.address !== undefined) return Promise.resolve(options.address);
    const known = addresses.get(nameServer);
    if (known !== undefined && Math.abs(performance.now() - known.at) < ADDRESS_KEPT_MS) return known.address;
    const address = lookup(nameServer).then(
      (found): Address => ({ host: found.address, port: DNS_PORT }),
      () => null,
    );
    addresses.set(nameServer, { at: performance.now(), address });
    return address;
  };

  const serialOf = async (question: SoaQuestion, signal?: AbortSignal): Promise<number | null> => {
    const first = randomInt(Math.max(1, question.nameServers.length));
    for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
      signal?.throwIfAborted();
      const nameServer = question.nameServers[(first + attempt) % question.nameServers.length];
      const address = nameServer === undefined ? null : await addressOf(nameServer);
      const serial = address === null ? null : await wire.ask(question.name, address);
      if (serial !== null) return serial;
    }
    return null;
  };

  return {
    async serials(questions, { signal }) {
      const serials = new Map<ZoneId, number>();
      const startedAt = performance.now();
      const gapMs = 1_000 / (options.questionsPerSecond ?? PER_SECOND);
      let next = 0;
      const work = async (): Promise<void> => {
        for (let index = next++; index < questions.length; index = next++) {
          const question = questions[index];
          if (question === undefined) return;
          const earlyMs = startedAt + index * gapMs - performance.now();
          if (earlyMs > 1) await systemClock.sleep(earlyMs, signal);
          const serial = await serialOf(question, signal);
          if (serial !== null) serials.set(question.zoneId, serial);
        }
      };
      const workers = Math.min(options.inFlight ?? IN_FLIGHT, questions.length);
      await Promise.all(Array.from({ length: workers }, work));
      return serials;
    },
    close: () => wire.close(),
  };
}

interface Pending {
  readonly name: string;
  readonly address: Address;
  settle(answer: DecodedPacket | null): void;
}

/** The sockets, and the questions that wait for an answer, by their ids. */
class DnsWire {
  readonly #timeoutMs: number;
  readonly #sockets = new Map<'udp4' | 'udp6', Socket>();
  readonly #pending = new Map<number, Pending>();
  #closed = false;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** The serial, or null when no good answer came in time. */
  async ask(name: string, address: Address): Promise<number | null> {
    const answer = await this.#askUdp(name, address);
    if (answer?.flag_tc !== true) return serialIn(answer, name);
    return serialIn(await this.#askTcp(name, address), name);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { settle } of this.#pending.values()) settle(null);
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }

  #askUdp(name: string, address: Address): Promise<DecodedPacket | null> {
    if (this.#closed) return Promise.resolve(null);
    const id = this.#freeId();
    return new Promise((resolve) => {
      const settle = (answer: DecodedPacket | null): void => {
        clearTimeout(timer);
        this.#pending.delete(id);
        resolve(answer);
      };
      const timer = setTimeout(() => settle(null), this.#timeoutMs);
      this.#pending.set(id, { name, address, settle });
      const socket = this.#socket(isIPv6(address.host) ? 'udp6' : 'udp4');
      socket.send(query(id, name), address.port, address.host, (error) => {
        if (error !== null && error !== undefined) settle(null);
      });
    });
  }

  #askTcp(name: string, address: Address): Promise<DecodedPacket | null> {
    const id = randomInt(0x10000);
    return new Promise((resolve) => {
      const socket = connect(address.port, address.host);
      const chunks: Buffer[] = [];
      let bytes = 0;
      const end = (answer: DecodedPacket | null): void => {
        socket.destroy();
        resolve(answer);
      };
      socket.setTimeout(this.#timeoutMs, () => end(null));
      socket.once('error', () => end(null));
      socket.once('close', () => end(null));
      socket.once('connect', () => socket.write(streamEncode({ id, ...questionOf(name) })));
      socket.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        const all = Buffer.concat(chunks, bytes);
        if (bytes > MESSAGE_BYTES_MAX + 2) end(null);
        else if (bytes >= 2 && bytes >= all.readUInt16BE(0) + 2) {
          const answer = parse(() => decode(all.subarray(2)));
          end(answer?.id === id && repeats(answer, name) ? answer : null);
        }
      });
    });
  }

  #take(message: Buffer, from: RemoteInfo): void {
    const answer = parse(() => decode(message));
    const pending = answer?.id === undefined ? undefined : this.#pending.get(answer.id);
    if (answer === null || pending === undefined) return;
    const { address, name, settle } = pending;
    if (from.port === address.port && from.address === address.host && repeats(answer, name)) settle(answer);
  }

  #socket(family: 'udp4' | 'udp6'): Socket {
    const open = this.#sockets.get(family);
    if (open !== undefined) return open;
    const socket = createSocket(family);
    socket.unref();
    socket.on('message', (message, from) => this.#take(message, from));
    // A refused port or a lost route: the question runs into its timeout.
    socket.on('error', () => undefined);
    this.#sockets.set(family, socket);
    return socket;
  }

  #freeId(): number {
    let id = randomInt(0x10000);
    while (this.#pending.has(id)) id = (id + 1) & 0xffff;
    return id;
  }
}

function questionOf(name: string): Packet {
  return { type: 'query', flags: 0, questions: [{ type: 'SOA', class: 'IN', name }] };
}

function query(id: number, name: string): Buffer {
  return encode({ id, ...questionOf(name) });
}

function parse(decodeIt: () => DecodedPacket): DecodedPacket | null {
  try {
    return decodeIt();
  } catch {
    // Not a DNS message: as good as no answer.
    return null;
  }
}

function repeats(answer: DecodedPacket, name: string): boolean {
  const [question] = answer.questions ?? [];
  return answer.type === 'response' && question?.type === 'SOA' && question.name.toLowerCase() === name;
}

function serialIn(answer: DecodedPacket | null, name: string): number | null {
  if (answer === null || !answer.flag_aa) return null;
  for (const record of answer.answers ?? []) {
    if (record.type === 'SOA' && record.name.toLowerCase() === name) return record.data.serial ?? null;
  }
  return null;
}
