/**
 * The dashboard's built files as answers. They are read once, at the start, and looked up by their whole address, so no
 * address leads to another file. Addresses of pages all answer the one page, under a policy that lets it run its own
 * scripts, show its own styles and ask this server, and nothing else.
 */
import { createHash, randomBytes } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

export interface StaticFiles {
  /** The answer to a GET (or HEAD) of this path; null when it is no file and no page of the dashboard. */
  answer(path: string, request: { readonly encodings: string; readonly knownTag: string }): Response | null;
}

interface StaticFile {
  readonly body: Buffer;
  readonly type: string;
  readonly tag: string;
  /** Made when first asked for. */
  packed: Buffer | null;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
/** What is packed already. */
const PACKED = new Set(['font/woff2', 'image/png']);
const PACK_FROM_BYTES = 1_024;
const PAGE = '/index.html';
const NONCE_BYTES = 18;
/** The page that shows the logo of whoever made the link, from where they keep it. */
const BRANDED = 'connect';

/** Throws when `folder` holds no built dashboard. */
export function openStaticFiles(folder: string): StaticFiles {
  const { nonceMark, pages } = JSON.parse(readFileSync(path.join(folder, 'paths.json'), 'utf8')) as {
    readonly nonceMark: string;
    readonly pages: readonly string[];
  };
  const page = readFileSync(path.join(folder, 'index.html'), 'utf8');
  const files = readFiles(folder);
  const segments = new Set(pages);
  return {
    answer: (asked, request) => {
      const file = files.get(asked);
      if (file !== undefined) return fileAnswer(asked, file, request);
      const segment = asked.split('/')[1] ?? '';
      return segments.has(segment) ? pageAnswer(page, nonceMark, segment) : null;
    },
  };
}

function readFiles(folder: string): Map<string, StaticFile> {
  const names = globSync('**/*', { cwd: folder }).filter((name) => path.extname(name) in TYPES);
  return new Map(
    names
      .map((name) => `/${name.split(path.sep).join('/')}`)
      .filter((name) => name !== PAGE)
      .map((name) => {
        const body = readFileSync(path.join(folder, name));
        const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
        return [name, { body, type: TYPES[path.extname(name)] ?? '', tag, packed: null }];
      }),
  );
}

function fileAnswer(
  asked: string,
  file: StaticFile,
  { encodings, knownTag }: { readonly encodings: string; readonly knownTag: string },
): Response {
  const headers: Record<string, string> = {
    'content-type': file.type,
    etag: file.tag,
    // A name with its hash in it never means anything else.
    'cache-control': asked.startsWith('/assets/')
      ? 'public, max-age=31536000, immutable'
      : 'public, max-age=300',
    vary: 'accept-encoding',
  };
  if (knownTag.includes(file.tag)) return new Response(null, { status: 304, headers });
  const isWorth = file.body.length >= PACK_FROM_BYTES && !PACKED.has(file.type);
  if (!isWorth || !/\bgzip\b/.test(encodings)) return new Response(new Uint8Array(file.body), { headers });
  file.packed ??= gzipSync(file.body, { level: 9 });
  return new Response(new Uint8Array(file.packed), { headers: { ...headers, 'content-encoding': 'gzip' } });
}

function pageAnswer(page: string, nonceMark: string, segment: string): Response {
  const nonce = randomBytes(NONCE_BYTES).toString('base64url');
  return new Response(page.replaceAll(nonceMark, nonce), {
    headers: {
      'content-type': TYPES['.html'] ?? '',
      'content-security-policy': policyOf(nonce, segment),
      'cross-origin-opener-policy': 'same-origin',
    },
  });
}

function policyOf(nonce: string, segment: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self' data:${segment === BRANDED ? ' https:' : ''}`,
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
