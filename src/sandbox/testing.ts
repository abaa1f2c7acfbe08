/** Helpers of the sandbox's own tests: a sandbox per test, the official SDK on it, raw requests, raw DNS. */
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import Cloudflare from 'cloudflare';
import { decode, encode, type Packet } from 'dns-packet';
import { type Sandbox, type SandboxOptions, startSandbox } from './index.ts';

/** A sandbox that ends with the test; the rate limit is off unless asked for. */
export async function sandboxFor(test: TestContext, options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ rateLimit: false, dnsPort: false, warn: () => undefined, ...options });
  test.after(() => sandbox.close());
  return sandbox;
}

/** The official client, without retries. */
export function sdkFor(sandbox: Sandbox, apiToken: string = sandbox.tokens.full): Cloudflare {
  return new Cloudflare({ apiToken, baseURL: sandbox.baseUrl, maxRetries: 0 });
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly json: any;
}

/** One request with any credential headers; the full-rights token unless told otherwise. */
export async function send(
  sandbox: Sandbox,
  line: string,
  more: { body?: unknown; headers?: Record<string, string>; token?: string } = {},
): Promise<Answer> {
  const [method = 'GET', path = ''] = line.split(' ');
  const isRaw = typeof more.body === 'string' || more.body instanceof FormData;
  const response = await fetch(`${sandbox.baseUrl}${path}`, {
    method,
    headers: more.headers ?? {
      Authorization: `Bearer ${more.token ?? sandbox.tokens.full}`,
      ...(more.body instanceof FormData ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(more.body === undefined
      ? {}
      : { body: isRaw ? (more.body as string | FormData) : JSON.stringify(more.body) }),
  });
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.status, headers: response.headers, text, json };
}

/** First error code of an answer, with its status: `400/81058`. `200` for a success. */
export function outcomeOf(answer: Answer): string {
  return answer.json?.success === true
    ? String(answer.status)
    : `${answer.status}/${answer.json?.errors?.[0]?.code}`;
}

/** Bytes over a plain TCP connection; gives all that came back until the end or `waitMs` of silence. */
export function rawHttp(sandbox: Sandbox, bytes: string | Buffer, waitMs = 300): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(sandbox.port, sandbox.host, () => socket.write(bytes));
    const chunks: Buffer[] = [];
    const done = (): void => {
      socket.destroy();
      resolve(Buffer.concat(chunks).toString());
    };
    socket.setTimeout(waitMs, done);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', done);
    socket.on('error', reject);
  });
}

export interface DnsQuestion {
  readonly name: string;
  readonly type: string;
  /** Announced EDNS buffer; absent: no EDNS. */
  readonly edns?: number;
  readonly transport?: 'udp' | 'tcp';
  /** Sets the DO bit; needs `edns`. */
  readonly dnssec?: boolean;
  /** Default 0. */
  readonly ednsVersion?: number;
  /** How many OPT records; default 1. */
  readonly optRecords?: number;
}

/** One DNS query. */
export async function query(
  sandbox: Sandbox,
  question: DnsQuestion,
): Promise<Packet & { readonly bytes: Buffer }> {
  const { dns } = sandbox;
  if (dns === undefined) throw new Error('The sandbox has no DNS server');
  const additionals =
    question.edns === undefined
      ? []
      : Array.from({ length: question.optRecords ?? 1 }, () => ({
          type: 'OPT',
          name: '.',
          udpPayloadSize: question.edns,
          ednsVersion: question.ednsVersion ?? 0,
          flags: question.dnssec === true ? 0x8000 : 0,
          options: [],
        }));
  const packet = encode({
    type: 'query',
    id: 4711,
    flags: 0,
    questions: [{ type: question.type as 'A', name: question.name }],
    additionals,
  } as unknown as Packet);
  const bytes = question.transport === 'tcp' ? await overTcp(dns, packet) : await overUdp(dns, packet);
  return { ...decode(bytes), bytes };
}

function overUdp(dns: { host: string; port: number }, packet: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    const timer = setTimeout(() => {
      socket.close();
      reject(new Error('No DNS answer'));
    }, 2000);
    socket.on('message', (message) => {
      clearTimeout(timer);
      socket.close();
      resolve(message);
    });
    socket.send(packet, dns.port, dns.host);
  });
}

function overTcp(dns: { host: string; port: number }, packet: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const prefix = Buffer.alloc(2);
    prefix.writeUInt16BE(packet.length);
    const socket = connect(dns.port, dns.host, () => socket.write(Buffer.concat([prefix, packet])));
    let received = Buffer.alloc(0);
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        socket.destroy();
        resolve(received.subarray(2));
      }
    });
  });
}
