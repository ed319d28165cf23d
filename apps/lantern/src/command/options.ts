import { parseArgs } from 'node:util';

/** Invalid argument on the command line. The message names it and points to `--help`. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

interface Option {
  readonly variable: string;
  /** Placeholder of the value in the help; absent for a switch. */
  readonly value?: string;
  readonly meaning: string;
}

/** Command-line options. Each one sets an environment variable, whose value `config.ts` parses and validates. */
const OPTIONS: Readonly<Record<string, Option>> = {
  'data-dir': {
    variable: 'LANTERN_DATA_DIR',
    value: 'folder',
    meaning: 'keep traces and logs there; without it they are in memory',
  },
  retention: {
    variable: 'LANTERN_RETENTION',
    value: 'age',
    meaning: 'drop what is older: 30d, 72h',
  },
  durability: {
    variable: 'LANTERN_DURABILITY',
    value: 'process|power',
    meaning: 'outlive a killed process (default) or a loss of power too',
  },
  'max-bytes': {
    variable: 'LANTERN_MAX_TRACE_BYTES',
    value: 'size',
    meaning: 'what traces may occupy: 256MiB in memory, 10GiB on disk by default',
  },
  'max-log-bytes': {
    variable: 'LANTERN_MAX_LOG_BYTES',
    value: 'size',
    meaning: 'the same for log lines: 128MiB in memory, 2GiB on disk by default',
  },
  host: { variable: 'LANTERN_HOST', value: 'host', meaning: 'where to listen, default localhost' },
  'allowed-hosts': {
    variable: 'LANTERN_ALLOWED_HOSTS',
    value: 'names',
    meaning: 'further names that clients use for it: lantern,.example.com',
  },
  'ui-port': {
    variable: 'LANTERN_JAEGER_PORT',
    value: 'port',
    meaning: 'web UI and Jaeger API, default 16686',
  },
  'otlp-port': { variable: 'LANTERN_OTLP_PORT', value: 'port', meaning: 'OTLP over HTTP, default 4318' },
  'otlp-grpc-port': {
    variable: 'LANTERN_OTLP_GRPC_PORT',
    value: 'port',
    meaning: 'OTLP over gRPC, default 4317',
  },
  'loki-port': { variable: 'LANTERN_LOKI_PORT', value: 'port', meaning: 'Loki API, default 3100' },
  'prometheus-port': {
    variable: 'LANTERN_PROMETHEUS_PORT',
    value: 'port',
    meaning: 'Prometheus API, default 9090',
  },
  'sampling-port': {
    variable: 'LANTERN_SAMPLING_PORT',
    value: 'port',
    meaning: 'remote sampling, default 5778',
  },
  'sampling-file': {
    variable: 'LANTERN_SAMPLING_FILE',
    value: 'file',
    meaning: "sampling strategies, in Jaeger's format",
  },
  token: {
    variable: 'LANTERN_TOKEN',
    value: 'secret',
    meaning: 'what senders and readers have to show; others can see it here, LANTERN_TOKEN hides it',
  },
  'allow-anonymous': {
    variable: 'LANTERN_ALLOW_ANONYMOUS',
    meaning: 'let everybody in where others can reach --host',
  },
};

export interface Command {
  readonly action: 'start' | 'help' | 'version';
  /** Environment variables that the options set. */
  readonly env: Readonly<Record<string, string>>;
}

/** @throws {UsageError} */
export const parseCommand = (args: readonly string[]): Command => {
  let values: Readonly<Record<string, string | boolean | undefined>>;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
        ...Object.fromEntries(
          Object.entries(OPTIONS).map(([name, { value }]) => [
            name,
            { type: value === undefined ? ('boolean' as const) : ('string' as const) },
          ]),
        ),
      },
    }));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${message.replace(/\.?$/, '.')} See --help.`);
  }
  const env: Record<string, string> = {};
  for (const [name, { variable }] of Object.entries(OPTIONS)) {
    const value = values[name];
    if (value !== undefined) env[variable] = value === true ? '1' : String(value);
  }
  return { action: values.help ? 'help' : values.version ? 'version' : 'start', env };
};

export const HELP = [
  'Usage: lantern [options]',
  '',
  'An observability backend in one process: OTLP in, the query APIs of Jaeger, Loki and Prometheus out, and a web UI.',
  '',
  ...Object.entries(OPTIONS).map(
    ([name, { value, meaning }]) =>
      `  ${`--${name}${value === undefined ? '' : ` <${value}>`}`.padEnd(26)} ${meaning}`,
  ),
  '  -h, --help                 show this',
  '  -v, --version              show the version',
  '',
  'Sizes are like 256MiB or 1GB. Port 0 takes any free one. Every option has a variable too, LANTERN_*:',
  'see the README.',
].join('\n');
