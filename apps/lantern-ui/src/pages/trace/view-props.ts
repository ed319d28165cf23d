import type { TraceId } from '@lantern/telemetry-model';
import type { TraceOverview } from '../../api/trace/trace-api.js';

/** Properties that every view has. */
export interface ViewProps {
  readonly traceId: TraceId;
  readonly trace: TraceOverview;
  /** Flags of the rows that match the search: 1 for a match. Undefined without a search. */
  readonly matches: Uint8Array | undefined;
  /** Row whose details are shown; -1 for none. */
  readonly selected: number;
  readonly onOpen: (row: number) => void;
}
