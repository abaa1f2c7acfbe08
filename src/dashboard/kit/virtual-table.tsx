/**
 * A table that draws only the rows in sight: 10,000 rows scroll as smoothly as ten. Arrow keys, Home, End and the page
 * keys walk the rows, Space selects, Enter opens; one row at a time is in the tab order. Assistive technology hears
 * the true number of rows. On a phone each row is drawn by `card` instead.
 */
import { Checkbox } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, memo, type ReactNode, type RefObject, useRef } from 'react';
import { ROW_PX, useWalking, type Walking } from './table-walking.ts';

export interface Column<Row> {
  readonly key: string;
  readonly head: ReactNode;
  /** A track of CSS grid: `minmax(8rem, 1fr)`, `5rem`. */
  readonly width: string;
  readonly cell: (row: Row) => ReactNode;
  readonly align?: 'end';
}

export interface Selection {
  readonly keys: ReadonlySet<string>;
  readonly onChange: (keys: ReadonlySet<string>) => void;
}

export interface TableProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly rowKey: (row: Row) => string;
  /** What a screen reader calls the row. */
  readonly rowLabel: (row: Row) => string;
  /** The row on a phone. */
  readonly card: (row: Row) => ReactNode;
  readonly cardHeight?: number;
  readonly onOpen?: (row: Row) => void;
  readonly onKey?: (event: KeyboardEvent, row: Row) => void;
  readonly selection?: Selection;
  readonly rowClass?: (row: Row) => string;
  /** Drawn under the row with this key, across all columns. */
  readonly detail?: { readonly key: string | null; readonly draw: (row: Row) => ReactNode };
}

const CARD_PX = 62;
const OVERSCAN = 12;
const PHONE = '(max-width: 44rem)';

function cardTracks(selection: Selection | undefined): string {
  return selection === undefined ? 'minmax(0, 1fr)' : '2.25rem minmax(0, 1fr)';
}

export function VirtualTable<Row>(props: TableProps<Row>): ReactNode {
  const { label, rows, columns, rowKey, selection } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const isPhone = useMediaQuery(PHONE, undefined, { getInitialValueInEffect: false }) === true;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (isPhone ? (props.cardHeight ?? CARD_PX) : ROW_PX),
    overscan: OVERSCAN,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : rowKey(row);
    },
  });
  const walking = useWalking(props, {
    scroller,
    scrollTo: (index) => virtual.scrollToIndex(index, { align: 'auto' }),
  });
  const latest = useRef(walking);
  latest.current = walking;
  const own = columns.map(({ width }) => width).join(' ');
  const tracks = isPhone ? cardTracks(selection) : `${selection === undefined ? '' : '2.25rem '}${own}`;
  return (
    <div className={isPhone ? 'zw-table zw-table--cards' : 'zw-table'} ref={scroller}>
      <div
        role="grid"
        aria-label={label}
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length + (selection === undefined ? 0 : 1)}
        {...(selection === undefined ? {} : { 'aria-multiselectable': true })}
      >
        <TableHead props={props} tracks={tracks} isPhone={isPhone} />
        <div role="rowgroup" className="zw-table__body" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return row === undefined ? null : (
              <div
                key={rowKey(row)}
                ref={virtual.measureElement}
                data-index={item.index}
                role="presentation"
                className="zw-table__slot"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <Row
                  props={props as TableProps<unknown>}
                  row={row}
                  index={item.index}
                  isCurrent={item.index === walking.current}
                  walking={latest as RefObject<Walking<unknown>>}
                  tracks={tracks}
                  isPhone={isPhone}
                />
                <RowDetail detail={props.detail} row={row} rowKey={rowKey} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** Scrolling draws rows that come into sight; those that are there stay as they are. */
const Row = memo(TableRow<unknown>);

function TableRow<Row>({
  props,
  row,
  index,
  isCurrent,
  walking,
  tracks,
  isPhone,
}: {
  readonly props: TableProps<Row>;
  readonly row: Row;
  readonly index: number;
  readonly isCurrent: boolean;
  readonly walking: RefObject<Walking<Row>>;
  readonly tracks: string;
  readonly isPhone: boolean;
}): ReactNode {
  const { selection, columns } = props;
  const isSelected = selection?.keys.has(props.rowKey(row)) === true;
  const classes = [
    'zw-table__row',
    isSelected ? 'is-selected' : '',
    props.onOpen === undefined ? '' : 'is-openable',
    props.rowClass?.(row) ?? '',
  ];
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-label={props.rowLabel(row)}
      {...(selection === undefined ? {} : { 'aria-selected': isSelected })}
      data-table-row={index}
      tabIndex={isCurrent ? 0 : -1}
      className={classes.join(' ')}
      style={{ gridTemplateColumns: tracks }}
      onKeyDown={(event) => walking.current.walk(event, index, row)}
      onClick={(event) => walking.current.open(event, index, row)}
      onFocus={() => walking.current.setActive(index)}
    >
      {selection === undefined ? null : (
        <Pick
          label={props.rowLabel(row)}
          isPicked={isSelected}
          onPick={(isRange) => walking.current.toggle(index, row, isRange)}
        />
      )}
      {isPhone ? (
        <div role="gridcell" className="zw-table__card">
          {props.card(row)}
        </div>
      ) : (
        columns.map(({ key, align, cell }) => (
          <div
            role="gridcell"
            key={key}
            className={align === 'end' ? 'zw-table__cell is-end' : 'zw-table__cell'}
          >
            {cell(row)}
          </div>
        ))
      )}
    </div>
  );
}

