/** The calls of certificates: at the edge, for origins, for custom hostnames. */
import { makeUpload, type Upload } from './certificates.ts';
import { A_WHILE_MS, keep, kept, type SdkCall, type Stage } from './sdk-stage.ts';

const upload = ({ certificate, privateKey }: Upload) => ({ certificate, private_key: privateKey });
const own = (s: Stage): Upload => makeUpload([s.zoneName], { nowMs: s.sandbox.now() });

export function edgeCertificateCalls(): Record<string, SdkCall> {
  return {
    'acm.totalTLS.get': ({ sdk, zone_id }) => sdk.acm.totalTLS.get({ zone_id }),
    'acm.totalTLS.update': ({ sdk, zone_id }) => sdk.acm.totalTLS.update({ zone_id, enabled: true }),
    'acm.totalTLS.edit': ({ sandbox, sdk, zone_id }) => {
      sandbox.setClock({ advanceMs: A_WHILE_MS });
      return sdk.acm.totalTLS.edit({ zone_id, enabled: false });
    },
    'ssl.analyze.create': (s) =>
      s.sdk.ssl.analyze.create({ zone_id: s.zone_id, certificate: own(s).certificate }),
    'ssl.universal.settings.get': ({ sdk, zone_id }) => sdk.ssl.universal.settings.get({ zone_id }),
    'ssl.universal.settings.edit': ({ sdk, zone_id }) =>
      sdk.ssl.universal.settings.edit({ zone_id, enabled: true }),
    'ssl.certificatePacks.create': (s) =>
      keep(
        s,
        'pack',
        s.sdk.ssl.certificatePacks.create({
          zone_id: s.zone_id,
          type: 'advanced',
          hosts: [s.zoneName],
          validation_method: 'txt',
          validity_days: 90,
          certificate_authority: 'google',
        }),
      ),
    'ssl.certificatePacks.list': ({ sdk, zone_id }) =>
      sdk.ssl.certificatePacks.list({ zone_id, status: 'all' }),
    'ssl.certificatePacks.get': (s) =>
      s.sdk.ssl.certificatePacks.get(kept(s, 'pack'), { zone_id: s.zone_id }),
    'ssl.certificatePacks.edit': (s) =>
      s.sdk.ssl.certificatePacks.edit(kept(s, 'pack'), { zone_id: s.zone_id, cloudflare_branding: true }),
    'ssl.certificatePacks.quota.get': ({ sdk, zone_id }) => sdk.ssl.certificatePacks.quota.get({ zone_id }),
    'ssl.verification.get': ({ sdk, zone_id }) => sdk.ssl.verification.get({ zone_id }),
    'ssl.verification.edit': (s) =>
      s.sdk.ssl.verification.edit(kept(s, 'pack'), { zone_id: s.zone_id, validation_method: 'txt' }),
    'ssl.certificatePacks.delete': (s) =>
      s.sdk.ssl.certificatePacks.delete(kept(s, 'pack'), { zone_id: s.zone_id }),
    'customCertificates.create': (s) =>
      keep(s, 'custom', s.sdk.customCertificates.create({ zone_id: s.zone_id, ...upload(own(s)) })),
    'customCertificates.list': ({ sdk, zone_id }) => sdk.customCertificates.list({ zone_id }),
    'customCertificates.get': (s) => s.sdk.customCertificates.get(kept(s, 'custom'), { zone_id: s.zone_id }),
    'customCertificates.edit': (s) =>
      s.sdk.customCertificates.edit(kept(s, 'custom'), { zone_id: s.zone_id, ...upload(own(s)) }),
    'customCertificates.prioritize.update': (s) =>
      s.sdk.customCertificates.prioritize.update({
        zone_id: s.zone_id,
        certificates: [{ id: kept(s, 'custom'), priority: 5 }],
      }),
    'customCertificates.delete': (s) =>
      s.sdk.customCertificates.delete(kept(s, 'custom'), { zone_id: s.zone_id }),
  };
}

