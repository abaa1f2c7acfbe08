/** Everything of a tenant as lines of JSON, kind by kind, closed by a manifest with counts and hashes. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { TenantId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import type { TenantRows } from './ports.ts';

export interface ExportManifest {
  readonly format: 'zoneward-tenant-export';
  readonly version: 1;
  readonly tenant: string;
  readonly storeId: string;
  readonly at: string;
  /** SHA-256 is over the lines of the kind, each with its line feed: the bytes of its file. */
  readonly files: readonly { readonly name: string; readonly rows: number; readonly sha256: string }[];
}

export type ExportPart =
  | { readonly kind: 'lines'; readonly name: string; readonly lines: readonly string[] }
  | { readonly kind: 'manifest'; readonly manifest: ExportManifest };

/** Lines end with a line feed. Kinds come one after the other; the manifest is last, so a cut export shows. */
export async function* exportTenant(
  ports: { readonly rows: Pick<TenantRows, 'read'>; readonly storeId: string; readonly clock: Clock },
  tenantId: TenantId,
): AsyncGenerator<ExportPart> {
  const at = new Date(ports.clock.now()).toISOString();
  const files = new Map<string, { rows: number; hash: ReturnType<typeof createHash> }>();
  for await (const { name, rows } of ports.rows.read(tenantId)) {
    const file = files.get(name) ?? { rows: 0, hash: createHash('sha256') };
    files.set(name, file);
    const lines = rows.map((row: JsonObject) => `${JSON.stringify(row)}\n`);
    for (const line of lines) file.hash.update(line);
    file.rows += rows.length;
    yield { kind: 'lines', name, lines };
  }
  const { storeId } = ports;
  yield {
    kind: 'manifest',
    manifest: {
      format: 'zoneward-tenant-export',
      version: 1,
      tenant: tenantId,
      storeId,
      at,
      files: [...files].map(([name, { rows, hash }]) => ({ name, rows, sha256: hash.digest('hex') })),
    },
  };
}
