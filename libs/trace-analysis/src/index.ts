export { codeText } from './code-text.js';
export { detect } from './detect.js';
export {
  DETECTION_KINDS,
  type Detection,
  type DetectionKind,
  type DetectionKindInfo,
  type DetectionSubject,
} from './detection.js';
export { errorMessageOf, originOfFailure, type FailureOrigin } from './failure.js';
export { findSecret, maskSecrets } from './sensitive/secrets.js';
export { TraceFacts } from './trace-facts.js';
