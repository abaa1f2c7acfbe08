/** Gives the reader a file that the API makes; says so when it cannot. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Icon } from './icons.tsx';
import { saveText } from './save-text.ts';
import { toast } from './toasts.tsx';

export function SaveButton({
  label,
  file,
  load,
}: {
  readonly label: string;
  /** What the file is called. */
  readonly file: string;
  readonly load: () => Promise<string>;
}): ReactNode {
  const save = useMutation({
    mutationFn: async () => saveText(file, await load()),
    onError: (error) => toast(error instanceof Error ? error.message : String(error), 'problem'),
  });
  return (
    <Button
      variant="default"
      leftSection={<Icon name="download" />}
      loading={save.isPending}
      onClick={() => save.mutate()}
    >
      {label}
    </Button>
  );
}
