/** The export endpoint: the zone as a BIND file, with SOA and NS, comments and tags in the lines' comments. */
import { dnsSettingsOf } from '../state/dns-settings.ts';
import type { Zone } from '../state/zone.ts';
import { RECORD_KINDS } from './kinds.ts';
import type { DnsRecord } from './record.ts';

const NOTICE = [
  ';; This file is intended for use for informational and archival',
  ';; purposes ONLY and MUST be edited before use on a production',
  ';; DNS server.  In particular, you must:',
  ';;   -- update the SOA record with the correct authoritative name server',
  ';;   -- update the SOA record with the contact e-mail address information',
  ';;   -- update the NS record(s) with the authoritative name servers for this domain.',
];

/** The file's text. `nowMs` stamps its head. */
export function exportZoneFile(zone: Zone, nowMs: number): string {
  const { soa, ns_ttl: nsTtl } = dnsSettingsOf(zone);
  const primary = soa.mname ?? zone.fields.nameServers[0] ?? '';
  const numbers = [zone.fields.serial, soa.refresh, soa.retry, soa.expire, soa.min_ttl].join(' ');
  const lines = [
    ';;',
    `;; Domain:     ${zone.name}.`,
    `;; Exported:   ${new Date(nowMs).toISOString().slice(0, 19).replace('T', ' ')}`,
    ';;',
    ...NOTICE,
    ';;',
    '',
    ';; SOA Record',
    `${zone.name}.\t${soa.ttl}\tIN\tSOA\t${primary}. ${soa.rname}. ${numbers}`,
    '',
    ';; NS Records',
    ...zone.fields.nameServers.map((host) => `${zone.name}.\t${nsTtl}\tIN\tNS\t${host}.`),
  ];
  let heading = 'NS';
  for (const { record } of zone.records.sorted()) {
    if (record.type !== heading) lines.push('', `;; ${record.type} Records`);
    heading = record.type;
    lines.push(recordLine(record));
  }
  return `${lines.join('\n')}\n`;
}

function recordLine(record: DnsRecord): string {
  const value = RECORD_KINDS[record.type].master(record);
  return `${record.name}.\t${record.ttl}\tIN\t${record.type}\t${value}${noteOf(record)}`;
}

function noteOf(record: DnsRecord): string {
  const tags = [
    ...(record.proxiable ? [`cf-proxied:${record.proxied}`] : []),
    ...(record.settings.flatten_cname === true ? ['cf-flatten-cname'] : []),
    ...record.tags,
  ];
  const parts = [record.comment ?? '', tags.length === 0 ? '' : `cf_tags=${tags.join(',')}`];
  const note = parts.filter((part) => part !== '').join(' ');
  return note === '' ? '' : ` ; ${note}`;
}
