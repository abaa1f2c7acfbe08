/** Keys that work anywhere on a page, unless one is typing. With `mod` they work while typing, too. */
import { useEffect, useRef } from 'react';

const TYPING = 'input, textarea, select, [contenteditable="true"]';

/** `/`, `?`, `Escape`, `mod+s`, `mod+z`. `mod` is Ctrl, or Command on a Mac. */
export function useHotkey(key: string, action: () => void, isOn = true): void {
  const latest = useRef(action);
  latest.current = action;
  useEffect(() => {
    if (!isOn) return;
    const wantsMod = key.startsWith('mod+');
    const wanted = key.replace('mod+', '').toLowerCase();
    const listen = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.key.toLowerCase() !== wanted || event.altKey) return;
      if ((event.ctrlKey || event.metaKey) !== wantsMod) return;
      const { target } = event;
      const isTyping = target instanceof Element && target.matches(TYPING);
      if (isTyping && !wantsMod) return;
      // The field's own undo belongs to the field.
      if (isTyping && wanted === 'z') return;
      if (document.querySelector('[role="dialog"]') !== null && !wantsMod) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [key, isOn]);
}
