/** Tenants as a whole, for the operator: listed, exported, erased. */
import type { TenantId } from '../base/ids.ts';
import { type ErasureCertificate, isGenuineCertificate } from '../domains/offboarding/certificate.ts';
import {
  type ErasePorts,
  eraseTenant,
  type PreparedErasure,
  prepareErasure,
} from '../domains/offboarding/erase-tenant.ts';
import { type ExportPart, exportTenant } from '../domains/offboarding/export-tenant.ts';
import { checkpointVerifier } from '../vault/signing-key.ts';
import { openCheckpoints } from './checkpoints.ts';
import type { Context } from './context.ts';
import { parseTenant } from './tenant-name.ts';

export interface Tenants {
  /** Every tenant that the store knows of; erased ones by the name of what is left of them. */
  list(): Promise<readonly string[]>;
  /** Everything but secrets, as lines of JSON; the manifest comes last. */
  export(tenant: string): AsyncIterable<ExportPart>;
  /** What would go, and a code for `erase` that lasts an hour. Deletes nothing. */
  prepareErasure(tenant: string): Promise<PreparedErasure>;
  /** Irreversible. `confirm` is the tenant's name, typed. @returns the signed certificate; keep it, the store does not. */
  erase(
    tenant: string,
    order: {
      readonly confirm: string;
      readonly code: string;
      readonly reason: string;
      readonly principal?: string;
    },
  ): Promise<ErasureCertificate>;
  /** Whether this store's key, or one of those given (PEM), signed it. */
  verifyCertificate(certificate: ErasureCertificate, publicKeys?: readonly string[]): Promise<boolean>;
}

export function openTenants(context: Context): Tenants {
  const { store, clock, random } = context;
  const ports = async (): Promise<ErasePorts> => ({
    rows: store.tenants,
    checkpoints: (await openCheckpoints(context)).ports,
    settings: store.settings,
    storeId: store.id,
    clock,
    random,
    flush: () => context.flushUsage(),
  });
  return {
    list: () => store.apiKeys.tenants(),
    export: (tenant) => exportFlushed(context, parseTenant(tenant)),
    prepareErasure: async (tenant) => prepareErasure(await ports(), parseTenant(tenant)),
    erase: async (tenant, { principal = context.principal, ...order }) =>
      eraseTenant(await ports(), { ...order, principal, tenantId: parseTenant(tenant) }),
    verifyCertificate: async (certificate, publicKeys = []) => {
      const { key } = await openCheckpoints(context);
      return isGenuineCertificate(certificate, checkpointVerifier([key.publicKey, ...publicKeys]));
    },
  };
}

/** With the calls of the last second, which this process may still hold in memory. */
async function* exportFlushed(context: Context, tenantId: TenantId): AsyncGenerator<ExportPart> {
  const { store, clock } = context;
  await context.flushUsage();
  yield* exportTenant({ rows: store.tenants, storeId: store.id, clock }, tenantId);
}
