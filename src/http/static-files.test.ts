/** The dashboard's files through the edge: what is served, under which headers, and what stays the API's. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { openStaticFiles } from './static-files.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'zoneward-static-'));
mkdirSync(path.join(folder, 'assets'));
const SCRIPT = 'console.log("hello");\n'.repeat(200);
writeFileSync(path.join(folder, 'assets', 'main-abc.js'), SCRIPT);
writeFileSync(path.join(folder, 'favicon.svg'), '<svg/>');
writeFileSync(
  path.join(folder, 'paths.json'),
  JSON.stringify({ nonceMark: '__N__', pages: ['', 'zones', 'connect'] }),
);
writeFileSync(path.join(folder, 'index.html'), '<meta nonce="__N__"><script nonce="__N__"></script>');
writeFileSync(path.join(folder, '.secret'), 'not for anyone');
after(() => rmSync(folder, { recursive: true }));

const files = openStaticFiles(folder);
const ask = (asked: string, more: Partial<{ encodings: string; knownTag: string }> = {}): Response | null =>
  files.answer(asked, { encodings: '', knownTag: '', ...more });

describe('static files', () => {
  it('keeps hashed files for ever, packs them where that is understood, and knows them again', async () => {
    const plain = ask('/assets/main-abc.js');
    assert.equal(await plain?.text(), SCRIPT);
    assert.match(plain?.headers.get('cache-control') ?? '', /immutable/);
    assert.match(plain?.headers.get('content-type') ?? '', /^text\/javascript/);
    const packed = ask('/assets/main-abc.js', { encodings: 'br, gzip' });
    assert.equal(packed?.headers.get('content-encoding'), 'gzip');
    const bytes = Buffer.from((await packed?.arrayBuffer()) ?? new ArrayBuffer(0));
    assert.ok(bytes.length < SCRIPT.length);
    assert.equal(gunzipSync(bytes).toString('utf8'), SCRIPT);
    const again = ask('/assets/main-abc.js', { knownTag: plain?.headers.get('etag') ?? '' });
    assert.equal(again?.status, 304);
    assert.doesNotMatch(ask('/favicon.svg')?.headers.get('cache-control') ?? '', /immutable/);
  });

  it('answers every address of a page with the page, under a policy of its own', async () => {
    const seen = new Set<string>();
    for (const asked of ['/', '/zones', '/zones/shop.example/records']) {
      const answer = ask(asked);
      const policy = answer?.headers.get('content-security-policy') ?? '';
      const [, nonce = ''] = /style-src 'self' 'nonce-([\w-]{20,})'/.exec(policy) ?? [];
      assert.equal(await answer?.text(), `<meta nonce="${nonce}"><script nonce="${nonce}"></script>`);
      assert.match(policy, /default-src 'none'/);
      assert.match(policy, /script-src 'self';/);
      assert.doesNotMatch(policy, /unsafe|http|\*/);
      seen.add(nonce);
    }
    assert.equal(seen.size, 3);
  });

  it('lets the page of a connect link show a logo from elsewhere, and no other', () => {
    const images = (asked: string) =>
      /img-src [^;]*/.exec(ask(asked)?.headers.get('content-security-policy') ?? '')?.[0];
    assert.equal(images('/connect'), "img-src 'self' data: https:");
    assert.equal(images('/zones'), "img-src 'self' data:");
  });

  it('has nothing at other addresses', () => {
    for (const asked of [
      '/v1/zones', '/docs', '/metrics', '/nowhere', '/assets/other.js', '/.secret', '/paths.json', '/zonesx',
      '/assets/../favicon.svg', '/%2e%2e/favicon.svg', '/assets//main-abc.js',
    ]) // biome-ignore format: a list
      assert.equal(ask(asked), null, asked);
  });
});
