/** As many bytes as an OpenTelemetry Collector takes, before and after decompression. */
export const MAX_BODY_BYTES = 20 * 1024 * 1024;

/** How long a client may take to send a whole request. */
export const REQUEST_TIMEOUT_MILLIS = 30_000;
