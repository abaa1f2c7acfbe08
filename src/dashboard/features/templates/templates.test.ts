/** A template on its way into an address and out of it, and what its records need the place of. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyAddress, removeAddress, templatePlanOf } from './template-address.ts';
import { contentOf, givesWay, neededVariables } from './template-words.ts';

function planOf(address: string): ReturnType<typeof templatePlanOf> {
  return templatePlanOf(address.slice(address.indexOf('?') + 1), 'zone-id');
}

describe('a template in an address', () => {
  it('is planned as it was filled in', () => {
    const address = applyAddress('shop.example', {
      template: 'google.com/workspace',
      host: ' mail ',
      variables: { dkim: 'a+b/c=&d ', template: 'no key of its own' },
      groups: ['mail', 'dkim'],
    });
    assert.match(address, /^\/zones\/shop\.example\/template-plan\?/);
    assert.deepEqual(planOf(address), {
      kind: 'template',
      zone: 'zone-id',
      template: 'google.com/workspace',
      host: 'mail',
      variables: { dkim: 'a+b/c=&d', template: 'no key of its own' },
      groups: ['mail', 'dkim'],
    });
  });

  it('without groups and host means all of it, at the zone itself', () => {
    const whole = { template: 'a/b', host: '', variables: {}, groups: null };
    const plan = planOf(applyAddress('shop.example', whole));
    assert.deepEqual(plan, { kind: 'template', zone: 'zone-id', template: 'a/b', variables: {} });
  });

  it('is removed by its instance', () => {
    assert.deepEqual(planOf(removeAddress('shop.example', 'tin_1')), {
      kind: 'template-removal',
      zone: 'zone-id',
      template: 'tin_1',
    });
    assert.equal(templatePlanOf('', 'zone-id'), null);
  });
});

describe('a record of a template', () => {
  it('shows what it holds, and the rest by name', () => {
    const fields = { host: '@', ttl: '3600', pointsTo: 'smtp.google.com', priority: '1' };
    assert.equal(contentOf({ fields }), 'smtp.google.com · priority 1');
  });

  it('has gaps to fill in only where its group is applied', () => {
    const plain = { type: 'TXT', essential: 'Always', txtConflict: { mode: 'None', prefix: '' } } as const;
    const template = {
      variables: ['code', 'dkim'],
      groups: ['proof', 'mail'],
      records: [
        { ...plain, groupId: 'proof', fields: { data: 'proof=%CODE%' } },
        { ...plain, groupId: 'mail', fields: { data: 'p=%dkim%' } },
      ],
    };
    assert.deepEqual(neededVariables(template, ['proof', 'mail']), ['code', 'dkim']);
    assert.deepEqual(neededVariables(template, ['proof']), ['code']);
  });

  it('says which texts give way to it', () => {
    const text = (mode: 'None' | 'All' | 'Prefix') =>
      givesWay({ type: 'TXT', txtConflict: { mode, prefix: 'v=DKIM1' } });
    assert.match(text('All'), /every other text/);
    assert.match(text('Prefix'), /begin with v=DKIM1/);
    assert.doesNotMatch(text('None'), /text/);
  });
});