/** Made with OpenSSL for `one.example`. */
const SIGNING_REQUEST = `-----BEGIN CERTIFICATE REQUEST-----
MIHRMHgCAQAwFjEUMBIGA1UEAwwLb25lLmV4YW1wbGUwWTATBgcqhkjOPQIBBggq
hkjOPQMBBwNCAAS+2y33kQ5j0qq7Q4PsqSmWya8HEMooAtHWm+hPHHhRw+5zuwzR
PPPpIw9SY83DFSR8OCSvRFpziUF29qlpdc55oAAwCgYIKoZIzj0EAwIDSQAwRgIh
AOIy1S0xc3YR099zd5jQdopPOGpxEM6JxbxRjwYZr84TAiEAmLdeiUSLQiEcnTWr
sW2Xso3NLD9e2I8D4BFRDdIbDOM=
-----END CERTIFICATE REQUEST-----`;

export function originCalls(): Record<string, SdkCall> {
  return {
    'originCACertificates.create': (s) =>
      keep(
        s,
        'origin',
        s.sdk.originCACertificates.create({
          csr: SIGNING_REQUEST,
          hostnames: [s.zoneName],
          request_type: 'origin-ecc',
          requested_validity: 90,
        }),
      ),
    'originCACertificates.list': ({ sdk, zone_id }) => sdk.originCACertificates.list({ zone_id }),
    'originCACertificates.get': (s) => s.sdk.originCACertificates.get(kept(s, 'origin')),
    'originCACertificates.delete': (s) => s.sdk.originCACertificates.delete(kept(s, 'origin')),
    'originTLSClientAuth.settings.get': ({ sdk, zone_id }) =>
      sdk.originTLSClientAuth.settings.get({ zone_id }),
    'originTLSClientAuth.settings.update': ({ sdk, zone_id }) =>
      sdk.originTLSClientAuth.settings.update({ zone_id, enabled: true }),
    ...pullCertificateCalls(),
    'originTLSClientAuth.hostnameCertificates.create': (s) => {
      const body = { zone_id: s.zone_id, ...upload(own(s)) };
      return keep(s, 'pull', s.sdk.originTLSClientAuth.hostnameCertificates.create(body));
    },
    'originTLSClientAuth.hostnameCertificates.list': ({ sdk, zone_id }) =>
      sdk.originTLSClientAuth.hostnameCertificates.list({ zone_id }),
    'originTLSClientAuth.hostnameCertificates.get': (s) =>
      s.sdk.originTLSClientAuth.hostnameCertificates.get(kept(s, 'pull'), { zone_id: s.zone_id }),
    'originTLSClientAuth.hostnames.update': (s) =>
      s.sdk.originTLSClientAuth.hostnames.update({
        zone_id: s.zone_id,
        config: [{ hostname: s.zoneName, cert_id: kept(s, 'pull'), enabled: true }],
      }),
    'originTLSClientAuth.hostnames.get': ({ sdk, zone_id, zoneName }) =>
      sdk.originTLSClientAuth.hostnames.get(zoneName, { zone_id }),
    'originTLSClientAuth.hostnameCertificates.delete': (s) =>
      s.sdk.originTLSClientAuth.hostnameCertificates.delete(kept(s, 'pull'), { zone_id: s.zone_id }),
  };
}

/** The certificates of the whole zone stand at two places of the SDK. */
function pullCertificateCalls(): Record<string, SdkCall> {
  return {
    'originTLSClientAuth.create': (s) => {
      const body = { zone_id: s.zone_id, ...upload(own(s)) };
      return keep(s, 'zone pull', s.sdk.originTLSClientAuth.create(body));
    },
    'originTLSClientAuth.list': ({ sdk, zone_id }) => sdk.originTLSClientAuth.list({ zone_id }),
    'originTLSClientAuth.get': (s) =>
      s.sdk.originTLSClientAuth.get(kept(s, 'zone pull'), { zone_id: s.zone_id }),
    'originTLSClientAuth.delete': (s) =>
      s.sdk.originTLSClientAuth.delete(kept(s, 'zone pull'), { zone_id: s.zone_id }),
    'originTLSClientAuth.zoneCertificates.create': (s) => {
      const body = { zone_id: s.zone_id, ...upload(own(s)) };
      return keep(s, 'zone pull', s.sdk.originTLSClientAuth.zoneCertificates.create(body));
    },
    'originTLSClientAuth.zoneCertificates.list': ({ sdk, zone_id }) =>
      sdk.originTLSClientAuth.zoneCertificates.list({ zone_id }),
    'originTLSClientAuth.zoneCertificates.get': (s) =>
      s.sdk.originTLSClientAuth.zoneCertificates.get(kept(s, 'zone pull'), { zone_id: s.zone_id }),
    'originTLSClientAuth.zoneCertificates.delete': (s) =>
      s.sdk.originTLSClientAuth.zoneCertificates.delete(kept(s, 'zone pull'), { zone_id: s.zone_id }),
  };
}

