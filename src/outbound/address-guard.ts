/**
 * Which addresses may be connected to when a stranger named them. Only what is globally reachable (IANA's special-purpose
 * registries for IPv4 and IPv6, read 2026-10) passes; an IPv4 address inside an IPv6 one (mapped, NAT64, 6to4) is judged
 * as what it is. The operator may allow ranges besides, for receivers in a network of their own.
 */
import { BlockList, isIP } from 'node:net';
import { ZonewardError } from '../base/errors.ts';

const REFUSED_V4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local, and where clouds keep the metadata of a machine.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** Of IPv6 only global unicast is left, without what stands in it for other purposes. */
const GLOBAL_V6 = ['2000::', 3] as const;
const REFUSED_V6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['3fff::', 20],
];

export interface AddressGuard {
  /** True where the operator's own setting lets it through. */
  isAllowed(address: string): boolean;
  /** True for what may be connected to. */
  isOpen(address: string): boolean;
}

/** `allowed`: addresses and ranges (`10.1.0.0/16`, `fd00::/8`). Throws `webhook-allow-invalid` (input). */
export function createAddressGuard(allowed: readonly string[] = []): AddressGuard {
  const lists = { allowed: new BlockList(), global: new BlockList(), refused: new BlockList() };
  for (const range of allowed) addRange(lists.allowed, range);
  lists.global.addSubnet(...GLOBAL_V6, 'ipv6');
  for (const [network, prefix] of REFUSED_V4) lists.refused.addSubnet(network, prefix, 'ipv4');
  for (const [network, prefix] of REFUSED_V6) lists.refused.addSubnet(network, prefix, 'ipv6');

  const isAllowed = (address: string): boolean => {
    const plain = embeddedV4(address) ?? address;
    return lists.allowed.check(plain, familyOf(plain));
  };
  const isOpen = (address: string): boolean => {
    if (isIP(address) === 0) return false;
    const plain = embeddedV4(address) ?? address;
    if (isAllowed(plain)) return true;
    if (lists.refused.check(plain, familyOf(plain))) return false;
    return isIP(plain) === 4 || lists.global.check(plain, 'ipv6');
  };
  return { isAllowed, isOpen };
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

function addRange(list: BlockList, range: string): void {
  const [, network = '', prefix] = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(range.trim()) ?? [];
  const bits = isIP(network) === 6 ? 128 : 32;
  if (isIP(network) === 0 || Number(prefix ?? bits) > bits)
    throw new ZonewardError(`This is not an address or a range of addresses: ${range.slice(0, 64)}`, {
      code: 'webhook-allow-invalid',
      kind: 'input',
      next: ['Set ZONEWARD_WEBHOOK_ALLOW to ranges like 10.1.0.0/16, separated by commas.'],
    });
  list.addSubnet(network, Number(prefix ?? bits), familyOf(network));
}

/**
 * The IPv4 address that an IPv6 one stands for; null where it stands for none. Mapped (`::ffff:0:0/96`), compatible
 * (`::/96`), translated (`64:ff9b::/96`), 6to4 (`2002::/16`).
 */
export function embeddedV4(address: string): string | null {
  const groups = groupsOf(address);
  if (groups === null) return null;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups;
  if (a === 0x2002) return quad(b, c);
  const zeros = c === 0 && d === 0 && e === 0;
  if (a === 0x64 && b === 0xff9b && zeros && f === 0) return quad(g, h);
  if (a === 0 && b === 0 && zeros && (f === 0xffff || (f === 0 && g !== 0))) return quad(g, h);
  return null;
}

function quad(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The eight groups of an IPv6 address; null for anything else. */
function groupsOf(address: string): readonly number[] | null {
  if (isIP(address) !== 6) return null;
  // A zone (`fe80::1%eth0`) names an interface, and a trailing IPv4 two groups.
  const [plain = ''] = address.split('%');
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(plain);
  const text =
    dotted === null ? plain : `${dotted[1]}${pair(dotted[2], dotted[3])}:${pair(dotted[4], dotted[5])}`;
  const [head = '', tail] = text.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return groups.map((group) => Number.parseInt(group, 16));
}

function pair(high: string | undefined, low: string | undefined): string {
  return (Number(high) * 256 + Number(low)).toString(16);
}
