import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveRecord } from '../dns/live-record.ts';
import type { DesiredRecord, OmittedRecord } from '../dns/record.ts';
import type { IgnoreRule } from '../dns/zone-document.ts';
import { describePrice, printable, shorten } from './change-text.ts';
import { contextOf, desired, live, ZONE } from './fixtures.ts';
import { planZone } from './make-plan.ts';
import type { ZonePlan } from './plan.ts';
import { planToJson } from './render-json.ts';
import { renderMarkdown } from './render-markdown.ts';
import { type Paint, PLAIN, renderText } from './render-text.ts';

function plan(
  records: readonly LiveRecord[],
  wish: readonly DesiredRecord[],
  more: { readonly omitted?: readonly OmittedRecord[]; readonly ignore?: readonly IgnoreRule[] } = {},
): ZonePlan {
  return planZone(contextOf(records), {
    desired: { zone: ZONE, records: wish, omitted: more.omitted ?? [] },
    scope: { kind: 'zone' },
    ignore: more.ignore ?? [],
    problems: [],
  });
}

const zone = [
  live('api A 192.0.2.1', 1, { ttl: 300, comment: 'old' }),
  live('old CNAME x.other.example.', 2),
  live('dyn1 A 192.0.2.4', 3),
  live('tunnel CNAME t.other.example.', 4, { readOnly: 'made by a Cloudflare Tunnel' }),
];
const made = plan(
  zone,
  [
    desired('api A 192.0.2.2', { ttl: 'auto', comment: '', tags: ['team:web'] }),
    desired('new A 192.0.2.3', { ttl: 600, comment: 'hello' }),
    desired('sub NS ns.sub'),
    desired('ns.sub A 192.0.2.77'),
  ],
  {
    ignore: [{ name: 'dyn*', reason: 'the router writes it' }],
    omitted: [
      {
        name: desired('alias A 192.0.2.1').name,
        type: 'ALIAS',
        reason: 'Cloudflare has no ALIAS',
        position: { file: 'zone.yaml', line: 33 },
      },
    ],
  },
);

const TEXT = `shop.example from zone.yaml

  ~ api     A      192.0.2.1 → 192.0.2.2
                   ttl 300 → auto
                   comment "old" → none
                   tags none → team:web
  + new     A      192.0.2.3  ttl 600, comment "hello"
  - old     CNAME  x.other.example.

  sub.shop.example and 1 name that depend on each other:
  + sub     NS     ns.sub.shop.example.
  + ns.sub  A      192.0.2.77

  guard rail: this changes a delegation: sub.shop.example; everything below it is answered elsewhere. Lift it with --allow delegation
  1 ignored record: ignore rule dyn*: the router writes it (dyn1.shop.example A)
  1 read-only record: made by a Cloudflare Tunnel (tunnel.shop.example CNAME)
  left out: alias.shop.example ALIAS: Cloudflare has no ALIAS (zone.yaml:33)
  3 to add, 1 to change, 1 to remove; risk high
  2 calls (1 read, 1 write), about 1 s, 0.2 % of the 5-minute budget`;

test('text: with the ids of the changes, and of those in groups of several', () => {
  const zone = [live('www A 192.0.2.1', 1), live('t TXT one', 2)];
  const wanted = [desired('www CNAME example.net.'), desired('t TXT one', { ttl: 300 })];
  const lines = renderText([plan(zone, wanted)], { ids: true }).split('\n');
  const shown = lines
    .filter((line) => /^ {2}g/.test(line))
    .map((line) => line.trim().split(/ +/).slice(0, 3));
  assert.deepEqual(shown, [
    ['g1', '~', 't'],
    ['g2:0', '-', 'www'],
    ['g2:1', '+', 'www'],
  ]);
});

test('text: the whole picture', () => assert.equal(renderText([made]), TEXT));

test('text: colours add nothing but themselves', () => {
  const brush = (text: string): string => `«${text}»`;
  const paint = Object.fromEntries(Object.keys(PLAIN).map((key) => [key, brush])) as unknown as Paint;
  const painted = renderText([made], { paint });
  assert.notEqual(painted, TEXT);
  assert.equal(painted.replace(/[«»]/g, ''), TEXT);
});

test('text: no changes, errors, many changes, many zones', () => {
  const nothing = plan(zone.slice(0, 1), [desired('api A 192.0.2.1')]);
  assert.equal(renderText([nothing]), 'shop.example from zone.yaml\n  No changes.');
  const broken = renderText([
    plan([], [desired('a A 192.0.2.1', { ttl: 5, position: { file: 'z.yaml', line: 2 } })]),
  ]);
  assert.match(broken, /\n {2}error: z\.yaml:2: a\.shop\.example A: the TTL 5 is out of range/);
  assert.match(broken, /\n {2}Cannot be applied: 1 error\.$/);
  assert.doesNotMatch(broken, /No changes/);
  const many = plan(
    [],
    Array.from({ length: 30 }, (_, index) => desired(`h${index} A 192.0.2.1`)),
  );
  const cut = renderText([many], { changesShownMax: 4 });
  assert.equal(cut.split('\n').filter((line) => line.startsWith('  + ')).length, 4);
  assert.match(cut, /… and 26 more changes\n/);
  const both = renderText([made, nothing]);
  assert.match(both, /1 of 2 zones would change: 3 to add, 1 to change, 1 to remove\n.*3 calls/);
  assert.match(both, /all are lifted by --allow delegation$/);
});

