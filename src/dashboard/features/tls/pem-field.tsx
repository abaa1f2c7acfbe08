/** A PEM text: pasted, or taken from a file. It stays in the page. */
import { Textarea } from '@mantine/core';
import type { ChangeEvent, ReactNode } from 'react';

export function PemField({
  label,
  description,
  value,
  onChange,
}: {
  readonly label: string;
  readonly description: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}): ReactNode {
  const take = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const file = event.currentTarget.files?.[0];
    if (file !== undefined) onChange(await file.text());
  };
  return (
    <div className="stack stack--tight">
      <Textarea
        label={label}
        description={description}
        className="mono"
        rows={4}
        value={value}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.currentTarget.value)}
        required
      />
      <input type="file" aria-label={`${label} from a file`} onChange={(event) => void take(event)} />
    </div>
  );
}
