/** Templates, pure: files read, variables judged, conflicts by type, ownership, SPF. Tables; one checking function each. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { RecordId } from '../../base/ids.ts';
import { parseSource } from '../../dns/detect-source.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import type { DomainName } from '../../dns/name.ts';
import { describeRecord } from '../../dns/record-key.ts';
import { completeFields, type Draft } from '../diff.ts';
import { draftTemplate, draftTemplateRemoval, type TemplateDraft } from './draft-template.ts';
import { standingOf } from './ownership.ts';
import { parseTemplate } from './parse-template.ts';
import { renderTemplate, type TemplateInput } from './render-template.ts';
import { mergeSpf, parseSpf, type Spf, withoutRules } from './spf.ts';
import type { Template, TemplateInstance, TemplateInstanceId } from './template.ts';

const ZONE = 'example.com' as DomainName;
let ids = 0;

/** A template of these records; `more` are its other properties. */
function template(records: readonly object[], more: object = {}): Template {
  const head = { providerId: 'a.example', providerName: 'A', serviceId: 'mail', serviceName: 'Mail' };
  const parsed = parseTemplate(JSON.stringify({ ...head, ...more, records }), { file: 't.json' });
  assert.ok(parsed.ok, JSON.stringify(parsed.problems));
  return parsed.value;
}

/** Live records from the lines of a master file. */
function live(...lines: readonly string[]): LiveRecord[] {
  const text = `$ORIGIN example.com.\n${lines.join('\n')}\n`;
  const parsed = parseSource(text, { file: 'z', zone: ZONE, format: 'bind' });
  assert.ok(parsed.ok, JSON.stringify(parsed.problems));
  return parsed.value.records.map(({ position: _, ...record }) => {
    ids += 1;
    return {
      id: `id${ids}` as RecordId,
      fields: completeFields(record),
      received: {},
      readOnly: null,
      modifiedOn: null,
    };
  });
}

function inputOf(more: Partial<TemplateInput> = {}): TemplateInput {
  return { zone: ZONE, host: '', variables: {}, groups: null, omitUnsupported: false, ...more };
}

function draft(
  of: Template,
  zone: readonly LiveRecord[],
  more: Partial<TemplateInput> & { readonly instances?: readonly TemplateInstance[] } = {},
): TemplateDraft {
  const { instances = [], ...rest } = more;
  const input = inputOf(rest);
  const rendered = renderTemplate(of, input);
  assert.ok(rendered.ok, JSON.stringify(rendered.problems));
  return draftTemplate(of, rendered.value, { zone: ZONE, live: zone, instances, groups: input.groups });
}

/** The zone after the drafts, and the instance as it is remembered. */
function after(zone: readonly LiveRecord[], { drafts }: Pick<TemplateDraft, 'drafts'>): LiveRecord[] {
  const gone = new Set(drafts.flatMap((one) => (one.action === 'create' ? [] : [one.before.id])));
  const made = drafts.flatMap((one): LiveRecord[] => {
    if (one.action === 'delete') return [];
    ids += 1;
    const id = one.action === 'update' ? one.before.id : (`id${ids}` as RecordId);
    return [{ id, fields: one.after.fields, received: {}, readOnly: null, modifiedOn: null }];
  });
  return [...zone.filter(({ id }) => !gone.has(id)), ...made];
}

function remembered({ instance }: TemplateDraft): TemplateInstance {
  assert.ok(instance !== null);
  ids += 1;
  return { ...instance, id: `tpl${ids}` as TemplateInstanceId };
}

function shown(zone: readonly LiveRecord[]): string[] {
  return zone.map(({ fields }) => describeRecord(fields)).sort();
}

function sketch(drafts: readonly Draft[]): string[] {
  return drafts
    .map((one) => {
      if (one.action === 'create') return `+ ${describeRecord(one.after.fields)}`;
      if (one.action === 'delete') return `- ${describeRecord(one.before.fields)}`;
      return `~ ${describeRecord(one.before.fields)} => ${describeRecord(one.after.fields)}`;
    })
    .sort();
}

