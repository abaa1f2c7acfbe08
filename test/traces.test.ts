/** Traces, sent by the real SDK to a collector on this machine: spans of requests, jobs and calls, and no secret. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { openEdge } from '../src/http/testing.ts';
import { openZoneward } from '../src/index.ts';
import { startSandbox } from '../src/sandbox/index.ts';
import { canary, type Said, sightings } from './kit/canary.ts';

interface SpanJson {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}

describe('traces', () => {
  const TOKEN = canary('cfut', 'Traced');
  const texts: string[] = [];
  let collector: http.Server;
  const saved = { ...process.env };

  before(async () => {
    collector = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const bytes = Buffer.concat(chunks);
        texts.push(
          (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8'),
        );
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    process.env = saved;
    await new Promise((resolve) => collector.close(resolve));
  });

  it('go out where OTEL_EXPORTER_OTLP_ENDPOINT says, with calls inside requests and jobs', async () => {
    const { port } = collector.address() as AddressInfo;
    const settings = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_SERVICE_NAME: 'zoneward-test',
    };
    // The SDK reads the process's environment, whatever is handed to us.
    Object.assign(process.env, settings);
    const permissions = ['Zone Read', 'DNS Read'];
    const sandbox = await startSandbox({
      dnsPort: false,
      warn: () => {},
      seed: { tokens: [{ name: 't', value: TOKEN, permissions }] },
    });
    sandbox.seedZone('example.com', [{ type: 'A', name: 'very-private-name', content: '192.0.2.1' }]);
    const home = await mkdtemp(path.join(os.tmpdir(), 'zoneward-traces-'));
    const environment = { ...settings, CLOUDFLARE_API_BASE_URL: sandbox.baseUrl };
    const zoneward = await openZoneward({ home, environment });
    const edge = openEdge(zoneward);
    const { secret: key } = await edge.makeKey('acme', ['admin']);
    const parent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const added = await edge.ask('POST', '/v1/connections', {
      key,
      body: { credential: { token: TOKEN } },
      headers: { traceparent: parent },
    });
    assert.equal(added.status, 201, added.text);
    await edge.ended(await edge.ask('POST', '/v1/zones/sync', { key, body: {} }), key);
    await edge.ask('GET', '/livez');
    await edge.runner.stop();
    await zoneward.close();
    await sandbox.close();
    await rm(home, { recursive: true, force: true });

    const spans = texts.flatMap((text) =>
      (JSON.parse(text).resourceSpans as { scopeSpans: { spans: SpanJson[] }[] }[]).flatMap((one) =>
        one.scopeSpans.flatMap((scope) => scope.spans),
      ),
    );
    const named = (name: string): SpanJson => {
      const found = spans.find((span) => span.name === name);
      assert.ok(
        found !== undefined,
        `${name} among ${[...new Set(spans.map((span) => span.name))].join(', ')}`,
      );
      return found;
    };
    const request = named('POST /v1/connections');
    assert.deepEqual([request.traceId, request.parentSpanId], ['a'.repeat(32), 'b'.repeat(16)]);
    const calls = spans.filter(({ traceId }) => traceId === request.traceId && traceId !== undefined);
    assert.ok(
      calls.some(({ name }) => name === 'cloudflare GET /zones'),
      'a call inside the request',
    );
    const job = named('job zones.sync');
    const read = spans.find(({ name, traceId }) => name.endsWith('/dns_records') && traceId === job.traceId);
    assert.ok(read?.attributes.some(({ key: name }) => name === 'cloudflare.ray'));
    assert.ok(!spans.some(({ name }) => name.includes('livez')));
    assert.ok(texts.join('').includes('zoneward-test'));
    const said: Said[] = texts.map((text) => ({ where: 'a trace', text }));
    assert.deepEqual(sightings([TOKEN, key], said), []);
    assert.ok(!texts.join('').includes('very-private-name') && !texts.join('').includes('example.com'));
  });
});
