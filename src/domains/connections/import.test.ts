import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import type { TenantId } from '../../base/ids.ts';
import { parseCsv } from './csv.ts';
import { type FakeToken, fakeCloudflare } from './fake-cloudflare.ts';
import { fakeClock, fakeRandom, fakeReferences, fakeStore, fakeVault } from './fakes.ts';
import { type ImportedLine, importConnections } from './import-connections.ts';
import { parseImportFile } from './import-file.ts';

function setUp(references: Readonly<Record<string, string>> = {}) {
  const world = fakeCloudflare();
  const { store, state } = fakeStore();
  const ports = {
    store,
    vault: fakeVault(),
    openInspection: world.openInspection,
    clock: fakeClock(),
    random: fakeRandom(),
    references: fakeReferences(references),
  };
  const run = async (text: string): Promise<readonly ImportedLine[]> => {
    const parsed = parseImportFile(text, { file: 'list' });
    assert.ok(parsed.ok, inspect(parsed));
    return await importConnections(ports, {
      tenantId: 'ten_a' as TenantId,
      principal: 'cli:someone@host',
      rows: parsed.value,
    });
  };
  return { world, state, run };
}

function outcomes(lines: readonly ImportedLine[]): (readonly [number, string, string])[] {
  return lines.map((line) => [line.line, line.outcome, line.problems[0]?.code ?? '']);
}

function csv(tokens: readonly FakeToken[]): string {
  const rows = tokens.map((token, i) => `Shop ${i},${token.value},${token.accountId},"eu;live",${i}`);
  return ['label,token,account-id,tags,metadata.tier', ...rows].join('\n');
}

describe('importing', () => {
  it('adds each line of a CSV file, and a second run adds nothing', async () => {
    const { world, state, run } = setUp();
    const text = csv([world.addToken({}), world.addToken({ kind: 'account-token' })]);
    const lines = await run(text);
    assert.deepEqual(
      lines.map(({ line, label, outcome, state: became }) => [line, label, outcome, became]),
      [
        [2, 'Shop 0', 'added', 'active'],
        [3, 'Shop 1', 'added', 'active'],
      ],
    );
    const [first] = [...state.connections.values()];
    assert.deepEqual([first?.tags, first?.metadata], [['eu', 'live'], { tier: '0' }]);
    const present = [
      [2, 'present', 'connection-duplicate'],
      [3, 'present', 'connection-duplicate'],
    ];
    const again = await run(text);
    assert.deepEqual(outcomes(again), present);
    assert.deepEqual(
      again.map(({ connectionId }) => connectionId),
      lines.map(({ connectionId }) => connectionId),
    );
    const unplaced = text.replaceAll(/,[0-9a-f]{32},/g, ',,');
    assert.notEqual(unplaced, text);
    assert.deepEqual(outcomes(await run(unplaced)), present, 'nor without the account');
    assert.deepEqual(
      outcomes(await run(text.replace('Shop 0', 'Other 0').replace('Shop 1', 'Other 1'))),
      present,
    );
    assert.equal(state.connections.size, 2);
  });

  it('adds nothing under a label that another credential has, or the same one for another account', async () => {
    const { world, state, run } = setUp();
    const [first, second] = [world.addToken({}), world.addToken({})];
    await run(csv([first]));
    assert.deepEqual(outcomes(await run(csv([second]))), [[2, 'failed', 'label-taken']]);
    const elsewhere = csv([first]).replace(String(first.accountId), '0'.repeat(32));
    assert.deepEqual(outcomes(await run(elsewhere)), [[2, 'failed', 'label-taken']]);
    assert.equal(state.connections.size, 1);
  });

  it('tells every line for itself: bad lines do not hold up good ones', async () => {
    const { world, run } = setUp();
    const [good, dead] = [world.addToken({}), world.addToken({ status: 'expired' })];
    const lines = await run(
      [
        'token,accountId,profile',
        `${good.value},${good.accountId},`,
        `cfut_short,${good.accountId},`,
        `${dead.value},${dead.accountId},`,
        '',
        `${good.value},nonsense,huge`,
        `${good.value},${good.accountId},full,one cell too many`,
      ].join('\n'),
    );
    assert.deepEqual(outcomes(lines), [
      [2, 'added', 'no-expiry'],
      [3, 'failed', 'token-malformed'],
      [4, 'failed', 'token-expired'],
      [6, 'failed', 'account-id-malformed'],
      [7, 'failed', 'field-unknown'],
    ]);
    const problem = lines[3]?.problems[0];
    assert.deepEqual(problem?.position, { file: 'list', line: 6 });
  });

  it('reads JSON and YAML with their line numbers', async () => {
    const { world, run, state } = setUp();
    const tokens = [world.addToken({}), world.addToken({}), world.addToken({})];
    const [a, b, c] = tokens.map((token) => token.value);
    const yaml = [
      'connections:',
      `  - token: ${a}`,
      `    account_id: "${tokens[0]?.accountId}"`,
      '    label: One',
      '    tags: [eu, "two words"]',
      '    metadata: { tier: 1, live: true }',
      `  - token: ${b}`,
      '    label: [not, text]',
      '',
    ].join('\n');
    assert.deepEqual(outcomes(await run(yaml)), [
      [2, 'added', 'no-expiry'],
      [7, 'failed', 'field-type'],
    ]);
    const [one] = [...state.connections.values()];
    assert.deepEqual([one?.tags, one?.metadata], [['eu', 'two words'], { tier: 1, live: true }]);
    const json = JSON.stringify([{ token: c, accountId: tokens[2]?.accountId, label: 'Three' }], null, 2);
    assert.deepEqual(outcomes(await run(json)), [[2, 'added', 'no-expiry']]);
  });

  it('fetches what is named, and stores nothing of it', async () => {
    const { world, state, run } = setUp({ 'env:SHOP': 'cfut_SHOPcanary'.padEnd(60, 'x') });
    const token = world.addToken({ value: 'cfut_SHOPcanary'.padEnd(60, 'x') });
    const lines = await run(
      `reference,account-id\nenv:SHOP,${token.accountId}\nenv:NONE,${token.accountId}\n${token.value},x`,
    );
    assert.deepEqual(outcomes(lines), [
      [2, 'added', 'no-expiry'],
      [3, 'failed', 'secret-reference-failed'],
      [4, 'failed', 'reference-malformed'],
    ]);
    assert.equal(state.secrets.size, 0);
    assert.ok(!inspect(lines, { depth: 9 }).includes('SHOPcanary'));
  });

  it('repeats no secret, wherever it stands in the file', async () => {
    const canary = 'cfut_CANARYcanaryCANARYcanaryCANARYcanary0123abcd';
    for (const text of [
      `${canary},x\n${canary},y`,
      `label,token\n${canary},${canary}`,
      `token,tags\n"${canary},`,
      `- token: "${canary}\n- x: [`,
      `- ${canary}: 1`,
      `- token: ${canary}\n  ${canary}: x\n  profile: ${canary}\n  account-id: ${canary}`,
      `{"connections": "${canary}"}`,
      `metadata.${canary},token\nx,${canary}`,
    ]) {
      const parsed = parseImportFile(text, { file: 'list' });
      assert.ok(!inspect(parsed, { depth: 9 }).includes('CANARY'), text);
      assert.ok(!parsed.ok || parsed.value.every((row) => !row.entry.ok), text);
    }
  });

  const refusals: readonly [name: string, text: string, code: string][] = [
    ['an empty file', '', 'import-empty'],
    ['a header alone', 'token\n', 'import-empty'],
    ['an unknown column', 'token,colour\nx,y', 'column-unknown'],
    ['an open quote', 'token\n"abc', 'csv-quote'],
    ['broken YAML', '- a: [', 'import-syntax'],
    ['a map', '{"a": 1}', 'import-shape'],
    ['too many rows', `token\n${'x\n'.repeat(1_001)}`, 'import-too-many'],
  ];
  for (const [name, text, code] of refusals) {
    it(`refuses ${name}`, () => {
      const parsed = parseImportFile(text, { file: 'list' });
      assert.deepEqual([parsed.ok, parsed.problems[0]?.code], [false, code]);
    });
  }
});

