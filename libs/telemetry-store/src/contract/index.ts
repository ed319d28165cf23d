export { logStoreContract } from './log-store-contract.js';
export type { StoreLimits } from './store-limits.js';
export { metricStoreContract, type MetricStoreLimits } from './metric-store-contract.js';
export { traceStoreContract } from './trace-store-contract.js';
