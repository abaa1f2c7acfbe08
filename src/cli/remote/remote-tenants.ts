/** Tenants as a whole behind a server: listed by an operator's key, exported and erased by a key of the tenant too. */
import type { ErasureCertificate, ExportPart } from '../../app/re-exports.ts';
import type { Tenants } from '../../app/tenants.ts';
import type { ClientOptions } from '../../client/index.ts';
import { type Client, textOf } from '../../client/index.ts';
import { asked, notOnServer } from './remote-error.ts';

/** Lines that are handed on together. */
const LINES_AT_ONCE = 500;

/** `connect` makes a client that acts for a tenant; null: for none, which an operator's key can. */
export function remoteTenants(options: ClientOptions, connect: (tenant: string | null) => Client): Tenants {
  return {
    list: async () => (await asked(connect(null).listTenants({}))).items,
    export: (tenant) => exportParts({ ...options, tenant }),
    prepareErasure: async (tenant) => {
      const { code, codeUntil, ...prepared } = await asked(connect(tenant).prepareErasure({}));
      return { ...prepared, code: code ?? '', codeUntil: Date.parse(codeUntil) } as never;
    },
    erase: async (tenant, { confirm, code, reason }) =>
      (await asked(connect(tenant).eraseTenant({ body: { confirm, code, reason } }))) as ErasureCertificate,
    verifyCertificate: () => Promise.reject(notOnServer('a certificate; the store that signed it can')),
  };
}

/** Each row exactly as the server wrote it, since the manifest has the hash of its bytes. */
async function* exportParts(options: ClientOptions): AsyncGenerator<ExportPart> {
  let name = '';
  let lines: string[] = [];
  const flush = function* (): Generator<ExportPart> {
    if (lines.length > 0) yield { kind: 'lines', name, lines };
    lines = [];
  };
  for await (const line of linesOf(textOf(options, 'exportTenant', {}))) {
    const given = JSON.parse(line) as { readonly file?: string; readonly manifest?: never };
    if (given.file === undefined) {
      yield* flush();
      if (given.manifest !== undefined) yield { kind: 'manifest', manifest: given.manifest };
      continue;
    }
    if (given.file !== name || lines.length >= LINES_AT_ONCE) yield* flush();
    name = given.file;
    lines.push(`${line.slice(`{"file":${JSON.stringify(name)},"row":`.length, -1)}\n`);
  }
  yield* flush();
}

async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  const read = chunks[Symbol.asyncIterator]();
  for (;;) {
    const { value, done } = await asked(read.next());
    const lines = `${rest}${done === true ? '' : value}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (done === true) break;
  }
  if (rest !== '') yield rest;
}
