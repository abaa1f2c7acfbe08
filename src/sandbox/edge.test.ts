import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Sandbox } from './index.ts';
import { makeUpload, shakeHands } from './testing/certificates.ts';
import { outcomeOf, sandboxFor, sdkFor, send } from './testing.ts';
import { CERTIFICATE_MS } from './tls/timeline.ts';

const DAY_MS = 86_400_000;
const RECORDS = [
  { type: 'A', name: '@', content: '192.0.2.1', proxied: true },
  { type: 'A', name: 'www', content: '192.0.2.1', proxied: true },
  { type: 'A', name: 'deep.www', content: '192.0.2.1', proxied: true },
  { type: 'A', name: 'plain', content: '192.0.2.2' },
];

/** Facts of a certificate as the API writes them. */
function factsOf(certificate: X509Certificate): { hosts: string[]; expires_on: string; serial: string } {
  return {
    hosts: (certificate.subjectAltName ?? '').split(', ').map((name) => name.replace(/^DNS:/, '')),
    expires_on: `${new Date(certificate.validTo).toISOString().slice(0, 19)}Z`,
    serial: BigInt(`0x${certificate.serialNumber}`).toString(),
  };
}

test('a handshake for a proxied name gets the certificate that the API tells of, and its authority vouches', async (t) => {
  const sandbox = await sandboxFor(t, { tls: true });
  const { id: zone_id } = sandbox.seedZone('edge.example', RECORDS);
  const ca = (): string => sandbox.edgeAuthorities();
  assert.equal(ca(), '', 'nothing was issued yet');
  const www = await shakeHands(sandbox, 'www.edge.example');
  const again = await shakeHands(sandbox, 'www.edge.example', { ca: ca() });
  assert.ok(again.trusted && again.protocol === 'TLSv1.3');
  assert.equal(again.certificate.fingerprint256, www.certificate.fingerprint256, 'always the same one');
  const { body } = await overTls(sandbox, `GET /zones/${zone_id}/ssl/certificate_packs`);
  const [first] = body.result[0].certificates;
  const { hosts, expires_on } = factsOf(www.certificate);
  assert.deepEqual([first?.hosts, first?.expires_on], [hosts, expires_on]);
  assert.match(www.certificate.issuer, new RegExp(`CN=${first?.issuer} EC \\(sandbox\\)`));
  const bare = await shakeHands(sandbox, 'edge.example');
  assert.equal(bare.certificate.fingerprint256, www.certificate.fingerprint256);
  await assert.rejects(shakeHands(sandbox, 'deep.www.edge.example'), 'no pack covers it');
  const plain = await shakeHands(sandbox, 'plain.edge.example');
  assert.match(plain.certificate.subject, /CN=Zoneward sandbox/, 'not proxied: not the edge');
  assert.equal(sandbox.edgeCertificate('plain.edge.example'), undefined);
  assert.ok(sandbox.edgeCertificate('WWW.edge.example.')?.startsWith('-----BEGIN CERTIFICATE-----'));
});

test('certificates are renewed over time, and gone when universal SSL is off', async (t) => {
  const sandbox = await sandboxFor(t, { tls: true });
  const { id } = sandbox.seedZone('edge.example', RECORDS);
  const served = (): X509Certificate => new X509Certificate(sandbox.edgeCertificate('edge.example') ?? '');
  const before = served();
  sandbox.setClock({ advanceMs: 70 * DAY_MS });
  const after = served();
  assert.ok(Date.parse(after.validTo) > Date.parse(before.validTo));
  assert.notEqual(after.serialNumber, before.serialNumber);
  assert.ok(Date.parse(after.validFrom) <= sandbox.now() && sandbox.now() < Date.parse(after.validTo));
  sandbox.setClock({ now: Date.now() });
  const patch = `PATCH /zones/${id}/ssl/universal/settings`;
  await overTls(sandbox, patch, { enabled: false });
  assert.equal(sandbox.edgeCertificate('edge.example'), undefined);
  await assert.rejects(shakeHands(sandbox, 'edge.example'));
});

