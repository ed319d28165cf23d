import type { TraceId } from '@lantern/telemetry-model';
import { Menu } from '@mantine/core';
import { IconClipboardText } from '@tabler/icons-react';
import { useState } from 'react';
import { traceWorker } from '../../api/trace/trace-worker-client.js';

type Outcome = 'copied' | 'denied';

const LABELS: Readonly<Record<Outcome, string>> = {
  copied: 'Copied',
  denied: 'The browser denied access to the clipboard',
};

/** Menu item that copies a description of the trace, for a ticket or a chat. */
export const CopyAsText = ({ traceId }: { readonly traceId: TraceId }) => {
  const [outcome, setOutcome] = useState<Outcome>();
  const copy = async () => {
    try {
      // The description is read while the clipboard waits: browsers allow to write only during the click.
      const text = traceWorker
        .describe(traceId, location.origin)
        .then((description) => new Blob([description], { type: 'text/plain' }));
      await navigator.clipboard.write([new ClipboardItem({ 'text/plain': text })]);
      setOutcome('copied');
    } catch {
      setOutcome('denied');
    }
  };
  return (
    <Menu.Item
      leftSection={<IconClipboardText size={14} stroke={1.75} />}
      closeMenuOnClick={false}
      onClick={() => void copy()}
    >
      {outcome === undefined ? 'Copy as text' : LABELS[outcome]}
    </Menu.Item>
  );
};