const A = { type: 'A', host: '@', pointsTo: '192.0.2.9', ttl: 600 };
const MX = { type: 'MX', host: '@', pointsTo: 'mx.a.example', priority: 10, ttl: 600 };
const CNAME = { type: 'CNAME', host: 'www', pointsTo: 'a.example', ttl: 600 };
const TXT = { type: 'TXT', host: '@', data: 'a-verify=1', ttl: 600 };
const NS = { type: 'NS', host: 'sub', pointsTo: 'ns.a.example', ttl: 600 };
const SPFM = { type: 'SPFM', host: '@', spfRules: 'include:a.example' };

describe('template files', () => {
  const rows: readonly (readonly [name: string, text: string, code: string, line: number])[] = [
    ['a list', '[]', 'template-invalid', 1],
    ['broken JSON', '{"records": [', 'yaml-syntax', 1],
    [
      'no records',
      '{"providerId":"a","providerName":"A","serviceId":"s",\n"serviceName":"S"}',
      'template-property-missing',
      1,
    ],
    ['an unknown type', file('{"type":"ALIAS","host":"@"}'), 'template-type-unknown', 3],
    ['a missing field', file('{"type":"MX","host":"@","pointsTo":"m.example"}'), 'template-field-missing', 3],
    [
      'a wrong mode',
      file('{"type":"TXT","host":"@","data":"x","ttl":1,\n"txtConflictMatchingMode":"Some"}'),
      'template-word-unknown',
      4,
    ],
    [
      'a prefix without text',
      file('{"type":"TXT","host":"@","data":"x","ttl":1,"txtConflictMatchingMode":"Prefix"}'),
      'template-prefix-missing',
      3,
    ],
    [
      'rules with all',
      file('{"type":"SPFM","host":"@",\n"spfRules":"include:x -all"}'),
      'spf-rules-invalid',
      4,
    ],
    [
      'a critical field that is not known',
      file('{"type":"A","host":"@","pointsTo":"192.0.2.1","ttl":1,"vnd.x":1,"crit":["vnd.x"]}'),
      'template-critical',
      3,
    ],
    [
      'a later version of the specification',
      `{"templateSpecVersion":2,\n${file('{}').slice(1)}`,
      'template-version',
      1,
    ],
    ['two keys of one name', file('{"type":"A","type":"A"}'), 'yaml-duplicate-key', 3],
  ];
  for (const [name, text, code, line] of rows) {
    it(`refuses ${name} with its line`, () => {
      const parsed = parseTemplate(text, { file: 't.json' });
      assert.equal(parsed.ok, false);
      const problem = parsed.problems.find((one) => one.code === code);
      assert.ok(problem !== undefined, JSON.stringify(parsed.problems));
      assert.equal(problem.position?.line, line);
      assert.equal(problem.position?.file, 't.json');
    });
  }

  it('ignores what it does not know, as the draft asks', () => {
    const of = template([{ ...A, 'vnd.x.y': 1, weight: 3 }], {
      logoUrl: 'https://x',
      'vnd.q': 'r',
      syncBlock: true,
    });
    assert.deepEqual(of.records[0]?.fields, { host: '@', pointsTo: '192.0.2.9', ttl: '600' });
  });
});

function file(record: string): string {
  return `{"providerId":"a","providerName":"A",\n"serviceId":"s","serviceName":"S","records":[\n${record}]}`;
}

