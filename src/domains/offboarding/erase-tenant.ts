/**
 * The end of a tenant. In order: what could still act is shut (keys, webhooks, secrets), everything is deleted, the audit
 * chain is emptied but for its hashes and goes under another name, and a signed certificate says what was done. Broken
 * off anywhere, it is simply run again.
 *
 * Two steps: `prepareErasure` shows what would go and gives a code that lasts an hour; `eraseTenant` asks for the code and
 * for the tenant's name, typed.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock, Random } from '../../base/clock.ts';
import { ZonewardError } from '../../base/errors.ts';
import { newId, type TenantId } from '../../base/ids.ts';
import { OPERATOR_TRAIL } from '../access/api-keys.ts';
import { type CheckpointPorts, signHead } from '../audit/checkpoint.ts';
import type { NewEvent, Principal } from '../audit/model.ts';
import { certificateHash, type ErasureCertificate, signCertificate } from './certificate.ts';
import type { TenantRows } from './ports.ts';

const CODE_LASTS_MS = 3_600_000;
const CODE_BYTES = 15;
const REASON_LENGTH_MAX = 500;
/** What others may still have been writing is looked for so often. */
const ROUNDS_MAX = 3;

export interface ErasePorts {
  readonly rows: TenantRows;
  readonly checkpoints: CheckpointPorts;
  /** Remembers the code's hash. */
  readonly settings: {
    get(key: string): Promise<string | null>;
    set(key: string, value: string): Promise<void>;
  };
  readonly storeId: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Called before rows are deleted: what this process still holds in memory is written first. */
  readonly flush: () => Promise<void>;
}

export interface PreparedErasure {
  readonly tenant: TenantId;
  /** What would go, by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Must end first; empty: nothing stands in the way. */
  readonly underWay: readonly string[];
  readonly code: string;
  readonly codeUntil: number;
}

/** Writes nothing but the hash of the code. Throws `tenant-unknown`, `tenant-of-the-operator`. */
export async function prepareErasure(ports: ErasePorts, tenantId: TenantId): Promise<PreparedErasure> {
  refuseOperator(tenantId);
  const rows = await ports.rows.counts(tenantId);
  if (Object.keys(rows).length === 0) throw unknownTenant(tenantId);
  const code = Buffer.from(ports.random.bytes(CODE_BYTES)).toString('base64url');
  const codeUntil = ports.clock.now() + CODE_LASTS_MS;
  await ports.settings.set(codeKey(tenantId), JSON.stringify({ hash: hashOfCode(code), until: codeUntil }));
  return { tenant: tenantId, rows, underWay: await ports.rows.underWay(tenantId), code, codeUntil };
}

export interface ErasureOrder {
  readonly tenantId: TenantId;
  /** The tenant's name, typed by whoever orders it. */
  readonly confirm: string;
  readonly code: string;
  readonly reason: string;
  readonly principal: Principal;
}

/**
 * Throws `erasure-not-confirmed`, `erasure-reason-invalid` (input), `erasure-under-way` (conflict) before anything is
 * deleted. What comes after does not turn back.
 */
export async function eraseTenant(ports: ErasePorts, order: ErasureOrder): Promise<ErasureCertificate> {
  const { tenantId } = order;
  refuseOperator(tenantId);
  await refuseUnconfirmed(ports, order);
  const underWay = await ports.rows.underWay(tenantId);
  if (underWay.length > 0) throw stillUnderWay(tenantId, underWay);
  const acting = await ports.rows.shut(tenantId);
  await ports.flush();
  const rows = await eraseAll(ports, tenantId, acting);
  const certificate = await bury(ports, order, rows);
  await ports.rows.scrub();
  return certificate;
}

/** @returns the rows that are gone, by table, those of `acting` among them. */
async function eraseAll(
  ports: ErasePorts,
  tenantId: TenantId,
  acting: Readonly<Record<string, number>>,
): Promise<Readonly<Record<string, number>>> {
  const all: Record<string, number> = { ...acting };
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const gone = Object.entries(await ports.rows.erase(tenantId));
    for (const [table, count] of gone) all[table] = (all[table] ?? 0) + count;
    if (gone.length === 0) break;
  }
  return all;
}

