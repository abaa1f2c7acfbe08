/** Short words at the edge of the window about what was done. Screen readers hear them; they leave by themselves. */
import { type ReactNode, useSyncExternalStore } from 'react';
import { Icon } from './icons.tsx';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'done' | 'problem';
}

const SHOWN_MS = 6_000;
const TOASTS_MAX = 4;
let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

export function toast(text: string, tone: Toast['tone'] = 'done'): void {
  lastId += 1;
  const id = lastId;
  set([...toasts, { id, text, tone }].slice(-TOASTS_MAX));
  setTimeout(() => dismiss(id), SHOWN_MS);
}

function dismiss(id: number): void {
  set(toasts.filter((one) => one.id !== id));
}

export function Toasts(): ReactNode {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className="zw-toasts" role="status" aria-live="polite">
      {shown.map(({ id, text, tone }) => (
        <div key={id} className={`zw-toast zw-toast--${tone}`}>
          <Icon name={tone === 'done' ? 'check' : 'alert'} size={14} />
          <span className="grow">{text}</span>
          <button type="button" className="zw-plainbutton" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="cancel" size={12} />
          </button>
        </div>
      ))}
    </div>
  );
}
