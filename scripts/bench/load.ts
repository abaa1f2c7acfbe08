/** A server under load: started, driven over keep-alive sockets, ended. Times are of whole answers, read to their end. */
import { spawn } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ServingInput } from './serving.ts';

export interface Serving extends AsyncDisposable {
  readonly url: string;
  readonly key: string;
  /** What the process has taken so far, after it has cleared away. */
  usage(): Promise<{ readonly cpuMs: number; readonly rssMb: number }>;
}

export async function startServing(input: ServingInput): Promise<Serving> {
  const script = path.join(import.meta.dirname, 'serving.ts');
  const child = spawn(process.execPath, ['--expose-gc', script, JSON.stringify(input)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async <Told>(): Promise<Told> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('The server ended before it was told to');
    return JSON.parse(value) as Told;
  };
  const place = await next<{ url: string; key: string }>();
  return {
    ...place,
    usage: () => {
      child.stdin.write('usage\n');
      return next<{ cpuMs: number; rssMb: number }>();
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

export interface LoadReport {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Asks `paths` in turn over so many sockets until `requests` were answered. Throws for an answer that is not 200. */
export async function drive(
  { url, key }: Pick<Serving, 'url' | 'key'>,
  { paths, requests, sockets }: { paths: readonly string[]; requests: number; sockets: number },
): Promise<LoadReport> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: sockets });
  const times: number[] = [];
  let asked = 0;
  const worker = async (): Promise<void> => {
    while (asked < requests) {
      const at = paths[asked % paths.length] ?? '/';
      asked += 1;
      const begun = performance.now();
      await ask(`${url}${at}`, key, agent);
      times.push(performance.now() - begun);
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: sockets }, worker));
  const seconds = (performance.now() - begun) / 1_000;
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? 0;
  return { perSecond: times.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}

function ask(url: string, key: string, agent: http.Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent, headers: { authorization: `Bearer ${key}` } }, (response) => {
      response.on('data', () => {});
      response.on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`${url} answered ${response.statusCode}`));
      });
    });
    request.on('error', reject);
  });
}
