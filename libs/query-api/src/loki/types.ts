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
  readonly stats: Readonly<Record<string, unknown>>;
}

export interface LokiStream {
  /** Without `categorize-labels`, structured metadata is among the labels. */
  readonly stream: Readonly<Record<string, string>>;
  readonly values: readonly LokiValue[];
}

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
