import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ErrorKind } from '../base/errors.ts';
import type { CloudflareErrorCode } from '../domains/cloudflare-call.ts';
import { errorFromAnswer, errorFromSilence } from './errors.ts';

const RECORDS = 'GET /zones/{zone_id}/dns_records';
const BATCH = 'POST /zones/{zone_id}/dns_records/batch';
const VERIFY = 'GET /user/tokens/verify';
const ZONES = 'GET /zones';
const HTML = 'html';

type Row = readonly [
  route: string,
  status: number,
  fault: readonly [code: number, message: string] | typeof HTML | null,
  code: CloudflareErrorCode,
  kind: ErrorKind,
];

/** cloudflare-api §1.5, §2.3, §3.4, §4.8, §5, §7.6. */
const ROWS: readonly Row[] = [
  // Credentials.
  [ZONES, 400, [6003, 'Invalid request headers'], 'credential-malformed', 'credentials'],
  [ZONES, 400, [6111, 'Invalid format for Authorization header'], 'credential-malformed', 'credentials'],
  [ZONES, 400, [6103, 'Invalid format for X-Auth-Key header'], 'credential-malformed', 'credentials'],
  [VERIFY, 401, [1000, 'Invalid API Token'], 'credential-rejected', 'credentials'],
  [ZONES, 401, [1000, 'Invalid API Token'], 'credential-rejected', 'credentials'],
  [VERIFY, 401, [10000, 'Authentication error'], 'credential-rejected', 'credentials'],
  [VERIFY, 400, [1001, 'Missing authentication'], 'credential-rejected', 'credentials'],
  [ZONES, 403, [9109, 'Invalid access token'], 'credential-rejected', 'credentials'],
  [ZONES, 403, [9103, 'Unknown X-Auth-Key or X-Auth-Email'], 'credential-rejected', 'credentials'],
  [ZONES, 400, [9106, 'Missing X-Auth-Key'], 'credential-rejected', 'credentials'],
  [ZONES, 401, HTML, 'credential-rejected', 'credentials'],
  // Rights.
  [RECORDS, 403, [10000, 'Authentication error'], 'permission-missing', 'permission'],
  [RECORDS, 401, [10000, 'Authentication error'], 'permission-missing', 'permission'],
  [BATCH, 403, [10000, 'Authentication error'], 'permission-missing', 'permission'],
  [RECORDS, 403, null, 'permission-missing', 'permission'],
  [ZONES, 403, [0, "Actor 'x' requires permission 'y' to list zones"], 'permission-missing', 'permission'],
  ['POST /zones', 400, [1068, 'Permission denied'], 'permission-missing', 'permission'],
  [
    'POST /user/tokens',
    400,
    [1001, 'Failed common permission check against resources.'],
    'permission-missing',
    'permission',
  ],
  [RECORDS, 403, [9109, 'Unauthorized to access requested resource'], 'permission-missing', 'permission'],
  [ZONES, 403, [9109, 'Unauthorized to access requested resource'], 'credential-rejected', 'credentials'],
  // Things that are not there.
  [RECORDS, 404, [1003, 'Invalid zone identifier'], 'cloudflare-not-found', 'not-found'],
  [RECORDS, 400, [1003, 'Invalid zone identifier'], 'cloudflare-not-found', 'not-found'],
  [RECORDS, 400, [7003, 'Could not route to /client/v4/zones/x'], 'cloudflare-not-found', 'not-found'],
  [RECORDS, 404, HTML, 'cloudflare-not-found', 'not-found'],
  [
    'GET /accounts/{account_id}/registrar/registrations/{domain_name}',
    400,
    [10000, 'Domain not found'],
    'cloudflare-not-found',
    'not-found',
  ],
  // Refusals.
  [BATCH, 404, [81044, 'Record does not exist.'], 'cloudflare-refused', 'refused'],
  [BATCH, 400, [81058, 'An identical record already exists.'], 'cloudflare-refused', 'refused'],
  [
    BATCH,
    400,
    [81053, 'An A, AAAA, or CNAME record with that host already exists.'],
    'cloudflare-refused',
    'refused',
  ],
  [BATCH, 400, [81045, 'Record quota exceeded.'], 'cloudflare-refused', 'refused'],
  [BATCH, 400, [9021, 'Invalid TTL.'], 'cloudflare-refused', 'refused'],
  [BATCH, 400, [1004, 'DNS Validation Error'], 'cloudflare-refused', 'refused'],
  [BATCH, 405, [7001, 'Method not allowed'], 'cloudflare-refused', 'refused'],
  [BATCH, 413, HTML, 'cloudflare-refused', 'refused'],
  [BATCH, 302, HTML, 'cloudflare-refused', 'refused'],
  [BATCH, 403, HTML, 'cloudflare-refused', 'refused'],
  [BATCH, 200, [9999, 'success: false'], 'cloudflare-refused', 'refused'],
  ['POST /zones', 400, [1061, 'example.com already exists'], 'cloudflare-refused', 'refused'],
  ['POST /zones', 400, [1052, 'An error has occurred'], 'cloudflare-refused', 'temporary'],
  ['PATCH /zones/{zone_id}/dns_settings', 400, [1003, 'Not entitled'], 'cloudflare-refused', 'refused'],
  [
    'POST /accounts/{account_id}/registrar/registrations',
    400,
    [10000, 'domain_name is required'],
    'cloudflare-refused',
    'refused',
  ],
  ['POST /zones/{zone_id}/custom_hostnames', 403, [1404, 'no quota'], 'cloudflare-refused', 'refused'],
  // Limits.
  [
    RECORDS,
    429,
    [971, 'Please wait and consider throttling your request speed'],
    'cloudflare-rate-limited',
    'temporary',
  ],
  [BATCH, 429, HTML, 'cloudflare-rate-limited', 'temporary'],
  // The world failed: a read can be repeated, a write is unknown.
  [RECORDS, 500, HTML, 'cloudflare-unavailable', 'temporary'],
  [RECORDS, 503, [1005, 'internal'], 'cloudflare-unavailable', 'temporary'],
  [RECORDS, 200, HTML, 'cloudflare-unavailable', 'temporary'],
  [RECORDS, 408, HTML, 'cloudflare-unavailable', 'temporary'],
  [BATCH, 502, HTML, 'cloudflare-unanswered', 'unknown-outcome'],
  [BATCH, 500, [1005, 'internal'], 'cloudflare-unanswered', 'unknown-outcome'],
  [BATCH, 503, [10000, 'Authentication error'], 'cloudflare-unanswered', 'unknown-outcome'],
  [BATCH, 408, HTML, 'cloudflare-unanswered', 'unknown-outcome'],
  // A success whose body was cut or replaced.
  [BATCH, 200, HTML, 'cloudflare-unanswered', 'unknown-outcome'],
];

