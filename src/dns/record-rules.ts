/**
 * The rules for one record by itself (cloudflare-api §4.3, §4.4, §4.6 to §4.8). Each rule gives findings, which
 * validate.ts turns into problems.
 */
import { ipv4Octets, isIpv4, parseIpv6 } from './ip-address.ts';
import { type DomainName, isInZone } from './name.ts';
import { type PlanLimits, RECORD_OCTETS_MAX, TTL_MAX_SECONDS } from './plan-limits.ts';
import { rdataFields } from './rdata-fields.ts';
import { formatRdata, parseRdata } from './rdata-text.ts';
import { type DesiredRecord, isProxiableType, type Rdata, typeOf } from './record.ts';
import { isOctetText } from './text-bytes.ts';

/** A broken rule, before the record is named in it. */
export interface Finding {
  readonly code: string;
  readonly severity?: 'warning';
  readonly message: string;
  readonly next: string;
}

/** Everything that is wrong with the record, rule by rule. */
export function recordFindings(record: DesiredRecord, zone: DomainName, limits: PlanLimits): Finding[] {
  return [
    ...nameFindings(record, zone),
    ...rdataFindings(record),
    ...ttlFindings(record, limits),
    ...proxiedFindings(record),
    ...commentFindings(record, limits),
    ...tagFindings(record, limits),
    ...settingFindings(record, limits),
  ];
}

function nameFindings({ name }: DesiredRecord, zone: DomainName): Finding[] {
  if (isInZone(name, zone)) return name.includes('\\') ? [escapedName()] : [];
  const next = `Use a name in ${zone}, or give the zone that the record belongs to.`;
  return [{ code: 'name-outside-zone', message: `the name is not in the zone ${zone}`, next }];
}

/** DNS allows any octet in a label; Cloudflare answers 9000 to what has to be escaped ([U] which others it refuses). */
function escapedName(): Finding {
  return {
    code: 'name-not-carried',
    message:
      'the name has a character that Cloudflare does not take (a dot inside a label, white space, punctuation)',
    next: 'Rename it with letters, digits, "-", "_", "/" and "+".',
  };
}

function rdataFindings({ name, rdata }: DesiredRecord): Finding[] {
  if (rdata.type === 'unknown') {
    const message = `Zoneward does not know how to write records of type ${rdata.rrtype}`;
    return [{ code: 'type-not-writable', message, next: 'Leave it as it is, or edit it at Cloudflare.' }];
  }
  if (rdata.type === 'TXT' && rdata.text === '') {
    return [
      { code: 'text-empty', message: 'the text is empty', next: 'Write a text, or take the record out.' },
    ];
  }
  if (rdata.type === 'TXT' && !isOctetText(rdata.text)) {
    const message = 'the text holds half of a surrogate pair, which cannot be sent';
    return [{ code: 'text-invalid', message, next: 'Take the broken character out.' }];
  }
  const read = parseRdata(rdata.type, formatRdata(rdata));
  if (!read.ok) {
    return read.problems.map(({ code, message, next }) => ({
      code,
      message: message.replace(`${rdata.type}: `, ''),
      next: next ?? '',
    }));
  }
  return [...targetFindings(name, rdata), ...sizeFindings(rdata)];
}

function targetFindings(name: DomainName, rdata: Rdata): Finding[] {
  const target = hostTarget(rdata);
  if (target === undefined) return [];
  if (isIpv4(target)) {
    const next = rdata.type === 'CNAME' ? 'Make it an A record.' : 'Name a host that has this address.';
    return [
      { code: 'target-is-address', message: `the target ${target} is an address, not a host name`, next },
    ];
  }
  if (rdata.type === 'CNAME' && target === name) {
    return [{ code: 'target-is-self', message: 'the record points to itself', next: 'Give another target.' }];
  }
  if (target === '.' && (rdata.type === 'CNAME' || rdata.type === 'NS' || rdata.type === 'PTR')) {
    return [{ code: 'target-is-root', message: 'the target is the root', next: 'Give a host name.' }];
  }
  return [];
}

/** The host that the data points to; NAPTR, HTTPS and SVCB may use `.` and the owner in ways of their own. */
function hostTarget(rdata: Rdata): DomainName | undefined {
  switch (rdata.type) {
    case 'CNAME':
    case 'NS':
    case 'PTR':
    case 'SRV':
      return rdata.target;
    case 'MX':
      return rdata.exchange;
    default:
      return undefined;
  }
}

function sizeFindings(rdata: Rdata): Finding[] {
  const values: Readonly<Record<string, unknown>> = rdata;
  const octets = rdataFields(rdata.type).reduce((sum, { key, kind }) => sum + kind.octets(values[key]), 0);
  if (octets <= RECORD_OCTETS_MAX) return [];
  const message = `the data takes ${octets} octets; Cloudflare allows ${RECORD_OCTETS_MAX}`;
  return [{ code: 'rdata-too-long', message, next: 'Shorten it, or split it into several records.' }];
}

