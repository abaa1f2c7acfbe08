/** SPF records of templates, judged with all that they include: the DNS of a test says what that is. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DomainName } from '../src/dns/name.ts';
import { spfCost } from '../src/domains/templates/spf-tree.ts';
import { openZoneward } from '../src/index.ts';
import { startEngine } from './kit/engine.ts';
import { startFakeDns } from './kit/fake-dns.ts';

const ZONE = 'shop.example';

/** Each name's SPF record; `null`: it does not answer. */
const WORLD: Readonly<Record<string, string | null>> = {
  'one.example': 'v=spf1 ip4:192.0.2.1 -all',
  'four.example': 'v=spf1 include:one.example a mx -all',
  'eight.example': 'v=spf1 include:four.example include:four.example exists:%{i}.x.example -all',
  'loop.example': 'v=spf1 include:loop.example -all',
  'moved.example': 'v=spf1 redirect=four.example',
  'silent.example': null,
};

const ask = async (name: DomainName): Promise<string | 'none' | 'unknown'> => {
  const text = WORLD[name];
  return text === undefined ? 'none' : (text ?? 'unknown');
};

describe('what an SPF record costs', () => {
  const rows: readonly (readonly [text: string, lookups: number, broken: string, unknown: string])[] = [
    ['v=spf1 ip4:192.0.2.1 -all', 0, '', ''],
    ['v=spf1 a mx ptr exists:x.example -all', 4, '', ''],
    ['v=spf1 include:one.example -all', 1, '', ''],
    ['v=spf1 include:four.example -all', 4, '', ''],
    ['v=spf1 include:eight.example -all', 10, '', ''],
    ['v=spf1 INCLUDE:Four.Example redirect=moved.example', 9, '', ''],
    ['v=spf1 include:nobody.example include:silent.example -all', 2, 'nobody.example', 'silent.example'],
    ['v=spf1 include:%{d}.macro.example -all', 1, '', ''],
    ['v=spf1 include:loop.example -all', 30, '', ''],
    ['no SPF', 0, '', ''],
  ];
  for (const [text, lookups, broken, unknown] of rows)
    it(`counts ${lookups} for ${text}`, async () => {
      const cost = await spfCost(text, ask);
      assert.equal(cost.lookups, lookups);
      assert.deepEqual([cost.broken.join(), cost.unknown.join()], [broken, unknown]);
    });
});

describe('templates with SPF', () => {
  const template = (rules: string) => ({
    file: 'mail.json',
    text: JSON.stringify({
      providerId: 'mail.example',
      providerName: 'Mail',
      serviceId: 'mail',
      serviceName: 'Mail',
      records: [{ type: 'SPFM', host: '@', spfRules: rules }],
    }),
  });

  const rows: readonly (readonly [
    name: string,
    existing: string | null,
    rules: string,
    said: readonly string[],
  ])[] = [
    ['are fine within the limit', 'v=spf1 include:four.example ~all', 'include:one.example', []],
    [
      'are refused where the merge passes ten lookups',
      'v=spf1 include:eight.example ~all',
      'include:four.example',
      ['error spf-too-many-lookups'],
    ],
    [
      'are told of where it passed them before',
      'v=spf1 include:eight.example include:four.example ~all',
      'ip4:192.0.2.7',
      ['warning spf-too-many-lookups'],
    ],
    ['tell an include that does not exist', null, 'include:nobody.example', ['warning spf-include-broken']],
    ['tell what nobody could be asked', null, 'include:silent.example', ['warning spf-lookups-unsure']],
  ];
  for (const [name, existing, rules, said] of rows)
    it(name, async () => {
      await using resolver = await startFakeDns((asked, type) => {
        const text = WORLD[asked];
        if (text === null) return { rcode: 'SERVFAIL' };
        return type === 'TXT' && text !== undefined
          ? { answers: [{ type: 'TXT', name: asked, data: [text], ttl: 60 }] }
          : { rcode: 'NXDOMAIN' };
      });
      await using engine = await startEngine();
      const { sandbox, home } = engine;
      const records = existing === null ? [] : [{ type: 'TXT', name: '@', content: `"${existing}"` }];
      sandbox.seedZone(ZONE, records);
      await using zoneward = await openZoneward({
        home,
        environment: {
          CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
          CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
          CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
          ZONEWARD_RESOLVERS: resolver.address,
        },
      });
      const tenant = zoneward.tenant('local');
      const calls = sandbox.requests().length;
      const planned = await tenant.templates.plan(ZONE, template(rules));
      const problems = planned.zones.flatMap(({ plan }) => plan.problems);
      assert.deepEqual(
        problems
          .filter(({ code }) => code.startsWith('spf'))
          .map(({ severity, code }) => `${severity} ${code}`),
        said,
      );
      assert.ok(sandbox.requests().length - calls <= 4, 'the DNS is asked, not Cloudflare');
      const isRefused = said.some((one) => one.startsWith('error'));
      if (isRefused) {
        assert.match(
          problems.map(({ message }) => message).join(),
          /costs 14 lookups.*include:eight\.example 10/,
        );
        await assert.rejects(tenant.changes.apply(planned, {}));
      } else await tenant.changes.apply(planned, {});
      const held = sandbox.records(ZONE).map(({ content }) => content);
      assert.equal(held.includes(`"${existing}"`), existing !== null && isRefused);
    });
});
