/**
 * The TLS state of a zone as verdicts: each says what is, how good that is, why, and which command puts it right.
 * Pure over what was read; what could not be read says so, with the right that is missing.
 */
import type { JsonValue } from '../../base/json.ts';
import type { SettingState } from '../../plan/setting-change.ts';
import { isRecord } from '../../plan/setting-domain.ts';
import { settingText } from '../../plan/setting-text.ts';
import { findSetting, nameOfSetting } from '../../plan/settings-catalogue.ts';
import { caaVerdict, packVerdicts } from './certificates.ts';
import type { DnssecProgress } from './dnssec-memory.ts';
import type { CertificatePack } from './model.ts';

export type TlsVerdict = 'good' | 'could-be-better' | 'bad' | 'unknown';

export interface TlsFinding {
  /** `mode`, `hsts`, `certificate 3f2a…`, `caa`. */
  readonly what: string;
  readonly title: string;
  readonly value: string;
  readonly verdict: TlsVerdict;
  readonly why: string;
  /** The command that puts it right, or what to do; null where nothing is to be done. */
  readonly fix: string | null;
}

export interface TlsFacts {
  readonly zone: string;
  readonly states: ReadonlyMap<string, SettingState>;
  readonly failures: ReadonlyMap<string, { readonly message: string }>;
  /** Null where they cannot be read; then why. */
  readonly packs: readonly CertificatePack[] | { readonly unreadable: string };
  /** Contents of the apex's CAA records. */
  readonly caa: readonly string[] | { readonly unreadable: string };
  /** Where DNSSEC stands, by this look and those before it; null where it could not be read. */
  readonly dnssec: DnssecProgress | null;
  readonly now: number;
}

/** What `tls show` reads, in the order in which it is shown. */
export const SHOWN_SETTINGS: readonly string[] = [
  'ssl',
  'universal_ssl',
  'min_tls_version',
  'tls_1_3',
  'always_use_https',
  'security_header',
  'automatic_https_rewrites',
  'opportunistic_encryption',
  'tls_client_auth',
  'dnssec',
];

type Judgement = Pick<TlsFinding, 'verdict' | 'why'> & {
  /** The words of `tls set` that put it right. */
  readonly set?: string;
  readonly fix?: string;
};

export function tlsReport(facts: TlsFacts): TlsFinding[] {
  const settings = SHOWN_SETTINGS.map((key) => findingOf(key, facts));
  const at = settings.findIndex((finding) => finding.what === 'universal') + 1;
  const certificates = packVerdicts(facts);
  return [...settings.slice(0, at), ...certificates, ...settings.slice(at), caaVerdict(facts)];
}

function findingOf(key: string, facts: TlsFacts): TlsFinding {
  const spec = findSetting(key);
  const what = spec === undefined ? key : nameOfSetting(spec);
  const title = spec?.title ?? key;
  const state = facts.states.get(key);
  if (state === undefined) {
    const why = facts.failures.get(key)?.message ?? 'it was not told';
    return { what, title, value: 'not readable', verdict: 'unknown', why, fix: null };
  }
  const { verdict, why, set, fix } = judge(key, state, facts);
  const command = set === undefined ? null : `zoneward tls set ${facts.zone} ${set}`;
  const value = key === 'dnssec' ? dnssecText(facts) : valueText(key, state);
  return { what, title, value, verdict, why, fix: fix ?? command };
}

function valueText(key: string, { value }: SettingState): string {
  if (key !== 'security_header' || !isRecord(value)) return settingText(value);
  if (value['enabled'] !== true) return 'off';
  const days = Math.round(Number(value['max_age']) / 86_400);
  const more = [
    ...(value['include_subdomains'] === true ? ['with names below'] : []),
    ...(value['preload'] === true ? ['preload'] : []),
  ];
  return [`on for ${days} days`, ...more].join(', ');
}

const GOOD = 'good' as const;
const BETTER = 'could-be-better' as const;
const BAD = 'bad' as const;

function judge(key: string, state: SettingState, facts: TlsFacts): Judgement {
  const { value } = state;
  switch (key) {
    case 'ssl':
      return modeJudgement(value);
    case 'universal_ssl':
      return value === 'on'
        ? { verdict: GOOD, why: 'Cloudflare keeps a certificate for the zone and one level below' }
        : {
            verdict: BETTER,
            why: 'HTTPS works only where another certificate covers the name',
            set: 'universal=on',
          };
    case 'min_tls_version':
      return value === '1.2' || value === '1.3'
        ? { verdict: GOOD, why: 'older versions are broken and are refused' }
        : {
            verdict: BAD,
            why: 'TLS 1.0 and 1.1 are broken and deprecated (RFC 8996)',
            set: 'min_version=1.2',
          };
    case 'security_header':
      return hstsJudgement(value);
    case 'tls_client_auth':
      return value === 'on'
        ? { verdict: GOOD, why: 'the origin can tell that Cloudflare is calling' }
        : {
            verdict: BETTER,
            why: 'the origin cannot tell Cloudflare from anyone else; it must ask for the certificate',
            set: 'origin_pulls=on',
          };
    case 'dnssec':
      return dnssecJudgement(facts);
    default:
      return switchJudgement(key, value);
  }
}