describe('variables', () => {
  const name = template([{ ...CNAME, host: 'x%v%', pointsTo: '%v%.a.example' }]);
  const whole = template([{ ...TXT, data: '%v%' }]);
  const part = template([{ ...TXT, data: 'v=DKIM1; p=%v%' }]);
  const rules = template([{ ...SPFM, spfRules: 'include:%v%' }]);
  const address = template([{ ...A, pointsTo: '%v%' }]);
  const number = template([{ ...MX, priority: '%v%' }]);
  const caa = template([{ type: 'CAA', host: '@', data: '0 issue "%v%"', ttl: 600 }]);
  const rows: readonly (readonly [name: string, of: Template, value: string, code: string | null])[] = [
    ['a plain part of a name', name, 'abc-1', null],
    ['a name in Unicode', name, 'bücher', null],
    ['a line break in a name', name, 'a\nwww 300 IN A 192.0.2.66', 'variable-control'],
    ['a carriage return in a text', whole, 'x\r\ny', 'variable-control'],
    ['NUL', whole, 'x\0y', 'variable-control'],
    ['a line separator', part, 'x\u2028y', 'variable-control'],
    ['a trailing dot, which would be absolute', name, 'evil.example.', 'variable-breaks-out'],
    ['a wildcard', name, '*', 'variable-invalid'],
    ['the zone itself', name, '@', 'variable-invalid'],
    ['a semicolon in a name', name, 'a;b', 'variable-invalid'],
    ['a space in a name', name, 'a b', 'variable-invalid'],
    ['a label of 64', name, 'a'.repeat(64), 'name-too-long'],
    ['2,049 characters', whole, 'a'.repeat(2_049), 'variable-too-long'],
    ['a key', part, 'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB+/=', null],
    ['another tag of a text', part, 'abc; t=s', 'variable-breaks-out'],
    ['a quote in a part of a text', part, 'abc" "def', 'variable-breaks-out'],
    ['a backslash in a part of a text', part, 'abc\\', 'variable-breaks-out'],
    ['a whole text with semicolons', whole, 'v=DMARC1; p=none', null],
    ['a whole text with half a quote', whole, '"x', 'text-unterminated'],
    ['another mechanism', rules, 'x.example +all', 'variable-breaks-out'],
    ['a macro of SPF', rules, '%{i}.x.example', 'variable-breaks-out'],
    ['a host of rules', rules, '_spf.x.example', null],
    ['an address', address, '192.0.2.7', null],
    ['a name as an address', address, 'evil.example', 'variable-invalid'],
    ['an address out of range', address, '192.0.2.777', 'address-invalid'],
    ['a number', number, '20', null],
    ['a negative number', number, '-1', 'variable-invalid'],
    ['a number out of range', number, '70000', 'rdata-invalid'],
    ['a quote in data', caa, 'x" "y', 'variable-breaks-out'],
    ['a value in data', caa, 'letsencrypt.org', null],
  ];
  for (const [what, of, value, code] of rows) {
    it(`${code === null ? 'takes' : 'refuses'} ${what}`, () => {
      const rendered = renderTemplate(of, inputOf({ variables: { v: value } }));
      if (code === null) assert.ok(rendered.ok, JSON.stringify(rendered.problems));
      else {
        assert.equal(rendered.ok, false);
        assert.ok(
          rendered.problems.some((one) => one.severity === 'error'),
          JSON.stringify(rendered.problems),
        );
        const codes = rendered.problems.map((one) => one.code);
        // The readers of data have codes of their own; what matters is ours.
        if (/^(variable|name)-/.test(code)) assert.ok(codes.includes(code), codes.join());
      }
    });
  }

  it('never fills in what a value brings along', () => {
    const of = template([{ ...TXT, data: '%a%%b%' }]);
    const rendered = renderTemplate(of, inputOf({ variables: { a: '%b%', b: 'x' } }));
    assert.ok(rendered.ok);
    const rdata = rendered.value.records[0]?.desired.rdata;
    assert.equal(rdata?.type === 'TXT' ? rdata.text : null, '%b%x');
  });

  const given: readonly (readonly [name: string, variables: Record<string, string>, code: string])[] = [
    ['missing', {}, 'variable-missing'],
    ['unknown', { v: 'x', w: 'y' }, 'variable-unknown'],
    ['built in', { v: 'x', domain: 'evil.example' }, 'variable-built-in'],
  ];
  for (const [what, variables, code] of given) {
    it(`refuses a variable that is ${what}`, () => {
      const rendered = renderTemplate(name, inputOf({ variables }));
      assert.equal(rendered.ok, false);
      assert.ok(rendered.problems.some((one) => one.code === code));
    });
  }
});