describe('errors', () => {
  for (const [name, status, fault, code, kind] of ROWS) {
    it(`${name} ${status} ${fault === null ? '' : fault} → ${code}`, () => {
      const [method = '', route = ''] = name.split(' ');
      const faults = fault === null || fault === HTML ? [] : [{ code: fault[0], message: fault[1] }];
      const answer = { status, faults, ray: 'ray-1', enveloped: fault !== HTML, retryAfterMs: null };
      const error = errorFromAnswer({ method, route }, answer);
      assert.deepEqual([error.code, error.kind], [code, kind]);
      assert.deepEqual(error.details, { method, route, status, ray: 'ray-1', faults });
      assert.match(error.message, /ray-1/);
      if (faults[0] !== undefined) assert.ok(error.message.includes(faults[0].message));
    });
  }

  const rights: readonly [string, string][] = [
    [RECORDS, 'DNS Read on the zone'],
    [BATCH, 'DNS Write on the zone'],
    [ZONES, 'Zone Read on the zone'],
    ['DELETE /zones/{zone_id}', 'Zone Write on the zone'],
    ['PATCH /zones/{zone_id}/settings/{setting_id}', 'Zone Settings Write on the zone'],
    ['GET /zones/{zone_id}/ssl/universal/settings', 'SSL and Certificates Read on the zone'],
    ['GET /accounts/{account_id}/logs/audit', 'Account Settings Read on the account'],
    ['POST /accounts/{account_id}/tokens', 'Account API Tokens Write on the account'],
  ];
  for (const [name, right] of rights) {
    it(`names the right that ${name} lacks`, () => {
      const [method = '', route = ''] = name.split(' ');
      const faults = [{ code: 10000, message: 'Authentication error' }];
      const error = errorFromAnswer(
        { method, route },
        { status: 403, faults, ray: null, enveloped: true, retryAfterMs: null },
      );
      assert.ok(error.message.includes(`"${right}"`), error.message);
      assert.ok(error.next[0]?.includes(right));
    });
  }

  it('tells how long a rate limit lasts', () => {
    const answer = { status: 429, faults: [], ray: null, enveloped: true, retryAfterMs: 12_000 };
    const error = errorFromAnswer({ method: 'GET', route: '/zones' }, answer);
    assert.equal(error.details['retryAfterMs'], 12_000);
    assert.match(error.next[0] ?? '', /12 s/);
  });

  const silences: readonly [string, boolean, CloudflareErrorCode][] = [
    [RECORDS, true, 'cloudflare-unavailable'],
    [RECORDS, false, 'cloudflare-unavailable'],
    [BATCH, true, 'cloudflare-unanswered'],
    [BATCH, false, 'cloudflare-not-sent'],
  ];
  for (const [name, sent, code] of silences) {
    it(`${name} ${sent ? 'without an answer' : 'that never left'} → ${code}`, () => {
      const [method = '', route = ''] = name.split(' ');
      const error = errorFromSilence({ method, route }, { sent, why: 'ECONNRESET', aborted: false });
      assert.equal(error.code, code);
      assert.match(error.message, /ECONNRESET/);
      assert.deepEqual(error.details, { method, route });
    });
  }
});
