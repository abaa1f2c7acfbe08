/**
 * Certificate packs of a zone. Ordered packs are kept; the universal pack follows from the zone's activation and its
 * switch, total TLS packs follow from proxied names. Status, validation records and expiry follow from the clock.
 */
import type { CertificatePackListResponse } from 'cloudflare/resources/ssl/certificate-packs';
import { DAY_MS, SECOND_MS } from '../constants.ts';
import { idFrom } from '../ids.ts';
import { family } from '../state/family.ts';
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';
import { customPacks } from './custom-certificates.ts';
import { ISSUERS, type Leaf } from './issued.ts';
import { issuedAtMs as issuedAtMsOf, type PackStatus, statusAt } from './timeline.ts';

/** Authorities that packs may come from. */
export type Authority = 'google' | 'lets_encrypt' | 'ssl_com';
export type ValidationMethod = 'txt' | 'http' | 'email';
export type PackWire = CertificatePackListResponse;

export interface Pack {
  readonly id: string;
  readonly type: 'universal' | 'advanced' | 'total_tls';
  hosts: readonly string[];
  readonly authority: Authority;
  method: ValidationMethod;
  readonly validityDays: 14 | 30 | 90 | 365;
  branding: boolean;
  startedAtMs: number;
  deletedAtMs?: number | undefined;
  timedOut?: boolean | undefined;
}

interface PackState {
  universal: { enabled: boolean; generation: number; startedAtMs: number | null; timedOut?: boolean };
  ordered: Pack[];
  totalTls: { enabled: boolean; authority: Authority; changedAtMs: number } | null;
  /** Said by the world outside: validations do not succeed since then. */
  blockedSinceMs: number | null;
}

function newState(): PackState {
  return {
    universal: { enabled: true, generation: 0, startedAtMs: null },
    ordered: [],
    totalTls: null,
    blockedSinceMs: null,
  };
}

export function packState(zone: Zone): PackState {
  return family<PackState>(zone.fields.bag, 'certificate_packs', newState);
}

/** Since when validations of the zone's names fail; undefined while they succeed. */
export function blockedSince(zone: Zone): number | undefined {
  return packState(zone).blockedSinceMs ?? undefined;
}

/** Every pack that is not gone for good. */
export function packsOf(world: World, zone: Zone): readonly Pack[] {
  const all = [...universalPacks(zone), ...packState(zone).ordered, ...totalTlsPacks(zone)];
  return all.filter((pack) => packStatus(world, zone, pack) !== 'deleted');
}

export function packStatus(world: World, zone: Zone, pack: Pack): PackStatus {
  return statusAt(world.clock.now(), { ...pack, blockedSinceMs: blockedSince(zone) });
}

/** Starts the course of a pack again. Total TLS packs go on by themselves. */
export function restart(world: World, zone: Zone, pack: Pack): void {
  const startedAtMs = world.clock.now();
  const state = packState(zone);
  if (pack.type === 'universal') state.universal = { ...state.universal, startedAtMs, timedOut: false };
  Object.assign(pack, { startedAtMs, timedOut: false });
  world.changed();
}

/** One, once the zone is active and unless it was switched off. A zone that was seeded as active has had it for long. */
function universalPacks(zone: Zone): readonly Pack[] {
  const { enabled, generation, startedAtMs, timedOut } = packState(zone).universal;
  const { activatedOn, createdOn } = zone.fields;
  if (!enabled || activatedOn === null) return [];
  const sinceActivation = Date.parse(activatedOn) - (activatedOn === createdOn ? DAY_MS : 0);
  return [
    {
      id: idFrom(`universal:${zone.id}:${generation}`),
      type: 'universal',
      hosts: [`*.${zone.name}`, zone.name],
      authority: 'google',
      method: 'txt',
      validityDays: 90,
      branding: false,
      startedAtMs: startedAtMs ?? sinceActivation,
      timedOut,
    },
  ];
}

/** One for each proxied name that the universal pack does not cover. */
function totalTlsPacks(zone: Zone): readonly Pack[] {
  const { totalTls } = packState(zone);
  if (totalTls === null || !totalTls.enabled) return [];
  const since = new Map<string, number>();
  for (const { record } of zone.records.entries()) {
    if (!record.proxied || covers(`*.${zone.name}`, record.name) || record.name === zone.name) continue;
    const made = Math.max(totalTls.changedAtMs, Date.parse(record.created_on));
    since.set(record.name, Math.min(made, since.get(record.name) ?? made));
  }
  return [...since].map(([host, startedAtMs]) => ({
    id: idFrom(`total_tls:${zone.id}:${host}:${totalTls.changedAtMs}`),
    type: 'total_tls',
    hosts: [host],
    authority: totalTls.authority,
    method: 'txt',
    validityDays: 90,
    branding: false,
    startedAtMs,
  }));
}

