/**
 * Every operation that COVERAGE.md calls done, called once through the official SDK, in an order in which each finds
 * what it needs. The keys are the SDK's own paths (`zones.get` is `client.zones.get`).
 */
import { toFile } from 'cloudflare';
import { registrarCalls, registrarSandboxCalls } from './sdk-calls-registrar.ts';
import { customHostnameCalls, edgeCertificateCalls, originCalls } from './sdk-calls-tls.ts';
import { keep, kept, type SdkCall } from './sdk-stage.ts';

const DNS_READ = '82e64a83756745bbbb1c9c2701bf816b';

export const SDK_CALLS: Readonly<Record<string, SdkCall>> = {
  ...accountCalls(),
  ...tokenCalls(),
  ...zoneCalls(),
  ...recordCalls(),
  ...dnsCalls(),
  ...settingCalls(),
  ...edgeCertificateCalls(),
  ...originCalls(),
  ...customHostnameCalls(),
  ...registrarCalls(),
  ...registrarSandboxCalls(),
  // After it the user has no account any more.
  'memberships.delete': (s) => s.sdk.memberships.delete(kept(s, 'membership')),
};

function accountCalls(): Record<string, SdkCall> {
  const page = (since: string) => ({ since, before: '2099-01-01T00:00:00Z' });
  return {
    'accounts.list': ({ sdk }) => sdk.accounts.list(),
    'accounts.create': (s) =>
      keep(s, 'account', s.sdk.accounts.create({ name: 'Another', standalone: true } as never)),
    'accounts.get': (s) => s.sdk.accounts.get({ account_id: kept(s, 'account') }),
    'accounts.update': (s) => {
      const id = kept(s, 'account');
      return s.sdk.accounts.update({ account_id: id, id, name: 'Renamed', type: 'standard' });
    },
    'accounts.delete': (s) => s.sdk.accounts.delete({ account_id: kept(s, 'account') }),
    'auditLogs.list': ({ sdk, account_id }) => sdk.auditLogs.list({ account_id }),
    'accounts.logs.audit.list': async (s) => {
      const list = await s.sdk.accounts.logs.audit.list({
        account_id: s.account_id,
        ...page('2020-01-01T00:00:00Z'),
      });
      return list;
    },
    'accounts.logs.audit.productCategories': ({ sdk, account_id }) =>
      sdk.accounts.logs.audit.productCategories({ account_id }),
    'memberships.list': async (s) => {
      const list = await s.sdk.memberships.list();
      s.kept.set('membership', list.result[0]?.id ?? '');
      return list;
    },
    'memberships.get': (s) => s.sdk.memberships.get(kept(s, 'membership')),
    'memberships.update': (s) => s.sdk.memberships.update(kept(s, 'membership'), { status: 'accepted' }),
    'user.get': ({ sdk }) => sdk.user.get(),
    'user.edit': ({ sdk }) => sdk.user.edit({ first_name: 'Another' }),
    'user.auditLogs.list': ({ sdk }) => sdk.user.auditLogs.list(),
  };
}

