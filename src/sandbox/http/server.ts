/**
 * The sockets of the API: HTTP/1.0 and 1.1 over plain TCP or TLS. Reads whole bodies, hands them to the core, and is
 * as patient with odd clients as the real edge: no Host or User-Agent, bodies on GET and DELETE, NUL bytes behind a
 * request.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, type TLSSocket, type TlsOptions } from 'node:tls';
import { REQUEST_BODY_BYTES_MAX } from '../constants.ts';
import { SandboxInputError } from '../input-error.ts';
import type { RawRequest } from './call.ts';
import { type Core, dispatch, type Verdict } from './dispatch.ts';
import type { EdgeDoor } from './edge.ts';
import { failure } from './envelope.ts';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly key: string; readonly cert: string } | undefined;
  /** Answers paths outside of the API, when there is someone to do so. */
  readonly control: ((request: RawRequest) => Promise<Verdict | undefined>) | undefined;
  /** Stands before the proxied names of the zones. */
  readonly edge: EdgeDoor;
}

export interface HttpListener {
  readonly port: number;
  close(): Promise<void>;
}

/** Requests in work per connection, so that trailing rubbish does not spoil the answer before it. */
const inWork = new WeakMap<Duplex, number>();

/** Starts to listen. Throws `SandboxInputError` when the port is taken or not ours to take. */
export async function listenHttp(core: Core, options: ListenOptions): Promise<HttpListener> {
  const server: Server =
    options.tls === undefined
      ? createServer({ requireHostHeader: false })
      : createTlsServer({ ...options.tls, requireHostHeader: false, SNICallback: pickContext(options.edge) });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('request', (request, response) => {
    answer(core, options, { request, response }).catch((error: unknown) => {
      core.warn(`sandbox: ${request.method ?? ''} ${request.url ?? ''} broke off: ${String(error)}`);
      response.destroy();
    });
  });
  server.on('clientError', onClientError);
  // A context chosen by name has no say in the version, so what a zone does not take is cut right after the handshake.
  server.on('secureConnection', (socket: TLSSocket) => {
    if (!options.edge.takesVersion(String(socket.servername), socket.getProtocol() ?? '')) socket.destroy();
  });
  server.keepAliveTimeout = 30_000;
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Without a context of its own a name gets the sandbox's certificate. */
function pickContext(edge: EdgeDoor): NonNullable<TlsOptions['SNICallback']> {
  return (name, done) => {
    try {
      const found = edge.handshake(name);
      if (found === 'refused') done(new Error(`The edge has no certificate for ${name}`));
      else if (found === undefined) done(null);
      else done(null, createSecureContext(found));
    } catch (error) {
      // A certificate that TLS does not take ends this handshake, not the sandbox.
      done(error as Error);
    }
  };
}

function listen(server: Server, { host, port }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      reject(
        new SandboxInputError(
          'cannot-listen',
          `Cannot listen on ${host} port ${port}: ${error.code ?? error.message}`,
          error,
        ),
      );
    };
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

async function answer(
  core: Core,
  options: ListenOptions,
  exchange: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const { request, response } = exchange;
  const { socket } = request;
  inWork.set(socket, (inWork.get(socket) ?? 0) + 1);
  response.on('close', () => inWork.set(socket, Math.max(0, (inWork.get(socket) ?? 1) - 1)));
  const body = await readBody(request);
  if (body === undefined) {
    const reply = failure(413, [{ code: 10021, message: 'Request body is too large' }]);
    send(response, { kind: 'reply', reply, headers: { connection: 'close' } });
    return;
  }
  const raw: RawRequest = {
    method: request.method ?? 'GET',
    // A proxy's client names the whole address (RFC 9112 §3.2.2).
    url: (request.url ?? '/').replace(/^https?:\/\/[^/?]*/i, ''),
    headers: request.headers as Record<string, string | undefined>,
    body,
    ip: clientIp(request),
  };
  const verdict =
    (await options.control?.(raw)) ??
    options.edge.answer(raw, 'encrypted' in socket) ??
    (await dispatch(core, raw));
  send(response, verdict);
}

/** The peer's address; behind a test's own proxy, what `CF-Connecting-IP` says. */
function clientIp(request: IncomingMessage): string {
  const told = request.headers['cf-connecting-ip'];
  const address = typeof told === 'string' ? told : (request.socket.remoteAddress ?? '');
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > REQUEST_BODY_BYTES_MAX) return undefined;
    chunks.push(bytes);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

function send(response: ServerResponse, verdict: Verdict): void {
  if (verdict.kind === 'reset') {
    resetConnection(response);
    return;
  }
  const bytes = Buffer.from(verdict.reply.body);
  response.writeHead(verdict.reply.status, {
    'Content-Type': verdict.reply.contentType,
    'Content-Length': bytes.length,
    ...verdict.headers,
  });
  if (verdict.kind === 'truncate') {
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => resetConnection(response));
    return;
  }
  response.end(bytes);
}

function resetConnection(response: ServerResponse): void {
  const { socket } = response;
  if (socket === null) response.destroy();
  else if ('resetAndDestroy' in socket && !('encrypted' in socket)) socket.resetAndDestroy();
  else socket.destroy();
}

/**
 * Called when bytes cannot be read as a request. Some clients send NUL bytes behind a complete request: the answer in
 * work must still go out, and nothing is answered to the rubbish itself.
 */
function onClientError(error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  if ((inWork.get(socket) ?? 0) > 0) return;
  if (isPadding(error.rawPacket)) {
    socket.end();
    return;
  }
  const { body } = failure(400, [{ code: 6003, message: 'Invalid request headers' }]);
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  );
}

function isPadding(packet: Buffer | undefined): boolean {
  return packet?.every((byte) => byte === 0 || byte === 10 || byte === 13) ?? false;
}
