/** A receiver of webhooks on a port of this machine: remembers what came, answers as it is told. */
import { createHmac } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of every type.
  readonly json: any;
}

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: Received[];
  /** What the next requests are answered with; 204 where nothing is said. `hang`: never; a function: 204 after it. */
  readonly answers: (
    | number
    | { readonly status: number; readonly headers: Record<string, string> }
    | 'hang'
    | (() => Promise<void>)
  )[];
  /** Resolves when so many have come, or fails the test. */
  came(count: number, withinMs?: number): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: Receiver['answers'] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', async () => {
      received.push({ headers: request.headers, body, json: JSON.parse(body) });
      const answer = answers.shift() ?? 204;
      if (answer === 'hang') return;
      if (typeof answer === 'function') await answer();
      const { status, headers } =
        typeof answer === 'object'
          ? answer
          : { status: typeof answer === 'number' ? answer : 204, headers: {} };
      response.writeHead(status, headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answers,
    came: async (count, withinMs = 20_000) => {
      const until = Date.now() + withinMs;
      while (received.length < count) {
        if (Date.now() > until) throw new Error(`${received.length} of ${count} messages came`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As a receiver verifies, by the specification alone: the indices of the signatures that this secret made. */
export function verifiedBy({ headers, body }: Received, secret: string): readonly number[] {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const wanted = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  return String(headers['webhook-signature'])
    .split(' ')
    .flatMap((one, index) => (one === wanted ? [index] : []));
}
