export {
  T0,
  attributes,
  millis,
  resource,
  resourceSpans,
  scope,
  span,
  spanId,
  trace,
  traceId,
} from './builders.js';
export { drawSpan, drawTable, type DrawnSpan } from './draw-span.js';
export { orderTrace } from './order-trace.js';