function tokenCalls(): Record<string, SdkCall> {
  const policies = [
    {
      effect: 'allow' as const,
      permission_groups: [{ id: DNS_READ }],
      resources: { 'com.cloudflare.api.account.zone.*': '*' },
    },
  ];
  const nested = (account_id: string) => [
    {
      effect: 'allow' as const,
      permission_groups: [{ id: DNS_READ }],
      resources: {
        [`com.cloudflare.api.account.${account_id}`]: { 'com.cloudflare.api.account.zone.*': '*' },
      },
    },
  ];
  return {
    'user.tokens.permissionGroups.list': ({ sdk }) => sdk.user.tokens.permissionGroups.list(),
    'user.tokens.create': (s) => keep(s, 'token', s.sdk.user.tokens.create({ name: 'one', policies })),
    'user.tokens.list': ({ sdk }) => sdk.user.tokens.list(),
    'user.tokens.get': (s) => s.sdk.user.tokens.get(kept(s, 'token')),
    'user.tokens.update': (s) => s.sdk.user.tokens.update(kept(s, 'token'), { name: 'two', policies }),
    'user.tokens.value.update': (s) => s.sdk.user.tokens.value.update(kept(s, 'token'), { body: {} }),
    'user.tokens.verify': ({ sdk }) => sdk.user.tokens.verify(),
    'user.tokens.delete': (s) => s.sdk.user.tokens.delete(kept(s, 'token')),
    'accounts.tokens.permissionGroups.list': ({ sdk, account_id }) =>
      sdk.accounts.tokens.permissionGroups.list({ account_id }),
    'accounts.tokens.permissionGroups.get': ({ sdk, account_id }) =>
      sdk.accounts.tokens.permissionGroups.get({ account_id }),
    'accounts.tokens.create': (s) => {
      const { account_id } = s;
      const made = s.sdk.accounts.tokens.create({ account_id, name: 'one', policies: nested(account_id) });
      return keep(s, 'account token', made);
    },
    'accounts.tokens.list': ({ sdk, account_id }) => sdk.accounts.tokens.list({ account_id }),
    'accounts.tokens.get': (s) =>
      s.sdk.accounts.tokens.get(kept(s, 'account token'), { account_id: s.account_id }),
    'accounts.tokens.update': (s) => {
      const { account_id } = s;
      const body = { account_id, name: 'two', policies: nested(account_id) };
      return s.sdk.accounts.tokens.update(kept(s, 'account token'), body);
    },
    'accounts.tokens.value.update': (s) => {
      const { account_id } = s;
      return s.sdk.accounts.tokens.value.update(kept(s, 'account token'), { account_id });
    },
    'accounts.tokens.verify': ({ sandbox, sdk, account_id }) =>
      sdk.withOptions({ apiToken: sandbox.tokens.account }).accounts.tokens.verify({ account_id }),
    'accounts.tokens.delete': (s) =>
      s.sdk.accounts.tokens.delete(kept(s, 'account token'), { account_id: s.account_id }),
  };
}

function zoneCalls(): Record<string, SdkCall> {
  return {
    'zones.create': (s) =>
      keep(s, 'zone', s.sdk.zones.create({ account: { id: s.account_id }, name: 'added.example' })),
    'zones.list': ({ sdk }) => sdk.zones.list(),
    'zones.get': ({ sdk, zone_id }) => sdk.zones.get({ zone_id }),
    'zones.edit': ({ sdk, zone_id }) => sdk.zones.edit({ zone_id, paused: false }),
    'zones.activationCheck.trigger': (s) => s.sdk.zones.activationCheck.trigger({ zone_id: kept(s, 'zone') }),
    'zones.plans.list': async (s) => {
      const list = await s.sdk.zones.plans.list({ zone_id: s.zone_id });
      s.kept.set('plan', list.result[0]?.id ?? '');
      return list;
    },
    'zones.plans.get': (s) => s.sdk.zones.plans.get(kept(s, 'plan'), { zone_id: s.zone_id }),
    'zones.ratePlans.get': ({ sdk, zone_id }) => sdk.zones.ratePlans.get({ zone_id }),
    'zones.subscriptions.create': (s) =>
      s.sdk.zones.subscriptions.create({ zone_id: kept(s, 'zone'), rate_plan: { id: 'pro' } }),
    'zones.subscriptions.get': (s) => s.sdk.zones.subscriptions.get({ zone_id: kept(s, 'zone') }),
    'zones.subscriptions.update': (s) =>
      s.sdk.zones.subscriptions.update({ zone_id: kept(s, 'zone'), rate_plan: { id: 'business' } }),
    'zones.delete': (s) => s.sdk.zones.delete({ zone_id: kept(s, 'zone') }),
    'zones.holds.create': ({ sdk, zone_id }) => sdk.zones.holds.create({ zone_id }),
    'zones.holds.get': ({ sdk, zone_id }) => sdk.zones.holds.get({ zone_id }),
    'zones.holds.edit': ({ sdk, zone_id }) => sdk.zones.holds.edit({ zone_id, include_subdomains: true }),
    'zones.holds.delete': ({ sdk, zone_id }) => sdk.zones.holds.delete({ zone_id }),
  };
}

