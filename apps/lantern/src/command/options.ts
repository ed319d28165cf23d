import { parseArgs } from 'node:util';
import { SETTINGS, type Setting } from '../settings/settings.js';
import { UsageError } from './usage-error.js';

interface Option extends NonNullable<Setting['option']> {
  readonly variable: string;
  readonly default: Setting['default'];
}

/** Command-line options. Each one sets an environment variable, whose value `config.ts` parses and validates. */
const OPTIONS: readonly Option[] = Object.entries<Setting>(SETTINGS).flatMap(
  ([variable, { option, default: value }]) => (option ? [{ ...option, variable, default: value }] : []),
);

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
          OPTIONS.map(({ name, value }) => [
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
  for (const { name, variable } of OPTIONS) {
    const value = values[name];
    if (value !== undefined) env[variable] = value === true ? '1' : String(value);
  }
  return { action: values.help ? 'help' : values.version ? 'version' : 'start', env };
};

const defaultText = (value: Setting['default']): string => {
  if (value === undefined) return '';
  return typeof value === 'string'
    ? `, default ${value}`
    : `, default ${value.inMemory} in memory, ${value.inFolder} on disk`;
};

/** Returns the text of `--help`, with the lines about the commands that ask a running Lantern. */
export const formatHelp = (queryHelp: readonly string[]): string =>
  [
    'Usage: lantern [options], or lantern <command> [options]',
    '',
    'An observability backend in one process: OTLP in, the query APIs of Jaeger, Loki and Prometheus out, and a web UI.',
    '',
    ...OPTIONS.map(
      ({ name, value, help, default: initial }) =>
        `  ${`--${name}${value === undefined ? '' : ` <${value}>`}`.padEnd(26)} ${help}${value === undefined ? '' : defaultText(initial)}`,
    ),
    '  -h, --help                 show this',
    '  -v, --version              show the version',
    '',
    'Commands for programs that send:',
    '',
    '  env --lang <language>      lines to copy for nest, node, python, java, go, dotnet or browser',
    '  run -- <command>           run a command that sends here, and link its traces; starts Lantern if none answers',
    '',
    ...queryHelp,
    '',
    'A size is a number with a unit: 256MiB, 1GB. Port 0 is any free port. The README lists the environment variables',
    'of these options and of further settings.',
  ].join('\n');