export function covers(pattern: string, host: string): boolean {
  if (pattern === host) return true;
  return pattern.startsWith('*.') && host.slice(host.indexOf('.') + 1) === pattern.slice(2);
}

const IN_USE: ReadonlySet<PackStatus> = new Set(['active', 'pending_deletion']);
const SIGNATURES = ['ECDSAWithSHA256', 'SHA256WithRSA'] as const;

export function packWire(world: World, zone: Zone, pack: Pack): PackWire {
  const status = packStatus(world, zone, pack);
  const certificates = IN_USE.has(status) ? certificatesOf(world, zone, pack) : [];
  return {
    id: pack.id,
    type: pack.type,
    hosts: [...pack.hosts],
    ...(certificates[0] === undefined ? {} : { primary_certificate: certificates[0].id }),
    status,
    certificates,
    validation_method: pack.method,
    validity_days: pack.validityDays,
    certificate_authority: pack.authority,
    cloudflare_branding: pack.branding,
    ...(status === 'pending_validation' ? { validation_records: validationRecords(pack) } : {}),
    ...(status === 'validation_timed_out'
      ? {
          validation_records: validationRecords(pack),
          validation_errors: [{ message: 'Certificate validation timed out.' }],
        }
      : {}),
    ...(status === 'initializing' ? {} : { dcv_delegation_records: delegationRecords(zone, pack) }),
  };
}

function certificatesOf(world: World, zone: Zone, pack: Pack): PackWire['certificates'] {
  return leavesOf(world, pack).map((leaf) => ({
    id: idFrom(`certificate:${leaf.slot}:${leaf.signature}:${leaf.issuedAtMs}`),
    hosts: [...leaf.hosts],
    issuer: ISSUERS[leaf.authority],
    signature: leaf.signature,
    status: 'active',
    bundle_method: 'ubiquitous',
    zone_id: zone.id,
    uploaded_on: isoSeconds(leaf.issuedAtMs),
    modified_on: isoSeconds(leaf.issuedAtMs),
    expires_on: isoSeconds(leaf.expiresAtMs),
    priority: 0,
  }));
}

/** The certificates of a pack that has been issued. */
function leavesOf(world: World, pack: Pack): readonly Leaf[] {
  const validityMs = pack.validityDays * DAY_MS;
  const issuedAtMs = wholeSeconds(issuedAtMsOf(world.clock.now(), pack, validityMs));
  return SIGNATURES.map((signature) => ({
    slot: pack.id,
    authority: pack.authority,
    signature,
    hosts: pack.hosts,
    issuedAtMs,
    expiresAtMs: issuedAtMs + validityMs,
  }));
}

/** The pack's certificates while the edge uses them; none before it is issued and after it is gone. */
export function packLeaves(world: World, zone: Zone, pack: Pack): readonly Leaf[] {
  return IN_USE.has(packStatus(world, zone, pack)) ? leavesOf(world, pack) : [];
}

/** What proves that the names are ours. A wildcard is proved at its parent. */
export function validationRecords(pack: Pack): NonNullable<PackWire['validation_records']> {
  const names = [...new Set(pack.hosts.map((host) => host.replace(/^\*\./, '')))];
  return names.map((name) => {
    const token = idFrom(`validation:${pack.id}:${pack.startedAtMs}:${name}`);
    switch (pack.method) {
      case 'txt':
        return { status: 'pending', txt_name: `_acme-challenge.${name}`, txt_value: token };
      case 'http':
        return {
          status: 'pending',
          http_url: `http://${name}/.well-known/acme-challenge/${token}`,
          http_body: `${token}.${idFrom(`thumbprint:${pack.id}`)}`,
        };
      case 'email':
        return { status: 'pending', emails: ['admin', 'hostmaster'].map((local) => `${local}@${name}`) };
      default:
        return pack.method satisfies never;
    }
  });
}

function delegationRecords(zone: Zone, pack: Pack): NonNullable<PackWire['dcv_delegation_records']> {
  const names = [...new Set(pack.hosts.map((host) => host.replace(/^\*\./, '')))];
  const label = idFrom(`dcv:${zone.id}`).slice(0, 16);
  return names.map((name) => ({
    cname: `_acme-challenge.${name}`,
    cname_target: `${name}.${label}.dcv.cloudflare.com`,
  }));
}

export function wholeSeconds(ms: number): number {
  return Math.floor(ms / SECOND_MS) * SECOND_MS;
}

/** Whole seconds, UTC. */
export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Packs as the list shows them, uploaded certificates among them. */
export function packWires(world: World, zone: Zone): readonly PackWire[] {
  return [...packsOf(world, zone).map((pack) => packWire(world, zone, pack)), ...customPacks(world, zone)];
}
