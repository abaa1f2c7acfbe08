/** What a credential may do, as a small table: one line for each area, reading and editing beside each other. */
import type { Capability, CapabilityFinding, CapabilitySet } from '../../app/re-exports.ts';
import type { Output } from '../output/output.ts';

interface Area {
  readonly name: string;
  readonly read: Capability;
  readonly edit: Capability | null;
}

const AREAS: readonly Area[] = [
  { name: 'zones', read: 'zone-read', edit: 'zone-edit' },
  { name: 'DNS records', read: 'dns-read', edit: 'dns-edit' },
  { name: 'zone settings', read: 'settings-read', edit: 'settings-edit' },
  { name: 'SSL/TLS', read: 'ssl-read', edit: 'ssl-edit' },
  { name: 'DNSSEC', read: 'dnssec-read', edit: 'dnssec-edit' },
  { name: 'registrar', read: 'registrar-read', edit: 'registrar-edit' },
  { name: 'audit log', read: 'audit-read', edit: null },
  { name: 'API tokens', read: 'tokens-read', edit: 'tokens-edit' },
];

/** `yes`, `no`, `unknown`, or `3 of 5 zones` where zones differ. */
export function rightOf(capability: Capability, matrix: readonly CapabilitySet[]): string {
  const verdicts = matrix.flatMap((set) =>
    set.findings.filter((finding) => finding.capability === capability).map((finding) => finding.verdict),
  );
  const [first = 'unknown', ...others] = verdicts;
  if (others.every((verdict) => verdict === first)) return first;
  const yes = verdicts.filter((verdict) => verdict === 'yes').length;
  return `${yes} of ${verdicts.length} zones`;
}

export function formatRights(out: Output, matrix: readonly CapabilitySet[], indent = '  '): string {
  const { green, red, dim, yellow } = out.paint;
  const colour = (text: string): string => {
    const word = text.trim();
    if (word === 'yes') return green(text);
    if (word === 'no') return red(text);
    return word === 'unknown' || word === '·' ? dim(text) : yellow(text);
  };
  return out.table<Area>(
    [
      { title: 'may', cell: (area) => area.name },
      { title: 'read', cell: (area) => rightOf(area.read, matrix), paint: colour },
      {
        title: 'edit',
        cell: (area) => (area.edit === null ? '·' : rightOf(area.edit, matrix)),
        paint: colour,
      },
    ],
    AREAS,
    indent,
  );
}

const EVIDENCE: Readonly<Record<CapabilityFinding['evidence'], string>> = {
  policies: "the token's policies",
  'zone-permissions': 'what Cloudflare shows of the zone',
  probe: 'asked, harmlessly',
  'global-key': 'a global key may do everything',
  none: '',
};

/** Each right by itself, with how it is known. */
export function formatFindings(out: Output, { findings }: CapabilitySet, indent = '  '): string {
  const { green, red, dim } = out.paint;
  return out.table<CapabilityFinding>(
    [
      { title: 'right', cell: ({ capability }) => capability },
      {
        title: 'verdict',
        cell: ({ verdict }) => verdict,
        paint: (text, { verdict }) =>
          verdict === 'yes' ? green(text) : verdict === 'no' ? red(text) : dim(text),
      },
      { title: 'known from', cell: ({ evidence }) => EVIDENCE[evidence], paint: dim },
    ],
    findings,
    indent,
  );
}
