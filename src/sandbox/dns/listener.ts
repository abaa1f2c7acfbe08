/** The sockets of the DNS server: UDP and TCP (RFC 7766) on one port. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { type AddressInfo, createServer, isIPv6, type Server, type Socket } from 'node:net';
import { SandboxInputError } from '../input-error.ts';
import type { World } from '../state/world.ts';
import { answerMessage } from './message.ts';

const TCP_IDLE_MS = 10_000;
/** With port 0, TCP picks a port; when UDP finds it taken, another is tried. */
const PORT_TRIES_MAX = 20;

export interface DnsListener {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts to answer. Throws `SandboxInputError` when the port is taken. */
export async function listenDns(
  world: World,
  options: { readonly host: string; readonly port: number },
): Promise<DnsListener> {
  for (let attempt = 1; ; attempt += 1) {
    const sockets = new Set<Socket>();
    const tcp = createServer((socket) => serveTcp(world, socket, sockets));
    const port = await listenTcp(tcp, options);
    const udp = createSocket(isIPv6(options.host) ? 'udp6' : 'udp4');
    udp.on('message', (query, peer) => {
      const answer = safely(world, query, 'udp');
      if (answer !== undefined) udp.send(answer, peer.port, peer.address);
    });
    try {
      await bindUdp(udp, { host: options.host, port });
    } catch (error) {
      tcp.close();
      udp.close();
      if (options.port === 0 && attempt < PORT_TRIES_MAX) continue;
      throw error;
    }
    return { port, close: () => closeAll({ tcp, udp, sockets }) };
  }
}

function safely(world: World, query: Buffer, transport: 'udp' | 'tcp'): Buffer | undefined {
  world.tick();
  return answerMessage(world, query, transport);
}

function serveTcp(world: World, socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket);
  let pending = Buffer.alloc(0);
  socket.setTimeout(TCP_IDLE_MS, () => socket.destroy());
  socket.on('close', () => sockets.delete(socket));
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const length = pending.readUInt16BE(0);
      const answer = safely(world, pending.subarray(2, 2 + length), 'tcp');
      pending = pending.subarray(2 + length);
      if (answer === undefined) continue;
      const prefix = Buffer.alloc(2);
      prefix.writeUInt16BE(answer.length);
      socket.write(Buffer.concat([prefix, answer]));
    }
  });
}

function occupied(options: { host: string; port: number }, error: NodeJS.ErrnoException): SandboxInputError {
  const reason = error.code ?? error.message;
  return new SandboxInputError(
    'cannot-listen',
    `Cannot listen for DNS on ${options.host} port ${options.port}: ${reason}`,
    error,
  );
}

function listenTcp(server: Server, options: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(occupied(options, error)));
    server.listen(options.port, options.host, () => resolve((server.address() as AddressInfo).port));
  });
}

function bindUdp(udp: UdpSocket, options: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    udp.once('error', (error) => reject(occupied(options, error)));
    udp.bind(options.port, options.host, () => {
      udp.removeAllListeners('error');
      // A peer that is gone is no concern of ours.
      udp.on('error', () => undefined);
      resolve();
    });
  });
}

async function closeAll(parts: { tcp: Server; udp: UdpSocket; sockets: Set<Socket> }): Promise<void> {
  for (const socket of parts.sockets) socket.destroy();
  await new Promise<void>((resolve) => {
    parts.tcp.close(() => resolve());
  });
  await new Promise<void>((resolve) => {
    parts.udp.close(() => resolve());
  });
}
