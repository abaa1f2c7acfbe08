/** IP addresses: strict reading, RFC 5952 text, wire bytes, and which of them cannot be proxied. */
import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Dotted quad without leading zeros, exactly four parts. */
export function parseIpv4(text: string): string | undefined {
  const trimmed = text.trim();
  return isIPv4(trimmed) && !/(?:^|\.)0\d/.test(trimmed) ? trimmed : undefined;
}

/** Any valid spelling, given back as RFC 5952 has it. */
export function parseIpv6(text: string): string | undefined {
  const trimmed = text.trim();
  if (!isIPv6(trimmed) || trimmed.includes('%')) return undefined;
  const groups = ipv6Groups(trimmed);
  // IPv4-mapped addresses keep their dotted tail.
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    const [high = 0, low = 0] = groups.slice(6);
    return `::ffff:${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  return formatGroups(groups);
}

export function ipv4Bytes(text: string): Buffer {
  return Buffer.from(text.split('.').map(Number));
}

export function ipv6Bytes(text: string): Buffer {
  const bytes = Buffer.alloc(16);
  ipv6Groups(text).forEach((group, index) => {
    bytes.writeUInt16BE(group, index * 2);
  });
  return bytes;
}

function ipv6Groups(text: string): number[] {
  const dotted = /(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1];
  let hex = text;
  if (dotted !== undefined) {
    const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
    hex = `${text.slice(0, -dotted.length)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const [left = '', right] = hex.split('::');
  const head = left === '' ? [] : left.split(':').map((group) => Number.parseInt(group, 16));
  if (right === undefined) return head;
  const tail = right === '' ? [] : right.split(':').map((group) => Number.parseInt(group, 16));
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function formatGroups(groups: readonly number[]): string {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.start === -1) return hex.join(':');
  return `${hex.slice(0, best.start).join(':')}::${hex.slice(best.start + best.length).join(':')}`;
}

const UNPROXIABLE = new BlockList();
UNPROXIABLE.addSubnet('10.0.0.0', 8);
UNPROXIABLE.addSubnet('172.16.0.0', 12);
UNPROXIABLE.addSubnet('192.168.0.0', 16);
UNPROXIABLE.addSubnet('127.0.0.0', 8);
UNPROXIABLE.addSubnet('169.254.0.0', 16);
UNPROXIABLE.addSubnet('0.0.0.0', 8);
UNPROXIABLE.addSubnet('fc00::', 7, 'ipv6');
UNPROXIABLE.addSubnet('fe80::', 10, 'ipv6');
UNPROXIABLE.addAddress('::1', 'ipv6');
UNPROXIABLE.addAddress('::', 'ipv6');

/** False for private, loopback and link-local addresses. Only the IPv4 side was recorded; IPv6 is [U]. */
export function isProxiableAddress(address: string): boolean {
  return !UNPROXIABLE.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}
