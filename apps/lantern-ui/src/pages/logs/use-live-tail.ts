import { useEffect, useReducer, useState } from 'react';
import { fetchLines, tailLinesOf, tailUrl } from '../../api/loki.js';
import { liveLines, NO_LINES, type LiveLines } from './live-lines.js';

export interface LiveTail extends LiveLines {
  readonly status: 'connecting' | 'open' | 'failed';
  /** Error of the connection. */
  readonly error: Error | undefined;
  readonly hold: (isHeld: boolean) => void;
  readonly clear: () => void;
}

const FIRST_RETRY_MILLIS = 500;
const LONGEST_RETRY_MILLIS = 10_000;

/** Tails the lines of a query. Reconnects when the connection ends. */
export const useLiveTail = (query: string, isEnabled: boolean): LiveTail => {
  const [lines, dispatch] = useReducer(liveLines, NO_LINES);
  const [connection, setConnection] = useState<Pick<LiveTail, 'status' | 'error'>>({
    status: 'connecting',
    error: undefined,
  });

  useEffect(() => {
    if (!isEnabled) return undefined;
    const gone = new AbortController();
    let socket: WebSocket;
    let timer: ReturnType<typeof setTimeout>;
    let retryMillis = FIRST_RETRY_MILLIS;

    const connect = () => {
      // The server first sends the latest lines, which may include those already shown.
      dispatch({ type: 'clear' });
      socket = new WebSocket(tailUrl(query));
      socket.onopen = () => {
        retryMillis = FIRST_RETRY_MILLIS;
        setConnection({ status: 'open', error: undefined });
      };
      socket.onmessage = ({ data }: MessageEvent<string>) =>
        dispatch({ type: 'arrived', ...tailLinesOf(JSON.parse(data)) });
      socket.onclose = () => {
        if (!gone.signal.aborted) void explain();
      };
    };

    /**
     * Browsers do not expose why a WebSocket connection was rejected, so the same query is sent over HTTP to get the
     * error.
     */
    const explain = async () => {
      let error: Error;
      try {
        const now = BigInt(Date.now()) * 1_000_000n;
        await fetchLines({
          query,
          startUnixNano: now - 1_000_000n,
          endUnixNano: now,
          direction: 'backward',
          limit: 1,
          signal: gone.signal,
        });
        error = new Error('The connection to Lantern ended.');
      } catch (cause) {
        error = cause instanceof Error ? cause : new Error(String(cause));
      }
      if (gone.signal.aborted) return;
      setConnection({ status: 'failed', error });
      timer = setTimeout(connect, retryMillis);
      retryMillis = Math.min(retryMillis * 2, LONGEST_RETRY_MILLIS);
    };

    connect();
    return () => {
      gone.abort();
      clearTimeout(timer);
      socket.close();
    };
  }, [query, isEnabled]);

  return {
    ...lines,
    ...connection,
    hold: (isHeld) => dispatch({ type: 'hold', isHeld }),
    clear: () => dispatch({ type: 'clear' }),
  };
};
