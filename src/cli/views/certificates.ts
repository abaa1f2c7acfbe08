/** Certificates and custom hostnames on the terminal and in JSON. */
import {
  type CertificatePack,
  type CustomCertificate,
  type DomainName,
  type ListedHostname,
  type OriginCertificate,
  type OriginPullCertificate,
  proofText,
  toUnicode,
  type ZoneCertificates,
  type ZoneHostnames,
} from '../../app/re-exports.ts';
import type { Output } from '../output/output.ts';
import { isoTime } from '../output/time.ts';
import { visible } from '../output/width.ts';

export function formatCertificates(out: Output, list: ZoneCertificates): string {
  const { paint } = out;
  const { packs, quota, own, ownQuota, origin, zone } = list;
  const edge = out.table<CertificatePack>(
    [
      { title: 'edge certificate', cell: ({ id }) => id },
      { title: 'kind', cell: ({ type }) => type },
      { title: 'status', cell: ({ status }) => status },
      { title: 'authority', cell: ({ authority }) => authority ?? '' },
      { title: 'until', cell: ({ expiresAt }) => dayOf(expiresAt) },
      { title: 'hosts', cell: ({ hosts }) => hostsText(hosts), shrinksTo: 16 },
    ],
    packs,
  );
  const mine = own.length === 0 ? '' : `\n${formatOwn(out, own)}`;
  const toOrigin = origin.length === 0 ? '' : `\n${formatOrigin(out, origin)}`;
  const quotas = [
    `${quota.used} of ${quota.allocated} advanced certificates`,
    ...(ownQuota === null ? [] : [`${own.length} of ${ownQuota} own certificates`]),
  ].join(', ');
  return `${paint.bold(visible(zone))}  ${paint.dim(quotas)}\n${edge}${mine}${toOrigin}`;
}

function formatOwn(out: Output, own: readonly CustomCertificate[]): string {
  return out.table<CustomCertificate>(
    [
      { title: 'own certificate', cell: ({ id }) => id },
      { title: 'priority', cell: ({ priority }) => String(priority) },
      { title: 'status', cell: ({ status }) => status },
      { title: 'issuer', cell: ({ issuer }) => issuer },
      { title: 'until', cell: ({ expiresAt }) => dayOf(expiresAt) },
      { title: 'hosts', cell: ({ hosts }) => hostsText(hosts), shrinksTo: 16 },
    ],
    own,
  );
}

export function formatOrigin(out: Output, list: readonly OriginCertificate[]): string {
  if (list.length === 0) return 'No Origin CA certificates.\n';
  return out.table<OriginCertificate>(
    [
      { title: 'Origin CA certificate', cell: ({ id }) => id },
      { title: 'until', cell: ({ expiresAt }) => dayOf(expiresAt) },
      { title: 'hosts', cell: ({ hosts }) => hostsText(hosts), shrinksTo: 16 },
    ],
    list,
  );
}

export function formatPulls(out: Output, list: readonly OriginPullCertificate[]): string {
  if (list.length === 0) return 'No client certificates.\n';
  return out.table<OriginPullCertificate>(
    [
      { title: 'client certificate', cell: ({ id }) => id },
      { title: 'for', cell: ({ level }) => level },
      { title: 'status', cell: ({ status }) => status },
      { title: 'until', cell: ({ expiresAt }) => dayOf(expiresAt) },
      { title: 'issuer', cell: ({ issuer }) => issuer, shrinksTo: 16 },
    ],
    list,
  );
}

export function certificatesJson(list: ZoneCertificates): Record<string, unknown> {
  const dated = <T extends { readonly expiresAt: number | null }>(all: readonly T[]) =>
    all.map((one) => ({ ...one, expiresAt: isoTime(one.expiresAt) }));
  return { ...list, packs: dated(list.packs), own: dated(list.own), origin: dated(list.origin) };
}

export function proofsText(out: Output, pack: CertificatePack): string {
  const facts = out.facts(
    [
      ['status', pack.status],
      ['hosts', hostsText(pack.hosts)],
      ['authority', pack.authority],
      ['until', dayOf(pack.expiresAt)],
      ['errors', pack.errors.length === 0 ? null : pack.errors.map(visible).join('; ')],
      [
        'publish',
        pack.proofs.length === 0 ? null : pack.proofs.map((one) => visible(proofText(one))).join('\n'),
      ],
      [
        'or once for all',
        pack.delegations.length === 0
          ? null
          : pack.delegations.map((one) => visible(proofText(one))).join('\n'),
      ],
    ],
    '  ',
  );
  return `${out.paint.bold(visible(pack.id))}\n${facts}`;
}

export function formatHostnames(out: Output, list: ZoneHostnames): string {
  const { zone, quota, fallback, hostnames } = list;
  const head = `${out.paint.bold(visible(zone))}  ${out.paint.dim(
    `${quota.used} of ${quota.allocated} hostnames, fallback origin ${fallback?.origin ?? 'none'}`,
  )}\n`;
  if (hostnames.length === 0) return `${head}No custom hostnames.\n`;
  return `${head}${out.table<ListedHostname>(
    [
      { title: 'hostname', cell: ({ hostname }) => hostname.hostname },
      { title: 'state', cell: ({ view }) => view.state },
      { title: 'hostname status', cell: ({ hostname }) => hostname.status },
      { title: 'certificate', cell: ({ hostname }) => hostname.ssl?.status ?? 'none' },
      { title: 'until', cell: ({ hostname }) => dayOf(hostname.ssl?.expiresAt ?? null) },
      { title: 'next', cell: ({ view }) => view.next[0] ?? '', shrinksTo: 16 },
    ],
    hostnames,
  )}`;
}

export function formatHostname(out: Output, { hostname, view }: ListedHostname): string {
  const facts = out.facts(
    [
      ['state', `${view.state}  ${view.says}`],
      ['id', hostname.id],
      ['origin', hostname.origin ?? 'the fallback origin'],
      ['next', view.next.length === 0 ? null : view.next.map(visible).join('\n')],
    ],
    '  ',
  );
  return `${out.paint.bold(visible(hostname.hostname))}\n${facts}`;
}

export function hostnamesJson({ hostnames, ...list }: ZoneHostnames): Record<string, unknown> {
  return { ...list, hostnames: hostnames.map(hostnameJson) };
}

export function hostnameJson({ hostname, view }: ListedHostname): Record<string, unknown> {
  const { ssl } = hostname;
  return { ...hostname, ssl: ssl === null ? null : { ...ssl, expiresAt: isoTime(ssl.expiresAt) }, ...view };
}

function dayOf(at: number | null): string {
  return isoTime(at)?.slice(0, 10) ?? '';
}

/** Names as people write them. */
export function hostsText(hosts: readonly string[]): string {
  return hosts.map((host) => toUnicode(host as DomainName)).join(' ');
}
