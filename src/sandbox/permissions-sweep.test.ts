/**
 * Every operation of the SDK once more, each request sent three times: with a token that has every permission but
 * those that the route needs, with one that has them for another zone or account only, and with one that has nothing
 * else. The first two are refused and change nothing, the third is done, and every write stands in the audit log.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PERMISSION_GROUPS } from './auth/permission-groups.ts';
import { API_PREFIX } from './constants.ts';
import type { Needs, Route } from './http/call.ts';
import { Router, routeKey } from './http/router.ts';
import type { Sandbox } from './index.ts';
import { ROUTES } from './routes/index.ts';
import { SDK_CALLS } from './testing/sdk-calls.ts';
import { type Stage, stageFor } from './testing/sdk-stage.ts';
import { sandboxFor, send } from './testing.ts';

const ALL = PERMISSION_GROUPS.map((group) => group.name);

/** Routes for every good credential, whose handlers look at permissions themselves: the groups that they look for. */
const BY_HANDLER: Readonly<Record<string, readonly string[]>> = {
  'GET /accounts': ALL,
  'POST /accounts': ['User Details Write'],
  'GET /zones': ['Zone Read', 'Zone Write'],
  'POST /zones': ['Zone Write'],
  'GET /certificates': ['SSL and Certificates Read', 'SSL and Certificates Write'],
  'POST /certificates': ['SSL and Certificates Write'],
  'GET /certificates/{certificate}': ['SSL and Certificates Read', 'SSL and Certificates Write'],
  'DELETE /certificates/{certificate}': ['SSL and Certificates Write'],
};

/** Lists that anybody may ask for, and that show only what one may see. */
const FILTERED: ReadonlySet<string> = new Set(['GET /accounts', 'GET /zones']);

/** Refusals that are not 403/10000: what the real API answers there. */
const OTHER_REFUSALS: Readonly<Record<string, string>> = {
  'POST /zones': '400/1068',
  'POST /certificates': '400/1010',
};

/** Routes that the SDK has no method for. */
const NOT_IN_SDK: readonly string[] = [
  'PUT /zones/{zone_id}/settings/{setting}',
  'DELETE /zones/{zone_id}/settings/{setting}',
  'GET /zones/{zone_id}/settings/ssl_automatic_mode',
  'PATCH /zones/{zone_id}/settings/ssl_automatic_mode',
];

/** Who makes a token must hold what it is to have. */
const GRANTS: readonly string[] = ['POST', 'PUT'].flatMap((method) =>
  ['/user/tokens', '/accounts/{account_id}/tokens'].flatMap((path) => [
    `${method} ${path}`,
    `${method} ${path}/{token_id}`,
  ]),
);

function groupsOf(route: Route): readonly string[] | undefined {
  const { needs } = route;
  if (needs.scope === 'none') return undefined;
  return needs.scope === 'any' ? BY_HANDLER[routeKey(route)] : needs.anyOf;
}

interface Trial {
  readonly route: string;
  readonly outcome: string;
}

/** Sends each request with the two tokens that must be refused before it goes out with the one that may. */
class Doorman {
  sandbox: Sandbox | undefined;
  readonly trials: Trial[] = [];
  readonly #router = new Router(ROUTES);
  readonly #tokens = new Map<string, string>();

