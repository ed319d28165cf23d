import type { V3ExplanationQuestion, V3Wait } from '@lantern/query-api';
import { readTraceRequestJson, type TraceRequestJson } from '@lantern/otlp/json';
import { parseTraceId, type Trace, type TraceId } from '@lantern/telemetry-model';
import {
  DEFAULT_LIMIT,
  TraceFacts,
  compareTraces,
  readSpan,
  type ExplainOptions,
  type ReadSpanOptions,
} from '@lantern/trace-analysis';
import { ClientError, type LanternClient } from './lantern-client.js';

/** @throws {ClientError} */
export const traceIdOf = (text: string): TraceId => {
  const traceId = parseTraceId(text.trim());
  if (traceId === undefined) {
    throw new ClientError(
      `"${text}" is not a trace ID. A trace ID has 1 to 32 hex digits; find one with a search.`,
    );
  }
  return traceId;
};

/** Returns the answer to a question about one trace. */
export const explainTrace = (
  client: LanternClient,
  traceId: string,
  question: V3ExplanationQuestion,
  { limit = DEFAULT_LIMIT }: ExplainOptions = {},
): Promise<string> =>
  client.text(`/api/v3/lantern/traces/${traceIdOf(traceId)}/explanation`, { question, limit: String(limit) });

export const compareTracesById = async (
  client: LanternClient,
  a: string,
  b: string,
  options: ExplainOptions = {},
): Promise<string> =>
  compareTraces(await factsOf(client, a), await factsOf(client, b), {
    ...options,
    baseUrl: client.publicUrl,
  });

export const readSpanById = async (
  client: LanternClient,
  traceId: string,
  spanId: string,
  options: ReadSpanOptions = {},
): Promise<string> => {
  const facts = await factsOf(client, traceId);
  const row = facts.table.spanIds.findIndex((id) => id === spanId.trim().toLowerCase());
  if (row === -1)
    throw new ClientError(`Trace ${facts.traceId} has no span ${spanId}. Describe the trace for its spans.`);
  return readSpan(facts, row, { ...options, baseUrl: client.publicUrl });
};

/** Waits until a trace is complete, and describes it; says what is missing if it is not in time. */
export const waitForTrace = async (
  client: LanternClient,
  traceId: string,
  timeoutSeconds: number,
  options: ExplainOptions = {},
): Promise<string> => {
  const id = traceIdOf(traceId);
  const { complete, reasons, spanCount } = await client.json<V3Wait>(`/api/v3/lantern/traces/${id}/wait`, {
    timeout: `${timeoutSeconds}s`,
  });
  const missing = reasons.map(({ message }) => `- ${message}`).join('\n');
  if (spanCount === 0) return `No span of trace ${id} arrived within ${timeoutSeconds} s.\n${missing}`;
  const { limit = DEFAULT_LIMIT } = options;
  if (complete) return explainTrace(client, id, 'describe', { limit });
  const head = `Not complete after ${timeoutSeconds} s:\n${missing}`.slice(0, limit / 2);
  return `${head}\n\n${await explainTrace(client, id, 'describe', { limit: Math.max(500, limit - head.length - 2) })}`;
};

const factsOf = async (client: LanternClient, text: string): Promise<TraceFacts> => {
  const { traceId, resourceSpans } = await readTrace(client, text);
  return new TraceFacts(traceId, resourceSpans);
};

/** @throws {ClientError} */
export const readTrace = async (client: LanternClient, text: string): Promise<Trace> => {
  const traceId = traceIdOf(text);
  const { result } = await client.json<{ result?: TraceRequestJson }>(`/api/v3/traces/${traceId}`);
  const { resourceSpans } = readTraceRequestJson(result ?? { resourceSpans: [] });
  return { traceId, resourceSpans };
};
