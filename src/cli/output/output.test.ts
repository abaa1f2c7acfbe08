import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fakeIo } from '../fake-io.ts';
import { formatError } from './error.ts';
import { paintFor, wantsColour } from './paint.ts';
import { openProgress } from './progress.ts';
import { formatFacts, formatTable } from './table.ts';
import { formatDuration, relativeTime, utcTime } from './time.ts';
import { cut, padEnd, visible, widthOf, wrap } from './width.ts';

const plain = paintFor(fakeIo({ env: { NO_COLOR: '1' } }), { isTty: true, columns: 80, write: () => {} });
const coloured = paintFor(fakeIo({ env: { FORCE_COLOR: '1' } }), {
  isTty: false,
  columns: 80,
  write: () => {},
});

describe('width', () => {
  const cases: readonly (readonly [text: string, columns: number])[] = [
    ['', 0],
    ['abc', 3],
    ['café', 4],
    ['cafe\u0301', 4],
    ['日本', 4],
    ['한국어', 6],
    ['👍', 2],
    ['👩‍👩‍👧', 2],
    ['a\u200bb', 2],
    ['\u001b[31mred\u001b[39m', 3],
  ];
  for (const [text, columns] of cases)
    it(`of ${JSON.stringify(text)} is ${columns}`, () => assert.equal(widthOf(text), columns));

  it('cuts to whole characters', () => {
    assert.equal(cut('abcdef', 4), 'abc…');
    assert.equal(cut('abc', 3), 'abc');
    assert.equal(cut('日本語', 4), '日…');
    assert.equal(cut('abc', 0), '');
    assert.equal(padEnd('日', 4), '日  ');
  });

  it('wraps at spaces and never within a word', () => {
    assert.equal(wrap('one two three', 8, '  '), 'one two\n  three');
    assert.equal(wrap('extraordinarily', 5), 'extraordinarily');
  });

  it('makes visible what a terminal would act on', () => {
    assert.equal(visible('a\u001b[2Jb\r\n\u0007'), 'a\\x1b[2Jb\\x0d\\x0a\\x07');
    assert.equal(visible('\u202eabc'), '\\u{202e}abc');
    assert.equal(visible('né 日本 👍'), 'né 日本 👍');
  });
});

describe('table', () => {
  const columns = [
    { title: 'name', cell: (row: readonly string[]) => row[0] ?? '', shrinksTo: 4 },
    { title: 'count', cell: (row: readonly string[]) => row[1] ?? '', align: 'right' as const },
    { title: 'note', cell: (row: readonly string[]) => row[2] ?? '' },
  ];

  it('aligns, and leaves out a column without content', () => {
    const text = formatTable(
      columns,
      [
        ['a', '1', ''],
        ['long name', '10', ''],
      ],
      { paint: plain, columns: null },
    );
    assert.equal(text, 'NAME       COUNT\na              1\nlong name     10\n');
  });

  it('shrinks what may be shrunk, down to its least', () => {
    const rows = [['a very long name', '1', 'fixed']];
    assert.equal(
      formatTable(columns, rows, { paint: plain, columns: 20 }).split('\n')[1],
      'a ver…      1  fixed',
    );
    assert.equal(
      formatTable(columns, rows, { paint: plain, columns: 5 }).split('\n')[1],
      'a v…      1  fixed',
    );
  });

  it('takes no column for colour', () => {
    const paint = (text: string): string => coloured.red(text);
    const painted = formatTable(
      [
        { ...columns[0], title: 'n', cell: () => 'x', paint },
        { title: 'm', cell: () => 'y' },
      ],
      [[]],
      { paint: coloured, columns: null },
    );
    assert.ok(painted.endsWith('\u001b[31mx\u001b[39m  y\n'));
  });

  it('hides a column on a narrow terminal', () => {
    const narrow = [...columns.slice(0, 1), { title: 'by', cell: () => 'someone', hiddenBelow: 100 }];
    assert.equal(formatTable(narrow, [['a']], { paint: plain, columns: 80 }), 'NAME\na\n');
    assert.match(formatTable(narrow, [['a']], { paint: plain, columns: null }), /someone/);
  });

  it('writes facts under each other', () => {
    const text = formatFacts(
      [
        ['a', '1'],
        ['long', 'x\ny'],
        ['none', null],
      ],
      { paint: plain },
    );
    assert.equal(text, 'a     1\nlong  x\n      y\n');
  });
});

