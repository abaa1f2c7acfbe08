/** Edge certificates of a zone (§6.2): universal SSL, verification, analyze, total TLS. Packs: `ssl-packs.ts`. */
import type { TotalTLSGetResponse } from 'cloudflare/resources/acm';
import type { Verification } from 'cloudflare/resources/ssl/verification';
import { invalidBody } from '../api-error.ts';
import { SECOND_MS } from '../constants.ts';
import type { AuditLabel, Call, Needs, Route } from '../http/call.ts';
import { ok, type Reply } from '../http/envelope.ts';
import { isEntitled } from '../state/family.ts';
import { type Pack, packState, packStatus, packsOf, restart, validationRecords } from '../tls/packs.ts';
import type { PackStatus } from '../tls/timeline.ts';
import { readUpload } from '../tls/upload.ts';
import {
  needsCertificateManager,
  noCertificate,
  packNotFound,
  totalTlsBusy,
  totalTlsUnchanged,
} from './ssl-errors.ts';

const READ: Needs = { scope: 'zone', anyOf: ['SSL and Certificates Read', 'SSL and Certificates Write'] };
const WRITE: Needs = { scope: 'zone', anyOf: ['SSL and Certificates Write'] };
const SSL = '/zones/{zone_id}/ssl';
const UNIVERSAL = `${SSL}/universal/settings`;
const TOTAL_TLS = '/zones/{zone_id}/acm/total_tls';

function label(type: string, action: AuditLabel['action'] = 'update'): AuditLabel {
  return { product: 'ssl', type, action };
}

export const sslRoutes: readonly Route[] = [
  { method: 'GET', path: UNIVERSAL, needs: READ, run: getUniversal },
  { method: 'PATCH', path: UNIVERSAL, needs: WRITE, audit: label('ssl.universal'), run: patchUniversal },
  { method: 'GET', path: `${SSL}/verification`, needs: READ, run: listVerifications },
  {
    method: 'PATCH',
    path: `${SSL}/verification/{pack}`,
    needs: WRITE,
    audit: label('ssl.verification'),
    run: changeVerification,
  },
  { method: 'POST', path: `${SSL}/analyze`, needs: READ, run: analyze },
  { method: 'GET', path: TOTAL_TLS, needs: READ, run: getTotalTls },
  { method: 'POST', path: TOTAL_TLS, needs: WRITE, audit: label('ssl.total_tls'), run: setTotalTls },
];

function getUniversal({ zone }: Call): Reply {
  return ok({ enabled: packState(zone).universal.enabled });
}

/** Switched off, the pack is gone at once; switched on again, another one is ordered. */
function patchUniversal(call: Call): Reply {
  const { enabled } = call.jsonObject();
  if (typeof enabled !== 'boolean') throw invalidBody('enabled must be a boolean', '/enabled');
  const { zone, world } = call;
  const state = packState(zone);
  const before = { enabled: state.universal.enabled };
  if (enabled && !before.enabled) {
    const { generation } = state.universal;
    state.universal = { enabled, generation: generation + 1, startedAtMs: world.clock.now() };
  } else {
    state.universal = { ...state.universal, enabled };
  }
  world.changed();
  Object.assign(call.auditNote, { resourceId: zone.id, before, after: { enabled } });
  return ok({ enabled });
}

const CERTIFICATE_STATUS: Readonly<Record<PackStatus, Verification['certificate_status']>> = {
  initializing: 'initializing',
  pending_validation: 'authorizing',
  pending_issuance: 'issuing',
  pending_deployment: 'pending_deployment',
  active: 'active',
  validation_timed_out: 'timing_out',
  pending_deletion: 'active',
  deleted: 'expired',
};

/** The schema gives names of fields where the API gives values; `email` is no method of it at all. */
type VerificationWire = Omit<Verification, 'verification_info' | 'validation_method'> & {
  readonly hostname: string;
  readonly validation_method: string;
  readonly verification_info?: { readonly record_name: string; readonly record_target: string };
};

function listVerifications(call: Call): Reply {
  const { zone, world } = call;
  if (call.query.get('retry') === 'true') retryTimedOut(call);
  return ok(packsOf(world, zone).map((pack) => verificationOf(call, pack)));
}

