import assert from 'node:assert/strict';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { selfSigned } from './http/self-signed.ts';
import type { Sandbox } from './index.ts';
import { type Answer, outcomeOf, sandboxFor, sdkFor, send } from './testing.ts';

/** Made with OpenSSL for `one.example`. */
const EC_REQUEST = `-----BEGIN CERTIFICATE REQUEST-----
MIHRMHgCAQAwFjEUMBIGA1UEAwwLb25lLmV4YW1wbGUwWTATBgcqhkjOPQIBBggq
hkjOPQMBBwNCAAS+2y33kQ5j0qq7Q4PsqSmWya8HEMooAtHWm+hPHHhRw+5zuwzR
PPPpIw9SY83DFSR8OCSvRFpziUF29qlpdc55oAAwCgYIKoZIzj0EAwIDSQAwRgIh
AOIy1S0xc3YR099zd5jQdopPOGpxEM6JxbxRjwYZr84TAiEAmLdeiUSLQiEcnTWr
sW2Xso3NLD9e2I8D4BFRDdIbDOM=
-----END CERTIFICATE REQUEST-----`;
const RSA_REQUEST = `-----BEGIN CERTIFICATE REQUEST-----
MIICWzCCAUMCAQAwFjEUMBIGA1UEAwwLb25lLmV4YW1wbGUwggEiMA0GCSqGSIb3
DQEBAQUAA4IBDwAwggEKAoIBAQDQUYhF/bLw8lebODws30dbCY1wvYRFj+/l47oT
SlgnTvRurTY2V6gHXxnWD0ga02iEtexA4UM3/1ID08jpYfetutf3tOq8gkFrQncz
Y8XMjYD4P9c0LPApefpiZsrVY20GgxnYIDDSzQaRETwJZ0JLc7Z5KvlMAFDi6jnG
RLao1JimPPcsh4VBfHIcWMS9M452RA7wuLTNTxTw2YWjfIABHUR8/9EyLlfrA2Bo
rFoC2Ke406QwCJqdjiPQnP/0T/nsbcbMhmTtci4bKPI77O1Nh1nnIaBtHxQp7/DW
bcCIRufKHyiTF5eaNNDYcAcdbpILjRdYvDGVJ+UTvTpaL1rvAgMBAAGgADANBgkq
hkiG9w0BAQsFAAOCAQEAca/+4InCZvxEEx+hHVgF42ggNnOvK4JC1Ip+4OtMlSrU
ZWf2d04crfu1nFsuXZERzfvOaS6yq15OuM68xvivutZA+BVRoj+0TS5xWawfr1ZD
h+2dHeJLJMXIl5/DSw8KvMbWdS0dB/5X0QNG+/QnLsoLn03gI751T7thtoQei9be
WF3PKW/qAbjLZAGQ2eCXaSUazj9Hk3Bi1duRtP63005Khl1NpYQJmeUg7YuQ5Qgw
bFohuAIhZuM/OiPEyobK5lo3xbximx2L/3hWT7ZRFPLDh8Bau/ulsk/32j8aoan2
9PdEw/6BGv5cwHRTbUdH4AcGq9Bz9kdWURglMcmYkw==
-----END CERTIFICATE REQUEST-----`;

const DAY_MS = 86_400_000;

function origin(sandbox: Sandbox, body: unknown, token?: string): Promise<Answer> {
  return send(sandbox, 'POST /certificates', { body, ...(token === undefined ? {} : { token }) });
}

