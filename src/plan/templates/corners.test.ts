/** Templates at their edges: files that say too little or too much, records at the wrong place, values of every kind. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DomainName } from '../../dns/name.ts';
import { describeRecord } from '../../dns/record-key.ts';
import { parseTemplate } from './parse-template.ts';
import { renderTemplate, type TemplateInput } from './render-template.ts';
import { parseSpf } from './spf.ts';
import { type Template, templateTitle } from './template.ts';

const ZONE = 'example.com' as DomainName;
const HEAD = { providerId: 'a.example', providerName: 'A', serviceId: 'mail', serviceName: 'Mail' };

function template(records: readonly object[], more: object = {}): Template {
  const parsed = parseTemplate(JSON.stringify({ ...HEAD, ...more, records }), { file: 't.json' });
  assert.ok(parsed.ok, JSON.stringify(parsed.problems));
  return parsed.value;
}

function input(more: Partial<TemplateInput> = {}): TemplateInput {
  return { zone: ZONE, host: '', variables: {}, groups: null, omitUnsupported: false, ...more };
}

/** What is written, or the codes of what is wrong. */
function rendered(of: Template, more: Partial<TemplateInput> = {}): readonly string[] {
  const result = renderTemplate(of, input(more));
  if (!result.ok) {
    for (const { next, message } of result.problems) assert.ok((next ?? '') !== '', message);
    return result.problems.map(({ code }) => code);
  }
  return result.value.records.map(({ desired }) => `${describeRecord(desired)} ${desired.ttl ?? ''}`.trim());
}

describe('template files that are refused', () => {
  for (const [name, records, code] of [
    ['records that are a map', {}, 'template-property-missing'],
    ['records that are a text', 'x', 'value-type'],
    ['no record at all', [], 'template-records'],
    ['501 records', Array.from({ length: 501 }, () => ({ type: 'A' })), 'template-records'],
    ['a record that is a list', [[]], 'value-type'],
    ['a record without a type', [{ host: '@' }], 'template-field-missing'],
    ['a type that is a list', [{ type: ['A'], host: '@' }], 'value-type'],
    [
      'a broken variable in a name',
      [{ type: 'A', host: '%a.b%', pointsTo: '192.0.2.1', ttl: 1 }],
      'template-variable',
    ],
    ['SPF in a TXT record', [{ type: 'TXT', host: '@', data: 'v=spf1 -all', ttl: 600 }], 'template-spf'],
  ] as const)
    it(name, () => {
      const parsed = parseTemplate(JSON.stringify({ ...HEAD, records }), { file: 't.json' });
      const [problem] = parsed.problems;
      assert.ok(problem !== undefined, 'nothing was said');
      assert.ok(
        (problem.next ?? '') !== '' || problem.severity === 'warning',
        `${code}: ${JSON.stringify(problem)}`,
      );
      assert.ok(problem.position?.line === 1 || problem.position?.file === 't.json');
    });

  it('a head without its names', () => {
    for (const missing of ['providerId', 'providerName', 'serviceId', 'serviceName']) {
      const head = Object.fromEntries(Object.entries(HEAD).filter(([key]) => key !== missing));
      const records = [{ type: 'A', host: '@', pointsTo: '192.0.2.1', ttl: 600 }];
      const parsed = parseTemplate(JSON.stringify({ ...head, records }), {});
      assert.equal(parsed.ok, false);
      assert.match(parsed.problems[0]?.message ?? '', new RegExp(missing));
    }
  });

  it('a text of five million characters, before it is read', () => {
    assert.equal(parseTemplate(' '.repeat(5_000_000), {}).ok, false);
  });
});