function retryTimedOut({ zone, world }: Call): void {
  for (const pack of packsOf(world, zone)) {
    if (packStatus(world, zone, pack) === 'validation_timed_out') restart(world, zone, pack);
  }
}

function verificationOf({ zone, world }: Call, pack: Pack): VerificationWire {
  const status = packStatus(world, zone, pack);
  const [record] = validationRecords(pack);
  const pending = status === 'pending_validation' || status === 'validation_timed_out';
  return {
    brand_check: false,
    cert_pack_uuid: pack.id,
    certificate_status: CERTIFICATE_STATUS[status],
    hostname: pack.hosts[0] ?? zone.name,
    signature: 'ECDSAWithSHA256',
    validation_method: pack.method,
    verification_status: status === 'active',
    ...(pending && record !== undefined
      ? {
          verification_info: {
            record_name: record.txt_name ?? record.http_url ?? '',
            record_target: record.txt_value ?? record.http_body ?? '',
          },
        }
      : {}),
  };
}

const METHODS = ['http', 'cname', 'txt', 'email'] as const;

function changeVerification(call: Call): Reply {
  const { zone, world } = call;
  const method = METHODS.find((known) => known === call.jsonObject()['validation_method']);
  if (method === undefined) {
    throw invalidBody(`validation_method must be one of ${METHODS.join(', ')}`, '/validation_method');
  }
  const pack = packState(zone).ordered.find((item) => item.id === call.param('pack'));
  if (pack === undefined) throw packNotFound();
  pack.method = method === 'cname' ? 'txt' : method;
  if (packStatus(world, zone, pack) !== 'active') restart(world, zone, pack);
  world.changed();
  call.auditNote.resourceId = pack.id;
  return ok({ status: packStatus(world, zone, pack), validation_method: method });
}

/** Only reads what is sent. [U] The SDK knows no shape of the result. */
function analyze(call: Call): Reply {
  const { certificate } = call.jsonObject();
  if (certificate === undefined) return ok({ hostnames: [call.zone.name, `*.${call.zone.name}`] });
  const read = readUpload(certificate, undefined);
  if (typeof read === 'string') throw noCertificate();
  return ok({
    hostnames: read.hosts,
    issuer: read.issuer,
    signature: read.signature,
    expires_on: read.expiresOn,
  });
}

const AUTHORITIES = ['google', 'lets_encrypt', 'ssl_com'] as const;
/** [U] How long a change of total TLS keeps the next one out. */
const TOTAL_TLS_JOB_MS = 10 * SECOND_MS;

function getTotalTls({ zone }: Call): Reply {
  const { totalTls } = packState(zone);
  return ok(totalTlsWire(totalTls));
}

function totalTlsWire(totalTls: ReturnType<typeof packState>['totalTls']): TotalTLSGetResponse {
  if (totalTls === null) return { enabled: false };
  return { enabled: totalTls.enabled, certificate_authority: totalTls.authority, validity_period: 90 };
}

function setTotalTls(call: Call): Reply {
  const { zone, world } = call;
  if (!isEntitled(zone, 'advanced-certificate-manager')) throw needsCertificateManager();
  const body = call.jsonObject();
  const { enabled } = body;
  if (typeof enabled !== 'boolean') throw invalidBody('enabled must be a boolean', '/enabled');
  const state = packState(zone);
  const wanted = body['certificate_authority'] ?? state.totalTls?.authority ?? 'google';
  const authority = AUTHORITIES.find((known) => known === wanted);
  if (authority === undefined) {
    throw invalidBody(
      `certificate_authority must be one of ${AUTHORITIES.join(', ')}`,
      '/certificate_authority',
    );
  }
  const old = state.totalTls;
  if (old !== null && world.clock.now() - old.changedAtMs < TOTAL_TLS_JOB_MS) throw totalTlsBusy();
  if ((old?.enabled ?? false) === enabled && (old === null || old.authority === authority)) {
    throw totalTlsUnchanged();
  }
  const before = totalTlsWire(old);
  state.totalTls = { enabled, authority, changedAtMs: world.clock.now() };
  world.changed();
  const after = totalTlsWire(state.totalTls);
  Object.assign(call.auditNote, { resourceId: zone.id, before, after });
  return ok(after);
}