function Pick({
  label,
  isPicked,
  onPick,
}: {
  readonly label: string;
  readonly isPicked: boolean;
  readonly onPick: (isRange: boolean) => void;
}): ReactNode {
  return (
    <div role="gridcell" className="zw-table__pick">
      <Checkbox
        size="xs"
        tabIndex={-1}
        aria-label={`Select ${label}`}
        checked={isPicked}
        onChange={() => {}}
        onClick={(event) => {
          event.stopPropagation();
          onPick(event.shiftKey);
        }}
      />
    </div>
  );
}

function RowDetail<Row>({
  detail,
  row,
  rowKey,
}: {
  readonly detail: TableProps<Row>['detail'];
  readonly row: Row;
  readonly rowKey: (row: Row) => string;
}): ReactNode {
  if (detail === undefined || detail.key !== rowKey(row)) return null;
  return (
    <div role="row" className="zw-table__detail">
      <div role="gridcell">{detail.draw(row)}</div>
    </div>
  );
}

function TableHead<Row>({
  props: { rows, columns, rowKey, selection },
  tracks,
  isPhone,
}: {
  readonly props: TableProps<Row>;
  readonly tracks: string;
  readonly isPhone: boolean;
}): ReactNode {
  const picked = selection?.keys.size ?? 0;
  const all = (
    <Checkbox
      size="xs"
      aria-label="Select all rows"
      checked={picked > 0 && picked === rows.length}
      indeterminate={picked > 0 && picked < rows.length}
      onChange={() => selection?.onChange(picked > 0 ? new Set() : new Set(rows.map(rowKey)))}
    />
  );
  return (
    <div role="rowgroup" className="zw-table__head">
      <div role="row" aria-rowindex={1} style={{ gridTemplateColumns: tracks }}>
        {selection === undefined ? null : (
          <div role="columnheader" className="zw-table__pick">
            {all}
          </div>
        )}
        {isPhone ? (
          <div role="columnheader" className="zw-table__cell">
            {rows.length.toLocaleString('en')} {rows.length === 1 ? 'row' : 'rows'}
          </div>
        ) : (
          columns.map(({ key, head, align }) => (
            <div
              role="columnheader"
              key={key}
              className={align === 'end' ? 'zw-table__cell is-end' : 'zw-table__cell'}
            >
              {head}
            </div>
          ))
        )}
      </div>
    </div>
  );
}