describe('hosts', () => {
  const rows: readonly (readonly [host: string, record: object, name: string | null])[] = [
    ['', { ...A, host: '@' }, 'example.com'],
    ['', { ...A, host: '' }, 'example.com'],
    ['bar', { ...A, host: '@' }, 'bar.example.com'],
    ['bar', { ...A, host: 'www' }, 'www.bar.example.com'],
    ['bar', { ...A, host: '%domain%.' }, 'example.com'],
    ['bar', { ...A, host: '%host%' }, 'bar.bar.example.com'],
    ['bar', { ...A, host: 'x.%fqdn%.' }, 'x.bar.example.com'],
    ['bücher', { ...A, host: '@' }, 'xn--bcher-kva.example.com'],
    ['', { ...A, host: 'evil.example.' }, null],
    ['example.com', { ...A, host: '@' }, null],
    ['www.example.com', { ...A, host: '@' }, null],
    ['*', A, null],
    ['www.example.com', A, null],
    ['evil.example.', A, null],
  ];
  for (const [host, record, name] of rows) {
    it(`${JSON.stringify(record)} at ${host === '' ? 'the zone' : host}: ${name ?? 'refused'}`, () => {
      const rendered = renderTemplate(template([record]), inputOf({ host }));
      assert.equal(rendered.ok ? rendered.value.records[0]?.desired.name : null, name);
    });
  }

  it('asks for a host where the template needs one', () => {
    const of = template([CNAME], { hostRequired: true });
    assert.equal(renderTemplate(of, inputOf()).ok, false);
    assert.equal(renderTemplate(of, inputOf({ host: 'shop' })).ok, true);
  });

  it('reads @ as the place of the template, and targets as absolute', () => {
    const of = template([
      { ...CNAME, pointsTo: '@' },
      { ...MX, pointsTo: 'mx.a.example' },
    ]);
    const { drafts } = draft(of, [], { host: 'bar' });
    assert.deepEqual(sketch(drafts), [
      '+ bar.example.com MX 10 mx.a.example.',
      '+ www.bar.example.com CNAME bar.example.com.',
    ]);
  });
});

describe('conflicts by type', () => {
  const rows: readonly (readonly [
    name: string,
    record: object,
    zone: readonly string[],
    drafts: readonly string[],
  ])[] = [
    [
      'A and AAAA give way to A',
      A,
      ['@ A 192.0.2.1', '@ AAAA 2001:db8::1'],
      ['- example.com AAAA 2001:db8::1', '~ example.com A 192.0.2.1 => example.com A 192.0.2.9'],
    ],
    ['A elsewhere stays', A, ['www A 192.0.2.1'], ['+ example.com A 192.0.2.9']],
    [
      'MX gives way to MX',
      MX,
      ['@ MX 5 old.example.'],
      ['~ example.com MX 5 old.example. => example.com MX 10 mx.a.example.'],
    ],
    ['TXT stays beside MX', MX, ['@ TXT "x"'], ['+ example.com MX 10 mx.a.example.']],
    [
      'everything gives way to a CNAME',
      CNAME,
      ['www A 192.0.2.1', 'www TXT "x"'],
      ['+ www.example.com CNAME a.example.', '- www.example.com A 192.0.2.1', '- www.example.com TXT "x"'],
    ],
    [
      'a CNAME gives way to TXT',
      { ...TXT, host: 'www' },
      ['www CNAME old.example.'],
      ['+ www.example.com TXT "a-verify=1"', '- www.example.com CNAME old.example.'],
    ],
    [
      'a flattened CNAME leaves mail alone',
      { ...CNAME, host: '@' },
      ['@ MX 5 old.example.', '@ A 192.0.2.1'],
      ['+ example.com CNAME a.example.', '- example.com A 192.0.2.1'],
    ],
    ['TXT conflicts with nothing by itself', TXT, ['@ TXT "a-verify=0"'], ['+ example.com TXT "a-verify=1"']],
    [
      'TXT All',
      { ...TXT, txtConflictMatchingMode: 'All' },
      ['@ TXT "x"'],
      ['~ example.com TXT "x" => example.com TXT "a-verify=1"'],
    ],
    [
      'TXT Prefix',
      { ...TXT, txtConflictMatchingMode: 'Prefix', txtConflictMatchingPrefix: 'a-verify=' },
      ['@ TXT "a-verify=0"', '@ TXT "x"'],
      ['~ example.com TXT "a-verify=0" => example.com TXT "a-verify=1"'],
    ],
    [
      'NS takes everything at and below',
      NS,
      ['sub A 192.0.2.1', 'x.sub A 192.0.2.1', 'xsub A 192.0.2.1'],
      [
        '+ sub.example.com NS ns.a.example.',
        '- sub.example.com A 192.0.2.1',
        '- x.sub.example.com A 192.0.2.1',
      ],
    ],
    [
      'a delegation gives way to what is below',
      { ...A, host: 'x.sub' },
      ['sub NS ns.old.example.'],
      ['+ x.sub.example.com A 192.0.2.9', '- sub.example.com NS ns.old.example.'],
    ],
    ['an identical record is shared', MX, ['@ MX 10 mx.a.example.'], []],
  ];
  for (const [name, record, lines, expected] of rows) {
    it(name, () => {
      const made = draft(template([record]), live(...lines.map((line) => line.replace(' ', ' 600 IN '))));
      assert.deepEqual(sketch(made.drafts), [...expected].sort());
      const removals = expected.filter((line) => line.startsWith('-') || line.startsWith('~')).length;
      assert.equal(made.problems.filter(({ code }) => code === 'template-conflict').length, removals);
    });
  }

  it('does not touch what cannot be changed, and says so', () => {
    const [record] = live('@ 600 IN MX 5 old.example.');
    assert.ok(record !== undefined);
    const made = draft(template([MX]), [{ ...record, readOnly: 'made by Email Routing' }]);
    assert.deepEqual(made.drafts, []);
    assert.equal(made.problems[0]?.code, 'template-conflict-read-only');
  });

  it('gives the records of one set one TTL', () => {
    const zone = live('@ 300 IN TXT "x"');
    const [made] = draft(template([TXT]), zone).drafts;
    assert.equal(made?.action === 'create' && made.after.fields.ttl, 300);
    const two = draft(
      template([
        { ...MX, ttl: 900 },
        { ...MX, pointsTo: 'mx2.a.example', ttl: 700 },
      ]),
      [],
    );
    assert.deepEqual(
      two.drafts.map((one) => one.action === 'create' && one.after.fields.ttl),
      [700, 700],
    );
  });

  it('says of redirects that records cannot do them, and leaves them out when told to', () => {
    const of = template([MX, { type: 'REDIR301', host: '@', target: 'https://www.example.com/' }]);
    const refused = renderTemplate(of, inputOf());
    assert.equal(refused.ok, false);
    assert.equal(refused.problems[0]?.code, 'template-redirect');
    const rendered = renderTemplate(of, inputOf({ omitUnsupported: true }));
    assert.ok(rendered.ok);
    assert.equal(rendered.value.records.length, 1);
    assert.equal(rendered.value.omitted.length, 1);
  });
});

