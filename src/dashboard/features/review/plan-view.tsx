/** A plan for people: how much, how risky, at what price, and every change; with what became of each once it was applied. */
import { type ReactNode, useMemo, useState } from 'react';
import { Badge, RiskBadge, type Tone } from '../../kit/badge.tsx';
import { formatSpan } from '../../kit/clock.ts';
import { Copy } from '../../kit/copy.tsx';
import { type Column, VirtualTable } from '../../kit/virtual-table.tsx';
import { formatTtl } from '../records/record-columns.tsx';
import { readableName, relativeName } from '../zones/names.ts';
import { fieldChanges, type PlanRow, type PlanSums, valueText } from './plan-rows.ts';

const SIGNS = { create: '+', update: '~', delete: '−' } as const;
const WORDS = { create: 'new', update: 'changed', delete: 'removed' } as const;

export function PlanSummary({ sums }: { readonly sums: PlanSums }): ReactNode {
  const calls = sums.reads + sums.writes;
  return (
    <dl className="zw-sums">
      {(['create', 'update', 'delete'] as const).map((action) => (
        <div key={action} className={`zw-sum zw-sum--${action}`} data-none={sums[action] === 0 || undefined}>
          <dt>{WORDS[action]}</dt>
          <dd>
            {SIGNS[action]}
            {sums[action].toLocaleString('en')}
          </dd>
        </div>
      ))}
      <div className="zw-sum">
        <dt>risk</dt>
        <dd>
          <RiskBadge risk={sums.risk} />
        </dd>
      </div>
      <div className="zw-sum zw-sum--wide">
        <dt>price</dt>
        <dd className="zw-sum__text">
          {calls} {calls === 1 ? 'call' : 'calls'} to Cloudflare · about {formatSpan(sums.estimatedMs)} ·{' '}
          {formatShare(sums.budgetShare)} of the budget
        </dd>
      </div>
    </dl>
  );
}

function formatShare(share: number): string {
  const percent = share * 100;
  return `${percent < 1 ? percent.toFixed(1) : Math.round(percent)} %`;
}

const OUTCOME_TONES: Readonly<Record<string, Tone>> = {
  applied: 'create',
  refused: 'delete',
  'not-applied': 'risk',
  conflict: 'delete',
  unknown: 'unknown',
};

export function PlanTable({
  rows,
  label,
}: {
  readonly rows: readonly PlanRow[];
  readonly label: string;
}): ReactNode {
  const [open, setOpen] = useState<string | null>(null);
  const columns = useMemo(() => columnsOf(rows), [rows]);
  return (
    <VirtualTable
      label={label}
      rows={rows}
      columns={columns}
      rowKey={({ key }) => key}
      rowLabel={(row) =>
        `${WORDS[row.action]}: ${whatOf(row)}${row.outcome === null ? '' : `, ${row.outcome.state}`}`
      }
      card={(row) => <PlanCard row={row} />}
      cardHeight={66}
      rowClass={({ action }) => `is-plan-${action}`}
      onOpen={({ key }) => setOpen(open === key ? null : key)}
      detail={{ key: open, draw: (row) => <PlanDetail row={row} /> }}
    />
  );
}

function whatOf({ setting, object, before, after }: PlanRow): string {
  if (object !== null) return object.title;
  if (setting !== null) return `setting ${setting.name}`;
  const shown = after ?? before;
  return shown === null ? '' : `${shown.name} ${shown.type} ${shown.content}`;
}

function columnsOf(rows: readonly PlanRow[]): readonly Column<PlanRow>[] {
  const zones = new Set(rows.map(({ zone }) => zone.id));
  const hasOutcomes = rows.some(({ outcome }) => outcome !== null);
  return [
    {
      key: 'sign',
      head: <span className="visually-hidden">Action</span>,
      width: '1rem',
      cell: ({ action }) => (
        <span className={`zw-sign zw-sign--${action}`}>
          <span aria-hidden="true">{SIGNS[action]}</span>
          <span className="visually-hidden">{WORDS[action]}</span>
        </span>
      ),
    },
    ...(zones.size > 1
      ? [
          {
            key: 'zone',
            head: 'Zone',
            width: 'minmax(8rem, 0.7fr)',
            cell: ({ zone }: PlanRow) => <span className="soft">{readableName(zone.name)}</span>,
          },
        ]
      : []),
    {
      key: 'name',
      head: 'Name',
      width: 'minmax(9rem, 0.9fr)',
      cell: (row) => <span className="mono">{nameOf(row)}</span>,
    },
    {
      key: 'type',
      head: 'Type',
      width: '4.25rem',
      cell: (row) => <span className="zw-type">{typeOf(row)}</span>,
    },
    { key: 'what', head: 'Change', width: 'minmax(16rem, 2fr)', cell: (row) => <ChangeText row={row} /> },
    {
      key: 'outcome',
      head: hasOutcomes ? 'Result' : '',
      width: hasOutcomes ? 'minmax(7rem, 0.8fr)' : '5.5rem',
      cell: ({ outcome, guards }) =>
        outcome === null ? (
          guards.length > 0 ? (
            <Badge tone="risk">guarded</Badge>
          ) : null
        ) : (
          <span className="row row--tight zw-remarks">
            <Badge tone={OUTCOME_TONES[outcome.state] ?? 'plain'}>{outcome.state}</Badge>
            {outcome.message === undefined ? null : <span className="small cut">{outcome.message}</span>}
          </span>
        ),
    },
  ];
}

