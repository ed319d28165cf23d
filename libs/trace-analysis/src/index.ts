export { detect, detectSteps } from './detect.js';
export {
  DETECTION_KINDS,
  type Detection,
  type DetectionKind,
  type DetectionKindInfo,
  type DetectionSubject,
} from './detection.js';
export {
  attributeDifferences,
  type AttributeDifference,
  type AttributePair,
  type CohortTrace,
  type ValueDifference,
} from './differences.js';
export { compareTraces } from './explain/compare-traces.js';
export { describeTrace } from './explain/describe-trace.js';
export { DEFAULT_LIMIT, Explanation, type ExplainOptions } from './explain/explanation.js';
export { readSpan, type ReadSpanOptions } from './explain/read-span.js';
export { whyFailed, type TraceLogLine, type WhyFailedOptions } from './explain/why-failed.js';
export { whySlow } from './explain/why-slow.js';
export { errorMessageOf, originOfFailure, type FailureOrigin } from './failure.js';
export {
  compareRuns,
  type CompareRunsOptions,
  type OperationChange,
  type RunComparison,
} from './runs/compare-runs.js';
export { runMarkdown } from './runs/run-markdown.js';
export { PROFILE_VERSION, RunProfiler, type RunProfile } from './runs/run-profile.js';
export { RUN_CRITERION_NAMES, criteriaMet, type RunCriterion } from './runs/run-verdict.js';
export {
  genAiCallOf,
  genAiUsageOf,
  isGenAiMessage,
  type GenAiCall,
  type GenAiMessage,
  type GenAiPart,
  type GenAiUsage,
} from './gen-ai/gen-ai-call.js';
export { DEFAULT_MODEL_PRICES, costOf, parseModelPrices, type ModelPrices } from './gen-ai/model-prices.js';
export { maskField, maskText } from './sensitive/mask.js';
export { findSecret, maskSecrets } from './sensitive/secrets.js';
export { correlationOf, detectSplitTraces, type Correlation, type OtherRoot } from './split-trace.js';
export { TraceFacts } from './trace-facts.js';