function recordCalls(): Record<string, SdkCall> {
  const record = (name: string, content: string) => ({ type: 'A' as const, name, content, ttl: 300 });
  return {
    'dns.records.create': (s) =>
      keep(s, 'record', s.sdk.dns.records.create({ zone_id: s.zone_id, ...record('one', '192.0.2.1') })),
    'dns.records.list': ({ sdk, zone_id }) => sdk.dns.records.list({ zone_id }),
    'dns.records.get': (s) => s.sdk.dns.records.get(kept(s, 'record'), { zone_id: s.zone_id }),
    'dns.records.edit': (s) =>
      s.sdk.dns.records.edit(kept(s, 'record'), { zone_id: s.zone_id, ...record('one', '192.0.2.2') }),
    'dns.records.update': (s) =>
      s.sdk.dns.records.update(kept(s, 'record'), { zone_id: s.zone_id, ...record('one', '192.0.2.3') }),
    'dns.records.delete': (s) => s.sdk.dns.records.delete(kept(s, 'record'), { zone_id: s.zone_id }),
    'dns.records.batch': ({ sdk, zone_id }) =>
      sdk.dns.records.batch({ zone_id, posts: [record('two', '192.0.2.4'), record('three', '192.0.2.5')] }),
    'dns.records.export': ({ sdk, zone_id }) => sdk.dns.records.export({ zone_id }),
    'dns.records.import': async ({ sdk, zone_id }) => {
      const file = await toFile(Buffer.from('four 300 IN A 192.0.2.6\n'), 'zone.txt');
      return sdk.dns.records.import({ zone_id, file: file as never });
    },
    'dns.records.scan': ({ sdk, zone_id }) => sdk.dns.records.scan({ zone_id }),
    'dns.records.scanTrigger': ({ sdk, zone_id }) => sdk.dns.records.scanTrigger({ zone_id }),
    'dns.records.scanList': ({ sdk, zone_id }) => sdk.dns.records.scanList({ zone_id }),
    'dns.records.scanReview': ({ sdk, zone_id }) =>
      sdk.dns.records.scanReview({ zone_id, accepts: [], rejects: [] }),
    'dns.usage.zone.get': ({ sdk, zone_id }) => sdk.dns.usage.zone.get({ zone_id }),
    'dns.usage.account.get': ({ sdk, account_id }) => sdk.dns.usage.account.get({ account_id }),
    'accounts.logs.audit.history': async ({ sandbox, sdk, account_id }) => {
      const [first] = sandbox.audit().filter(({ accountId }) => accountId === account_id);
      return sdk.accounts.logs.audit.history(first?.id ?? '', {
        account_id,
        action_time: first?.at ?? '',
        since: '2020-01-01',
        before: '2099-01-01',
      });
    },
  };
}

function dnsCalls(): Record<string, SdkCall> {
  return {
    'dns.settings.zone.get': ({ sdk, zone_id }) => sdk.dns.settings.zone.get({ zone_id }),
    'dns.settings.zone.edit': ({ sdk, zone_id }) => sdk.dns.settings.zone.edit({ zone_id, ns_ttl: 3600 }),
    'dns.settings.account.get': ({ sdk, account_id }) => sdk.dns.settings.account.get({ account_id }),
    'dns.settings.account.edit': ({ sdk, account_id }) =>
      sdk.dns.settings.account.edit({ account_id, zone_defaults: { flatten_all_cnames: false } }),
    'dns.dnssec.get': ({ sdk, zone_id }) => sdk.dns.dnssec.get({ zone_id }),
    'dns.dnssec.edit': ({ sdk, zone_id }) => sdk.dns.dnssec.edit({ zone_id, status: 'active' }),
    'dns.dnssec.zsk.list': ({ sdk, zone_id }) => sdk.dns.dnssec.zsk.list({ zone_id }),
    'dns.dnssec.delete': async ({ sandbox, sdk, zone_id }) => {
      await sdk.dns.dnssec.edit({ zone_id, status: 'disabled' });
      sandbox.updateZone(zone_id, { parentDs: 'none' });
      return sdk.dns.dnssec.delete({ zone_id });
    },
  };
}

function settingCalls(): Record<string, SdkCall> {
  return {
    'zones.settings.get': ({ sdk, zone_id }) => sdk.zones.settings.get('ssl', { zone_id }),
    'zones.settings.edit': ({ sdk, zone_id }) =>
      sdk.zones.settings.edit('min_tls_version', { zone_id, value: '1.2' }),
    'ssl.autoOriginTLSKex.get': ({ sdk, zone_id }) => sdk.ssl.autoOriginTLSKex.get({ zone_id }),
    'ssl.autoOriginTLSKex.edit': ({ sdk, zone_id }) =>
      sdk.ssl.autoOriginTLSKex.edit({ zone_id, enabled: true }),
    'ssl.recommendations.get': ({ sdk, zone_id }) => sdk.ssl.recommendations.get({ zone_id }),
  };
}
