/**
 * The JSON of Loki's query API. The order of keys is part of the shape: Grafana reads the answer as a stream
 * and needs `encodingFlags` before `result`, and `stream` before `values`.
 */

export interface LokiResponse<T> {
  readonly status: 'success';
  readonly data: T;
}

export interface LokiStreams {
  readonly resultType: 'streams';
  /** Present when the request asked for it. */
  readonly encodingFlags?: readonly string[];
  readonly result: readonly LokiStream[];
  readonly stats: LokiStats;
}

export interface LokiStream {
  /** Without `categorize-labels`, structured metadata is among the labels. */
  readonly stream: Readonly<Record<string, string>>;
  readonly values: readonly LokiValue[];
}

/** One number, at one moment, for each series. */
export interface LokiVector {
  readonly resultType: 'vector';
  readonly result: readonly LokiVectorSeries[];
  readonly stats: LokiStats;
}

export interface LokiVectorSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: LokiSample;
}

export interface LokiMatrix {
  readonly resultType: 'matrix';
  readonly result: readonly LokiMatrixSeries[];
  readonly stats: LokiStats;
}

export interface LokiMatrixSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly LokiSample[];
}

/** A query that is a number. */
export interface LokiScalar {
  readonly resultType: 'scalar';
  readonly result: LokiSample;
  readonly stats: LokiStats;
}

/** Statistics of a query. logcli prints them for `--stats`, and Grafana's inspector shows them. */
export interface LokiStats {
  readonly summary: LokiStatsSummary;
}

export interface LokiStatsSummary {
  readonly bytesProcessedPerSecond: number;
  readonly linesProcessedPerSecond: number;
  /** Size of the text of the lines that were read. Aggregations that count lines read no text. */
  readonly totalBytesProcessed: number;
  /** Number of lines that were read. Lines that an index excludes are not read. */
  readonly totalLinesProcessed: number;
  /** Seconds. */
  readonly execTime: number;
  /** Seconds. Queries do not wait in a queue. */
  readonly queueTime: number;
  readonly subqueries: number;
  /** Number of lines, or of samples, in the answer. */
  readonly totalEntriesReturned: number;
}

/** Unix seconds, with milliseconds as the fraction, and the number as a text: JSON has no `NaN` and `+Inf`. */
export type LokiSample = readonly [seconds: number, value: string];

/** Unix nanoseconds, the line, and with `categorize-labels` what else is known of the line. */
export type LokiValue =
  readonly [time: string, line: string] | readonly [time: string, line: string, categories: LokiCategories];

/** Each is absent when empty. */
export interface LokiCategories {
  readonly structuredMetadata?: Readonly<Record<string, string>>;
  readonly parsed?: Readonly<Record<string, string>>;
}

/** The request header that carries {@link CATEGORIZE_LABELS}, among other flags, separated by commas. */
export const ENCODING_FLAGS_HEADER = 'x-loki-response-encoding-flags';

/** Answer with structured metadata and parsed labels apart from the labels of the stream. */
export const CATEGORIZE_LABELS = 'categorize-labels';

/** Labels, label values and series: no `data` when there is none. */
export interface LokiList<T> {
  readonly status: 'success';
  readonly data?: readonly T[];
}

export interface LokiBuildInfo {
  readonly version: string;
  readonly revision: string;
  readonly branch: string;
  readonly buildUser: string;
  readonly buildDate: string;
  readonly goVersion: string;
}

export interface LokiIndexStats {
  readonly streams: number;
  readonly chunks: number;
  readonly bytes: number;
  readonly entries: number;
}

export interface LokiDetectedLabels {
  readonly detectedLabels: readonly LokiDetectedLabel[];
}

export interface LokiDetectedLabel {
  readonly label: string;
  readonly cardinality: number;
}

export interface LokiDetectedFields {
  readonly fields: readonly LokiDetectedField[];
  readonly limit: number;
}

export interface LokiDetectedField {
  readonly label: string;
  readonly type: LokiFieldType;
  readonly cardinality: number;
  /** `json` or `logfmt`; null for structured metadata. */
  readonly parsers: readonly string[] | null;
  /** Path of a JSON field, name by name. */
  readonly jsonPath?: readonly string[];
}

export type LokiFieldType = 'string' | 'int' | 'float' | 'boolean' | 'duration' | 'bytes';

export interface LokiDetectedValues {
  readonly values: readonly string[];
  readonly limit: number;
}

export interface LokiPattern {
  readonly pattern: string;
  readonly level: string;
  readonly samples: readonly (readonly [seconds: number, count: number])[];
}

/** One message of `tail`. */
export interface LokiTailFrame {
  readonly streams: readonly LokiStream[];
  /** At most 100. */
  readonly dropped_entries?: readonly LokiDroppedEntry[];
  /** Number of all dropped lines, where `dropped_entries` does not name every one. Loki does not send it. */
  readonly dropped_count?: number;
  readonly encodingFlags?: readonly string[];
}

export interface LokiDroppedEntry {
  readonly labels: Readonly<Record<string, string>>;
  readonly timestamp: string;
}
