/**
 * How long each step of stopping may take, in milliseconds. Together they stay below the 10 s after which
 * `docker stop` kills: https://docs.docker.com/reference/cli/docker/container/stop/
 */
export const STOP_LIMITS_MS = {
  /** Requests that run; `slow_product` takes 3 s. */
  requests: 6_000,
  /** Sending the last spans and log lines. */
  telemetry: 2_000,
  /** Everything else, the database above all. */
  rest: 500,
} as const;