  readonly fetch: typeof fetch = async (input, init) => {
    const { sandbox } = this;
    const url = new URL(String(input instanceof Request ? input.url : input));
    const match = this.#router.match(
      init?.method?.toUpperCase() ?? 'GET',
      url.pathname.slice(API_PREFIX.length),
    );
    if (sandbox === undefined || match.kind !== 'found') throw new Error(`no route for ${url.pathname}`);
    const key = routeKey(match.route);
    const groups = groupsOf(match.route);
    if (groups === undefined) return fetch(input, init);
    for (const token of this.#refused(sandbox, match.route, groups)) {
      const answer = await fetch(input, withToken(init, token));
      this.trials.push({ route: key, outcome: await outcomeOf(answer) });
    }
    const [needed = ''] = groups;
    const held = [needed, ...(GRANTS.includes(key) ? ['DNS Read'] : [])];
    return fetch(input, withToken(init, this.#token(sandbox, held)));
  };

  #refused(sandbox: Sandbox, route: Route, groups: readonly string[]): readonly string[] {
    const without = this.#token(
      sandbox,
      ALL.filter((name) => !groups.includes(name)),
    );
    const isOfUser = route.needs.scope === 'user' || groups.every((name) => name.startsWith('User '));
    if (isOfUser || groups.length === ALL.length) return [without];
    return [without, this.#token(sandbox, groups, 'elsewhere', route.needs)];
  }

  #token(sandbox: Sandbox, permissions: readonly string[], where?: 'elsewhere', needs?: Needs): string {
    const isZone = where === 'elsewhere' && needs?.scope !== 'account';
    const key = `${permissions.join()}:${where ?? ''}:${isZone}`;
    const known = this.#tokens.get(key);
    if (known !== undefined) return known;
    // A token of the other account sees nothing of this one; a token for the other zone sees that zone only.
    const place = where === undefined ? {} : isZone ? { zones: ['other.example'] } : { account: 'Other' };
    const groups = where !== undefined && !isZone ? permissions.filter(isAccountGroup) : permissions;
    const made = sandbox.createToken({ name: key.slice(0, 60), permissions: groups, ...place }).value;
    this.#tokens.set(key, made);
    return made;
  }
}

function isAccountGroup(name: string): boolean {
  return PERMISSION_GROUPS.some((group) => group.name === name && group.scope === 'account');
}

function withToken(init: RequestInit | undefined, token: string): RequestInit {
  const headers = new Headers(init?.headers);
  headers.set('Authorization', `Bearer ${token}`);
  return { ...init, headers };
}

async function outcomeOf(answer: Response): Promise<string> {
  const body = (await answer.json()) as { success?: boolean; result?: unknown; errors?: { code: number }[] };
  if (body.success === true) return Array.isArray(body.result) ? `list of ${body.result.length}` : 'done';
  return `${answer.status}/${body.errors?.[0]?.code}`;
}

async function setTheScene(stage: Stage): Promise<void> {
  const { sandbox } = stage;
  sandbox.seed({ accounts: [{ name: 'Other' }], zones: [{ name: 'other.example' }] });
}

test('each route takes the permission it names, on its own zone or account, and nothing else will do', async (t) => {
  const doorman = new Doorman();
  const stage = await stageFor(t, doorman.fetch);
  const { sandbox } = stage;
  doorman.sandbox = sandbox;
  await setTheScene(stage);
  for (const [name, call] of Object.entries(SDK_CALLS)) {
    if (name === 'user.tokens.verify' || name === 'accounts.tokens.verify') continue;
    const before = sandbox.requests().at(-1)?.number ?? 0;
    await call(stage).catch((error: unknown) => {
      throw new Error(`${name}: ${String(error)}`, { cause: error });
    });
    const wrote = sandbox.requests(before).filter((entry) => entry.wrote);
    assert.ok(
      wrote.every(({ status }) => status < 300),
      name,
    );
  }
  for (const { route, outcome } of doorman.trials) {
    if (FILTERED.has(route)) assert.match(outcome, /^list of [01]$/, route);
    else assert.equal(outcome, OTHER_REFUSALS[route] ?? '403/10000', route);
  }
  const tried = new Set(doorman.trials.map(({ route }) => route));
  const untried = ROUTES.filter((route) => groupsOf(route) !== undefined && !tried.has(routeKey(route)));
  assert.deepEqual(untried.map(routeKey), NOT_IN_SDK, 'every route with a permission was tried');
  for (const route of untried) {
    const groups = groupsOf(route) ?? [];
    const permissions = ALL.filter((name) => !groups.includes(name));
    const token = sandbox.createToken({ name: 'without', permissions }).value;
    const path = route.path.replace('{zone_id}', stage.zone_id).replace('{setting}', 'ciphers');
    const answer = await send(sandbox, `${route.method} ${path}`, {
      ...(route.method === 'GET' ? {} : { body: { value: 'custom' } }),
      token,
    });
    assert.equal(`${answer.status}/${answer.json.errors[0].code}`, '403/10000', routeKey(route));
  }
});

