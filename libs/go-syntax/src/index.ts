/** Text forms of Go's standard library, which Jaeger, Loki, Prometheus and their query languages read and write. */
export { formatBytes, parseBytes } from './bytes.js';
export { formatGoDuration, parseGoDuration } from './duration.js';
export { formatGoFloat, parseGoFloat, printGoFloat } from './float.js';
export { GoSyntaxError } from './go-syntax-error.js';
export { goTypeOfJson, parseGoJson } from './json.js';
export { parseGoBool, parseGoInt } from './number.js';
export { formatPrometheusDuration, parsePrometheusDuration } from './prometheus-duration.js';
export { goQuote } from './quote.js';
export {
  compileFullMatch,
  compileRegex,
  compileSearch,
  expandReplacement,
  type Regex,
  type RegexMatch,
  type TextTest,
} from './regex.js';
export { parseRfc3339Nano } from './rfc3339.js';
export {
  UTC,
  ZERO_TIME,
  formatGoTime,
  parseGoTime,
  printGoTime,
  zoneOfPlace,
  type GoTime,
  type GoZone,
} from './time.js';
export { goUnquote } from './unquote.js';
