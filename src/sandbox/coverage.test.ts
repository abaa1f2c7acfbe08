import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coverageFile, coverageTable, operations } from './coverage.ts';

test('COVERAGE.md is current', () => {
  assert.equal(coverageFile(), coverageTable(), 'run: node src/sandbox/coverage.ts --write');
});

test('the operations are read from the SDK, and what the sandbox has is seen', () => {
  const all = operations();
  assert.ok(all.length > 100, `only ${all.length} operations were found`);
  for (const prefix of [
    'dns.records.',
    'zones.',
    'user.tokens.',
    'registrar.',
    'ssl.',
    'accounts.logs.audit.',
  ]) {
    assert.ok(
      all.some((operation) => operation.name.startsWith(prefix)),
      prefix,
    );
  }
  const list = all.find((operation) => operation.name === 'dns.records.list');
  assert.deepEqual(list, {
    name: 'dns.records.list',
    method: 'GET',
    path: '/zones/{zone_id}/dns_records',
    state: 'done',
  });
  const missing = all.filter(
    (operation) => operation.name.startsWith('dns.records.') && operation.state !== 'done',
  );
  assert.deepEqual(missing, []);
});