test('text: nothing from outside moves the cursor or hides', () => {
  const evil = '\u001b[2J\r\n\u202eevil\u0000';
  const text = renderText([
    plan([live('a A 192.0.2.1', 1, { comment: evil })], [desired('a A 192.0.2.1', { comment: '' })]),
  ]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that there is none is the point
  assert.doesNotMatch(text.replaceAll('\n', ''), /[\u0000-\u001f\u202e]/);
  assert.match(text, /evil/);
  assert.equal(printable('a\udc80b\u0007'), 'a\\u{dc80}b\\u{7}');
});

test('text: of two long texts the difference is shown', () => {
  const long = (middle: string): string => `"${'a'.repeat(100)}${middle}${'b'.repeat(100)}"`;
  const text = renderText([plan([live(`t TXT ${long('ONE')}`, 1)], [desired(`t TXT ${long('TWO')}`)])]);
  assert.match(text, /…a+ONEb*…/);
  assert.match(text, /\n +→ .*…a+TWOb*…/);
  assert.ok(text.split('\n').every((line) => line.length < 140));
});

const shortened: readonly (readonly [text: string, mark: number, expected: string])[] = [
  ['short', 0, 'short'],
  ['0123456789abcdef', 0, '01234…bcdef'],
  ['0123456789abcdefghijklmnop', 13, '01…bcde…op'],
  ['0123456789abcdefghijklmnop', 25, '01234…lmnop'],
  ['0123😀56789abcdefghij', 0, '0123…fghij'],
];

test('long texts lose their middle, or all but the place of interest, and no character is cut', () => {
  for (const [text, mark, expected] of shortened) assert.equal(shorten(text, mark, 11), expected);
});

test('price in words', () => {
  const price = { reads: 1, writes: 2, budgetShare: 3 / 1200, estimatedMs: 900 };
  assert.equal(describePrice(price), '3 calls (1 read, 2 writes), about 1 s, 0.3 % of the 5-minute budget');
  const large = { reads: 40, writes: 1000, budgetShare: 1040 / 1200, estimatedMs: 312_000 };
  assert.equal(
    describePrice(large),
    '1040 calls (40 reads, 1000 writes), about 312 s, 87 % of the 5-minute budget',
  );
});

const marks = [
  '| a | b |',
  '`code` ``` fence',
  '<script>alert(1)</script>',
  '@octocat and #1',
  '**b** _i_ ~s~',
  '[l](http://e.example)',
  'www.e.example WWW.e.example',
  'https://e.example',
  'back\\slash \\| &amp;',
];

test('markdown: no mark of Markdown, HTML or GitHub from outside', () => {
  for (const comment of marks) {
    const text = renderMarkdown([plan([], [desired('a A 192.0.2.1', { comment })])]);
    const row = text.split('\n').find((line) => line.startsWith('| add')) ?? assert.fail();
    assert.equal(row.split('|').length, 7, 'six bars: five cells');
    const cell = /<code>(comment .*)<\/code>/.exec(row)?.[1] ?? assert.fail();
    assert.doesNotMatch(cell.replace(/&#\d+;/g, ''), /[|`<>@#*_~[\]\\&:]|www\./i);
    // Read as HTML, it is what it was.
    const html = cell.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
    assert.equal(html, `comment ${JSON.stringify(comment)}`);
  }
});

test('markdown: sections, rows, notices', () => {
  const text = renderMarkdown([made]);
  assert.match(text, /^### <code>shop\.example<\/code>\n/);
  assert.equal(text.split('\n').filter((line) => /^\| (add|change|remove) \|/.test(line)).length, 5);
  assert.match(text, /<code>192\.0\.2\.1<\/code> → <code>192\.0\.2\.2<\/code>/);
  assert.match(text, /\*\*guard rail:\*\* .*--allow delegation/);
  assert.match(text, /\*\*left out:\*\* /);
  assert.match(renderMarkdown([made, made]), /^\*\*2 of 2 zones would change\*\*/);
});

test('markdown: what does not fit is counted, and the text stays within its size', () => {
  const many = plan(
    [],
    Array.from({ length: 400 }, (_, index) => desired(`h${index} A 192.0.2.1`)),
  );
  const text = renderMarkdown([many, made, made], { charsMax: 5_000 });
  assert.ok(text.length <= 5_000, `${text.length}`);
  const rows = text.split('\n').filter((line) => line.startsWith('| add |')).length;
  const [, more] = /_(\d+) more changes not shown/.exec(text) ?? [];
  assert.equal(rows + Number(more), 400);
  assert.match(text, /_2 more zones not shown/);
  assert.ok(!renderMarkdown([many]).includes('not shown'));
});

test('json: what a person would see, and not the received forms', () => {
  const json = planToJson(made);
  assert.deepEqual(JSON.parse(JSON.stringify(json)), json);
  assert.deepEqual(
    [json.version, json.zone.name, json.hash, json.applicable, json.risk, json.counts],
    [1, 'shop.example', made.hash, true, 'high', { create: 3, update: 1, delete: 1 }],
  );
  const [api] = json.groups[0]?.changes ?? [];
  assert.deepEqual(api?.fields, ['rdata', 'ttl', 'comment', 'tags']);
  assert.deepEqual(api?.after, {
    name: 'api.shop.example',
    type: 'A',
    content: '192.0.2.2',
    ttl: 'auto',
    proxied: false,
    comment: '',
    tags: ['team:web'],
    settings: [],
    privateRouting: false,
  });
  assert.equal(api?.before?.ttl, 300);
  assert.doesNotMatch(JSON.stringify(json), /received|modified_on|"body"/);
});
