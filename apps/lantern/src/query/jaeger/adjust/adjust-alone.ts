import type {
  DurationNano,
  InstrumentationScope,
  Resource,
  ResourceSpans,
  Span,
} from '@lantern/telemetry-model';
import { eachSpan } from '../../../edit-spans.js';
import { adjustSpansAlone } from './adjust.js';
import type { Adjuster } from './adjuster.js';
import { correctSpan } from './correct-clock-skew.js';

/** Facts about a span that need the other spans of its trace. */
export interface SpanPlace {
  /** Whether its parent is missing in the trace. */
  readonly isOrphan: boolean;
  readonly skewNano: DurationNano;
  readonly maxClockSkewNano: DurationNano;
}

const NO_RESOURCE: Resource = { attributes: [], droppedAttributesCount: 0 };
const NO_SCOPE: InstrumentationScope = { name: '', version: '', attributes: [], droppedAttributesCount: 0 };

/** Adjusts one span of a trace without shared span IDs and without library attributes. */
export const adjustSpanAlone = (span: Span, { isOrphan, skewNano, maxClockSkewNano }: SpanPlace): Span => {
  const { scopeSpans } = adjust(
    { resource: NO_RESOURCE, schemaUrl: '', scopeSpans: [{ scope: NO_SCOPE, schemaUrl: '', spans: [span] }] },
    eachSpan((sorted) => correctSpan(sorted, isOrphan, skewNano, maxClockSkewNano)),
  );
  return scopeSpans[0]?.spans[0] ?? span;
};

/** Adjusts the resource and the scope of spans of such a trace. */
export const adjustGroup = (
  resource: Resource,
  scope: InstrumentationScope = NO_SCOPE,
): { readonly resource: Resource; readonly scope: InstrumentationScope } => {
  const group = adjust(
    { resource, schemaUrl: '', scopeSpans: [{ scope, schemaUrl: '', spans: [] }] },
    (groups) => groups,
  );
  return { resource: group.resource, scope: group.scopeSpans[0]?.scope ?? scope };
};

const adjust = (group: ResourceSpans, correctClocks: Adjuster): ResourceSpans =>
  adjustSpansAlone(correctClocks)([group])[0] ?? group;