test('every write of every family is in the audit logs, and nothing that was refused or only read', async (t) => {
  const stage = await stageFor(t);
  const { sandbox, account_id } = stage;
  const writes = new Map<string, string>();
  for (const [name, call] of Object.entries(SDK_CALLS)) {
    // Its account would be gone, and with it who may read.
    if (name === 'memberships.delete') continue;
    const [before, entries] = [sandbox.requests().at(-1)?.number ?? 0, sandbox.audit().length];
    await call(stage);
    const wrote = sandbox.requests(before).filter((entry) => entry.wrote);
    const added = sandbox.audit().slice(entries);
    assert.deepEqual(
      added.map(({ raw }) => raw.ray),
      wrote.map(({ ray }) => ray),
      name,
    );
    for (const { id, accountId, result } of added) {
      assert.equal(result, 'success', name);
      if (accountId === undefined || accountId === account_id) writes.set(id, name);
    }
  }
  assert.ok(writes.size > 60, `${writes.size} writes`);
  const window = 'since=2020-01-01&before=2099-01-01';
  const v2 = await send(sandbox, `GET /accounts/${account_id}/logs/audit?limit=1000&${window}`);
  const v1 = await send(sandbox, `GET /accounts/${account_id}/audit_logs?per_page=1000`);
  const mine = await send(sandbox, 'GET /user/audit_logs?per_page=1000');
  const idsOf = (answer: typeof v2): Set<string> =>
    new Set(answer.json.result.map(({ id }: { id: string }) => id));
  const [inV2, inV1, inMine] = [idsOf(v2), idsOf(v1), idsOf(mine)];
  for (const [id, name] of writes) {
    const entry = sandbox.audit().find((known) => known.id === id);
    if (entry?.accountId === undefined) assert.ok(inMine.has(id), `${name} in version 1 of the user`);
    else assert.ok(inV2.has(id) && inV1.has(id), `${name} in both versions of the account`);
  }
  t.diagnostic(`${writes.size} writes in the audit logs`);
});

test('a deny of one zone beats the allow of all, on every route of a zone', async (t) => {
  const sandbox = await sandboxFor(t);
  const allowed = sandbox.seedZone('allowed.example');
  const denied = sandbox.seedZone('denied.example');
  const groups = PERMISSION_GROUPS.filter(({ scope }) => scope === 'zone').map(({ id }) => ({ id }));
  const made = await send(sandbox, 'POST /user/tokens', {
    body: {
      name: 'all but one',
      policies: [
        {
          effect: 'allow',
          permission_groups: groups,
          resources: { 'com.cloudflare.api.account.zone.*': '*' },
        },
        {
          effect: 'deny',
          permission_groups: groups,
          resources: { [`com.cloudflare.api.account.zone.${denied.id}`]: '*' },
        },
      ],
    },
  });
  const token = made.json.result.value;
  const reads = ROUTES.filter(({ method, needs }) => method === 'GET' && needs.scope === 'zone');
  for (const { path } of reads) {
    const at = (zone: string): string =>
      path
        .replace('{zone_id}', zone)
        .replace(/\{\w+_id\}/g, 'f'.repeat(32))
        .replace(/\{\w+\}/g, 'ssl');
    const refused = await send(sandbox, `GET ${at(denied.id)}`, { token });
    assert.equal(refused.status, 403, path);
    assert.notEqual((await send(sandbox, `GET ${at(allowed.id)}`, { token })).status, 403, path);
  }
});
