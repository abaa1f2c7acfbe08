import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { type ConfigInput, type Environment, resolveConfig } from './config.ts';
import { OTHER_VARIABLES, SETTINGS } from './settings.ts';
import { parseSettings } from './settings-file.ts';

function resolved(file: string | null, input: ConfigInput, environment: Environment) {
  const home = mkdtempSync(path.join(os.tmpdir(), 'zoneward-settings-'));
  try {
    if (file !== null) writeFileSync(path.join(home, 'zoneward.yaml'), file);
    return resolveConfig({ home, ...input }, environment);
  } finally {
    rmSync(home, { recursive: true });
  }
}

describe('settings', () => {
  it('are taken from options, then the environment, then the file, then the default', () => {
    const file = 'checkpointWebhook: https://file.example/\nport: 1\n';
    const environment = { ZONEWARD_CHECKPOINT_WEBHOOK: 'https://environment.example/' };
    const of = (...given: Parameters<typeof resolved>) => resolved(...given).checkpointWebhook;
    const option = { checkpointWebhook: 'https://option.example/' };
    assert.equal(of(file, option, environment), 'https://option.example/');
    assert.equal(of(file, {}, environment), 'https://environment.example/');
    assert.equal(of(file, {}, { ZONEWARD_CHECKPOINT_WEBHOOK: '' }), 'https://file.example/');
    assert.equal(of(null, {}, {}), null);
    assert.equal(resolved(file, {}, {}).port, 1);
    assert.equal(resolved(null, {}, {}).port, 4_500);
    assert.equal(resolved('storePool: 20\n', {}, {}).storePool, 20);
    assert.equal(resolved('storePool: 20\n', {}, { ZONEWARD_STORE_POOL: '100' }).storePool, 100);
    assert.equal(resolved('storePool: 20\n', { storePool: 7 }, { ZONEWARD_STORE_POOL: '100' }).storePool, 7);
    for (const storePool of [0, -1, 2.5, 101, Number.NaN, Number.POSITIVE_INFINITY])
      assert.throws(() => resolved(null, { storePool }, {}), { code: 'setting-invalid' }, `${storePool}`);
    assert.equal(resolved(null, {}, { ZONEWARD_STORE_POOL: '' }).storePool, 5);
  });

  it('may be lists in a file', () => {
    assert.deepEqual(resolved('webhookAllow: [10.0.0.0/8, "fd00::/8"]\n', {}, {}).webhookAllow, [
      '10.0.0.0/8',
      'fd00::/8',
    ]);
    assert.deepEqual(resolved('{"webhookAllow": "10.0.0.0/8"}', {}, {}).webhookAllow, ['10.0.0.0/8']);
  });

  const bad: readonly (readonly [name: string, text: string, code: string, says: RegExp])[] = [
    ['a name with a slip', 'checkpointWebhok: x', 'config-unknown', /Did you mean "checkpointWebhook"\?/],
    ['a name of nothing', 'wibble: x', 'config-unknown', /docs\/configuration\.md/],
    ['an inherited name', 'constructor: x', 'config-unknown', /"constructor" is not a setting/],
    ['the variable instead of the name', 'ZONEWARD_STORE: x', 'config-unknown', /is not a setting/],
    ['the home folder', 'home: /x', 'config-not-in-file', /ZONEWARD_HOME/],
    ['a size that is a list of lists', 'storePool: [[5]]', 'config-value-invalid', /must be a text/],
    ['a value that is a map', 'store: {a: b}', 'config-value-invalid', /must be a text/],
    ['a value that is true', 'publicUrl: true', 'config-value-invalid', /must be a text/],
    ['a list of lists', 'webhookAllow: [[a]]', 'config-value-invalid', /must be a text/],
    ['a list at the top', '- a', 'config-malformed', /not a list/],
    ['no YAML', 'a: [', 'config-malformed', /zoneward\.yaml/],
    ['a name twice', 'store: a\nstore: b', 'config-malformed', /unique/],
  ];
  for (const [name, text, code, says] of bad)
    it(`refuse ${name} in a file`, () =>
      assert.throws(
        () => parseSettings(text, '/etc/zoneward.yaml'),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, code);
          assert.match(error.message, says);
          return true;
        },
      ));

  it('tell the line, and every problem at once', () => {
    assert.throws(
      () => parseSettings('store: a\nwibble: 1\nwobble: 2\n', 'f.yaml'),
      /f\.yaml:2.*\n.*f\.yaml:3/,
    );
  });

  const values: readonly (readonly [input: Environment, code: string])[] = [
    [{ ZONEWARD_PORT: '70000' }, 'setting-invalid'],
    [{ ZONEWARD_PORT: '1e3' }, 'setting-invalid'],
    ...['0', '-1', '101', '1000', '5.5', '1e1', ' 5', 'five', '0x5', '٥'].map(
      (size) => [{ ZONEWARD_STORE_POOL: size }, 'setting-invalid'] as const,
    ),
    [{ ZONEWARD_LOG_LEVEL: 'loud' }, 'setting-invalid'],
    [{ ZONEWARD_PUBLIC_URL: 'zoneward.example' }, 'setting-invalid'],
    [{ ZONEWARD_PUBLIC_URL: 'https://a:b@zoneward.example' }, 'setting-invalid'],
    [{ CLOUDFLARE_API_BASE_URL: 'x' }, 'base-url-invalid'],
    [{ ZONEWARD_DNS_SERVER: 'x' }, 'dns-server-invalid'],
    [{ ZONEWARD_CONFIG: '/nowhere/at-all.yaml' }, 'config-unreadable'],
  ];
  for (const [environment, code] of values)
    it(`refuse ${JSON.stringify(environment)}`, () =>
      assert.throws(() => resolved(null, {}, environment), { code }));

  it('are all in the table', () => {
    const known = new Set([...Object.values(SETTINGS), ...OTHER_VARIABLES].map(({ variable }) => variable));
    const root = path.join(import.meta.dirname, '..', '..');
    const used = globSync('src/**/*.ts', { cwd: root })
      .filter((file) => !/\.test\.ts$|sandbox/.test(file))
      .flatMap((file) => readFileSync(path.join(root, file), 'utf8').match(/\bZONEWARD_[A-Z_]+\b/g) ?? []);
    assert.ok(used.length > 20);
    assert.deepEqual(
      [...new Set(used)].filter((name) => !known.has(name)),
      [],
    );
  });
});