function modeJudgement(value: JsonValue): Judgement {
  if (value === 'strict' || value === 'origin_pull')
    return { verdict: GOOD, why: "encrypted to the origin, and the origin's certificate is checked" };
  if (value === 'full')
    return {
      verdict: BETTER,
      why: "encrypted to the origin, but nobody checks the origin's certificate",
      set: 'mode=strict',
    };
  return value === 'flexible'
    ? { verdict: BAD, why: 'traffic from Cloudflare to the origin is not encrypted', set: 'mode=strict' }
    : { verdict: BAD, why: 'there is no HTTPS', set: 'mode=strict' };
}

function hstsJudgement(value: JsonValue): Judgement {
  if (!isRecord(value) || value['enabled'] !== true)
    return {
      verdict: BETTER,
      why: 'the first visit of a browser can be diverted to plain HTTP',
      set: 'hsts=on',
    };
  if (Number(value['max_age']) < 15_552_000)
    return {
      verdict: BETTER,
      why: 'browsers forget it in less than half a year',
      set: 'hsts.max_age=15552000',
    };
  return { verdict: GOOD, why: 'browsers refuse plain HTTP' };
}

const SWITCH_WHY: Readonly<Record<string, readonly [on: string, off: string]>> = {
  tls_1_3: ['the newest version is offered', 'TLS 1.3 is faster and safer'],
  always_use_https: ['plain HTTP is redirected', 'plain HTTP is answered as it is'],
  automatic_https_rewrites: [
    'links to http:// are rewritten where possible',
    'pages may load parts over plain HTTP',
  ],
  opportunistic_encryption: ['browsers may encrypt http:// too', 'http:// visits stay unencrypted'],
};

function switchJudgement(key: string, value: JsonValue): Judgement {
  const [on, off] = SWITCH_WHY[key] ?? ['', ''];
  const spec = findSetting(key);
  return value !== 'off'
    ? { verdict: GOOD, why: on }
    : { verdict: BETTER, why: off, set: `${spec === undefined ? key : nameOfSetting(spec)}=on` };
}

/** `pending: waits for ds since 2026-05-01`; a stage that says no more than the status is left out. */
function dnssecText({ dnssec }: TlsFacts): string {
  if (dnssec === null) return 'unknown';
  const { status, stage, since } = dnssec;
  if (stage === 'off' || stage === 'active') return status;
  return `${status}: ${stage.replaceAll('-', ' ')} since ${new Date(since).toISOString().slice(0, 16)}Z`;
}

function dnssecJudgement({ dnssec, zone }: TlsFacts): Judgement {
  if (dnssec === null) return { verdict: 'unknown', why: 'it was not told' };
  const look = { fix: `zoneward tls dnssec ${zone} status` };
  switch (dnssec.stage) {
    case 'off':
      return {
        verdict: BETTER,
        why: 'answers can be forged on the way',
        fix: `zoneward tls dnssec ${zone} enable`,
      };
    case 'active':
      return { verdict: GOOD, why: 'signed, and the parent vouches for it' };
    case 'waits-for-ds':
      return {
        verdict: BETTER,
        why: dnssec.atCloudflareRegistrar
          ? 'signed; waits for Cloudflare, its registrar, which is expected to publish its DS by itself'
          : 'signed; waits for the registrar to publish its DS',
        ...look,
      };
    case 'waits-for-cloudflare':
      return {
        verdict: BETTER,
        why: 'signed, and the parent publishes its DS; waits for Cloudflare to see it',
        ...look,
      };
    case 'waits-for-resolvers':
      return {
        verdict: BETTER,
        why: `the DS is gone at the parent; waits for resolvers to forget it, until ${timeText(dnssec.until)}, and must stay signed until then`,
        ...look,
      };
    case 'can-be-disabled':
      return {
        verdict: BETTER,
        why: 'signed, but the parent vouches no more: switch it off, or add the DS at the registrar again',
        fix: `zoneward tls dnssec ${zone} disable`,
      };
    case 'switching-off':
      return {
        verdict: BETTER,
        why: 'switched off, still signed; waits for Cloudflare to see that the DS is gone at the parent',
        ...look,
      };
    case 'broken':
      return {
        verdict: BAD,
        why:
          dnssec.status === 'disabled'
            ? 'not signed, and the parent publishes a DS: validating resolvers refuse the zone'
            : "the parent's DS does not fit the zone's key: validating resolvers refuse the zone",
        ...look,
      };
    default:
      return dnssec.stage satisfies never;
  }
}

function timeText(at: number | null): string {
  return at === null ? 'their TTL has passed' : new Date(at).toISOString();
}
