/** What the audit of dependencies makes of what npm prints. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Audit, readAudit } from '../scripts/audit.ts';

const rows: readonly (readonly [name: string, printed: string, expected: Audit])[] = [
  ['nothing known', '{"auditReportVersion":2,"vulnerabilities":{}}', { state: 'sound' }],
  ['a moderate one', '{"vulnerabilities":{"a":{"severity":"moderate"}}}', { state: 'sound' }],
  [
    'a high and a critical one',
    '{"vulnerabilities":{"a":{"severity":"high"},"b":{"severity":"low"},"c":{"severity":"critical"}}}',
    { state: 'weak', packages: ['a (high)', 'c (critical)'] },
  ],
  [
    'a registry that does not know the question',
    '{"message":"405 Method Not Allowed","error":{"summary":""}}',
    { state: 'unanswered', reason: '405 Method Not Allowed' },
  ],
  [
    'no network',
    '{"error":{"code":"ENOTFOUND","summary":"getaddrinfo"}}',
    { state: 'unanswered', reason: 'getaddrinfo' },
  ],
  ['nothing', '', { state: 'unanswered', reason: 'no report came' }],
  ['no JSON', 'npm error', { state: 'unanswered', reason: 'no report came' }],
];

describe('the audit of dependencies', () => {
  for (const [name, printed, expected] of rows)
    it(`reads ${name}`, () => assert.deepEqual(readAudit(printed), expected));
});