describe('comma-separated values', () => {
  const rows: readonly [text: string, expected: readonly (readonly [number, ...string[]])[]][] = [
    [
      'a,b\nc,d',
      [
        [1, 'a', 'b'],
        [2, 'c', 'd'],
      ],
    ],
    [
      'a\r\n\r\nb\r\n',
      [
        [1, 'a'],
        [3, 'b'],
      ],
    ],
    [
      '"a,""x""\ny",b\nc',
      [
        [1, 'a,"x"\ny', 'b'],
        [3, 'c'],
      ],
    ],
    [
      'a,,\n,b',
      [
        [1, 'a', '', ''],
        [2, '', 'b'],
      ],
    ],
    ['\ufeffa', [[1, 'a']]],
    ['a,', [[1, 'a', '']]],
    ['', []],
  ];
  for (const [text, expected] of rows) {
    it(JSON.stringify(text), () => {
      const parsed = parseCsv(text);
      assert.ok(parsed.ok);
      assert.deepEqual(
        parsed.value.map((row) => [row.line, ...row.cells]),
        expected,
      );
    });
  }

  it('reads what a writer wrote', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é') });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 });
    const write = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n', '\r'), (cells, newline) => {
        const parsed = parseCsv(cells.map((row) => row.map(write).join(',')).join(newline));
        assert.ok(parsed.ok);
        const filled = cells.filter((row) => row.some((text) => text !== ''));
        assert.deepEqual(
          parsed.value.map((row) => row.cells),
          filled,
        );
      }),
    );
  });

  it('never throws and never hangs', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r'), maxLength: 30 }), (text) => {
        const parsed = parseCsv(text);
        assert.ok(parsed.ok || parsed.problems[0]?.code === 'csv-quote');
      }),
    );
  });
});
