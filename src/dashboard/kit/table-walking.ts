/** Which row of a table the keys are at, and what keys and pointer do there. */
import { type KeyboardEvent, type MouseEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { rowAfterKey, selectRange } from './table-keys.ts';
import type { TableProps } from './virtual-table.tsx';

/** Height of a row, in pixels. */
export const ROW_PX = 34;

export interface Walking<Row> {
  /** The row that is in the tab order. */
  readonly current: number;
  readonly setActive: (index: number) => void;
  readonly walk: (event: KeyboardEvent, index: number, row: Row) => void;
  readonly toggle: (index: number, row: Row, isRange: boolean) => void;
  readonly open: (event: MouseEvent, index: number, row: Row) => void;
}

export function useWalking<Row>(
  props: TableProps<Row>,
  table: { readonly scroller: RefObject<HTMLDivElement | null>; readonly scrollTo: (index: number) => void },
): Walking<Row> {
  const { rows, rowKey, selection } = props;
  const [active, setActive] = useState(0);
  const anchor = useRef(0);
  const current = Math.min(active, Math.max(0, rows.length - 1));
  const wantFocus = useFocusOnRow(table.scroller, current, props.detail?.key ?? null);

  const selectTo = (from: number, to: number): void =>
    selection?.onChange(selectRange(selection.keys, rows.map(rowKey), { from, to }));
  const toggle = (index: number, row: Row, isRange: boolean): void => {
    if (selection === undefined) return;
    if (isRange) {
      selectTo(anchor.current, index);
      return;
    }
    anchor.current = index;
    const keys = new Set(selection.keys);
    if (!keys.delete(rowKey(row))) keys.add(rowKey(row));
    selection.onChange(keys);
  };
  const walk = (event: KeyboardEvent, index: number, row: Row): void => {
    if (event.target !== event.currentTarget) return;
    const perPage = Math.max(1, Math.floor((table.scroller.current?.clientHeight ?? 400) / ROW_PX) - 1);
    const next = rowAfterKey(event.key, index, { count: rows.length, perPage });
    const isSelectAll = event.key === 'a' && (event.ctrlKey || event.metaKey);
    if (next !== null) {
      if (event.shiftKey) selectTo(index, next);
      wantFocus();
      setActive(next);
      table.scrollTo(next);
    } else if (event.key === ' ' && selection !== undefined) toggle(index, row, event.shiftKey);
    else if (isSelectAll && selection !== undefined) selection.onChange(new Set(rows.map(rowKey)));
    else if (event.key === 'Enter' && props.onOpen !== undefined) props.onOpen(row);
    else {
      props.onKey?.(event, row);
      return;
    }
    event.preventDefault();
  };
  const open = (event: MouseEvent, index: number, row: Row): void => {
    // The second click of a double one asks for what the first has done.
    if (event.detail > 1) return;
    if (event.target instanceof Element && event.target.closest('a, button, input, label') !== null) return;
    setActive(index);
    props.onOpen?.(row);
  };
  return { current, setActive, walk, toggle, open };
}

/** Focuses the current row once it is drawn, when a key led there or what was edited under it is done. */
function useFocusOnRow(
  scroller: RefObject<HTMLDivElement | null>,
  current: number,
  detailKey: string | null,
): () => void {
  const isWanted = useRef(false);
  const detailBefore = useRef<string | null>(null);
  if (detailBefore.current !== null && detailKey === null) isWanted.current = true;
  detailBefore.current = detailKey;
  useEffect(() => {
    if (!isWanted.current) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-table-row="${current}"]`);
    if (row === null || row === undefined) return;
    isWanted.current = false;
    row.focus({ preventScroll: true });
  });
  return () => {
    isWanted.current = true;
  };
}
