/** A button that copies a text, and says that it did. */
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Icon } from './icons.tsx';

export function Copy({ text, what }: { readonly text: string; readonly what: string }): ReactNode {
  const { copy, copied } = useClipboard({ timeout: 1_500 });
  return (
    <Tooltip label={copied ? 'Copied' : `Copy ${what}`}>
      <ActionIcon
        variant="subtle"
        size="sm"
        color="gray"
        aria-label={copied ? `${what} copied` : `Copy ${what}`}
        onClick={(event) => {
          event.stopPropagation();
          copy(text);
        }}
      >
        <Icon name={copied ? 'check' : 'copy'} size={14} />
      </ActionIcon>
    </Tooltip>
  );
}

/** A value in the data's typeface, with its copy button. */
export function CopyText({ text, what }: { readonly text: string; readonly what: string }): ReactNode {
  return (
    <span className="row row--tight zw-copytext">
      <span className="mono cut">{text}</span>
      <Copy text={text} what={what} />
    </span>
  );
}

/** Where copying is what one came for. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }): ReactNode {
  const { copy, copied } = useClipboard({ timeout: 1_500 });
  return (
    <Button
      size="compact-sm"
      leftSection={<Icon name={copied ? 'check' : 'copy'} size={14} />}
      onClick={() => copy(text)}
    >
      {copied ? 'Copied' : `Copy ${what}`}
    </Button>
  );
}
