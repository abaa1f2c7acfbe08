/** How a record stands in a table, and on a phone. */
import type { ReactNode } from 'react';
import { Badge } from '../../kit/badge.tsx';
import type { Column } from '../../kit/virtual-table.tsx';
import { readableName, relativeName } from '../zones/names.ts';
import { ProxyMark } from './proxy-mark.tsx';
import type { Row } from './record-rows.ts';

const SIGN = { add: '+', edit: '~', remove: '−' } as const;

export function recordColumns(zone: string): readonly Column<Row>[] {
  return [
    {
      key: 'name',
      head: 'Name',
      width: 'minmax(10rem, 1.1fr)',
      cell: ({ record, staged }) => (
        <span className="mono zw-struck" title={record.name}>
          {staged === undefined ? null : (
            <span className={`zw-sign zw-sign--${staged.kind}`} aria-hidden="true">
              {SIGN[staged.kind]}
            </span>
          )}
          {readableName(relativeName(record.name, zone))}
        </span>
      ),
    },
    {
      key: 'type',
      head: 'Type',
      width: '4.25rem',
      cell: ({ record }) => <span className="zw-type">{record.type}</span>,
    },
    {
      key: 'content',
      head: 'Content',
      width: 'minmax(14rem, 2fr)',
      cell: ({ record }) => (
        <span className="mono zw-struck" title={record.content}>
          {record.content}
        </span>
      ),
    },
    {
      key: 'ttl',
      head: 'TTL',
      width: '4rem',
      align: 'end',
      cell: ({ record }) => (
        <span className={record.ttl === 'auto' ? 'soft' : undefined}>{formatTtl(record.ttl)}</span>
      ),
    },
    { key: 'proxied', head: 'Proxy', width: '5.25rem', cell: ({ record }) => <ProxyMark record={record} /> },
    {
      key: 'comment',
      head: 'Comment, tags',
      width: 'minmax(6rem, 1fr)',
      cell: ({ record }) => <RecordRemarks record={record} />,
    },
  ];
}

/** `auto`, `5 min`, `1 h`, or seconds where nothing rounder is true. */
export function formatTtl(ttl: number | 'auto'): string {
  if (ttl === 'auto') return 'auto';
  if (ttl % 86_400 === 0) return `${ttl / 86_400} d`;
  if (ttl % 3_600 === 0) return `${ttl / 3_600} h`;
  return ttl % 60 === 0 ? `${ttl / 60} min` : `${ttl} s`;
}

function RecordRemarks({ record }: Pick<Row, 'record'>): ReactNode {
  return (
    <span className="row row--tight zw-remarks">
      {record.readOnly === null ? null : <Badge tone="unknown">read-only</Badge>}
      {record.tags.map((tag) => (
        <Badge key={tag}>{tag}</Badge>
      ))}
      <span className="soft small cut" title={record.comment}>
        {record.comment}
      </span>
    </span>
  );
}

export function RecordCard({ row, zone }: { readonly row: Row; readonly zone: string }): ReactNode {
  const { record, staged } = row;
  return (
    <div className="stack stack--tight">
      <div className="row row--tight zw-cardline">
        {staged === undefined ? null : (
          <span className={`zw-sign zw-sign--${staged.kind}`} aria-hidden="true">
            {SIGN[staged.kind]}
          </span>
        )}
        <span className="mono cut grow zw-struck">{readableName(relativeName(record.name, zone))}</span>
        <ProxyMark record={record} />
        <span className="zw-type">{record.type}</span>
      </div>
      <div className="row row--tight zw-cardline">
        <span className="mono cut grow soft zw-struck">{record.content}</span>
        <span className="soft tiny">{formatTtl(record.ttl)}</span>
      </div>
    </div>
  );
}
