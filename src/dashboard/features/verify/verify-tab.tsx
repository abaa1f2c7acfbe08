/** What is wanted, what Cloudflare holds, and what nameservers and resolvers answer, record by record. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { RecordVerdict, Verification, ZoneWithAdvice } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Badge, type Tone } from '../../kit/badge.tsx';
import { CopyText } from '../../kit/copy.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { NextSteps } from '../../kit/next-steps.tsx';
import { Note } from '../../kit/note.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { Time } from '../../kit/time.tsx';
import { type Column, VirtualTable } from '../../kit/virtual-table.tsx';
import { readableName, relativeName } from '../zones/names.ts';

const TONES: Readonly<Record<RecordVerdict['state'], Tone>> = {
  ok: 'create',
  proxied: 'create',
  flattened: 'create',
  waiting: 'risk',
  exposed: 'risk',
  unexpected: 'risk',
  missing: 'delete',
  differs: 'delete',
  'not-served': 'delete',
  elsewhere: 'delete',
  failing: 'delete',
  unreachable: 'unknown',
};

export function VerifyTab({ zone }: { readonly zone: ZoneWithAdvice }): ReactNode {
  const verify = useMutation({ mutationFn: () => api.verifyZone({ zone: zone.id, body: {} }) });
  const ask = (
    <Button leftSection={<Icon name="check" />} loading={verify.isPending} onClick={() => verify.mutate()}>
      {verify.data === undefined ? 'Ask the DNS now' : 'Ask again'}
    </Button>
  );
  if (verify.isPending) return <Loading what="answers of nameservers and resolvers" />;
  if (verify.error !== null) return <Problem error={verify.error} onRetry={() => verify.mutate()} />;
  if (verify.data === undefined)
    return (
      <Empty icon="globe" title="Does the world see what you want?" action={ask}>
        Every record is asked of the zone’s nameservers and of resolvers, and compared with what is held here.
      </Empty>
    );
  return <Verified zone={zone} verification={verify.data} ask={ask} />;
}

function Verified({
  zone,
  verification,
  ask,
}: {
  readonly zone: ZoneWithAdvice;
  readonly verification: Verification;
  readonly ask: ReactNode;
}): ReactNode {
  const [only, setOnly] = useQueryState('show');
  const [open, setOpen] = useState<string | null>(null);
  const { verified, delegation, dnssec, records, at, notAsked } = verification;
  const wrong = records.filter(({ state }) => TONES[state] !== 'create');
  const shown = only === 'all' ? records : wrong;
  return (
    <>
      <div className="row row--apart">
        <span className="row" role="status">
          <Badge tone={verified ? 'create' : 'delete'}>{verified ? 'as wanted' : 'not as wanted'}</Badge>
          <span>
            {records.length - wrong.length} of {records.length} names and types are right, asked{' '}
            <Time at={at} />
          </span>
        </span>
        <span className="row">
          <Button variant="subtle" color="gray" onClick={() => setOnly(only === 'all' ? '' : 'all')}>
            {only === 'all' ? 'Only what is not right' : 'Show all'}
          </Button>
          {ask}
        </span>
      </div>
      <Delegation delegation={delegation} />
      <Signed dnssec={dnssec} zone={zone.name} />
      {shown.length === 0 ? (
        <Empty icon="check" title="Everything is as it should be">
          Nameservers and resolvers answer what is wanted.
        </Empty>
      ) : (
        <VirtualTable
          label="Verified records"
          rows={shown}
          columns={columnsFor(zone.name)}
          rowKey={keyOf}
          rowLabel={({ name, type, state }) => `${name} ${type}: ${state}`}
          card={(row) => <Card row={row} zone={zone.name} />}
          onOpen={(row) => setOpen(open === keyOf(row) ? null : keyOf(row))}
          detail={{ key: open, draw: (row) => <Detail row={row} /> }}
        />
      )}
      <NotAsked names={notAsked} />
    </>
  );
}

function Signed({
  dnssec,
  zone,
}: {
  readonly dnssec: Verification['dnssec'];
  readonly zone: string;
}): ReactNode {
  if (dnssec === null || dnssec.status === 'disabled') return null;
  return (
    <Note tone={dnssec.atParent === 'matches' ? 'create' : 'risk'} icon="lock">
      <p>
        DNSSEC is {dnssec.status}. {dnssec.says}
      </p>
      <NextSteps lines={dnssec.next} of={{ zone }} />
    </Note>
  );
}

function NotAsked({ names }: { readonly names: Verification['notAsked'] }): ReactNode {
  if (names.length === 0) return null;
  return (
    <details className="small soft">
      <summary>{names.length} not asked</summary>
      <ul>
        {names.map(({ name, type, why }) => (
          <li key={`${name} ${type}`}>
            <span className="mono">
              {name} {type}
            </span>
            : {why}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Delegation({ delegation }: { readonly delegation: Verification['delegation'] }): ReactNode {
  const { state, reason, next, nameServers, wanted } = delegation;
  if (state === 'cloudflare') return null;
  return (
    <Note tone={state === 'unknown' ? 'unknown' : 'delete'} icon="flag">
      <p>{reason}</p>
      <NextSteps lines={next} />
      {nameServers === null || nameServers.length === 0 ? null : (
        <p className="soft">Now: {nameServers.join(', ')}</p>
      )}
      <div className="row">
        {wanted.map((one) => (
          <CopyText key={one} text={one} what="nameserver" />
        ))}
      </div>
    </Note>
  );
}

function keyOf({ name, type }: RecordVerdict): string {
  return `${name} ${type}`;
}

function columnsFor(zone: string): readonly Column<RecordVerdict>[] {
  return [
    {
      key: 'state',
      head: 'State',
      width: '7rem',
      cell: ({ state }) => <Badge tone={TONES[state]}>{state}</Badge>,
    },
    {
      key: 'name',
      head: 'Name',
      width: 'minmax(9rem, 0.9fr)',
      cell: ({ name }) => <span className="mono">{readableName(relativeName(name, zone))}</span>,
    },
    {
      key: 'type',
      head: 'Type',
      width: '4.25rem',
      cell: ({ type }) => <span className="zw-type">{type}</span>,
    },
    { key: 'reason', head: 'Why', width: 'minmax(16rem, 2fr)', cell: ({ reason }) => reason },
    {
      key: 'wait',
      head: 'At the latest in',
      width: '8rem',
      cell: ({ waitSeconds }) => (waitSeconds === null ? null : `${waitSeconds} s`),
    },
  ];
}

function Card({ row, zone }: { readonly row: RecordVerdict; readonly zone: string }): ReactNode {
  return (
    <div className="stack stack--tight">
      <div className="row row--apart zw-cardline">
        <span className="mono cut grow">{readableName(relativeName(row.name, zone))}</span>
        <Badge tone={TONES[row.state]}>{row.state}</Badge>
        <span className="zw-type">{row.type}</span>
      </div>
      <span className="small cut">{row.reason}</span>
    </div>
  );
}

function Detail({ row: { wanted, held, sightings, next } }: { readonly row: RecordVerdict }): ReactNode {
  const none = <span className="soft">nothing</span>;
  return (
    <div className="stack stack--tight">
      <table className="zw-fields">
        <tbody>
          <tr>
            <th scope="row">wanted</th>
            <td className="mono">{wanted.length === 0 ? none : wanted.join(', ')}</td>
          </tr>
          <tr>
            <th scope="row">at Cloudflare</th>
            <td className="mono">{held.length === 0 ? none : held.join(', ')}</td>
          </tr>
          {sightings.map(({ server, kind, state, answers, ttlSeconds }) => (
            <tr key={`${kind} ${server}`} data-changed={state === 'right' ? undefined : true}>
              <th scope="row">
                {kind} {server}
              </th>
              <td className="mono">
                {state === 'right' || state === 'other'
                  ? answers.length === 0
                    ? none
                    : answers.join(', ')
                  : state}
                {ttlSeconds === null ? null : <span className="soft"> for {ttlSeconds} s</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <NextSteps lines={next} />
    </div>
  );
}