/** Short, where a record's type would stand. */
const KINDS: Readonly<Record<string, string>> = {
  'custom-hostname': 'hostname',
  'origin-pull-hostname': 'pull',
  'origin-pull-certificate': 'client',
  'origin-certificate': 'origin',
};

function typeOf({ before, after, setting, object }: PlanRow): string {
  if (object !== null) return KINDS[object.kind] ?? 'cert';
  return setting === null ? ((after ?? before)?.type ?? '') : 'setting';
}

function nameOf({ before, after, zone, setting, object }: PlanRow): string {
  if (object !== null) return object.title;
  if (setting !== null) return setting.name;
  const shown = after ?? before;
  return shown === null ? '' : readableName(relativeName(shown.name, zone.name));
}

function ChangeText({ row }: { readonly row: PlanRow }): ReactNode {
  const { action, before, after, setting, object } = row;
  if (object !== null && action !== 'update') return <ObjectFacts row={row} />;
  if (action === 'update' || setting !== null)
    return (
      <span className="mono">
        {fieldChanges(row).map(({ field, before: from, after: to }, index) => (
          <span key={field}>
            {index > 0 ? <span className="soft">, </span> : null}
            {field === 'content' ? null : <span className="soft">{field} </span>}
            <span className="zw-old">{from}</span> → <span className="zw-new">{to}</span>
          </span>
        ))}
      </span>
    );
  const record = after ?? before;
  if (record === null) return null;
  return (
    <span className={action === 'delete' ? 'mono zw-old' : 'mono'}>
      {record.content}
      {record.proxied ? <span className="zw-proxied"> proxied</span> : null}
      {record.ttl === 'auto' ? null : <span className="soft"> {formatTtl(record.ttl)}</span>}
    </span>
  );
}

function ObjectFacts({ row }: { readonly row: PlanRow }): ReactNode {
  const isGone = row.action === 'delete';
  const facts = fieldChanges(row).map((one) => [one.field, isGone ? one.before : one.after] as const);
  return (
    <span className={isGone ? 'mono zw-old' : 'mono'}>
      {facts.map(([field, value], index) => (
        <span key={field}>
          {index > 0 ? <span className="soft">, </span> : null}
          <span className="soft">{field} </span>
          {value}
        </span>
      ))}
    </span>
  );
}

function PlanCard({ row }: { readonly row: PlanRow }): ReactNode {
  return (
    <div className="stack stack--tight">
      <div className="row row--tight zw-cardline">
        <span className={`zw-sign zw-sign--${row.action}`} aria-hidden="true">
          {SIGNS[row.action]}
        </span>
        <span className="mono cut grow">{nameOf(row)}</span>
        {row.outcome === null ? null : (
          <Badge tone={OUTCOME_TONES[row.outcome.state] ?? 'plain'}>{row.outcome.state}</Badge>
        )}
        <span className="zw-type">{typeOf(row)}</span>
      </div>
      <div className="cut">
        <ChangeText row={row} />
      </div>
    </div>
  );
}

const FIELDS = ['name', 'type', 'content', 'ttl', 'proxied', 'comment', 'tags'] as const;

/** All fields, before and after, and why this stands together with others. */
function PlanDetail({ row }: { readonly row: PlanRow }): ReactNode {
  const { before, after, recordId, guards, outcome, reason, object } = row;
  const objectId = object?.objectId ?? null;
  return (
    <div className="stack stack--tight">
      {before === null && after === null ? null : (
        <table className="zw-fields">
          <thead>
            <tr>
              <th scope="col">Field</th>
              {before === null ? null : <th scope="col">Before</th>}
              {after === null ? null : <th scope="col">After</th>}
            </tr>
          </thead>
          <tbody>
            {FIELDS.map((field) => {
              const from = before === null ? '' : valueText(before[field]);
              const to = after === null ? '' : valueText(after[field]);
              const isChanged = before !== null && after !== null && from !== to;
              return (
                <tr key={field} data-changed={isChanged || undefined}>
                  <th scope="row">{field}</th>
                  {before === null ? null : <td className={isChanged ? 'mono zw-old' : 'mono'}>{from}</td>}
                  {after === null ? null : <td className={isChanged ? 'mono zw-new' : 'mono'}>{to}</td>}
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      <div className="row small soft">
        {recordId === null ? null : (
          <span className="row row--tight">
            record <span className="mono">{recordId}</span> <Copy text={recordId} what="record id" />
          </span>
        )}
        {objectId === null ? null : (
          <span className="row row--tight">
            id <span className="mono">{objectId}</span> <Copy text={objectId} what="id" />
          </span>
        )}
        {reason === '' ? null : <span>{reason}</span>}
      </div>
      {guards.map((guard) => (
        <p key={guard} className="small">
          Guard rail: {guard}
        </p>
      ))}
      {outcome?.message === undefined ? null : <p className="small">{outcome.message}</p>}
    </div>
  );
}