describe('colour', () => {
  const cases = [
    { env: {}, isTty: true, colour: true },
    { env: {}, isTty: false, colour: false },
    { env: { NO_COLOR: '1' }, isTty: true, colour: false },
    { env: { NO_COLOR: '' }, isTty: true, colour: true },
    { env: { FORCE_COLOR: '1' }, isTty: false, colour: true },
    { env: { FORCE_COLOR: '0' }, isTty: true, colour: false },
    { env: { NO_COLOR: '1', FORCE_COLOR: '1' }, isTty: true, colour: false },
    { env: { TERM: 'dumb' }, isTty: true, colour: false },
  ];
  for (const { env, isTty, colour } of cases)
    it(`${JSON.stringify(env)}, ${isTty ? 'a' : 'no'} terminal`, () =>
      assert.equal(wantsColour(env, isTty), colour));
});

describe('time', () => {
  const at = Date.UTC(2026, 10, 23, 18, 4, 5);
  it('is UTC, and how long ago', () => {
    assert.equal(utcTime(at), '2026-11-23 18:04:05Z');
    assert.equal(relativeTime(at, at + 500), 'now');
    assert.equal(relativeTime(at, at + 61_000), '1 min ago');
    assert.equal(relativeTime(at, at + 47 * 3_600_000), '47 h ago');
    assert.equal(relativeTime(at + 3 * 86_400_000, at), 'in 3 days');
    assert.deepEqual([340, 1_240, 125_000].map(formatDuration), ['340 ms', '1.2 s', '2 min 5 s']);
  });
});

describe('progress', () => {
  it('draws over one line on a terminal, and takes it away', () => {
    const io = fakeIo({ keys: [], env: { NO_COLOR: '1' } });
    const bar = openProgress(io, plain, false);
    bar.update({ done: 1, total: 4, text: 'example.com' });
    bar.end();
    bar.end();
    const [, drawn = ''] = io.said.stderr.split('\r\u001b[2K');
    assert.match(drawn, /^ {2}━+ {2}1\/4 {2}example\.com$/);
    assert.ok(io.said.stderr.endsWith('\r\u001b[2K'));
    assert.equal(io.said.stdout, '');
  });

  it('says little elsewhere, and nothing when quiet', () => {
    const io = fakeIo();
    const bar = openProgress(io, plain, false);
    for (let done = 0; done < 1_000; done += 1) bar.update({ done, total: 1_000 });
    bar.say('stays');
    assert.equal(io.said.stderr, 'stays\n');
    openProgress(io, plain, true).say('no');
    assert.equal(io.said.stderr, 'stays\n');
  });

  it('elsewhere, what came too soon is said a little later, and only the newest of it', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let now = 0;
    const io = { ...fakeIo(), now: () => now };
    const bar = openProgress(io, plain, false);
    const pass = (ms: number): void => {
      now += ms;
      t.mock.timers.tick(ms);
    };
    pass(6_000);
    bar.status('sending');
    bar.status('landed');
    pass(1_000);
    bar.status('waiting');
    pass(3_000);
    assert.equal(io.said.stderr, 'sending\n', 'not yet');
    pass(2_000);
    assert.equal(io.said.stderr, 'sending\nwaiting\n');
    bar.status('too late');
    bar.end();
    pass(60_000);
    assert.equal(io.said.stderr, 'sending\nwaiting\n');
  });

  it('elsewhere, says the same again once a minute and something new after five seconds', () => {
    let seconds = 0;
    const io = { ...fakeIo(), now: () => seconds * 1_000 };
    const bar = openProgress(io, plain, false);
    for (; seconds <= 130; seconds += 1) bar.status('waiting');
    bar.status('sending');
    assert.equal(io.said.stderr, 'waiting\nwaiting\nwaiting\nsending\n');
  });
});

describe('an unknown error', () => {
  it('shows its stack only when asked to', () => {
    const error = new TypeError('x is not a function');
    const told = formatError(error, { paint: plain, debug: false });
    assert.match(told, /Unexpected: TypeError: x is not a function/);
    assert.match(told, /ZONEWARD_DEBUG=1/);
    assert.doesNotMatch(told, /output\.test\.ts/);
    assert.match(formatError(error, { paint: plain, debug: true }), /output\.test\.ts/);
  });
});