/** One API call over TLS, trusting the sandbox's own certificate. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
function overTls(sandbox: Sandbox, line: string, body?: object): Promise<{ body: any }> {
  const [method, path] = line.split(' ');
  return new Promise((resolve, reject) => {
    const call = secureRequest(
      `${sandbox.baseUrl}${path}`,
      {
        method,
        ca: sandbox.certificate,
        agent: false,
        headers: { Authorization: `Bearer ${sandbox.tokens.full}` },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += String(chunk);
        });
        response.on('end', () => resolve({ body: JSON.parse(text) }));
      },
    );
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

test('an uploaded certificate goes before, and its key is in no state', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('edge.example', RECORDS, { plan: 'business' });
  const { certificate, privateKey } = makeUpload(['edge.example', '*.edge.example']);
  const body = { certificate, private_key: privateKey };
  assert.equal(outcomeOf(await send(sandbox, `POST /zones/${id}/custom_certificates`, { body })), '200');
  assert.notEqual(sandbox.edgeCertificate('www.edge.example'), certificate, 'not rolled out yet');
  sandbox.setClock({ advanceMs: 60_000 });
  assert.equal(sandbox.edgeCertificate('www.edge.example'), certificate);
  assert.ok(!JSON.stringify(sandbox.state().zones).includes('PRIVATE KEY'));
});

test('a custom hostname shows the serial number and fingerprint of the very certificate that is served', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'edge-'));
  const stateFile = join(directory, 'state.json');
  const sandbox = await sandboxFor(t, { stateFile });
  const { id } = sandbox.seedZone('saas.example', RECORDS, { plan: 'enterprise' });
  const path = `/zones/${id}/custom_hostnames`;
  const body = { hostname: 'shop.customer.example', ssl: { method: 'http', type: 'dv' } };
  await send(sandbox, `POST ${path}`, { body });
  assert.equal(sandbox.edgeCertificate('shop.customer.example'), undefined);
  sandbox.setClock({ advanceMs: CERTIFICATE_MS });
  const shown = (await send(sandbox, `GET ${path}`)).json.result[0].ssl;
  const pem = sandbox.edgeCertificate('shop.customer.example') ?? '';
  const served = new X509Certificate(pem);
  const { hosts, expires_on, serial } = factsOf(served);
  assert.deepEqual([shown.hosts, shown.expires_on, shown.serial_number], [hosts, expires_on, serial]);
  const [only] = shown.certificates;
  assert.equal(only.fingerprint_sha256, served.fingerprint256.replaceAll(':', '').toLowerCase());
  assert.equal(only.issued_on, `${new Date(served.validFrom).toISOString().slice(0, 19)}Z`);
  const clock = sandbox.now();
  await sandbox.close();
  const second = await sandboxFor(t, { stateFile });
  second.setClock({ now: clock });
  assert.equal(second.edgeCertificate('shop.customer.example'), pem, 'the same after a restart');
});

test('a pair of brought certificates: one of each kind, replaced by its like, the last one stays', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('saas.example', RECORDS, { plan: 'enterprise' });
  const host = 'shop.customer.example';
  const [ec, rsa, otherRsa] = [
    makeUpload([host]),
    makeUpload([host], { kind: 'rsa' }),
    makeUpload([host], { kind: 'rsa' }),
  ];
  const bundle = (...uploads: (typeof ec)[]): object => ({
    hostname: host,
    ssl: {
      custom_cert_bundle: uploads.map((item) => ({
        custom_certificate: item.certificate,
        custom_key: item.privateKey,
      })),
    },
  });
  const post = `POST /zones/${id}/custom_hostnames`;
  assert.equal(outcomeOf(await send(sandbox, post, { body: bundle(rsa, otherRsa) })), '400/1435');
  const foreign = bundle(makeUpload(['elsewhere.example']));
  assert.equal(outcomeOf(await send(sandbox, post, { body: foreign })), '400/1434');
  const made = (await send(sandbox, post, { body: bundle(ec, rsa) })).json.result;
  assert.equal(made.ssl.certificates.length, 2);
  sandbox.setClock({ advanceMs: CERTIFICATE_MS });
  assert.equal(sandbox.edgeCertificate(host), ec.certificate);
  const [, old] = made.ssl.certificates;
  const pack = `/zones/${id}/custom_hostnames/${made.id}/certificate_pack/${made.ssl.id}/certificates`;
  const replace = { custom_certificate: otherRsa.certificate, custom_key: otherRsa.privateKey };
  const [first] = made.ssl.certificates;
  assert.equal(outcomeOf(await send(sandbox, `PUT ${pack}/${first.id}`, { body: replace })), '400/1439');
  const { certificatePack } = sdkFor(sandbox).customHostnames;
  const place = { zone_id: id, custom_hostname_id: made.id, certificate_pack_id: made.ssl.id };
  const changed = await certificatePack.certificates.update(old.id, { ...place, ...replace });
  assert.equal(changed.id, made.id);
  const now = (await send(sandbox, `GET /zones/${id}/custom_hostnames/${made.id}`)).json.result.ssl;
  const wanted = BigInt(`0x${new X509Certificate(otherRsa.certificate).serialNumber}`).toString();
  assert.equal(now.certificates[1].serial_number, wanted);
  assert.deepEqual(await certificatePack.certificates.delete(first.id, place), { id: made.id });
  sandbox.setClock({ advanceMs: CERTIFICATE_MS });
  assert.equal(sandbox.edgeCertificate(host), otherRsa.certificate);
  const rest = now.certificates[1].id;
  assert.equal(outcomeOf(await send(sandbox, `DELETE ${pack}/${rest}`)), '400/1440');
  assert.equal(outcomeOf(await send(sandbox, `DELETE ${pack}/${first.id}`)), '404/1438');
  const free = sandbox.seedZone('small.example', RECORDS);
  sandbox.updateZone(free.id, { entitlements: ['ssl-for-saas'] });
  const refused = await send(sandbox, `POST /zones/${free.id}/custom_hostnames`, { body: bundle(ec) });
  assert.equal(outcomeOf(refused), '403/1412');
  assert.ok(!JSON.stringify([sandbox.audit(), sandbox.state().zones]).includes('PRIVATE KEY'));
});

interface Seen {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
}

function visit(
  sandbox: Sandbox,
  host: string,
  more: { readonly path?: string; readonly maxVersion?: 'TLSv1.2' } = {},
): Promise<Seen> {
  const { path = '/', ...tls } = more;
  return new Promise((resolve, reject) => {
    const options = { host: sandbox.host, port: sandbox.port, path, agent: false, headers: { Host: host } };
    const on = (response: IncomingMessage): void => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    };
    const call =
      sandbox.certificate === undefined
        ? request(options, on)
        : secureRequest({ ...options, servername: host, rejectUnauthorized: false, ...tls }, on);
    call.on('error', reject);
    call.end();
  });
}

test('the edge does what the settings say: redirect, HSTS, versions of TLS; behind it is no origin', async (t) => {
  const plain = await sandboxFor(t);
  const { id } = plain.seedZone('edge.example', RECORDS);
  assert.equal((await visit(plain, 'www.edge.example')).status, 522);
  await send(plain, `PATCH /zones/${id}/settings/always_use_https`, { body: { value: 'on' } });
  const moved = await visit(plain, `www.edge.example:${plain.port}`, { path: '/a?b=c' });
  assert.deepEqual([moved.status, moved.headers['location']], [301, 'https://www.edge.example/a?b=c']);
  assert.equal((await visit(plain, 'plain.edge.example')).status, 404, 'not proxied: the API answers');
  assert.equal(plain.requests().at(-1)?.route, 'unknown');

  const sandbox = await sandboxFor(t, { tls: true });
  const secure = sandbox.seedZone('edge.example', RECORDS);
  const setting = (name: string): string => `PATCH /zones/${secure.id}/settings/${name}`;
  assert.equal((await visit(sandbox, 'www.edge.example')).headers['strict-transport-security'], undefined);
  const hsts = { enabled: true, max_age: 3600, include_subdomains: true, preload: false, nosniff: true };
  await overTls(sandbox, setting('security_header'), { value: { strict_transport_security: hsts } });
  const seen = await visit(sandbox, 'www.edge.example');
  assert.deepEqual(
    [seen.status, seen.headers['strict-transport-security'], seen.headers['x-content-type-options']],
    [522, 'max-age=3600; includeSubDomains', 'nosniff'],
  );
  await overTls(sandbox, setting('min_tls_version'), { value: '1.3' });
  await assert.rejects(visit(sandbox, 'www.edge.example', { maxVersion: 'TLSv1.2' }));
  assert.equal((await visit(sandbox, 'www.edge.example')).status, 522);
  await overTls(sandbox, setting('min_tls_version'), { value: '1.0' });
  await overTls(sandbox, setting('tls_1_3'), { value: 'off' });
  assert.equal((await visit(sandbox, 'www.edge.example', { maxVersion: 'TLSv1.2' })).status, 522);
  await assert.rejects(visit(sandbox, 'www.edge.example'));
});
