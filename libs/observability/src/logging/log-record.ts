/** Extra keys of a log line: `logger.error('Payment failed', { product, err })`. */
export type LogFields = Record<string, unknown>;
