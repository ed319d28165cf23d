export { ArchiveFullError } from './archive-full-error.js';
export {
  openBlockStore,
  type BlockStore,
  type BlockStoreOptions,
  type BlockStoreStatus,
} from './block-store.js';
export {
  decodeTrace,
  decodeTraceSteps,
  encodeTrace,
  type EncodedSpans,
  type EncodedTrace,
} from './encoded-trace.js';
export { bytesOfEntry } from './entry-bytes.js';
export { FolderError } from './file/folder-error.js';
export { LatencyHistogram, latencyBucket } from './spans/latency-histogram.js';
export { WriteError } from './write-error.js';
export type {
  LabelMatcher,
  LogFields,
  LogQuery,
  LogRange,
  LogRow,
  LogStore,
  LogStoreStats,
} from './log-store.js';
export {
  REJECT_REASONS,
  type MetricStore,
  type MetricStoreStats,
  type RejectReason,
  type RejectedSamples,
  type SeriesExemplars,
} from './metric-store.js';
export { SampleBatch, type Exemplar, type MetricMetadata } from './metrics/sample-batch.js';
export { spanMatcher } from './span-matcher.js';
export type {
  CallEdge,
  HoldBytes,
  LatencyCounts,
  Operation,
  PlacedTrace,
  RedCell,
  RedQuery,
  TraceCursor,
  TraceQuery,
  TraceStore,
  TraceStoreStats,
} from './trace-store.js';