test('Origin CA: a signed certificate for the key of the request, listed, revoked, through the SDK', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('one.example');
  const other = sandbox.seedZone('two.example');
  const { originCACertificates } = sdkFor(sandbox);
  const hostnames = ['one.example', '*.one.example'];
  const made = await originCACertificates.create({
    csr: EC_REQUEST,
    hostnames,
    request_type: 'origin-ecc',
    requested_validity: 7,
  });
  const certificate = new X509Certificate(made.certificate ?? '');
  assert.equal(certificate.subjectAltName, 'DNS:one.example, DNS:*.one.example');
  assert.equal(BigInt(`0x${certificate.serialNumber}`).toString(), made.id);
  assert.equal(Date.parse(certificate.validTo), Date.parse(made.expires_on ?? ''));
  const lifeMs = Date.parse(made.expires_on ?? '') - sandbox.now();
  assert.ok(Math.abs(lifeMs - 7 * DAY_MS) < 60_000);
  // The point of the key stands in the request as it stands in the certificate.
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  const request = Buffer.from(EC_REQUEST.replace(/-----[^-]+-----/g, ''), 'base64');
  assert.notEqual(request.indexOf(spki), -1);
  const second = await originCACertificates.create({
    csr: RSA_REQUEST,
    hostnames: ['www.one.example'],
    request_type: 'origin-rsa',
  });
  assert.equal(second.requested_validity, 5475);
  assert.equal(
    new X509Certificate(second.certificate ?? '').issuer,
    new X509Certificate(made.certificate ?? '').issuer,
  );
  const ids = async (zone_id: string): Promise<(string | undefined)[]> =>
    (await originCACertificates.list({ zone_id })).result.map((item) => item.id);
  assert.deepEqual(await ids(zone.id), [made.id, second.id]);
  assert.deepEqual(await ids(other.id), []);
  assert.deepEqual((await originCACertificates.get(made.id ?? '')).hostnames, hostnames);
  const revoked = await originCACertificates.delete(made.id ?? '');
  assert.equal(revoked.id, made.id);
  assert.match(revoked.revoked_at ?? '', /Z$/);
  assert.deepEqual(await ids(zone.id), [second.id]);
});

test('Origin CA: certificates of one sandbox are signed by one authority', async (t) => {
  const sandbox = await sandboxFor(t);
  sandbox.seedZone('one.example');
  const issue = async (csr: string, request_type: string): Promise<X509Certificate> =>
    new X509Certificate(
      (await origin(sandbox, { csr, request_type, hostnames: ['one.example'] })).json.result.certificate,
    );
  const [first, second] = [await issue(EC_REQUEST, 'origin-ecc'), await issue(RSA_REQUEST, 'origin-rsa')];
  const keys = sandbox.state().bag['authority_keys'] as Record<string, string>;
  const authority = createPublicKey(keys['origin:ec'] ?? '');
  assert.equal(first.verify(authority), true);
  assert.equal(second.verify(authority), true);
  assert.equal(first.verify(second.publicKey), false);
});

test('Origin CA: what is refused', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('one.example');
  const good = { csr: EC_REQUEST, hostnames: ['one.example'], request_type: 'origin-ecc' };
  const broken = EC_REQUEST.replace('MIHRMHgCAQ', 'MIHRMHgCAg');
  const rows: readonly [change: object, outcome: string][] = [
    [{}, '200'],
    [{ csr: 'nonsense' }, '400/1101'],
    [{ csr: broken }, '400/1101'],
    [{ csr: undefined }, '400/1101'],
    [{ request_type: 'origin-rsa' }, '400/1100'],
    [{ request_type: 'any' }, '400/1100'],
    [{ requested_validity: 8 }, '400/1100'],
    [{ hostnames: [] }, '400/1100'],
    [{ hostnames: ['two.example'] }, '400/1010'],
    [{ hostnames: ['one.example', 'notone.example'] }, '400/1010'],
  ];
  for (const [change, outcome] of rows) {
    assert.equal(outcomeOf(await origin(sandbox, { ...good, ...change })), outcome, JSON.stringify(change));
  }
  const token = (...permissions: string[]): string => sandbox.createToken({ name: 't', permissions }).value;
  const reader = token('SSL and Certificates Read');
  assert.equal(outcomeOf(await origin(sandbox, good, reader)), '400/1010');
  const list = `GET /certificates?zone_id=${zone.id}`;
  assert.equal(outcomeOf(await send(sandbox, list, { token: reader })), '200');
  assert.equal(outcomeOf(await send(sandbox, list, { token: token('Zone Read') })), '403/10000');
  assert.equal(outcomeOf(await send(sandbox, 'GET /certificates')), '400/1003');
  assert.equal(outcomeOf(await send(sandbox, 'GET /certificates/123')), '404/1101');
  const { id } = (await origin(sandbox, good)).json.result;
  const remove = await send(sandbox, `DELETE /certificates/${id}`, { token: reader });
  assert.equal(outcomeOf(remove), '403/10000');
});

