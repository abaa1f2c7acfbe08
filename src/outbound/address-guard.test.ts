import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAddressGuard, embeddedV4 } from './address-guard.ts';

const REFUSED = [
  '0.0.0.0',
  '10.0.0.1',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.7',
  '203.0.113.7',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:169.254.169.254',
  '::127.0.0.1',
  '::ffff:0:127.0.0.1',
  '64:ff9b::10.0.0.1',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::1',
  '2002:a9fe:a9fe::',
  '3fff::1',
  '5f00::1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  'localhost',
  '1',
  '0x7f.1',
  '',
];
const OPEN = [
  '1.1.1.1',
  '8.8.8.8',
  '100.63.255.255',
  '100.128.0.1',
  '172.15.0.1',
  '172.32.0.1',
  '169.253.1.1',
  '192.167.1.1',
  '2606:4700:4700::1111',
  '2a00:1450:4001:80b::200e',
  '::ffff:1.1.1.1',
  '64:ff9b::1.1.1.1',
  '2002:101:101::1',
];

describe('the address guard', () => {
  const guard = createAddressGuard();
  for (const address of REFUSED)
    it(`refuses ${address === '' ? 'nothing at all' : address}`, () =>
      assert.equal(guard.isOpen(address), false));
  for (const address of OPEN) it(`lets ${address} through`, () => assert.equal(guard.isOpen(address), true));

  it('lets through what the operator allows, in every spelling, and nothing beside it', () => {
    const allowing = createAddressGuard(['10.1.0.0/16', 'fd00::/8', '127.0.0.1']);
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', 'fd00::5', '127.0.0.1', '::ffff:7f00:1'])
      assert.equal(allowing.isOpen(address), true, address);
    for (const address of ['10.2.0.1', 'fc00::1', '127.0.0.2', '::1', '169.254.169.254'])
      assert.equal(allowing.isOpen(address), false, address);
  });

  for (const range of ['localhost', '10.0.0.0/33', 'fd00::/129', '10.0.0', '', '1.2.3.4/x'])
    it(`does not take "${range}" for a range`, () =>
      assert.throws(() => createAddressGuard([range]), { code: 'webhook-allow-invalid' }));

  it('reads the IPv4 address in an IPv6 one', () => {
    for (const [address, wanted] of [
      ['::ffff:1.2.3.4', '1.2.3.4'],
      ['::ffff:102:304', '1.2.3.4'],
      ['0:0:0:0:0:ffff:102:304', '1.2.3.4'],
      ['64:ff9b::102:304', '1.2.3.4'],
      ['2002:102:304:5::6', '1.2.3.4'],
      ['::1.2.3.4', '1.2.3.4'],
      ['::1', null],
      ['2606:4700::1111', null],
      ['1.2.3.4', null],
    ] as const)
      assert.equal(embeddedV4(address), wanted, address);
  });
});
