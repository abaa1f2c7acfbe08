/** DNSSEC of a zone (§5): details, on and off, delete, zone signing keys. */
import type { ZskListResponse } from 'cloudflare/resources/dns/dnssec';
import { type ApiError, invalidBody, refusal } from '../api-error.ts';
import {
  changeDnssec,
  type DnssecFlags,
  deleteDnssec,
  dnssecStatus,
  dnssecWire,
  isMultiSigner,
  signingKeys,
} from '../dns/dnssec.ts';
import { ALGORITHM, dnskeyRdata, ZSK_FLAGS } from '../dns/dnssec-keys.ts';
import type { AuditLabel, Call, Needs, Route } from '../http/call.ts';
import { ok, type Reply } from '../http/envelope.ts';
import { type Entitlement, isEntitled } from '../state/family.ts';
import type { Zone } from '../state/zone.ts';

/** [U] Reports name DNS and Zone Settings; here it is DNS. */
const READ: Needs = { scope: 'zone', anyOf: ['DNS Read', 'DNS Write'] };
const WRITE: Needs = { scope: 'zone', anyOf: ['DNS Write'] };
const DNSSEC = '/zones/{zone_id}/dnssec';

const invalidStatus = (): ApiError => refusal(400, 1002, 'Invalid or missing "status"');
/** [U] code */
const invalidPlan = (): ApiError => refusal(400, 1004, 'Invalid zone plan for action');
/** [U] code and text */
const stillOn = (): ApiError => refusal(400, 1009, 'DNSSEC must be disabled before it can be deleted');
/** [U] The SDK says that the result is a string, not which. */
const DELETED = '';

function label(action: AuditLabel['action']): AuditLabel {
  return { product: 'dnssec', type: 'zone.dnssec', action };
}

export const dnssecRoutes: readonly Route[] = [
  { method: 'GET', path: DNSSEC, needs: READ, run: ({ world, zone }) => ok(dnssecWire(world, zone)) },
  { method: 'PATCH', path: DNSSEC, needs: WRITE, audit: label('update'), run: patchDnssec },
  { method: 'DELETE', path: DNSSEC, needs: WRITE, audit: label('delete'), run: removeDnssec },
  { method: 'GET', path: `${DNSSEC}/zsk`, needs: READ, run: listZoneSigningKeys },
];

function patchDnssec(call: Call): Reply {
  const { world, zone } = call;
  const body = call.jsonObject();
  const { status } = body;
  if (status !== undefined && status !== 'active' && status !== 'disabled') throw invalidStatus();
  const flags = readFlags(body, zone);
  if (status === undefined && Object.keys(flags).length === 0) throw invalidStatus();
  const before = dnssecWire(world, zone);
  changeDnssec(world, zone, { flags, ...(status === undefined ? {} : { status }) });
  const after = dnssecWire(world, zone);
  Object.assign(call.auditNote, { resourceId: zone.id, before, after });
  return ok(after);
}

const FLAG_NEEDS: Readonly<Record<keyof DnssecFlags, Entitlement | undefined>> = {
  dnssec_multi_signer: undefined,
  dnssec_presigned: 'presigned',
  dnssec_use_nsec3: 'nsec3',
};

function readFlags(body: Readonly<Record<string, unknown>>, zone: Zone): Partial<DnssecFlags> {
  const flags: Partial<DnssecFlags> = {};
  for (const name of Object.keys(FLAG_NEEDS) as (keyof DnssecFlags)[]) {
    const value = body[name];
    if (value === undefined) continue;
    if (typeof value !== 'boolean') throw invalidBody(`${name} must be a boolean`, `/${name}`);
    const need = FLAG_NEEDS[name];
    if (value && need !== undefined && !isEntitled(zone, need)) throw invalidPlan();
    flags[name] = value;
  }
  return flags;
}

function removeDnssec(call: Call): Reply {
  const { world, zone } = call;
  const status = dnssecStatus(world, zone);
  if (status !== null && status !== 'disabled') throw stillOn();
  Object.assign(call.auditNote, { resourceId: zone.id, before: dnssecWire(world, zone) });
  deleteDnssec(world, zone);
  return ok(DELETED);
}

/** Our own key, and those that other providers of a multi-signer zone have put in as records. */
function listZoneSigningKeys({ world, zone }: Call): Reply {
  const keys = signingKeys(world, zone);
  const own = keys === undefined ? [] : [ownKey(zone, keys.zsk.publicKey, dnskeyRdata(keys.zsk).length)];
  const external = isMultiSigner(zone)
    ? zone.records
        .named(zone.name)
        .filter(({ record }) => record.type === 'DNSKEY')
        .map(({ record }) => externalKey(zone, record.data ?? {}, record.ttl))
    : [];
  return ok([...own, ...external]);
}

function ownKey(zone: Zone, publicKey: string, rdlength: number): ZskListResponse {
  return {
    Name: `${zone.name}.`,
    DNSKEY: {
      Hdr: { Name: `${zone.name}.`, Rrtype: 48, Class: 1, Ttl: 3600, Rdlength: rdlength },
      Flags: ZSK_FLAGS,
      Protocol: 3,
      Algorithm: ALGORITHM,
      PublicKey: publicKey,
    },
    Location: 'vault',
    Tag: 'active',
  };
}

function externalKey(zone: Zone, data: Readonly<Record<string, unknown>>, ttl: number): ZskListResponse {
  return {
    Name: `${zone.name}.`,
    DNSKEY: {
      Hdr: { Name: `${zone.name}.`, Rrtype: 48, Class: 1, Ttl: ttl, Rdlength: null },
      Flags: Number(data['flags']),
      Protocol: Number(data['protocol']),
      Algorithm: Number(data['algorithm']),
      PublicKey: String(data['public_key']),
    },
    Location: 'database',
    Tag: 'external',
  };
}