describe('instances', () => {
  const mail = template([MX, SPFM, { ...TXT, essential: 'OnApply' }]);
  const start = live('@ 600 IN TXT "v=spf1 ip4:192.0.2.1 -all"', '@ 600 IN A 192.0.2.1');

  it('are applied, planned again without a change, and taken away without a trace', () => {
    const made = draft(mail, start);
    const instance = remembered(made);
    const zone = after(start, made);
    assert.equal(standingOf(instance, zone), 'whole');
    assert.deepEqual(draft(mail, zone, { instances: [instance] }).drafts, []);
    const removed = draftTemplateRemoval(instance, { zone: ZONE, live: zone, instances: [instance] });
    assert.deepEqual(shown(after(zone, removed)), shown(start));
  });

  it('leave an SPF record without rules as it was, and remove one that they made', () => {
    for (const zone of [live('@ 600 IN TXT "v=spf1 -all"'), []]) {
      const made = draft(template([SPFM]), zone);
      const applied = after(zone, made);
      const again = draft(template([SPFM]), applied, { instances: [remembered(made)] });
      assert.deepEqual(again.drafts, []);
      const removed = draftTemplateRemoval(remembered(again), { zone: ZONE, live: applied, instances: [] });
      assert.deepEqual(shown(after(applied, removed)), shown(zone));
    }
  });

  it('keep what was there before them', () => {
    const zone = [...start, ...live('@ 600 IN MX 10 mx.a.example.')];
    const made = draft(mail, zone);
    const applied = after(zone, made);
    const removed = draftTemplateRemoval(remembered(made), { zone: ZONE, live: applied, instances: [] });
    assert.deepEqual(shown(after(applied, removed)), shown(zone));
  });

  it('are replaced by the same template with other values', () => {
    const of = template([{ ...TXT, data: 'a-verify=%v%' }]);
    const first = draft(of, [], { variables: { v: '1' } });
    const zone = after([], first);
    const second = draft(of, zone, { variables: { v: '2' }, instances: [remembered(first)] });
    assert.deepEqual(shown(after(zone, second)), ['example.com TXT "a-verify=2"']);
    assert.equal(second.ends.length, 1);
  });

  it('stand beside each other where the template says so', () => {
    const of = template([{ ...TXT, data: 'a-verify=%v%' }], { multiInstance: true });
    const first = draft(of, [], { variables: { v: '1' } });
    const zone = after([], first);
    const second = draft(of, zone, { variables: { v: '2' }, instances: [remembered(first)] });
    assert.equal(after(zone, second).length, 2);
    assert.deepEqual(second.ends, []);
  });

  it('of another host are none of its business', () => {
    const first = draft(mail, start);
    const zone = after(start, first);
    const second = draft(mail, zone, { host: 'shop', instances: [remembered(first)] });
    assert.deepEqual(second.ends, []);
    assert.ok(shown(after(zone, second)).includes('example.com MX 10 mx.a.example.'));
  });

  it('end whole when they lose an essential record, and not when they lose another', () => {
    const first = draft(mail, start);
    const zone = after(start, first);
    const instances = [remembered(first)];
    const other = { serviceId: 'other' };
    const taking = draft(template([{ ...MX, pointsTo: 'mx.b.example' }], other), zone, { instances });
    assert.deepEqual(shown(after(zone, taking)), [
      'example.com A 192.0.2.1',
      'example.com MX 10 mx.b.example.',
      'example.com TXT "v=spf1 ip4:192.0.2.1 -all"',
    ]);
    assert.ok(taking.problems.some(({ code }) => code === 'template-ends'));
    const pushing = draft(
      template(
        [{ ...TXT, data: 'b', txtConflictMatchingMode: 'Prefix', txtConflictMatchingPrefix: 'a-' }],
        other,
      ),
      zone,
      { instances },
    );
    assert.deepEqual(pushing.ends, []);
    assert.ok(shown(after(zone, pushing)).includes('example.com MX 10 mx.a.example.'));
  });

  it('share a record until the last of them goes', () => {
    const other = template([{ ...TXT, data: 'shared' }], { serviceId: 'other' });
    const one = template([{ ...TXT, data: 'shared' }]);
    const first = remembered(draft(one, []));
    const zone = after([], draft(one, []));
    const second = remembered(draft(other, zone, { instances: [first] }));
    const instances = [first, second];
    const without = draftTemplateRemoval(first, { zone: ZONE, live: zone, instances });
    assert.deepEqual(without.drafts, []);
    const last = draftTemplateRemoval(second, { zone: ZONE, live: zone, instances: [second] });
    assert.deepEqual(after(zone, last), []);
  });

  it('grow by groups, and a group written again replaces itself alone', () => {
    const of = template([
      { ...TXT, data: 'verify=%v%', groupId: 'verify' },
      { ...MX, groupId: 'mail' },
    ]);
    const first = draft(of, [], { groups: ['verify'], variables: { v: '1' } });
    const one = after([], first);
    const second = draft(of, one, { groups: ['mail'], instances: [remembered(first)] });
    const two = after(one, second);
    assert.deepEqual(shown(two), ['example.com MX 10 mx.a.example.', 'example.com TXT "verify=1"']);
    const third = draft(of, two, {
      groups: ['verify'],
      variables: { v: '2' },
      instances: [remembered(second)],
    });
    const three = after(two, third);
    assert.deepEqual(shown(three), ['example.com MX 10 mx.a.example.', 'example.com TXT "verify=2"']);
    const gone = draftTemplateRemoval(remembered(third), { zone: ZONE, live: three, instances: [] });
    assert.deepEqual(after(three, gone), []);
    assert.equal(renderTemplate(of, inputOf({ groups: ['other'] })).ok, false);
  });

  it('leave alone what someone changed since', () => {
    const made = draft(mail, start);
    const zone = after(start, made).filter(({ fields }) => fields.rdata.type !== 'MX');
    const removed = draftTemplateRemoval(remembered(made), { zone: ZONE, live: zone, instances: [] });
    assert.deepEqual(shown(after(zone, removed)), shown(start));
    assert.ok(removed.problems.some(({ code }) => code === 'template-record-altered'));
  });
});

