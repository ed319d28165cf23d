import type { ResourceSpansJson } from '@lantern/otlp/json';
import type { CallDifference } from '@lantern/telemetry-model';
import type { DetectionSubject } from '@lantern/trace-analysis';

/** ID of the element that holds the data, as JSON, in the page of a report. */
export const DATA_ELEMENT = 'lantern-report';

/** Version of {@link ReportData}. Readers reject a larger one. */
export const DATA_VERSION = 1;

/** Content of a report. Secrets are masked. */
export interface ReportData {
  readonly version: typeof DATA_VERSION;
  readonly title: string;
  /** Time of creation in RFC 3339. */
  readonly createdAt: string;
  /** Paragraphs above the traces, such as the message of a failed assertion. */
  readonly notes: readonly string[];
  readonly traces: readonly ReportTrace[];
  /** Calls of the first two traces side by side. */
  readonly comparison?: readonly CallDifference[];
}

export interface ReportTrace {
  readonly traceId: string;
  /** All spans as OTLP/JSON. */
  readonly resourceSpans: readonly ResourceSpansJson[];
  readonly lines: readonly ReportLine[];
  /** Whether the trace has more lines than the report. */
  readonly areLinesCut: boolean;
  readonly rows: ReportRows;
  readonly detections: readonly ReportDetection[];
  /** Sentences: where the trace failed, and what took its time. */
  readonly summary: readonly string[];
}

/** Log line of a trace, with the fields that readers show. */
export interface ReportLine {
  /** Decimal. */
  readonly timeUnixNano: string;
  readonly service: string;
  readonly level: string;
  readonly message: string;
  readonly spanId?: string;
  /** Line as received. */
  readonly line: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Columns of the waterfall, see `SpanTable` of the model: one entry per row. Times are nanoseconds since the start. */
export interface ReportRows {
  /** Decimal. */
  readonly startUnixNano: string;
  readonly duration: number;
  readonly errorCount: number;
  readonly services: readonly string[];
  /** Index of the span among all spans of {@link ReportTrace.resourceSpans}. */
  readonly source: readonly number[];
  readonly depth: readonly number[];
  /** Number of spans in the subtree, including the span. */
  readonly size: readonly number[];
  readonly service: readonly number[];
  readonly start: readonly number[];
  readonly end: readonly number[];
  /** Sections of the critical path: row, start and end of each. */
  readonly critical: readonly (readonly [row: number, from: number, to: number])[];
}

export interface ReportDetection {
  readonly title: string;
  readonly subject: DetectionSubject;
  readonly share: number;
  readonly text: string;
  readonly advice: string;
  readonly rows: readonly number[];
}