test('custom certificates: uploaded, rolled out, replaced, ordered, deleted, through the SDK', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id: zone_id } = sandbox.seedZone('one.example', [], { plan: 'enterprise' });
  const { customCertificates, ssl } = sdkFor(sandbox);
  const { cert: certificate, key: private_key } = selfSigned('one.example', sandbox.now());
  const first = await customCertificates.create({ zone_id, certificate, private_key, type: 'sni_custom' });
  assert.deepEqual([first.status, first.bundle_method, first.priority], ['initializing', 'ubiquitous', 0]);
  assert.deepEqual(first.hosts, ['localhost', 'api.cloudflare.com', 'one.example']);
  assert.match(first.issuer ?? '', /^Zoneward sandbox [0-9a-f]{8}$/);
  assert.equal(Date.parse(first.expires_on ?? ''), Date.parse(new X509Certificate(certificate).validTo));
  sandbox.setClock({ advanceMs: 10_000 });
  assert.equal((await customCertificates.get(first.id, { zone_id })).status, 'pending');
  sandbox.setClock({ advanceMs: 60_000 });
  assert.equal((await customCertificates.get(first.id, { zone_id })).status, 'active');
  const packs = (await ssl.certificatePacks.list({ zone_id })).result;
  assert.ok(packs.some((pack) => pack.type === 'sni_custom' && pack.primary_certificate === first.id));
  const second = await customCertificates.create({ zone_id, certificate, private_key });
  const order = async (): Promise<string[]> =>
    (await customCertificates.list({ zone_id })).result.map((item) => item.id);
  assert.deepEqual(await order(), [second.id, first.id]);
  await customCertificates.prioritize.update({ zone_id, certificates: [{ id: first.id, priority: 9 }] });
  assert.deepEqual(await order(), [first.id, second.id]);
  const active = await customCertificates.list({ zone_id, status: 'active' });
  assert.deepEqual(
    active.result.map((item) => item.id),
    [first.id],
  );
  const changed = await customCertificates.edit(first.id, { zone_id, bundle_method: 'force' });
  assert.deepEqual([changed.bundle_method, changed.status], ['force', 'active']);
  const renewed = selfSigned('one.example', sandbox.now());
  const replaced = await customCertificates.edit(first.id, {
    zone_id,
    certificate: renewed.cert,
    private_key: renewed.key,
  });
  assert.equal(replaced.status, 'initializing');
  assert.deepEqual(await customCertificates.delete(first.id, { zone_id }), { id: first.id });
  assert.deepEqual(await order(), [second.id]);
  sandbox.setClock({ advanceMs: 900 * DAY_MS });
  assert.equal((await customCertificates.get(second.id, { zone_id })).status, 'expired');
});

