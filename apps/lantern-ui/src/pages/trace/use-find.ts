import type { TraceId } from '@lantern/telemetry-model';
import { useDebouncedCallback, useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { keepPreviousOf } from '../../api/keep-previous.js';
import type { TraceOverview } from '../../api/trace/trace-api.js';
import { findQuery } from '../../api/trace/trace-queries.js';

/** State of the search in a trace. The text changes while the user types; the URL follows later. */
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
    // Row numbers are valid in one version of the trace only.
    placeholderData: keepPreviousOf('trace-find', traceId, version),
  });
  const rows = wanted === '' ? undefined : found.data;
  const flags = useMemo(() => {
    if (rows === undefined) return undefined;
    const matches = new Uint8Array(table.length);
    for (const row of rows) matches[row] = 1;
    return matches;
  }, [rows, table.length]);
  // Back and Forward change the text. The text that this hook itself wrote to the URL may be older than the input.
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
    /** Matching rows. Undefined while loading, and without a search. */
    rows,
    /** Matching rows as flags: 1 for each match. */
    flags,
  };
};
