import type { V3ExplanationQuestion } from '@lantern/query-api';
import { NANOS_PER_SECOND, serviceNameOf, spansOf, type Trace, type TraceId } from '@lantern/telemetry-model';
import { decodeTrace, decodeTraceSteps, type EncodedTrace, type LogStore } from '@lantern/telemetry-store';
import type {
  Correlation,
  Detection,
  ExplainOptions,
  OtherRoot,
  TraceFacts,
  TraceLogLine,
} from '@lantern/trace-analysis';
import type { AnswerShare } from '../../../transport/answers/answer-bytes.js';
import { Turn, inTurns } from '../../../transport/answers/turn.js';
import type { TraceQueries } from '../trace-query.js';
import { loadAnalysis } from './load-analysis.js';

/** Memory of a model and its facts, by that of its messages; measured on spans of eleven attributes. */
const FACTS_FACTOR = 10;

/** Maximum number of log lines that an explanation reads. */
const MAX_LINES = 1_000;

/** Maximum number of traces with the same correlation ID that are read. */
const MAX_CORRELATED = 10;

/** Time around a trace in which its log lines are searched: clocks of hosts differ, and work continues after the response. */
const LOG_MARGIN_NANO = 60n * NANOS_PER_SECOND;

export interface TraceAnalysis {
  readonly facts: TraceFacts;
  readonly detections: readonly Detection[];
}

/** Analyzes stored traces, and yields to other requests between the steps. */
export class TraceAnalyst {
  constructor(
    private readonly traces: TraceQueries,
    private readonly logs: LogStore,
  ) {}

  /**
   * Returns the analysis of a trace; undefined if no span of it is stored.
   *
   * @throws {OverloadedError} when the memory of the answers in the making does not suffice
   */
  async analyze(traceId: TraceId, share: AnswerShare): Promise<TraceAnalysis | undefined> {
    const stored = await this.traces.store.getEncodedTrace(traceId, share.hold);
    if (stored === undefined) return undefined;
    share.hold(FACTS_FACTOR * bytesOf(stored));
    const turn = new Turn();
    const trace: Trace = this.traces.adjusted(await inTurns(decodeTraceSteps(stored), turn));
    await turn.giveWay();
    const { TraceFacts, correlationOf, detectSplitTraces, detectSteps } = await loadAnalysis();
    const facts = await inTurns(TraceFacts.steps(trace.traceId, trace.resourceSpans), turn);
    await turn.giveWay();
    const detections = await inTurns(detectSteps(facts), turn);
    const correlation = correlationOf(facts);
    if (correlation === undefined) return { facts, detections };
    const others = await this.rootsWith(correlation, facts, share);
    return { facts, detections: [...detections, ...detectSplitTraces(facts, correlation, others)] };
  }

  /** Returns the first spans of other traces with a correlation ID that started while the trace ran. */
  private async rootsWith(
    { key, value }: Correlation,
    { traceId, table }: TraceFacts,
    share: AnswerShare,
  ): Promise<OtherRoot[]> {
    const roots: OtherRoot[] = [];
    const range = {
      startUnixNano: table.startUnixNano,
      endUnixNano: table.startUnixNano + BigInt(Math.ceil(table.duration)),
    };
    const query = { attributes: { [key]: value }, range, limit: MAX_CORRELATED };
    for await (const { trace } of this.traces.store.eachTrace(query, share.hold)) {
      if (trace.traceId === traceId) continue;
      const [root] = [...spansOf(decodeTrace(trace).resourceSpans)]
        .filter(({ span }) => span.parentSpanId === undefined)
        .sort((a, b) => (a.span.startUnixNano < b.span.startUnixNano ? -1 : 1));
      if (root === undefined) continue;
      const { startUnixNano } = root.span;
      roots.push({ traceId: trace.traceId, service: serviceNameOf(root.resource), startUnixNano });
    }
    return roots;
  }

  async explain(
    { facts, detections }: TraceAnalysis,
    question: V3ExplanationQuestion,
    options: ExplainOptions,
  ): Promise<string> {
    const { describeTrace, whyFailed, whySlow } = await loadAnalysis();
    switch (question) {
      case 'describe':
        return describeTrace(facts, options, detections);
      case 'slow':
        return whySlow(facts, options, detections);
      case 'failed':
        return whyFailed(facts, { ...options, logs: await this.linesOf(facts) }, detections);
    }
  }

  private async linesOf({ traceId, table }: TraceFacts): Promise<TraceLogLine[]> {
    const lines: TraceLogLine[] = [];
    const end = table.startUnixNano + BigInt(Math.ceil(table.duration));
    const rows = this.logs.read({
      matchers: [],
      range: {
        startUnixNano: table.startUnixNano - LOG_MARGIN_NANO,
        endUnixNano: end + LOG_MARGIN_NANO,
      },
      direction: 'forward',
      values: { trace_id: traceId },
    });
    for await (const chunk of rows) {
      for (const { labels, entry } of chunk) {
        const { structuredMetadata } = entry;
        lines.push({
          spanId: structuredMetadata.span_id,
          service: labels.service ?? labels.service_name ?? '',
          level: structuredMetadata.detected_level ?? labels.level ?? '',
          line: entry.line,
        });
        if (lines.length >= MAX_LINES) return lines;
      }
    }
    return lines;
  }
}

const bytesOf = ({ groups }: EncodedTrace): number => {
  let bytes = 0;
  for (const { spans } of groups) for (const { length } of spans) bytes += length;
  return bytes;
};
