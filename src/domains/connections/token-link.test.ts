import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccountId, ZoneId } from '../../base/ids.ts';
import { CAPABILITIES } from './model.ts';
import { linkForMissing, linkForProfile, tokenLink } from './token-link.ts';

const accountId = '023e105f4ecef8ad9ca31a8372d0c353' as AccountId;
const zoneId = 'eb78d65290b24279ba6f44721b3ea3c4' as ZoneId;
const other = '22b1de5f1c0e4b3ea97bb1e963b06a43' as ZoneId;
const name = 'Zoneward: Cloudflare Domains Integration';

describe('the link', () => {
  it('for the minimum', () => {
    const link = linkForProfile('minimum', { accountId, zoneIds: [], name });
    assert.equal(
      link.userUrl,
      'https://dash.cloudflare.com/profile/api-tokens?permissionGroupKeys=' +
        '%5B%7B%22key%22%3A%22zone%22%2C%22type%22%3A%22read%22%7D%2C%7B%22key%22%3A%22dns%22%2C%22type%22%3A%22read%22%7D%5D' +
        '&accountId=023e105f4ecef8ad9ca31a8372d0c353&zoneId=all&name=Zoneward%3A%20Cloudflare%20Domains%20Integration',
    );
    assert.equal(
      link.accountUrl,
      'https://dash.cloudflare.com/?to=/:account/api-tokens&permissionGroupKeys=' +
        '%5B%7B%22key%22%3A%22zone%22%2C%22type%22%3A%22read%22%7D%2C%7B%22key%22%3A%22dns%22%2C%22type%22%3A%22read%22%7D%5D' +
        '&name=Zoneward%3A%20Cloudflare%20Domains%20Integration',
    );
  });

  it("is spelled as Cloudflare's own example", () => {
    const link = tokenLink({
      capabilities: ['dns-edit'],
      accountId: null,
      zoneIds: [],
      name: 'DNS Management Token',
    });
    assert.equal(
      link.userUrl,
      'https://dash.cloudflare.com/profile/api-tokens?permissionGroupKeys=%5B%7B%22key%22%3A%22dns%22%2C%22type%22%3A%22edit%22%7D%5D&accountId=%2A&zoneId=all&name=DNS%20Management%20Token',
    );
    assert.equal(
      link.accountUrl,
      'https://dash.cloudflare.com/?to=/:account/api-tokens&permissionGroupKeys=%5B%7B%22key%22%3A%22dns%22%2C%22type%22%3A%22edit%22%7D%5D&name=DNS%20Management%20Token',
    );
  });

  it('for the full profile asks each right once, at its widest', () => {
    const link = linkForProfile('full', { accountId, zoneIds: [zoneId], name });
    assert.deepEqual(keysOf(link.userUrl), [
      { key: 'zone', type: 'edit' },
      { key: 'dns', type: 'edit' },
      { key: 'registrar_domains', type: 'edit' },
    ]);
    assert.equal(new URL(link.userUrl).searchParams.get('zoneId'), zoneId);
    assert.ok(link.instructions.some((step) => /Registrar: Domains → Edit is not there/.test(step)));
  });

  it('for what is missing asks exactly that, in the zones that lack it', () => {
    const missing = [
      { capability: 'dns-edit', zoneIds: [zoneId] },
      { capability: 'registrar-read', zoneIds: null },
    ] as const;
    const link = linkForMissing({ profile: 'full', met: 'no', missing, unknown: [] }, { accountId, name });
    assert.deepEqual(keysOf(link?.userUrl ?? ''), [
      { key: 'dns', type: 'edit' },
      { key: 'registrar_domains', type: 'read' },
    ]);
    assert.equal(new URL(link?.userUrl ?? '').searchParams.get('zoneId'), zoneId);
    assert.match(
      link?.instructions[0] ?? '',
      /add only: Zone → DNS → Edit, Account → Registrar: Domains → Read/,
    );
    const nothing = { profile: 'full', met: 'yes', missing: [], unknown: [] } as const;
    assert.equal(linkForMissing(nothing, { accountId, name }), null);
  });

  it('names several zones in the instructions, since the form takes one', () => {
    const link = linkForProfile('minimum', { accountId, zoneIds: [zoneId, other], name });
    assert.equal(new URL(link.userUrl).searchParams.get('zoneId'), 'all');
    assert.ok(link.instructions.some((step) => step.includes(zoneId) && step.includes(other)));
  });

  it('is an address for every right and any name', () => {
    for (const capability of CAPABILITIES) {
      const link = tokenLink({ capabilities: [capability], accountId, zoneIds: [], name: 'a&b=c #? ü' });
      assert.equal(new URL(link.userUrl).searchParams.get('name'), 'a&b=c #? ü');
      assert.equal(keysOf(link.userUrl).length, 1);
      assert.deepEqual(keysOf(link.accountUrl), keysOf(link.userUrl));
    }
  });
});

function keysOf(url: string): { key: string; type: string }[] {
  return JSON.parse(new URL(url).searchParams.get('permissionGroupKeys') ?? '[]');
}
