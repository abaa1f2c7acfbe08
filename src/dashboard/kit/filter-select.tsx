/** A filter as the platform's own select: small, quick, the same on a phone. The first choice is none. */
import { NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';

export function FilterSelect({
  label,
  value,
  onChange,
  choices,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly choices: readonly (readonly [value: string, label: string])[];
}): ReactNode {
  return (
    <NativeSelect
      size="sm"
      aria-label={label}
      value={value}
      data-set={value === '' ? undefined : true}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[{ value: '', label }, ...choices.map(([one, text]) => ({ value: one, label: text }))]}
    />
  );
}
