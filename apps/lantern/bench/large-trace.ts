import { decodeTraceRequest, encodeTraceRequest } from '@lantern/otlp';
import type { Attribute, ResourceSpans, SpanId, TraceId } from '@lantern/telemetry-model';
import { WORKLOAD_START, shopRequests } from '@lantern/telemetry-store/testing/shop-workload';

export const LARGE_TRACE_ID = 'feed00000000000000000000deadbeef' as TraceId;
const ROOT = 'feedfeedfeedfeed' as SpanId;
const CORRELATION_ID = '0123456789abcdef';

/**
 * Returns the requests of one trace: a job that places a thousand orders of the shop. The job has one correlation ID; all
 * other fields differ between orders as they do between traces.
 */
export const largeTraceRequests = (spans: number): Uint8Array[] => {
  const requests: Uint8Array[] = [];
  for (const request of shopRequests({ spans: spans - 1, batchSpans: 512 })) {
    const { resourceSpans } = decodeTraceRequest(request);
    requests.push(
      encodeTraceRequest(
        resourceSpans.map((group) => ({
          ...group,
          scopeSpans: group.scopeSpans.map((scopeGroup) => ({
            ...scopeGroup,
            spans: scopeGroup.spans.map((span) => ({
              ...span,
              traceId: LARGE_TRACE_ID,
              parentSpanId: span.parentSpanId ?? ROOT,
              attributes: span.attributes.map(correlated),
            })),
          })),
        })),
      ),
    );
  }
  const [first] = decodeTraceRequest(requests[0] ?? new Uint8Array()).resourceSpans;
  const [scopeGroup] = first?.scopeSpans ?? [];
  const [span] = scopeGroup?.spans ?? [];
  if (!first || !scopeGroup || !span) throw new Error('The workload is empty');
  const root: ResourceSpans = {
    ...first,
    scopeSpans: [
      {
        ...scopeGroup,
        spans: [
          {
            ...span,
            spanId: ROOT,
            parentSpanId: undefined,
            name: 'import orders',
            startUnixNano: WORKLOAD_START,
            endUnixNano: WORKLOAD_START + 120_000_000_000n,
          },
        ],
      },
    ],
  };
  return [...requests, encodeTraceRequest([root])];
};

const correlated = (attribute: Attribute): Attribute =>
  attribute.key === 'correlation.id' ? { ...attribute, value: CORRELATION_ID } : attribute;
