/** Certificate packs of a zone and the CAA records that let their authorities issue: what is due, what stands in the way. */
import { type CertificatePack, proofText, TIMED_OUT } from './model.ts';
import type { TlsFacts, TlsFinding } from './tls-report.ts';

const DAY_MS = 86_400_000;
/** Cloudflare renews earlier than this; what is left by then has failed to renew. */
const RENEWED_BEFORE_MS = 14 * DAY_MS;
/** Whom a CAA record must name for an authority to issue. */
const CAA_NAMES: Readonly<Record<string, string>> = {
  google: 'pki.goog',
  lets_encrypt: 'letsencrypt.org',
  ssl_com: 'ssl.com',
  digicert: 'digicert.com',
  sectigo: 'sectigo.com',
};

export function packVerdicts(facts: TlsFacts): TlsFinding[] {
  const { packs } = facts;
  const base = { what: 'certificates', title: 'edge certificates' };
  if ('unreadable' in packs)
    return [{ ...base, value: 'not readable', verdict: 'unknown', why: packs.unreadable, fix: null }];
  if (packs.length === 0) {
    const fix = `zoneward tls set ${facts.zone} universal=on`;
    return [{ ...base, value: 'none', verdict: 'bad', why: 'HTTPS fails for every proxied name', fix }];
  }
  return packs.map((pack) => packVerdict(pack, facts));
}

function packVerdict(pack: CertificatePack, { now, zone }: TlsFacts): TlsFinding {
  const base = {
    what: `certificate ${pack.id}`,
    title: `${pack.type} certificate`,
    value: [
      pack.status,
      ...(pack.expiresAt === null ? [] : [`until ${new Date(pack.expiresAt).toISOString().slice(0, 10)}`]),
      pack.hosts.join(' '),
    ].join(', '),
  };
  if (TIMED_OUT.test(pack.status))
    return {
      ...base,
      verdict: 'bad',
      why: `its authority gave up waiting for the proof of control${waited(pack)}`,
      fix: `zoneward tls certificates restart ${zone} ${pack.id}`,
    };
  if (pack.status !== 'active')
    return {
      ...base,
      verdict: 'could-be-better',
      why: `not served yet${waited(pack)}`,
      fix: next(zone, pack),
    };
  if (pack.expiresAt !== null && pack.expiresAt - now < RENEWED_BEFORE_MS) {
    const days = Math.floor((pack.expiresAt - now) / DAY_MS);
    const why = days < 0 ? 'it has expired' : `it expires in ${days} days and was not renewed`;
    return { ...base, verdict: 'bad', why: `${why}${waited(pack)}`, fix: next(zone, pack) };
  }
  return { ...base, verdict: 'good', why: 'served and not due', fix: null };
}

function waited({ proofs }: CertificatePack): string {
  return proofs.length === 0 ? '' : `: it waits for ${proofs.map(proofText).join('; ')}`;
}

/** What publishes its proofs; without any, what tells more. */
function next(zone: string, { id, proofs }: CertificatePack): string {
  return `zoneward tls certificates ${proofs.length === 0 ? 'show' : 'proofs'} ${zone} ${id}`;
}

/** Whether every authority in use may issue. Without CAA records, all may. */
export function caaVerdict(facts: TlsFacts): TlsFinding {
  const { caa, packs, zone } = facts;
  const base = { what: 'caa', title: 'CAA and the issuing authority' };
  if ('unreadable' in caa)
    return { ...base, value: 'not readable', verdict: 'unknown', why: caa.unreadable, fix: null };
  const used = 'unreadable' in packs ? [] : [...new Set(packs.flatMap(({ authority }) => authority ?? []))];
  if (caa.length === 0) {
    const names = used.flatMap((authority) => CAA_NAMES[authority] ?? []);
    return {
      ...base,
      value: 'no CAA records',
      verdict: 'could-be-better',
      why: 'any authority may issue for the zone',
      fix: names.length === 0 ? null : names.map((name) => allowing(zone, name)).join('; '),
    };
  }
  const allowed = issuersOf(caa);
  const barred = used.flatMap((authority) => {
    const name = CAA_NAMES[authority];
    return name === undefined || allowed.includes(name) ? [] : [name];
  });
  const value = allowed.length === 0 ? 'nobody may issue' : `issue: ${allowed.join(', ')}`;
  if (barred.length === 0)
    return { ...base, value, verdict: 'good', why: 'the authorities in use are allowed', fix: null };
  return {
    ...base,
    value,
    verdict: 'bad',
    why: `${barred.join(', ')} issues the zone's certificate and is not allowed by its CAA records: unless Cloudflare adds it to the answers by itself, the next renewal fails`,
    fix: barred.map((name) => allowing(zone, name)).join('; '),
  };
}

function allowing(zone: string, authority: string): string {
  return `zoneward records add ${zone} @ CAA '0 issue "${authority}"'`;
}

/** `0 issue "letsencrypt.org; validationmethods=dns-01"` → `letsencrypt.org` */
function issuersOf(caa: readonly string[]): string[] {
  return [
    ...new Set(
      caa.flatMap((content) => {
        const match = /^\d+\s+issue\s+"?([^";]*)/i.exec(content);
        const name = match?.[1]?.trim().toLowerCase() ?? '';
        return name === '' ? [] : [name];
      }),
    ),
  ];
}
