import type { TraceId } from '@lantern/telemetry-model';
import type { TraceOverview } from '../../api/trace/trace-api.js';

/** What each way of looking at a trace is given. */
export interface ViewProps {
  readonly traceId: TraceId;
  readonly trace: TraceOverview;
  /** Undefined while nothing is looked for: 1 for each row that is found. */
  readonly matches: Uint8Array | undefined;
  /** The row whose details are shown; -1 for none. */
  readonly selected: number;
  readonly onOpen: (row: number) => void;
}
