import type { DurationNano, TimeRange, TraceOrder } from '@lantern/telemetry-model';
import type { PagePlace } from './page-token.js';
import type { StructuredFilter } from './structured-filter/structured-filter.js';

/** Conditions on traces. An empty service or operation matches any. */
export interface TraceConditions {
  readonly service: string;
  readonly operation: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** 0 means no bound. */
  readonly minDurationNano: DurationNano;
  /** 0 means no bound. */
  readonly maxDurationNano: DurationNano;
  /** Filter on the matching span. */
  readonly filter?: StructuredFilter;
  /** Minimum duration of the whole trace. */
  readonly minTraceDurationNano?: DurationNano;
  /** Maximum duration of the whole trace. */
  readonly maxTraceDurationNano?: DurationNano;
}

/** Parameters of a search in both families of Jaeger's API. */
export interface TraceSearch extends TraceConditions {
  readonly range: TimeRange;
  readonly limit: number;
  /** Traces as they were stored, without the adjustments that are made for a reader. */
  readonly raw: boolean;
  /** Default: `recent`, the only order of the legacy API. */
  readonly orderBy?: TraceOrder;
  /** Only what comes after this place in the order of the answer. */
  readonly after?: PagePlace;
}

export const DEFAULT_SEARCH_LIMIT = 100;

/** As many as Jaeger's own UI can ask for; each of them may be a large trace. */
export const MAX_SEARCH_LIMIT = 1_500;