const CUSTOM_HOSTNAME = 'shop.customer.example';

export function customHostnameCalls(): Record<string, SdkCall> {
  return {
    'customHostnames.fallbackOrigin.update': ({ sdk, zone_id, zoneName }) =>
      sdk.customHostnames.fallbackOrigin.update({ zone_id, origin: zoneName }),
    'customHostnames.fallbackOrigin.get': ({ sdk, zone_id }) =>
      sdk.customHostnames.fallbackOrigin.get({ zone_id }),
    'customHostnames.fallbackOrigin.delete': ({ sdk, zone_id }) =>
      sdk.customHostnames.fallbackOrigin.delete({ zone_id }),
    'customHostnames.create': (s) =>
      keep(
        s,
        'hostname',
        s.sdk.customHostnames.create({
          zone_id: s.zone_id,
          hostname: CUSTOM_HOSTNAME,
          ssl: { method: 'txt', type: 'dv' },
        }),
      ),
    'customHostnames.list': ({ sandbox, sdk, zone_id }) => {
      sandbox.setClock({ advanceMs: A_WHILE_MS });
      return sdk.customHostnames.list({ zone_id });
    },
    'customHostnames.get': (s) => s.sdk.customHostnames.get(kept(s, 'hostname'), { zone_id: s.zone_id }),
    'customHostnames.edit': async (s) => {
      const pair = (['rsa', 'ec'] as const).map((kind) =>
        makeUpload([CUSTOM_HOSTNAME], { kind, nowMs: s.sandbox.now() }),
      );
      const changed = await s.sdk.customHostnames.edit(kept(s, 'hostname'), {
        zone_id: s.zone_id,
        ssl: {
          custom_cert_bundle: pair.map(({ certificate, privateKey }) => ({
            custom_certificate: certificate,
            custom_key: privateKey,
          })),
        },
      });
      const ssl = changed.ssl as { id: string; certificates: readonly { id: string }[] };
      s.kept.set('hostname pack', ssl.id);
      for (const [index, { id }] of ssl.certificates.entries()) s.kept.set(`certificate ${index}`, id);
      return changed;
    },
    'customHostnames.certificatePack.certificates.update': (s) => {
      const made = makeUpload([CUSTOM_HOSTNAME], { kind: 'rsa', nowMs: s.sandbox.now() });
      return s.sdk.customHostnames.certificatePack.certificates.update(kept(s, 'certificate 0'), {
        ...packOf(s),
        custom_certificate: made.certificate,
        custom_key: made.privateKey,
      });
    },
    'customHostnames.certificatePack.certificates.delete': (s) =>
      s.sdk.customHostnames.certificatePack.certificates.delete(kept(s, 'certificate 1'), packOf(s)),
    'customHostnames.quota.get': ({ sdk, zone_id }) => sdk.customHostnames.quota.get({ zone_id }),
    'customHostnames.delete': (s) =>
      s.sdk.customHostnames.delete(kept(s, 'hostname'), { zone_id: s.zone_id }),
  };
}

function packOf(s: Stage) {
  return {
    zone_id: s.zone_id,
    custom_hostname_id: kept(s, 'hostname'),
    certificate_pack_id: kept(s, 'hostname pack'),
  };
}
