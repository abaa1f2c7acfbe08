/** A store on the way to PostgreSQL: copied, then examined where it has arrived, by everything that examines a store. */
import type { TenantId } from '../base/ids.ts';
import { sealEvent } from '../domains/audit/chain.ts';
import type { StoreCheck } from '../store/check-store.ts';
import type { CopiedTable, CopyOptions } from '../store/copy-store.ts';
import { openStore } from '../store/open-store.ts';
import { withoutPassword } from '../store/postgres-url.ts';
import type { Context } from './context.ts';
import { tenantAudit } from './tenant-audit.ts';

export interface MovedStore {
  /** Where it is now, without a password. */
  readonly to: string;
  readonly tables: readonly CopiedTable[];
  readonly check: StoreCheck;
  /** Every tenant's audit trail, verified from where it was copied to. */
  readonly audit: readonly {
    readonly tenantId: TenantId;
    readonly ok: boolean;
    readonly problem: string | null;
  }[];
}

export type MoveOptions = CopyOptions;

export async function moveStore(context: Context, url: string, options: MoveOptions): Promise<MovedStore> {
  const tables = await context.store.copyTo(url, options);
  const { clock, random } = context;
  await using store = await openStore({ url, clock, random, seal: sealEvent });
  const check = await store.check();
  const there: Context = { ...context, store };
  const audit: MovedStore['audit'][number][] = [];
  for (const tenantId of await store.apiKeys.tenants()) {
    const verdict = await tenantAudit(there, tenantId).verify();
    audit.push({ tenantId, ok: verdict.ok, problem: verdict.ok ? null : verdict.fault.message });
  }
  return { to: withoutPassword(url), tables, check, audit };
}
