export { spanTree, type SpanTreeOptions } from './span-tree.js';
export { startTestTelemetry, type TestTelemetry, type WaitOptions } from './test-telemetry.js';
