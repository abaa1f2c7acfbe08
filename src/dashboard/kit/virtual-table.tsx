/**
 * A table that draws only the rows in sight: 10,000 rows scroll as smoothly as ten. Arrow keys, Home, End and the page
 * keys walk the rows, Space selects, Enter opens; one row at a time is in the tab order. Assistive technology hears
 * the true number of rows. On a phone each row is drawn by `card` instead.
 */
import { Checkbox } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { rowAfterKey, selectRange } from './table-keys.ts';

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

const ROW_PX = 34;
const CARD_PX = 62;
const OVERSCAN = 12;
const PHONE = '(max-width: 44rem)';

function cardTracks(selection: Selection | undefined): string {
  return selection === undefined ? 'minmax(0, 1fr)' : '2.25rem minmax(0, 1fr)';
}

export function VirtualTable<Row>(props: TableProps<Row>): ReactNode {
  const { label, rows, columns, rowKey, selection, detail } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const isPhone = useMediaQuery(PHONE, undefined, { getInitialValueInEffect: false }) === true;
  const [active, setActive] = useState(0);
  const focusWanted = useRef(false);
  const anchor = useRef(0);
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
  const tracks = `${selection === undefined ? '' : '2.25rem '}${columns.map(({ width }) => width).join(' ')}`;
  const current = Math.min(active, Math.max(0, rows.length - 1));

  // What was edited under a row is done: the focus goes back to the row.
  const detailKey = detail?.key ?? null;
  const detailBefore = useRef<string | null>(null);
  if (detailBefore.current !== null && detailKey === null) focusWanted.current = true;
  detailBefore.current = detailKey;

  useEffect(() => {
    if (!focusWanted.current) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-table-row="${current}"]`);
    if (row === null || row === undefined) return;
    focusWanted.current = false;
    row.focus({ preventScroll: true });
  });

  const walk = (event: KeyboardEvent, index: number, row: Row): void => {
    if (event.target !== event.currentTarget) return;
    const perPage = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / ROW_PX) - 1);
    const next = rowAfterKey(event.key, index, { count: rows.length, perPage });
    if (next !== null) {
      event.preventDefault();
      if (event.shiftKey && selection !== undefined)
        selection.onChange(selectRange(selection.keys, rows.map(rowKey), { from: index, to: next }));
      focusWanted.current = true;
      setActive(next);
      virtual.scrollToIndex(next, { align: 'auto' });
    } else if (event.key === ' ' && selection !== undefined) {
      event.preventDefault();
      toggle(index, row, event.shiftKey);
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey) && selection !== undefined) {
      event.preventDefault();
      selection.onChange(new Set(rows.map(rowKey)));
    } else if (event.key === 'Enter' && props.onOpen !== undefined) {
      event.preventDefault();
      props.onOpen(row);
    } else props.onKey?.(event, row);
  };

  const toggle = (index: number, row: Row, isRange: boolean): void => {
    if (selection === undefined) return;
    if (isRange) {
      selection.onChange(selectRange(selection.keys, rows.map(rowKey), { from: anchor.current, to: index }));
      return;
    }
    anchor.current = index;
    const keys = new Set(selection.keys);
    if (!keys.delete(rowKey(row))) keys.add(rowKey(row));
    selection.onChange(keys);
  };

  const open = (event: MouseEvent, index: number, row: Row): void => {
    if (event.target instanceof Element && event.target.closest('a, button, input, label') !== null) return;
    setActive(index);
    props.onOpen?.(row);
  };

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
            if (row === undefined) return null;
            const key = rowKey(row);
            const isSelected = selection?.keys.has(key) === true;
            return (
              <div
                key={key}
                ref={virtual.measureElement}
                data-index={item.index}
                role="presentation"
                className="zw-table__slot"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <div
                  role="row"
                  aria-rowindex={item.index + 2}
                  aria-label={props.rowLabel(row)}
                  {...(selection === undefined ? {} : { 'aria-selected': isSelected })}
                  data-table-row={item.index}
                  tabIndex={item.index === current ? 0 : -1}
                  className={`zw-table__row ${isSelected ? 'is-selected' : ''} ${props.onOpen === undefined ? '' : 'is-openable'} ${props.rowClass?.(row) ?? ''}`}
                  style={{
                    gridTemplateColumns: isPhone ? (selection === undefined ? '1fr' : '2.25rem 1fr') : tracks,
                  }}
                  onKeyDown={(event) => walk(event, item.index, row)}
                  onClick={(event) => open(event, item.index, row)}
                  onFocus={() => setActive(item.index)}
                >
                  {selection === undefined ? null : (
                    <div role="gridcell" className="zw-table__pick">
                      <Checkbox
                        size="xs"
                        tabIndex={-1}
                        aria-label={`Select ${props.rowLabel(row)}`}
                        checked={isSelected}
                        onChange={() => {}}
                        onClick={(event) => {
                          event.stopPropagation();
                          toggle(item.index, row, event.shiftKey);
                        }}
                      />
                    </div>
                  )}
                  {isPhone ? (
                    <div role="gridcell" className="zw-table__card">
                      {props.card(row)}
                    </div>
                  ) : (
                    columns.map((column) => (
                      <div
                        role="gridcell"
                        key={column.key}
                        className={column.align === 'end' ? 'zw-table__cell is-end' : 'zw-table__cell'}
                      >
                        {column.cell(row)}
                      </div>
                    ))
                  )}
                </div>
                {detail?.key === key ? (
                  <div role="row" className="zw-table__detail">
                    <div role="gridcell">{detail.draw(row)}</div>
                  </div>
                ) : null}
              </div>
            );
          })}
        </div>
      </div>
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
      <div
        role="row"
        aria-rowindex={1}
        style={{ gridTemplateColumns: isPhone ? cardTracks(selection) : tracks }}
      >
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
