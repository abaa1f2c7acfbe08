/** An amount, typed by hand before money is spent. */
import { TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { isSameAmount } from './money.ts';

export function TypedAmount({
  verb,
  total,
  warning,
  value,
  onChange,
}: {
  readonly verb: string;
  readonly total: string;
  /** What cannot be taken back. */
  readonly warning: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}): ReactNode {
  const isWrong = value.length >= total.length && !isSameAmount(value, total);
  return (
    <TextInput
      label={`To ${verb} it, type the amount: ${total}`}
      description={warning}
      inputMode="decimal"
      autoComplete="off"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={isWrong ? `It costs ${total}.` : null}
    />
  );
}
