import { parseArgs } from 'node:util';
import { DEFAULT_PORTS, PORT_OPTIONS, type Ports } from './ports.js';

export interface StartOptions {
  readonly ports: Ports;
  /** Send the tutorial's two orders once the system is ready. */
  readonly demo: boolean;
  /** Folder of data and log files. Undefined: `.lantern` in the workspace. */
  readonly dataDir: string | undefined;
  readonly help: boolean;
}

/** Invalid command line. The message contains the argument and the allowed values. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const portNames = Object.keys(PORT_OPTIONS) as (keyof Ports)[];

const parsePort = (option: string, text: string): number => {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new UsageError(`--${option} ${text}: a port is a whole number from 0 (any free one) to 65535.`);
  }
  return port;
};

/** @throws UsageError */
export const parseOptions = (args: readonly string[]): StartOptions => {
  let values: Record<string, string | boolean | undefined>;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        'no-demo': { type: 'boolean' },
        'data-dir': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        ...Object.fromEntries(
          portNames.map((name) => [PORT_OPTIONS[name].option, { type: 'string' as const }]),
        ),
      },
    }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const ports = Object.fromEntries(
    portNames.map((name) => {
      const { option } = PORT_OPTIONS[name];
      const text = values[option];
      return [name, typeof text === 'string' ? parsePort(option, text) : DEFAULT_PORTS[name]];
    }),
  ) as unknown as Ports;
  const dataDir = values['data-dir'];
  return {
    ports,
    demo: values['no-demo'] !== true,
    dataDir: typeof dataDir === 'string' ? dataDir : undefined,
    help: values.help === true,
  };
};

export const USAGE = [
  'npm start -- [options]',
  '',
  'Starts Lantern and the three services of the shop, and sends two orders.',
  '',
  '  --no-demo                   do not send the two orders',
  '  --data-dir <folder>         folder of data and logs (default .lantern)',
  ...portNames.map((name) => {
    const { option, purpose } = PORT_OPTIONS[name];
    return `  ${`--${option} <port>`.padEnd(27)} ${purpose} (default ${DEFAULT_PORTS[name]}, 0: any free one)`;
  }),
  '  -h, --help                  show this',
].join('\n');
