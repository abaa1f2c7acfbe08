/**
 * The demo's seed: an account with several realistic zones, the same every time. Names and addresses are those that
 * RFC 2606, 5737, 3849 and 6761 keep for examples.
 */
import type { RecordBody } from './records/build.ts';
import type { SandboxSeed, ZoneSeed } from './state/seed.ts';

type Value = Readonly<Record<string, unknown>>;

const record = (name: string, type: string, value: string | Value, more: Value = {}): RecordBody => ({
  name,
  type,
  ...(typeof value === 'string' ? { content: value } : { data: value }),
  ...more,
});

const mx = (name: string, priority: number, host: string): RecordBody =>
  record(name, 'MX', host, { priority });

const caa = (name: string, tag: string, value: string): RecordBody =>
  record(name, 'CAA', { flags: 0, tag, value });

const DKIM_KEY =
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAv7Yz0c3kqExampleExampleExampleExampleExampleExampleExample' +
  'ExampleExampleExampleExampleExampleExampleExampleExampleExampleExampleExampleExampleExampleExampleIDAQAB';

function mail(zone: string): readonly RecordBody[] {
  return [
    mx(zone, 10, `mx1.mail.${zone}`),
    mx(zone, 20, `mx2.mail.${zone}`),
    record(`mx1.mail.${zone}`, 'A', '198.51.100.25', { ttl: 3600 }),
    record(`mx2.mail.${zone}`, 'A', '203.0.113.25', { ttl: 3600 }),
    record(zone, 'TXT', '"v=spf1 mx include:_spf.mailer.example -all"', { ttl: 3600 }),
    record(`_dmarc.${zone}`, 'TXT', `"v=DMARC1; p=reject; rua=mailto:dmarc@${zone}"`, { ttl: 3600 }),
    record(
      `k1._domainkey.${zone}`,
      'TXT',
      `"v=DKIM1; k=rsa; p=${DKIM_KEY.slice(0, 200)}" "${DKIM_KEY.slice(200)}"`,
    ),
  ];
}

/** The shop: a proxied website, mail, verification records, some services. */
const shop: ZoneSeed = {
  name: 'shop.example',
  plan: 'free',
  records: [
    record('shop.example', 'A', '192.0.2.10', { proxied: true, comment: 'Origin of the web shop' }),
    record('shop.example', 'AAAA', '2001:db8:10::10', { proxied: true }),
    record('www.shop.example', 'CNAME', 'shop.example', { proxied: true }),
    record('checkout.shop.example', 'A', '192.0.2.11', { proxied: true }),
    record('status.shop.example', 'CNAME', 'pages.status.example', { ttl: 300 }),
    record('shop.example', 'TXT', '"site-verification=0f3c8e1d5b"'),
    caa('shop.example', 'issue', 'letsencrypt.org'),
    caa('shop.example', 'iodef', 'mailto:security@shop.example'),
    ...mail('shop.example'),
  ],
};

/** A small blog at somebody else's host, flattened at the apex. */
const blog: ZoneSeed = {
  name: 'field-notes.example',
  plan: 'free',
  records: [
    record('field-notes.example', 'CNAME', 'sites.hosting.example'),
    record('www.field-notes.example', 'CNAME', 'sites.hosting.example'),
    record('*.preview.field-notes.example', 'CNAME', 'previews.hosting.example'),
    record('field-notes.example', 'TXT', 'hosting-challenge=7a41'),
  ],
};

/** A name that only receives no mail: what parked domains should look like. */
const parked: ZoneSeed = {
  name: 'parked-name.test',
  plan: 'free',
  status: 'pending',
  delegation: 'none',
  records: [
    mx('parked-name.test', 0, '.'),
    record('parked-name.test', 'TXT', '"v=spf1 -all"'),
    record('*._domainkey.parked-name.test', 'TXT', '"v=DKIM1; p="'),
    record('_dmarc.parked-name.test', 'TXT', '"v=DMARC1; p=reject; sp=reject; adkim=s; aspf=s"'),
  ],
};

/** An internationalized name. */
const cafe: ZoneSeed = {
  name: 'café-bücher.example',
  plan: 'pro',
  records: [
    record('@', 'A', '203.0.113.80', { proxied: true, tags: ['owner:web', 'env:prod'] }),
    record('www', 'CNAME', 'café-bücher.example', { proxied: true }),
    record('lesungen', 'A', '203.0.113.81', { comment: 'Termine der Lesungen' }),
    record('@', 'HTTPS', { priority: 1, target: '.', value: 'alpn="h2,h3"' }),
  ],
};

const REGIONS = ['fra', 'iad', 'sin', 'syd', 'gru'] as const;
const SERVICES = [
  'api', 'auth', 'billing', 'cache', 'cdn', 'chat', 'ci', 'docs', 'events', 'feed', 'files', 'gateway', 'git', 'graph',
  'images', 'jobs', 'logs', 'maps', 'metrics', 'notify', 'orders', 'pay', 'proxy', 'queue', 'search', 'sync', 'vault',
] as const; // biome-ignore format: a word list

