/** The page's search. `/` goes there, Escape clears it, arrow down goes on to the table. */
import { TextInput } from '@mantine/core';
import { type ReactNode, useRef } from 'react';
import { useHotkey } from './hotkeys.ts';
import { Icon } from './icons.tsx';

export function SearchField({
  label,
  value,
  onChange,
  placeholder,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
}): ReactNode {
  const field = useRef<HTMLInputElement>(null);
  useHotkey('/', () => {
    field.current?.focus();
    field.current?.select();
  });
  return (
    <TextInput
      ref={field}
      type="search"
      className="zw-search"
      aria-label={label}
      placeholder={placeholder ?? label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && value !== '') {
          event.preventDefault();
          event.stopPropagation();
          onChange('');
        }
        if (event.key === 'ArrowDown') {
          event.preventDefault();
          document.querySelector<HTMLElement>('[data-table-row][tabindex="0"]')?.focus();
        }
      }}
      leftSection={<Icon name="search" size={14} />}
      rightSection={<kbd className="zw-kbd">/</kbd>}
    />
  );
}
