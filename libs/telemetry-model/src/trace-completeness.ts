import { attributeValue } from './attributes.js';
import type { SpanId } from './ids.js';
import { serviceNameOf } from './resource.js';
import { peersOf } from './service-peer.js';
import { SpanKind, hasError, type Span } from './span.js';
import { spansOf, type Trace } from './trace.js';

/** Span that a trace lacks, as another span of the trace proves. */
export type TraceGap =
  /** Fewer roots have ended than there must be. */
  | { readonly kind: 'root'; readonly endedRoots: number; readonly roots: number }
  /** The parent of this span. */
  | { readonly kind: 'parent'; readonly service: string; readonly span: Span }
  /** The SERVER or CONSUMER span of this call. `peer` is the name of the called service. */
  | { readonly kind: 'peer'; readonly service: string; readonly span: Span; readonly peer: string };

/** Call of a service that has received it, according to a child span. */
export interface AnsweredCall {
  readonly caller: string;
  /** Names by which the calling span knows the service, see {@link peersOf}. */
  readonly peers: readonly string[];
  readonly service: string;
}

export interface CompletenessRules {
  /** ID of a span outside the trace that counts as known, such as the parent that a test puts into its headers. */
  readonly parentSpanId?: SpanId | undefined;
  /** Number of roots that must have ended: spans without a parent, or with the one outside. Default: 1. */
  readonly roots?: number | undefined;
  /** Returns the name of the instrumented service that answers to one of these names. Undefined when none is known. */
  readonly instrumentedService: (caller: string, peers: readonly string[]) => string | undefined;
}

/**
 * Returns the spans that a trace lacks; none when it is complete as far as its spans tell:
 *
 * - each expected root has ended,
 * - the parent of each span is in the trace,
 * - each CLIENT or PRODUCER span that calls a service known to be instrumented has the SERVER or CONSUMER span of the call.
 *
 * A call that failed without a response need not have reached its service, so no span of the service is expected.
 */
export const traceGaps = (
  trace: Trace | undefined,
  { parentSpanId, roots = 1, instrumentedService }: CompletenessRules,
): TraceGap[] => {
  const gaps: TraceGap[] = [];
  const ids = new Set(trace && [...spansOf(trace.resourceSpans)].map(({ span }) => span.spanId));
  let endedRoots = 0;
  for (const { span, resource } of spansOf(trace?.resourceSpans ?? [])) {
    const isRoot = span.parentSpanId === undefined || span.parentSpanId === parentSpanId;
    if (isRoot && span.endUnixNano > 0n) endedRoots++;
    if (!isRoot && !ids.has(span.parentSpanId)) {
      gaps.push({ kind: 'parent', service: serviceNameOf(resource), span });
    }
  }
  if (endedRoots < roots) gaps.unshift({ kind: 'root', endedRoots, roots });
  for (const { service, span } of callsOf(trace).unanswered) {
    const peer = hasReachedNobody(span) ? undefined : instrumentedService(service, peersOf(span));
    if (peer !== undefined) gaps.push({ kind: 'peer', service, span, peer });
  }
  return gaps;
};

/** Returns the calls of a trace that another service has answered: they show who answers to a name. */
export const answeredCalls = (trace: Trace): AnsweredCall[] => callsOf(trace).answered;

/** Returns the calls that have no SERVER or CONSUMER span, each with the names of the called service. */
export const unansweredCalls = (
  trace: Trace,
): { readonly caller: string; readonly peers: readonly string[] }[] =>
  callsOf(trace)
    .unanswered.filter(({ span }) => !hasReachedNobody(span))
    .map(({ service, span }) => ({ caller: service, peers: peersOf(span) }));

const isCall = ({ kind }: Span): boolean => kind === SpanKind.client || kind === SpanKind.producer;
const isReceipt = ({ kind }: Span): boolean => kind === SpanKind.server || kind === SpanKind.consumer;

/**
 * A call with a call of the same service below it has passed its request on: an HTTP client below a client of an API. Then
 * only the lower one is waited for.
 */
const callsOf = (trace: Trace | undefined) => {
  const receivers = new Map<SpanId, string>();
  const passedOn = new Set<SpanId>();
  const calls: { readonly service: string; readonly span: Span }[] = [];
  for (const { span, resource } of spansOf(trace?.resourceSpans ?? [])) {
    const service = serviceNameOf(resource);
    if (isCall(span)) calls.push({ service, span });
    if (isReceipt(span)) {
      // Zipkin's libraries may give both spans of a call the same ID.
      for (const id of [span.parentSpanId, span.spanId]) if (id !== undefined) receivers.set(id, service);
    } else if (isCall(span) && span.parentSpanId !== undefined) passedOn.add(span.parentSpanId);
  }
  const answered: AnsweredCall[] = [];
  const unanswered: typeof calls = [];
  for (const call of calls) {
    const receiver = receivers.get(call.span.spanId);
    if (receiver !== undefined) {
      answered.push({ caller: call.service, peers: peersOf(call.span), service: receiver });
    } else if (!passedOn.has(call.span.spanId)) unanswered.push(call);
  }
  return { answered, unanswered };
};

const RESPONSE_STATUS = ['http.response.status_code', 'http.status_code'] as const;

const hasReachedNobody = (span: Span): boolean =>
  hasError(span) && RESPONSE_STATUS.every((key) => attributeValue(span.attributes, key) === undefined);
