import { ActionIcon, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';

interface CopyButtonProps {
  readonly value: string;
  /** Name of the value, as in “Copy trace ID”. */
  readonly what: string;
}

export const CopyButton = ({ value, what }: CopyButtonProps) => {
  const { copied, copy, error } = useClipboard({ timeout: 1_500 });
  const label = error === null ? `Copy ${what}` : 'The browser denied access to the clipboard';
  return (
    <Tooltip label={copied ? 'Copied' : label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={20}
        aria-label={label}
        onClick={(event) => {
          event.stopPropagation();
          copy(value);
        }}
      >
        {copied ? <IconCheck size={13} /> : <IconCopy size={13} />}
      </ActionIcon>
    </Tooltip>
  );
};