/** Hosts of one service in one region: addresses, a name for them, sometimes a health check's token. */
function service(zone: string, name: string, index: number): readonly RecordBody[] {
  return REGIONS.flatMap((region, at) => {
    const host = `${name}.${region}.${zone}`;
    const number = index * REGIONS.length + at;
    return [
      record(host, 'A', `198.51.100.${1 + (number % 250)}`, { ttl: 300 }),
      record(host, 'AAAA', `2001:db8:${(at + 1).toString(16)}::${(number + 1).toString(16)}`, { ttl: 300 }),
      ...(at === 0 ? [record(`${name}.${zone}`, 'CNAME', host, { proxied: index % 2 === 0 })] : []),
      ...(number % 4 === 0
        ? [record(`_health.${host}`, 'TXT', `"token=${(number * 7919).toString(16)}"`)]
        : []),
    ];
  });
}

function infrastructure(zone: string): readonly RecordBody[] {
  const srv = (name: string, port: number, target: string): RecordBody =>
    record(name, 'SRV', { priority: 10, weight: 5, port, target });
  return [
    record(zone, 'A', '192.0.2.1', { proxied: true }),
    record(zone, 'AAAA', '2001:db8::1', { proxied: true }),
    record(`www.${zone}`, 'CNAME', zone, { proxied: true, comment: 'Public website' }),
    srv(`_sip._tls.${zone}`, 443, `sip.${zone}`),
    srv(`_xmpp-client._tcp.${zone}`, 5222, `talk.${zone}`),
    srv(`_imaps._tcp.${zone}`, 993, `mx1.mail.${zone}`),
    record(`sip.${zone}`, 'A', '192.0.2.60'),
    record(`talk.${zone}`, 'A', '192.0.2.61'),
    record(`lab.${zone}`, 'NS', 'ns1.lab-dns.example'),
    record(`lab.${zone}`, 'NS', 'ns2.lab-dns.example'),
    record(`lab.${zone}`, 'DS', {
      key_tag: 2371,
      algorithm: 13,
      digest_type: 2,
      digest: '1f987cc6583e92df0890718c42c7a1d4e7ae3fd8c2f6a4e1b7fb5d9a0c3e6f12',
    }),
    caa(zone, 'issue', 'letsencrypt.org'),
    caa(zone, 'issue', 'pki.goog'),
    caa(zone, 'issuewild', ';'),
    record(zone, 'HTTPS', { priority: 1, target: '.', value: 'alpn="h2,h3" ipv4hint=192.0.2.1' }),
    record(`_dns.${zone}`, 'SVCB', { priority: 1, target: `dns.${zone}`, value: 'alpn="dot" port=853' }),
    record(`dns.${zone}`, 'A', '192.0.2.53'),
    record(`bastion.${zone}`, 'A', '192.0.2.22', { comment: 'Jump host' }),
    record(`bastion.${zone}`, 'SSHFP', { algorithm: 4, type: 2, fingerprint: '5b'.repeat(32) }),
    record(`_443._tcp.${zone}`, 'TLSA', {
      usage: 3,
      selector: 1,
      matching_type: 1,
      certificate: 'ab'.repeat(32),
    }),
    record(`office.${zone}`, 'LOC', {
      lat_degrees: 52,
      lat_minutes: 31,
      lat_seconds: 12,
      lat_direction: 'N',
      long_degrees: 13,
      long_minutes: 24,
      long_seconds: 18,
      long_direction: 'E',
      altitude: 34,
      size: 100,
      precision_horz: 100,
      precision_vert: 10,
    }),
    record(`4.3.2.1.e164.${zone}`, 'NAPTR', {
      order: 100,
      preference: 10,
      flags: 'U',
      service: 'E2U+sip',
      regex: `!^.*$!sip:info@${zone}!`,
      replacement: '.',
    }),
    record(`_http._tcp.${zone}`, 'URI', { weight: 1, target: `https://www.${zone}/` }, { priority: 10 }),
    record(`printer.${zone}`, 'PTR', `device-7.${zone}`),
  ];
}

/** The large one: a platform with its hosts in five regions; more than 500 records of every common type. */
const platform: ZoneSeed = {
  name: 'northwind-cloud.example',
  plan: 'pro',
  records: [
    ...infrastructure('northwind-cloud.example'),
    ...mail('northwind-cloud.example'),
    ...SERVICES.flatMap((name, index) => service('northwind-cloud.example', name, index)),
    ...Array.from({ length: 180 }, (_, index) =>
      record(
        `node-${String(index + 1).padStart(3, '0')}.pool.northwind-cloud.example`,
        'A',
        `203.0.113.${1 + (index % 250)}`,
      ),
    ),
  ],
};

/** Five zones, of which one has more than 500 records. */
export const DEMO_SEED: SandboxSeed = { zones: [shop, blog, parked, cafe, platform] };