/** The chain under its new name, its end signed, and the certificate. */
async function bury(
  ports: ErasePorts,
  order: ErasureOrder,
  rows: Readonly<Record<string, number>>,
): Promise<ErasureCertificate> {
  const { checkpoints, clock } = ports;
  const at = clock.now();
  const erasureId = newId<string>('ers', ports);
  const as = `erased-${erasureId.replace(/^ers_/, '')}` as TenantId;
  const base = await checkpoints.shelf.base(order.tenantId);
  const head = await ports.rows.bury(order.tenantId, as, (through) => [
    {
      kind: 'tenant.erased',
      at,
      principal: order.principal,
      summary: `The ${through.sequence} events before this one were erased with their tenant`,
      payload: { erasureId, through: through.sequence, hash: through.hash },
    },
  ]);
  // Where the chain began when older events were pruned: the same place, signed under the new name.
  if (base !== null) await checkpoints.shelf.setBase(await signHead(checkpoints, as, base));
  const certificate = await signCertificate(checkpoints.signer, {
    format: 'zoneward-erasure',
    version: 1,
    erasureId,
    tenant: order.tenantId,
    storeId: ports.storeId,
    at: new Date(at).toISOString(),
    by: order.principal,
    reason: order.reason,
    secretsDestroyed: rows['sealed_secrets'] ?? 0,
    rowsDeleted: rows,
    audit: { trail: as, events: head.sequence, hash: head.hash },
  });
  await checkpoints.trail.append(OPERATOR_TRAIL, [toldToOperator(certificate, at, order.principal)]);
  return certificate;
}

/** Without the tenant's name: who has the certificate knows it, the store does not. */
function toldToOperator(certificate: ErasureCertificate, at: number, principal: Principal): NewEvent {
  const { erasureId } = certificate;
  return {
    kind: 'tenant.erased',
    at,
    principal,
    summary: `A tenant was erased (${erasureId})`,
    payload: { erasureId, certificate: certificateHash(certificate) },
  };
}

async function refuseUnconfirmed(ports: ErasePorts, order: ErasureOrder): Promise<void> {
  const text = await ports.settings.get(codeKey(order.tenantId));
  const kept = text === null ? null : (JSON.parse(text) as { readonly hash: string; readonly until: number });
  const right =
    kept !== null &&
    kept.until > ports.clock.now() &&
    timingSafeEqual(Buffer.from(kept.hash, 'hex'), Buffer.from(hashOfCode(order.code), 'hex'));
  if (!right || order.confirm !== order.tenantId)
    throw new ZonewardError(
      'Nothing was erased: the name or the code is not the right one, or it is too old.',
      {
        code: 'erasure-not-confirmed',
        kind: 'input',
        next: ["Ask for what would go, then give the tenant's name and the code within the hour."],
      },
    );
  const { length } = order.reason.trim();
  if (length >= 1 && length <= REASON_LENGTH_MAX) return;
  throw new ZonewardError(
    `Give a reason, in 1 to ${REASON_LENGTH_MAX} characters; it stands in the certificate.`,
    {
      code: 'erasure-reason-invalid',
      kind: 'input',
    },
  );
}

function refuseOperator(tenantId: TenantId): void {
  if (tenantId !== OPERATOR_TRAIL) return;
  throw new ZonewardError(`"${tenantId}" holds the operator's own trail and cannot be erased.`, {
    code: 'tenant-of-the-operator',
    kind: 'conflict',
    next: ['Remove its connections one by one, or begin with another store.'],
  });
}

function unknownTenant(tenantId: TenantId): ZonewardError {
  return new ZonewardError(`There is no tenant "${tenantId}"`, {
    code: 'tenant-unknown',
    kind: 'not-found',
    next: ['zoneward tenants list'],
  });
}

function stillUnderWay(tenantId: TenantId, underWay: readonly string[]): ZonewardError {
  return new ZonewardError(`"${tenantId}" cannot be erased now: ${underWay.join('; ')}.`, {
    code: 'erasure-under-way',
    kind: 'conflict',
    next: ['Let it end, or call it off; then try again.'],
    details: { underWay },
  });
}

function codeKey(tenantId: TenantId): string {
  return `erasure-code:${tenantId}`;
}

function hashOfCode(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}