describe('any template on any zone', () => {
  const label = fc.constantFrom('@', 'www', 'a', 'b.a', '_x');
  const value = fc.integer({ min: 1, max: 9 });
  const wanted = fc.oneof(
    fc.record({
      type: fc.constant('A'),
      host: label,
      pointsTo: value.map((n) => `192.0.2.${n}`),
      ttl: fc.constant(600),
    }),
    fc.record({
      type: fc.constant('MX'),
      host: label,
      pointsTo: value.map((n) => `mx${n}.a.example`),
      priority: value,
      ttl: fc.constant(600),
    }),
    fc.record({
      type: fc.constant('SPFM'),
      host: label,
      spfRules: value.map((n) => `include:s${n}.example`),
    }),
    fc.record({
      type: fc.constant('TXT'),
      host: label,
      data: value.map((n) => `t${n}`),
      ttl: fc.constant(600),
      essential: fc.constantFrom('Always', 'OnApply'),
    }),
  );
  const line = fc.oneof(
    fc.tuple(label, value).map(([at, n]) => `${at} 600 IN A 192.0.2.${n}`),
    fc.tuple(label, value).map(([at, n]) => `${at} 600 IN MX ${n} mx${n}.b.example.`),
    fc.tuple(label, value).map(([at, n]) => `${at} 600 IN TXT "t${n}"`),
    label.map((at) => `${at} 600 IN TXT "v=spf1 ip4:192.0.2.1 -all"`),
  );
  const distinct = (record: { readonly host: string; readonly type: string }): string =>
    JSON.stringify(record);

  it('is whole after it was applied, is planned again without a change, and leaves what stayed of the zone when it goes', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(wanted, { minLength: 1, maxLength: 6, selector: distinct }),
        fc.uniqueArray(line, { maxLength: 8 }),
        (records, lines) => {
          const of = template(records);
          const zone = live(...lines);
          const made = draft(of, zone);
          const applied = after(zone, made);
          const instance = remembered(made);
          const instances = [instance];
          assert.deepEqual(draft(of, applied, { instances }).drafts, []);
          const removed = draftTemplateRemoval(instance, { zone: ZONE, live: applied, instances });
          const gave = new Set(
            made.problems.flatMap(({ code, subject, message }) =>
              code === 'template-conflict' ? [`${subject} ${message}`] : [],
            ),
          );
          const left = shown(after(applied, removed));
          const stayed = shown(zone).filter(
            (one) => ![...gave].some((text) => text.includes(` ${one} gives way`)),
          );
          assert.deepEqual(left, stayed);
        },
      ),
    );
  });
});

