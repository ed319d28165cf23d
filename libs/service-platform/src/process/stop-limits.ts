/**
 * How long the last steps of stopping may take, in milliseconds. Together with `DRAIN_TIMEOUT_MS` they stay, by
 * default, below the 10 s after which `docker stop` kills: https://docs.docker.com/reference/cli/docker/container/stop/
 */
export const STOP_LIMITS_MS = {
  /** Sending the last spans and log lines. */
  telemetry: 2_000,
  /** Everything else, the database above all. */
  rest: 500,
} as const;
