/**
 * Asks the parent of a zone for its DS records (the `ParentDsAsker` port), at one of the parent's own nameservers and
 * never at a cache: what counts is what the registrar has published by now. Over UDP, and over TCP when cut.
 */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { lookup, resolveNs } from 'node:dns/promises';
import { connect, isIPv6 } from 'node:net';
import { type DecodedPacket, decode, encode, type Packet, streamEncode } from 'dns-packet';
import type { DomainName } from '../dns/name.ts';
import type { ParentDsAsker } from '../domains/tls/ports.ts';
import { CLOUDFLARE_BASE_URL, type Config } from './config.ts';
import type { Address } from './soa-asker.ts';

const DNS_PORT = 53;
const TIMEOUT_MS = 2_000;
/** Nameservers of the parent that are tried. */
const TRIES_MAX = 3;
const MESSAGE_BYTES_MAX = 65_535;

export interface DsAskerOptions {
  /** Where the question goes instead of the parent's nameservers: a sandbox's DNS server. */
  readonly address?: Address;
  readonly timeoutMs?: number;
}

export function openDsAsker(options: DsAskerOptions = {}): ParentDsAsker {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  return {
    parentDs: async (zone, { signal }) => {
      const servers = options.address === undefined ? await parentServers(zone) : [options.address];
      for (const address of servers.slice(0, TRIES_MAX)) {
        signal?.throwIfAborted();
        const found = dsIn(await ask(zone, address, timeoutMs), zone);
        if (found !== null) return found;
      }
      return null;
    },
  };
}

/** Null with another Cloudflare than the real one and no DNS server named: its names are not the world's. */
export function parentAskerOf({
  baseUrl,
  dnsServer,
}: Pick<Config, 'baseUrl' | 'dnsServer'>): ParentDsAsker | null {
  if (dnsServer !== null) return openDsAsker({ address: dnsServer });
  return baseUrl === CLOUDFLARE_BASE_URL ? openDsAsker() : null;
}

/** The nearest name above that has nameservers, and their addresses. */
async function parentServers(zone: DomainName): Promise<Address[]> {
  const labels = zone.split('.').slice(1);
  for (let at = 0; at < labels.length; at += 1) {
    const names = await resolveNs(labels.slice(at).join('.')).catch(() => []);
    if (names.length === 0) continue;
    const found = await Promise.all(
      names.slice(0, TRIES_MAX).map((name) =>
        lookup(name).then(
          ({ address }) => address,
          () => null,
        ),
      ),
    );
    return found.flatMap((host) => (host === null ? [] : [{ host, port: DNS_PORT }]));
  }
  return [];
}

/** A parent that does not delegate the zone at all has no DS for it either. */
const SPOKEN: ReadonlySet<unknown> = new Set(['NOERROR', 'NXDOMAIN']);

/** Sorted texts; null when this is no answer of the parent. */
function dsIn(answer: DecodedPacket | null, zone: string): string[] | null {
  if (answer === null || !answer.flag_aa || !SPOKEN.has(rcodeOf(answer))) return null;
  const records = (answer.answers ?? []).flatMap((record) => {
    if (record.type !== 'DS' || record.name.toLowerCase() !== zone) return [];
    const { keyTag, algorithm, digestType, digest } = record.data;
    return [`${keyTag} ${algorithm} ${digestType} ${digest.toString('hex').toUpperCase()}`];
  });
  if (records.length > 0) return records.sort();
  // The zone itself knows nothing of its DS: its "none" is not the parent's.
  const speaker = (answer.authorities ?? []).find((record) => record.type === 'SOA')?.name.toLowerCase();
  return speaker === undefined || speaker === zone ? null : [];
}

/** In the library's answers, not in its types. */
function rcodeOf(answer: DecodedPacket): unknown {
  return (answer as { readonly rcode?: unknown }).rcode;
}

async function ask(zone: string, address: Address, timeoutMs: number): Promise<DecodedPacket | null> {
  const answer = await askUdp(zone, address, timeoutMs);
  return answer?.flag_tc === true ? askTcp(zone, address, timeoutMs) : answer;
}

function question(id: number, name: string): Packet {
  return { type: 'query', id, flags: 0, questions: [{ type: 'DS', class: 'IN', name }] };
}

function askUdp(zone: string, address: Address, timeoutMs: number): Promise<DecodedPacket | null> {
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
      if (from.address === address.host && from.port === address.port && fits(answer, id, zone)) end(answer);
    });
    socket.send(encode(question(id, zone)), address.port, address.host);
  });
}

function askTcp(zone: string, address: Address, timeoutMs: number): Promise<DecodedPacket | null> {
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
    socket.once('connect', () => socket.write(streamEncode(question(id, zone))));
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.length > MESSAGE_BYTES_MAX + 2) end(null);
      else if (bytes.length >= 2 && bytes.length >= bytes.readUInt16BE(0) + 2) {
        const answer = parse(bytes.subarray(2));
        end(fits(answer, id, zone) ? answer : null);
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

function fits(answer: DecodedPacket | null, id: number, zone: string): boolean {
  const [asked] = answer?.questions ?? [];
  return (
    answer?.id === id &&
    answer.type === 'response' &&
    asked?.type === 'DS' &&
    asked.name.toLowerCase() === zone
  );
}