test('custom certificates: what is refused, and the key is in no log', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('one.example', [], { plan: 'business' });
  const path = `POST /zones/${zone.id}/custom_certificates`;
  const { cert: certificate, key: private_key } = selfSigned('one.example', sandbox.now());
  const foreign = selfSigned('two.example', sandbox.now());
  const old = selfSigned('one.example', sandbox.now() - 900 * DAY_MS);
  const rows: readonly [body: object, outcome: string][] = [
    [{ certificate: 'nonsense', private_key }, '400/1228'],
    [{ private_key }, '400/1228'],
    [{ certificate }, '400/1229'],
    [{ certificate, private_key: 'nonsense' }, '400/1229'],
    [{ certificate, private_key: foreign.key }, '400/1208'],
    [{ certificate: foreign.cert, private_key: foreign.key }, '400/1209'],
    [{ certificate: old.cert, private_key: old.key }, '400/1206'],
    [{ certificate, private_key, bundle_method: 'most' }, '400/1004'],
    [{ certificate, private_key, geo_restrictions: { label: 'mars' } }, '400/1004'],
    [{ certificate, private_key, geo_restrictions: { label: 'eu' } }, '200'],
    [{ certificate, private_key }, '403/1205'],
  ];
  for (const [body, outcome] of rows) {
    assert.equal(outcomeOf(await send(sandbox, path, { body })), outcome, Object.keys(body).join());
  }
  const free = sandbox.seedZone('free.example');
  const refused = await send(sandbox, `POST /zones/${free.id}/custom_certificates`, { body: {} });
  assert.equal(outcomeOf(refused), '403/1205');
  assert.doesNotMatch(JSON.stringify(sandbox.state()), /PRIVATE KEY/);
  const missing = await send(sandbox, `GET /zones/${zone.id}/custom_certificates/none`);
  assert.equal(outcomeOf(missing), '404/1212');
});

test('authenticated origin pulls per zone and per host name, through the SDK', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id: zone_id } = sandbox.seedZone('one.example');
  const { originTLSClientAuth: pulls } = sdkFor(sandbox);
  const { cert: certificate, key: private_key } = selfSigned('one.example', sandbox.now());
  assert.deepEqual(await pulls.settings.get({ zone_id }), { enabled: false });
  assert.deepEqual(await pulls.settings.update({ zone_id, enabled: true }), { enabled: true });
  const forZone = await pulls.zoneCertificates.create({ zone_id, certificate, private_key });
  const forHost = await pulls.hostnameCertificates.create({ zone_id, certificate, private_key });
  assert.deepEqual([forZone.status, forHost.status], ['initializing', 'initializing']);
  sandbox.setClock({ advanceMs: 60_000 });
  assert.equal((await pulls.zoneCertificates.get(forZone.id ?? '', { zone_id })).status, 'active');
  assert.equal((await pulls.zoneCertificates.list({ zone_id })).result.length, 1);
  const hostname = 'www.one.example';
  const config = [{ hostname, cert_id: forHost.id ?? '', enabled: true }];
  const { result } = await pulls.hostnames.update({ zone_id, config });
  assert.deepEqual([result[0]?.hostname, result[0]?.enabled], [hostname, true]);
  const read = await pulls.hostnames.get(hostname, { zone_id });
  assert.deepEqual([read.cert_id, read.cert_status, read.enabled], [forHost.id, 'active', true]);
  for (const [change, outcome] of [
    [{ hostname: 'www.two.example' }, '400/10021'],
    [{ enabled: 'yes' }, '400/10021'],
    [{ cert_id: forZone.id }, '404/1436'],
  ] as const) {
    const body = { config: [{ ...config[0], ...change }] };
    const answer = await send(sandbox, `PUT /zones/${zone_id}/origin_tls_client_auth/hostnames`, { body });
    assert.equal(outcomeOf(answer), outcome, JSON.stringify(change));
  }
  await pulls.hostnames.update({ zone_id, config: [{ ...config[0], enabled: null }] });
  const gone = await send(sandbox, `GET /zones/${zone_id}/origin_tls_client_auth/hostnames/${hostname}`);
  assert.equal(outcomeOf(gone), '404/1437');
  const removed = await pulls.hostnameCertificates.delete(forHost.id ?? '', { zone_id });
  assert.equal(removed.status, 'pending_deletion');
  sandbox.setClock({ advanceMs: 60_000 });
  assert.deepEqual((await pulls.hostnameCertificates.list({ zone_id })).result, []);
  const mismatch = await send(sandbox, `POST /zones/${zone_id}/origin_tls_client_auth`, {
    body: { certificate, private_key: selfSigned('one.example').key },
  });
  assert.equal(outcomeOf(mismatch), '400/1208');
});
