/** What a credential may do, as a matrix: kinds of things down, reading and editing across. */
import type { ReactNode } from 'react';
import type { Connection } from '../../../client/index.ts';
import { Icon } from '../../kit/icons.tsx';

type Verdict = 'yes' | 'no' | 'unknown';

const KINDS = [
  ['zone', 'Zones'],
  ['dns', 'Records'],
  ['settings', 'Settings'],
  ['ssl', 'SSL/TLS'],
  ['dnssec', 'DNSSEC'],
  ['registrar', 'Registrar'],
  ['audit', 'Audit log'],
  ['tokens', 'API tokens'],
] as const;

/** Over all zones that were looked at: `some` where they differ. */
export function verdictOf(
  capabilities: Connection['capabilities'],
  capability: string,
): Verdict | 'some' | null {
  const found = new Set(
    capabilities.flatMap(({ findings }) =>
      findings.filter((one) => one.capability === capability).map(({ verdict }) => verdict),
    ),
  );
  if (found.size === 0) return null;
  if (found.size === 1) return [...found][0] ?? null;
  return found.has('yes') ? 'some' : 'unknown';
}

const WORDS = { yes: 'yes', no: 'no', unknown: 'not known', some: 'in some zones' } as const;

export function CapabilityMatrix({ capabilities }: Pick<Connection, 'capabilities'>): ReactNode {
  if (capabilities.length === 0)
    return <p className="soft small">Not tested yet, so it is not known what it may do.</p>;
  return (
    <table className="zw-matrix">
      <thead>
        <tr>
          <th scope="col">
            <span className="visually-hidden">What</span>
          </th>
          <th scope="col">Read</th>
          <th scope="col">Edit</th>
        </tr>
      </thead>
      <tbody>
        {KINDS.map(([kind, label]) => (
          <tr key={kind}>
            <th scope="row">{label}</th>
            <Cell verdict={verdictOf(capabilities, `${kind}-read`)} />
            <Cell verdict={verdictOf(capabilities, `${kind}-edit`)} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ verdict }: { readonly verdict: Verdict | 'some' | null }): ReactNode {
  if (verdict === null) return <td className="soft">–</td>;
  return (
    <td className={`is-${verdict}`}>
      {verdict === 'yes' || verdict === 'no' ? (
        <Icon name={verdict === 'yes' ? 'check' : 'cancel'} size={14} />
      ) : null}
      <span className={verdict === 'yes' || verdict === 'no' ? 'visually-hidden' : 'tiny'}>
        {WORDS[verdict]}
      </span>
    </td>
  );
}