describe('SPF', () => {
  const read = (text: string): Spf => {
    const spf = parseSpf(text);
    assert.ok('value' in spf);
    return spf.value;
  };
  const rows: readonly (readonly [before: string | null, rules: readonly string[], after: string])[] = [
    [null, ['include:a.example'], 'v=spf1 include:a.example ~all'],
    ['v=spf1 -all', ['include:a.example'], 'v=spf1 include:a.example -all'],
    [
      'v=spf1 mx ?all',
      ['include:a.example', 'ip4:192.0.2.0/24'],
      'v=spf1 mx include:a.example ip4:192.0.2.0/24 ?all',
    ],
    ['v=spf1 include:A.example -all', ['include:a.example'], 'v=spf1 include:A.example -all'],
    ['v=spf1 -include:a.example -all', ['~include:a.example'], 'v=spf1 ~include:a.example -all'],
    ['v=spf1 redirect=x.example', ['mx'], 'v=spf1 mx redirect=x.example'],
  ];
  for (const [before, rules, expected] of rows) {
    it(`${before ?? 'nothing'} and ${rules.join(' ')}: ${expected}`, () => {
      const { spf, added } = mergeSpf(before === null ? null : read(before), rules);
      assert.equal(['v=spf1', ...spf.rules, ...(spf.all === null ? [] : [spf.all])].join(' '), expected);
      if (before !== null && added.length === rules.length)
        assert.deepEqual(withoutRules(spf, added), read(before));
    });
  }

  const refused: readonly (readonly [name: string, zone: readonly string[], code: string])[] = [
    ['several records', ['@ 600 IN TXT "v=spf1 -all"', '@ 600 IN TXT "v=spf1 mx -all"'], 'spf-several'],
    ['a broken record', ['@ 600 IN TXT "v=spf1 includ:x -all"'], 'spf-invalid'],
    [
      'too many lookups',
      [
        `@ 600 IN TXT "v=spf1 ${Array.from({ length: 10 }, (_, n) => `include:s${n}.example`).join(' ')} -all"`,
      ],
      'spf-too-many-lookups',
    ],
  ];
  for (const [name, lines, code] of refused) {
    it(`refuses ${name}`, () => {
      const made = draft(template([SPFM]), live(...lines));
      assert.deepEqual(made.drafts, []);
      assert.equal(made.problems[0]?.code, code);
    });
  }
});