describe('records as they are written', () => {
  for (const [name, record, more, becomes] of [
    [
      'SRV at its service',
      {
        type: 'SRV',
        name: '@',
        service: 'sip',
        protocol: '_tcp',
        target: 'sip.a.example',
        priority: 1,
        weight: 2,
        port: 3,
        ttl: 600,
      },
      {},
      ['_sip._tcp.example.com SRV 1 2 3 sip.a.example. 600'],
    ],
    [
      'APEXCNAME at the apex',
      { type: 'APEXCNAME', pointsTo: 'a.example', ttl: 600 },
      {},
      ['example.com CNAME a.example. 600'],
    ],
    [
      'APEXCNAME below it',
      { type: 'APEXCNAME', pointsTo: 'a.example', ttl: 600 },
      { host: 'www' },
      ['template-record-misplaced'],
    ],
    [
      'NS of the zone itself',
      { type: 'NS', host: '@', pointsTo: 'ns.a.example', ttl: 600 },
      {},
      ['template-record-misplaced'],
    ],
    [
      'NS of a host',
      { type: 'NS', host: 'sub', pointsTo: 'ns.a.example', ttl: 600 },
      {},
      ['sub.example.com NS ns.a.example. 600'],
    ],
    [
      'a TTL that no plan has',
      { type: 'A', host: '@', pointsTo: '192.0.2.1', ttl: 5 },
      {},
      ['example.com A 192.0.2.1 60'],
    ],
    [
      'a TTL that is a variable',
      { type: 'A', host: '@', pointsTo: '192.0.2.1', ttl: '%ttl%' },
      { variables: { ttl: '900' } },
      ['example.com A 192.0.2.1 900'],
    ],
    [
      'rules that a variable breaks',
      { type: 'SPFM', host: '@', spfRules: '%r%' },
      { variables: { r: 'nonsense' } },
      ['spf-rules-invalid'],
    ],
    [
      'a record of another zone',
      { type: 'A', host: 'other.test.', pointsTo: '192.0.2.1', ttl: 600 },
      {},
      ['template-record-outside'],
    ],
    [
      'a type by its data',
      { type: 'CAA', host: '@', data: '0 issue "ca.example"', ttl: 600 },
      {},
      ['example.com CAA 0 issue "ca.example" 600'],
    ],
    [
      'a group that it does not have',
      { type: 'A', host: '@', pointsTo: '192.0.2.1', ttl: 600 },
      { groups: ['x'] },
      ['template-group-unknown'],
    ],
    [
      'a group beside another',
      { type: 'A', host: '@', pointsTo: '192.0.2.1', ttl: 600, groupId: 'web' },
      { groups: ['x'] },
      ['template-group-unknown'],
    ],
    [
      'a variable that is nearly right',
      { type: 'TXT', host: '@', data: '%token%', ttl: 600 },
      { variables: { token: 'x', tokem: 'y' } },
      ['variable-unknown'],
    ],
    [
      'a variable where there is none',
      { type: 'A', host: '@', pointsTo: '192.0.2.1', ttl: 600 },
      { variables: { x: 'y' } },
      ['variable-unknown'],
    ],
    [
      'an empty value in a name',
      { type: 'A', host: 'x%v%', pointsTo: '192.0.2.1', ttl: 600 },
      { variables: { v: '' } },
      ['x.example.com A 192.0.2.1 600'],
    ],
    [
      'a value that is only a hyphen',
      { type: 'A', host: 'x%v%y', pointsTo: '192.0.2.1', ttl: 600 },
      { variables: { v: '-' } },
      ['x-y.example.com A 192.0.2.1 600'],
    ],
    [
      'a host that is no name',
      { type: 'A', host: '@', pointsTo: '192.0.2.1', ttl: 600 },
      { host: 'a..b' },
      ['name-invalid'],
    ],
  ] as const)
    it(name, () => {
      assert.deepEqual(rendered(template([record]), more as Partial<TemplateInput>), becomes);
    });

  it('a redirect is left out when that is asked for, and refused otherwise', () => {
    const of = template([{ type: 'REDIR301', host: '@', target: 'https://a.example/%p%' }]);
    assert.deepEqual(rendered(of, { variables: { p: 'x y' } }), ['variable-breaks-out']);
    assert.deepEqual(rendered(of, { variables: { p: 'x' } }), ['template-redirect']);
    assert.deepEqual(rendered(of, { variables: { p: 'x' }, omitUnsupported: true }), []);
  });

  it('a missing value is asked for with the template’s own words', () => {
    const of = template([{ type: 'TXT', host: '@', data: '%v%', ttl: 600 }], {
      variableDescription: 'v: from the page',
    });
    const result = renderTemplate(of, input());
    assert.match(result.problems[0]?.next ?? '', /from the page/);
  });
});

it('a service that is called as its provider is named once', () => {
  const record = { type: 'A', host: '@', pointsTo: '192.0.2.1', ttl: 600 };
  assert.equal(templateTitle(template([record], { serviceName: 'A Mail' })), 'A Mail');
  assert.equal(templateTitle(template([record])), 'A Mail');
});

it('SPF without rules, and with a rule that is none', () => {
  assert.ok('fault' in parseSpf('v=spf1 nonsense:x -all'));
  assert.ok('value' in parseSpf('v=spf1'));
});
