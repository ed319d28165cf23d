import { randomBytes } from 'node:crypto';

/** Span to send, with its children. */
export interface SpanToSend {
  readonly service: string;
  readonly name: string;
  /** Span kind; SERVER if undefined. */
  readonly kind?: 'internal' | 'server' | 'client';
  /** Offset from the start of the trace. */
  readonly startMillis?: number;
  readonly durationMillis: number;
  readonly failed?: boolean;
  /** Status message of a failed span. */
  readonly message?: string;
  /** Whether the span is left out, as if its exporter had lost it. Its children are sent. */
  readonly isLost?: boolean;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  /** Events by name, with their offset in milliseconds from the start of the trace. */
  readonly events?: Readonly<Record<string, number>>;
  readonly children?: readonly SpanToSend[];
}

const KINDS = { internal: 1, server: 2, client: 3 } as const;

/**
 * Sends a trace to the Lantern under test, as an exporter does. Resolves with its ID when it is acknowledged: every
 * query finds it then.
 *
 * @param startMillis start of the trace; now if undefined
 */
export const sendTrace = async (root: SpanToSend, startMillis = Date.now()): Promise<string> => {
  const [traceId = ''] = await sendTraces([{ root, at: startMillis }]);
  return traceId;
};

/** Sends many traces in one request. Resolves with their IDs. */
export const sendTraces = async (
  traces: readonly { readonly root: SpanToSend; readonly at: number }[],
): Promise<string[]> => {
  const sent = traces.map((trace) => ({ ...trace, traceId: randomBytes(16).toString('hex') }));
  const resourceSpans = sent.flatMap(({ root, at, traceId }) => [...flat(root, traceId, undefined, at)]);
  await sendRequest(JSON.stringify({ resourceSpans }));
  return sent.map(({ traceId }) => traceId);
};

/** Sends the body of an export request in OTLP/JSON. */
export const sendRequest = async (body: string): Promise<void> => {
  const response = await fetch(`${process.env.OTLP_URL ?? ''}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  if (!response.ok) throw new Error(`Lantern refused a trace: ${response.status} ${await response.text()}`);
};

export function* flat(
  span: SpanToSend,
  traceId: string,
  parentSpanId: string | undefined,
  traceStart: number,
): Generator<object> {
  const {
    service,
    name,
    kind = 'server',
    startMillis: startMillis = 0,
    durationMillis: durationMillis,
    failed = false,
  } = span;
  const spanId = randomBytes(8).toString('hex');
  const start = traceStart + startMillis;
  const group = {
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeSpans: [
      {
        scope: { name: 'lantern-e2e' },
        spans: [
          {
            traceId,
            spanId,
            ...(parentSpanId === undefined ? {} : { parentSpanId }),
            name,
            kind: KINDS[kind],
            startTimeUnixNano: nanos(start),
            endTimeUnixNano: nanos(start + durationMillis),
            attributes: Object.entries(span.attributes ?? {}).map(([key, value]) => ({
              key,
              value: typeof value === 'string' ? { stringValue: value } : scalar(value),
            })),
            events: Object.entries(span.events ?? {}).map(([eventName, at]) => ({
              name: eventName,
              timeUnixNano: nanos(traceStart + at),
            })),
            status: failed ? { code: 2, message: span.message ?? 'failed on purpose' } : {},
          },
        ],
      },
    ],
  };
  if (span.isLost !== true) yield group;
  for (const child of span.children ?? []) yield* flat(child, traceId, spanId, traceStart);
}

const scalar = (value: number | boolean): object =>
  typeof value === 'boolean' ? { boolValue: value } : { intValue: String(value) };

const nanos = (millis: number): string => String(BigInt(Math.round(millis * 1_000)) * 1_000n);
