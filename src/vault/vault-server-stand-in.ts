/**
 * A stand-in for a HashiCorp Vault or OpenBao server, written from their API documents (transit: encrypt, decrypt,
 * key versions, `associated_data`; KV version 2: read), for tests. It is not Vault: it shows that we speak the
 * documented protocol, not that a server does.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface VaultServerStandIn {
  readonly address: string;
  /** Transit keys by name, each with its versions; the last version encrypts. */
  readonly keys: Map<string, Buffer[]>;
  /** KV secrets by `mount/path`. */
  readonly secrets: Map<string, Record<string, string>>;
  readonly token: string;
  /** Bodies and headers of requests, as received. */
  readonly requests: {
    readonly method: string;
    readonly path: string;
    readonly namespace: string | undefined;
  }[];
  /** A sealed server answers 503 to everything. */
  sealed: boolean;
  close(): Promise<void>;
}

export async function startVaultServerStandIn(): Promise<VaultServerStandIn> {
  const state: VaultServerStandIn = {
    address: '',
    keys: new Map(),
    secrets: new Map(),
    token: 'hvs.stand-in',
    requests: [],
    sealed: false,
    close: async () => undefined,
  };
  const server = createServer((request, response) => {
    void answer(state, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    address: `http://127.0.0.1:${port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}

async function answer(
  state: VaultServerStandIn,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname);
  const namespace = request.headers['x-vault-namespace'];
  state.requests.push({ method: request.method ?? '', path, namespace: namespace?.toString() });
  const { status, body } = handle(state, request, { path, text });
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

const errors = (status: number, ...messages: string[]): Answer => ({ status, body: { errors: messages } });

function handle(
  state: VaultServerStandIn,
  request: IncomingMessage,
  { path, text }: { readonly path: string; readonly text: string },
): Answer {
  if (state.sealed) return errors(503, 'Vault is sealed');
  if (request.headers['x-vault-token'] !== state.token) return errors(403, 'permission denied');
  const [, mount = '', verb = '', ...rest] = path.slice(1).split('/');
  const name = rest.join('/');
  if (verb === 'data' && request.method === 'GET') {
    const data = state.secrets.get(`${mount}/${name}`);
    return data === undefined
      ? errors(404)
      : { status: 200, body: { data: { data, metadata: { version: 1 } } } };
  }
  const versions = state.keys.get(name);
  if (mount !== 'transit' || request.method !== 'POST') return errors(404, 'no handler for route');
  if (versions === undefined) return errors(400, 'encryption key not found');
  const input = JSON.parse(text) as Record<string, string>;
  return verb === 'encrypt' ? encrypt(versions, input) : decrypt(versions, input);
}

function encrypt(versions: readonly Buffer[], input: Record<string, string>): Answer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', versions.at(-1) ?? '', nonce);
  cipher.setAAD(Buffer.from(input['associated_data'] ?? '', 'base64'));
  const plain = Buffer.from(input['plaintext'] ?? '', 'base64');
  const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  const ciphertext = `vault:v${versions.length}:${sealed.toString('base64')}`;
  return { status: 200, body: { data: { ciphertext, key_version: versions.length } } };
}

function decrypt(versions: readonly Buffer[], input: Record<string, string>): Answer {
  const [, version, text] = /^vault:v(\d+):(.+)$/.exec(input['ciphertext'] ?? '') ?? [];
  const key = versions[Number(version) - 1];
  if (key === undefined || text === undefined) return errors(400, 'invalid ciphertext: no prefix');
  const sealed = Buffer.from(text, 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(input['associated_data'] ?? '', 'base64'));
    decipher.setAuthTag(sealed.subarray(-16));
    const plain = Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
    return { status: 200, body: { data: { plaintext: plain.toString('base64') } } };
  } catch {
    return errors(400, 'cipher: message authentication failed');
  }
}
