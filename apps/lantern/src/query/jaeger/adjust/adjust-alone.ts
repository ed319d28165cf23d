import type {
  DurationNano,
  InstrumentationScope,
  Resource,
  ResourceSpans,
  Span,
} from '@lantern/telemetry-model';
import { eachSpan, type SpanEdit } from '../../../edit-spans.js';
import { correctSpan } from './correct-clock-skew.js';
import { normalizeIpAttributes } from './normalize-ip-attributes.js';
import { removeEmptyLinks } from './remove-empty-links.js';
import { sortCollections } from './sort-collections.js';

/** What is known of a span beside the others of its trace. */
export interface SpanPlace {
  /** Its parent is not in the trace. */
  readonly isOrphan: boolean;
  readonly skewNano: DurationNano;
  readonly maxClockSkewNano: DurationNano;
}

const NO_RESOURCE: Resource = { attributes: [], droppedAttributesCount: 0 };
const NO_SCOPE: InstrumentationScope = { name: '', version: '', attributes: [], droppedAttributesCount: 0 };

/** Adjusts a span of a trace in which every id occurs once and no span says which library made it. */
export const adjustSpanAlone = (span: Span, { isOrphan, skewNano, maxClockSkewNano }: SpanPlace): Span => {
  const { scopeSpans } = adjust(
    { resource: NO_RESOURCE, schemaUrl: '', scopeSpans: [{ scope: NO_SCOPE, schemaUrl: '', spans: [span] }] },
    eachSpan((sorted) => correctSpan(sorted, isOrphan, skewNano, maxClockSkewNano)),
  );
  return scopeSpans[0]?.spans[0] ?? span;
};

/** Adjusts what the spans of such a trace inherit. */
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

const adjust = (group: ResourceSpans, correctClockSkew: SpanEdit): ResourceSpans =>
  [sortCollections, correctClockSkew, normalizeIpAttributes, removeEmptyLinks].reduce<
    readonly ResourceSpans[]
  >((groups, adjuster) => adjuster(groups), [group])[0] ?? group;
