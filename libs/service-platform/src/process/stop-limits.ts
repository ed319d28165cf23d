/**
 * Limits on the last steps of a shutdown. Together with the default of `DRAIN_TIMEOUT_MS` they stay below the 10 s after
 * which `docker stop` kills: https://docs.docker.com/reference/cli/docker/container/stop/
 */

/** Timeout for sending the last spans and log lines: `shutdownTimeoutMillis` of the ObservabilityModule. */
export const TELEMETRY_FLUSH_TIMEOUT_MILLIS = 2_000;

/** Timeout for everything else, mainly closing the database. */
export const CLOSE_TIMEOUT_MILLIS = 500;
