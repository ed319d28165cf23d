import type { TraceId } from '@lantern/telemetry-model';
import { useDebouncedCallback, useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { keepPreviousOf } from '../../api/keep-previous.js';
import type { TraceOverview } from '../../api/trace/trace-api.js';
import { findQuery } from '../../api/trace/trace-queries.js';

/** What is looked for in the trace, and where it is: while one types, ahead of the address. */
export const useFind = (
  traceId: TraceId,
  { version, table }: TraceOverview,
  fromAddress: string,
  remember: (text: string) => void,
) => {
  const [text, setText] = useState(fromAddress);
  const [wanted] = useDebouncedValue(text.trim(), 150);
  const found = useQuery({
    ...findQuery(traceId, version, wanted),
    // Rows are places in one version of the trace.
    placeholderData: keepPreviousOf('trace-find', traceId, version),
  });
  const rows = wanted === '' ? undefined : found.data;
  const flags = useMemo(() => {
    if (rows === undefined) return undefined;
    const matches = new Uint8Array(table.length);
    for (const row of rows) matches[row] = 1;
    return matches;
  }, [rows, table.length]);
  // Back and Forward bring another text; the text that this hook itself put into the address may be older than the box.
  const [known, setKnown] = useState(fromAddress);
  const [written, setWritten] = useState(fromAddress);
  if (fromAddress !== known) {
    setKnown(fromAddress);
    if (fromAddress !== written) setText(fromAddress);
  }
  const settle = useDebouncedCallback((next: string) => {
    setWritten(next);
    remember(next);
  }, 300);
  return {
    text,
    change: (next: string) => {
      setText(next);
      settle(next);
    },
    /** Undefined until they are known, and while nothing is looked for. */
    rows,
    /** The same, as 1 for each row that is found. */
    flags,
  };
};