function ttlFindings({ ttl, proxied }: DesiredRecord, limits: PlanLimits): Finding[] {
  // Cloudflare overrides the TTL of a proxied record, so it cannot be out of range.
  if (ttl === undefined || ttl === 'auto' || proxied === true) return [];
  if (Number.isInteger(ttl) && ttl >= limits.ttlMinSeconds && ttl <= TTL_MAX_SECONDS) return [];
  const range = `from ${limits.ttlMinSeconds} to ${TTL_MAX_SECONDS} seconds`;
  const message = `the TTL ${ttl} is out of range; this plan allows ${range}`;
  return [{ code: 'ttl-out-of-range', message, next: `Write a TTL ${range}, or auto.` }];
}

function proxiedFindings({ rdata, proxied }: DesiredRecord): Finding[] {
  if (proxied !== true) return [];
  const type = typeOf(rdata);
  if (!isProxiableType(type)) {
    const message = `a ${type} record cannot be proxied; only A, AAAA and CNAME can`;
    return [{ code: 'proxied-type', message, next: 'Take proxied out.' }];
  }
  if ((rdata.type === 'A' || rdata.type === 'AAAA') && isPrivateUse(rdata.address)) {
    const message = `Cloudflare does not proxy to ${rdata.address}, an address that the Internet does not route`;
    return [{ code: 'proxied-address', message, next: 'Use a public address, or set proxied to false.' }];
  }
  return [];
}

/** First octets of the networks that the Internet does not route (RFC 6890), as address and prefix length. */
const UNROUTED_IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
];

/** True for private, loopback, link-local, shared and multicast addresses. Documentation networks are let through. */
export function isPrivateUse(address: string): boolean {
  if (isIpv4(address)) {
    const bits = ipv4Bits(address);
    return UNROUTED_IPV4.some(([network, length]) => (bits ^ ipv4Bits(network)) >>> (32 - length) === 0);
  }
  const groups = parseIpv6(address);
  if (groups === undefined) return false;
  const [first = 0] = groups;
  if (groups.slice(0, 5).every((group) => group === 0)) {
    const [high = 0, low = 0] = groups.slice(6);
    if (groups[5] === 0xffff) return isPrivateUse(`${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`);
    return groups[5] === 0 && high === 0 && low < 2;
  }
  return (first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfe80 || (first & 0xff00) === 0xff00;
}

function ipv4Bits(address: string): number {
  return ipv4Octets(address).reduce((bits, octet) => (bits << 8) | octet, 0);
}

function commentFindings({ comment }: DesiredRecord, limits: PlanLimits): Finding[] {
  if (comment === undefined) return [];
  const findings: Finding[] = [];
  if (/[\r\n]/.test(comment)) {
    findings.push({
      code: 'comment-lines',
      message: 'the comment has more than one line',
      next: 'Write it on one line.',
    });
  }
  const chars = [...comment].length;
  if (chars > limits.commentCharsMax) {
    const message = `the comment has ${chars} characters; this plan allows ${limits.commentCharsMax}`;
    findings.push({ code: 'comment-too-long', message, next: 'Shorten it.' });
  }
  return findings;
}

function tagFindings({ tags }: DesiredRecord, limits: PlanLimits): Finding[] {
  if (tags === undefined) return [];
  const findings: Finding[] = [];
  if (tags.length > limits.tagsMax) {
    const allowed = limits.tagsMax === 0 ? 'this plan has none' : `this plan allows ${limits.tagsMax}`;
    const message = `the record has ${tags.length} tag${tags.length === 1 ? '' : 's'}; ${allowed}`;
    findings.push({
      code: 'tags-too-many',
      message,
      next: 'Take tags out, or move to a plan that has them.',
    });
  }
  for (const tag of tags) {
    const [name = ''] = tag.split(':', 1);
    if (!/^[A-Za-z0-9_-]+$/.test(name) || /[\r\n]/.test(tag)) {
      const next = 'A tag is name or name:value, the name of letters, digits, - and _.';
      findings.push({ code: 'tag-invalid', message: `${JSON.stringify(tag)} is no tag`, next });
    } else if (/^cf-/i.test(name)) {
      const message = `the tag ${JSON.stringify(tag)} begins with cf-, which Cloudflare keeps for itself`;
      findings.push({ code: 'tag-reserved', message, next: 'Give the tag another name.' });
    }
  }
  return findings;
}

function settingFindings({ settings, rdata, proxied }: DesiredRecord, limits: PlanLimits): Finding[] {
  const findings: Finding[] = [];
  for (const setting of settings ?? []) {
    if (setting === 'flatten_cname') {
      if (rdata.type !== 'CNAME' || proxied === true) {
        const message = 'flatten_cname works only on a CNAME record that is not proxied';
        findings.push({ code: 'setting-type', message, next: 'Take flatten_cname out.' });
      } else if (!limits.flattenCname) {
        const message = 'this plan has no flattening of single CNAME records';
        findings.push({
          code: 'setting-plan',
          message,
          next: 'Take flatten_cname out, or move to a paid plan.',
        });
      }
    } else if (!isProxiableType(typeOf(rdata)) || proxied === false) {
      const message = `${setting} works only on proxied records`;
      findings.push({ code: 'setting-type', message, next: `Take ${setting} out, or set proxied to true.` });
    }
  }
  return findings;
}
