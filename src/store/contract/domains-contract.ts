/** What every store keeps of uses of templates and of registrations. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccountId, ChangeSetId } from '../../base/ids.ts';
import type { DomainName } from '../../dns/name.ts';
import type { Registration } from '../../domains/registrar/model.ts';
import type { TemplateUse } from '../../domains/templates/model.ts';
import type { TemplateInstanceId } from '../../plan/templates/template.ts';
import { type MakeStorePlace, withStore } from './fixture.ts';
import { connectionId, event, foreigner, tenant, zoneId } from './samples.ts';

function use(number: number, more: Partial<TemplateUse> = {}): TemplateUse {
  return {
    id: `tpl_${number}` as TemplateInstanceId,
    tenantId: tenant,
    zoneId: zoneId(1),
    changeSetId: `chg_${number}` as ChangeSetId,
    instance: null,
    ends: [],
    createdAt: number,
    ...more,
  };
}

function registration(domain: string): Registration {
  return {
    domain: domain as DomainName,
    status: 'active',
    createdAt: null,
    expiresAt: '2027-01-01T00:00:00Z',
    autoRenew: false,
    locked: true,
    privacyMode: null,
  };
}

export function domainsContract(makePlace: MakeStorePlace): void {
  describe('uses of templates', () => {
    it('are kept by zone, oldest first, each tenant alone', () =>
      withStore(makePlace, async ({ templates }) => {
        for (const one of [use(2), use(1), use(3, { zoneId: zoneId(2) }), use(1, { tenantId: foreigner })])
          await templates.add(one);
        assert.deepEqual(await templates.list(tenant, zoneId(1)), [use(1), use(2)]);
        assert.deepEqual(await templates.list(foreigner, zoneId(2)), []);
      }));
  });

  describe('registrations', () => {
    const place = { accountId: 'acc' as AccountId, namespace: 'live' } as const;
    const reading = { tenantId: tenant, connectionId, place, readAt: 10, dueAt: 20 };

    it('are replaced whole, with their events, and due again when told', () =>
      withStore(makePlace, async ({ registrations, audit }) => {
        assert.equal(await registrations.read(tenant, place), null);
        const many = Array.from({ length: 300 }, (_, number) => registration(`d${1_000 + number}.com`));
        await registrations.replace(reading, many, [event('registration.found')]);
        const known = await registrations.read(tenant, place);
        assert.deepEqual(known, { ...reading, registrations: many });
        assert.equal((await audit.head(tenant)).sequence, 1);
        await registrations.replace({ ...reading, readAt: 30, dueAt: 40 }, [registration('a.com')], []);
        assert.deepEqual((await registrations.read(tenant, place))?.registrations, [registration('a.com')]);
        assert.deepEqual(await registrations.due(39, 10), []);
        await registrations.dueAgain(tenant, place, 35);
        assert.deepEqual(
          (await registrations.due(39, 10)).map(({ dueAt }) => dueAt),
          [35],
        );
        assert.equal(await registrations.read(tenant, { ...place, namespace: 'sandbox' }), null);
        assert.equal(await registrations.read(foreigner, place), null);
      }));

    it('take what we switched ourselves, with its event, and nothing that was never read', () =>
      withStore(makePlace, async ({ registrations, audit }) => {
        const [a, b] = [registration('a.com'), registration('b.com')];
        await registrations.replace(reading, [a, b], []);
        const change = { domain: a.domain, autoRenew: !a.autoRenew };
        await registrations.switched(tenant, place, change, [event('registration.auto-renew-set')]);
        await registrations.switched(foreigner, place, change, []);
        await registrations.switched(tenant, place, { ...change, domain: registration('c.com').domain }, []);
        const known = await registrations.read(tenant, place);
        assert.deepEqual(known?.registrations, [{ ...a, autoRenew: !a.autoRenew }, b]);
        assert.equal((await audit.head(tenant)).sequence, 1);
        assert.equal(await registrations.read(foreigner, place), null);
      }));
  });
}
