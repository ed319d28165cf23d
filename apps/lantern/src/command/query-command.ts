import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { V3Endpoints } from '@lantern/query-api';
import { TRACE_ORDERS, parseTraceId } from '@lantern/telemetry-model';
import {
  DEFAULT_LIMIT,
  RUN_CRITERION_NAMES,
  type RunComparison,
  type RunCriterion,
  type RunProfile,
} from '@lantern/trace-analysis';
import { compareTracesById, explainTrace, traceIdOf } from '../assistant/explain-trace.js';
import { findTraces, readTraceSummaries, type TraceQuestion } from '../assistant/find-traces.js';
import { LanternClient } from '../assistant/lantern-client.js';
import { queryMetrics } from '../assistant/query-metrics.js';
import { readLogs, searchLogs } from '../assistant/search-logs.js';
import { serviceMap } from '../assistant/service-map.js';
import { DEFAULT_WINDOW } from '../assistant/time-window.js';
import { UsageError } from './usage-error.js';

interface QueryOptions {
  readonly last: string;
  readonly service: string | undefined;
  readonly order: TraceQuestion['order'];
  readonly count: number;
  readonly limit: number;
  readonly output: string | undefined;
  /** Whether the user named the window. */
  readonly hasLast: boolean;
  /** Whether the messages of model calls are masked in a report. */
  readonly hidesMessages: boolean;
  readonly failOn: readonly RunCriterion[];
  /** Receives the criteria of {@link failOn} that a comparison meets. */
  readonly onMet: (criteria: readonly RunCriterion[]) => void;
}

interface QueryCommand {
  readonly usage: string;
  readonly meaning: string;
  /** Number of arguments, at least and at most. */
  readonly takes: readonly [number, number];
  readonly text: (client: LanternClient, args: readonly string[], options: QueryOptions) => Promise<string>;
  /** Answer of the API for `--json`. */
  readonly json: (client: LanternClient, args: readonly string[], options: QueryOptions) => Promise<unknown>;
}

const detectionsOf = (client: LanternClient, [id = '']: readonly string[]): Promise<unknown> =>
  client.json(`/api/v3/lantern/traces/${traceIdOf(id)}/detections`);

const isTraceId = (text: string): boolean => parseTraceId(text.trim()) !== undefined;

/** @throws {UsageError} */
const write = async (file: string, content: string): Promise<void> => {
  try {
    await writeFile(file, content);
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${(error as Error).message}. Name another --output.`);
  }
};

/** Window in which runs are looked for, unless the user names another one. */
const RUN_WINDOW = '24h';

const runOf = async (
  client: LanternClient,
  selector: string,
  { hasLast, last, service }: QueryOptions,
): Promise<RunProfile> => {
  const { readRun } = await import('../assistant/read-run.js');
  return readRun(client, { selector, last: hasLast ? last : RUN_WINDOW, service });
};

/** Compares two runs, and reports the criteria of `--fail-on` that they meet. */
const comparisonOf = async (
  client: LanternClient,
  [a, b]: readonly [string, string],
  options: QueryOptions,
): Promise<RunComparison> => {
  const { compareRuns, criteriaMet } = await import('@lantern/trace-analysis');
  const comparison = compareRuns(await runOf(client, a, options), await runOf(client, b, options));
  options.onMet(criteriaMet(comparison).filter((criterion) => options.failOn.includes(criterion)));
  return comparison;
};

/** Loads the program of reports for this command alone. */
const reportOf = async (client: LanternClient, ids: string, hidesMessages: boolean): Promise<string> => {
  const { reportTraces } = await import('../assistant/report-traces.js');
  return reportTraces(client, ids.split('...'), { hidesMessages });
};

/** Commands that ask a running Lantern. Their answers are those of the tools of assistants. */
export const QUERY_COMMANDS: Readonly<Record<string, QueryCommand>> = {
  traces: {
    usage: "traces ['<query>']",
    meaning: "list traces: traces 'status = error and duration > 250ms'",
    takes: [0, 1],
    text: (client, [query = ''], options) => findTraces(client, { ...options, query }, options),
    json: (client, [query = ''], options) => readTraceSummaries(client, { ...options, query }),
  },
  trace: {
    usage: 'trace <id>',
    meaning: 'describe a trace: failure, detections, time by service, calls',
    takes: [1, 1],
    text: (client, [id = ''], options) => explainTrace(client, id, 'describe', options),
    json: (client, [id = '']) => client.json(`/api/v3/traces/${traceIdOf(id)}`),
  },
  'why-slow': {
    usage: 'why-slow <id>',
    meaning: 'what the trace waited for',
    takes: [1, 1],
    text: (client, [id = ''], options) => explainTrace(client, id, 'slow', options),
    json: detectionsOf,
  },
  'why-failed': {
    usage: 'why-failed <id>',
    meaning: 'where the failure started, and what the logs say',
    takes: [1, 1],
    text: (client, [id = ''], options) => explainTrace(client, id, 'failed', options),
    json: detectionsOf,
  },
  compare: {
    usage: 'compare <a> <b>',
    meaning: 'how trace or run b differs from a: compare main.json run=pr',
    takes: [2, 2],
    text: async (client, [a = '', b = ''], options) => {
      if (isTraceId(a) && isTraceId(b)) return compareTracesById(client, a, b, options);
      const { runMarkdown } = await import('@lantern/trace-analysis');
      return runMarkdown(await comparisonOf(client, [a, b], options));
    },
    json: async (client, [a = '', b = ''], options) =>
      isTraceId(a) && isTraceId(b)
        ? { a: await detectionsOf(client, [a]), b: await detectionsOf(client, [b]) }
        : comparisonOf(client, [a, b], options),
  },
  run: {
    usage: 'run <run>',
    meaning: 'store a run: run=<name>, version=<version> or <start>/<end>',
    takes: [1, 1],
    text: async (client, [selector = ''], options) => {
      const profile = await runOf(client, selector, options);
      const file = options.output ?? 'run.json';
      if (file === '-') return JSON.stringify(profile);
      await write(file, JSON.stringify(profile));
      return `${resolve(file)}: ${profile.traces} traces with ${profile.spans} spans.`;
    },
    json: (client, [selector = ''], options) => runOf(client, selector, options),
  },
  report: {
    usage: 'report <id>[...<id>]',
    meaning: 'write a trace, or two compared, to one HTML file',
    takes: [1, 1],
    text: async (client, [ids = ''], { output, hidesMessages }) => {
      const html = await reportOf(client, ids, hidesMessages);
      if (output === '-') return html;
      const file = resolve(output ?? `trace-${ids.trim()}.html`);
      await write(file, html);
      return `${file} (${(Buffer.byteLength(html) / 1e6).toFixed(1)} MB). Open it in a browser, or in Lantern by "Open a file".`;
    },
    json: async (client, [ids = ''], { hidesMessages }) => {
      const { readReport } = await import('@lantern/trace-report');
      return readReport(await reportOf(client, ids, hidesMessages));
    },
  },
  logs: {
    usage: "logs '<LogQL>'",
    meaning: 'search logs: logs \'{service="order-service"} |= "failed"\'',
    takes: [1, 1],
    text: (client, [query = ''], options) => searchLogs(client, { ...options, query }, options),
    json: async (client, [query = ''], options) => (await readLogs(client, { ...options, query })).data,
  },
  metrics: {
    usage: "metrics '<PromQL>'",
    meaning: 'values of metrics now',
    takes: [1, 1],
    text: (client, [query = ''], options) => queryMetrics(client, { query }, options),
    json: async (client, [query = '']) => {
      const { prometheusPort } = await client.json<V3Endpoints>('/api/v3/lantern/endpoints');
      return client.onPort(prometheusPort).json('/api/v1/query', { query });
    },
  },
  services: {
    usage: 'services',
    meaning: 'which service calls which, with errors and latencies',
    takes: [0, 0],
    text: (client, _args, options) => serviceMap(client, options.last, options),
    json: (client) => client.json('/api/v3/services'),
  },
};

const OPTIONS = {
  url: { type: 'string' },
  token: { type: 'string' },
  json: { type: 'boolean' },
  last: { type: 'string' },
  service: { type: 'string' },
  order: { type: 'string' },
  count: { type: 'string' },
  limit: { type: 'string' },
  output: { type: 'string' },
  'fail-on': { type: 'string' },
  'hide-messages': { type: 'boolean' },
} as const;

export const QUERY_HELP = [
  'Commands that ask a running Lantern:',
  '',
  ...Object.values(QUERY_COMMANDS).map(({ usage, meaning }) => `  ${usage.padEnd(26)} ${meaning}`),
  `  ${'mcp'.padEnd(26)} tools for assistants (Model Context Protocol) over stdin and stdout`,
  '',
  `  ${'--url <address>'.padEnd(26)} of the API, default LANTERN_URL or http://localhost:16686`,
  `  ${'--token <secret>'.padEnd(26)} default LANTERN_TOKEN`,
  `  ${'--json'.padEnd(26)} the answer of the API instead of text`,
  `  ${'--last <duration>'.padEnd(26)} window until now, default ${DEFAULT_WINDOW}`,
  `  ${'--service <name>'.padEnd(26)} traces of this service`,
  `  ${'--order <order>'.padEnd(26)} ${TRACE_ORDERS.join(', ')}`,
  `  ${'--count <number>'.padEnd(26)} traces or lines, default 20`,
  `  ${'--limit <characters>'.padEnd(26)} of the text, default ${DEFAULT_LIMIT}`,
  `  ${'--output <file>'.padEnd(26)} of a report or a run, default trace-<id>.html or run.json; - for stdout`,
  `  ${'--hide-messages'.padEnd(26)} masks what users and models wrote, in a report`,
  `  ${'--fail-on <list>'.padEnd(26)} exit code 2 if runs differ by one of ${RUN_CRITERION_NAMES.slice(0, 3).join(', ')},`,
  `  ${''.padEnd(26)} ${RUN_CRITERION_NAMES.slice(3).join(', ')}`,
];

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the arguments are a command that asks a running Lantern. */
export const isQueryCommand = ([name = '']: readonly string[]): boolean =>
  name === 'mcp' || Object.hasOwn(QUERY_COMMANDS, name);

/**
 * Runs a command, and returns what it prints; undefined for `mcp`, which ends with its input.
 *
 * @param fail receives the criteria of `--fail-on` that the compared runs meet
 * @throws {UsageError}
 * @throws {ClientError}
 */
export const runQueryCommand = async (
  [name = '', ...args]: readonly string[],
  env: Environment,
  fail: (criteria: readonly RunCriterion[]) => void = () => undefined,
): Promise<string | undefined> => {
  const { values, positionals } = parsed(args);
  const token = values.token ?? env.LANTERN_TOKEN;
  const client = new LanternClient({
    url: values.url ?? env.LANTERN_URL ?? 'http://localhost:16686',
    authorization: token === undefined || token === '' ? undefined : `Bearer ${token}`,
  });
  if (name === 'mcp') {
    // The SDK is loaded for this command alone.
    const [{ serveStdio }, { createAssistantServer }] = await Promise.all([
      import('@modelcontextprotocol/server/stdio'),
      import('../assistant/mcp-server.js'),
    ]);
    serveStdio(() => createAssistantServer(client));
    return undefined;
  }
  const command = QUERY_COMMANDS[name];
  if (command === undefined) throw new UsageError(`Unknown command ${name}. See --help.`);
  const [least, most] = command.takes;
  if (positionals.length < least || positionals.length > most) {
    throw new UsageError(`Usage: lantern ${command.usage}. See --help.`);
  }
  const order = TRACE_ORDERS.find((known) => known === (values.order ?? 'recent'));
  if (order === undefined) throw new UsageError(`--order is one of ${TRACE_ORDERS.join(', ')}.`);
  const options: QueryOptions = {
    last: values.last ?? DEFAULT_WINDOW,
    service: values.service,
    order,
    count: numberOf('count', values.count, 20, 1, 1_500),
    limit: numberOf('limit', values.limit, DEFAULT_LIMIT, 500, 100_000),
    output: values.output,
    hasLast: values.last !== undefined,
    hidesMessages: values['hide-messages'] === true,
    failOn: criteriaOf(values['fail-on']),
    onMet: (criteria) => {
      if (criteria.length > 0) fail(criteria);
    },
  };
  return values.json === true
    ? JSON.stringify(await command.json(client, positionals, options), null, 2)
    : (await command.text(client, positionals, options)).trimEnd();
};

/** @throws {UsageError} */
const criteriaOf = (text = ''): RunCriterion[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => {
      const known = RUN_CRITERION_NAMES.find((criterion) => criterion === name);
      if (known !== undefined) return known;
      throw new UsageError(
        `--fail-on takes ${RUN_CRITERION_NAMES.join(', ')}, separated by commas, not ${name}.`,
      );
    });

const parsed = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)} See --help.`);
  }
};

const numberOf = (
  name: string,
  text: string | undefined,
  otherwise: number,
  least: number,
  most: number,
): number => {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (!Number.isInteger(number) || number < least || number > most) {
    throw new UsageError(`--${name} is a number from ${least} to ${most}.`);
  }
  return number;
};

/** Colors the lines of an explanation for a terminal: headings bold, failures red. */
export const colored = (text: string): string =>
  text
    .split('\n')
    .map((line, i) => {
      if (/^(?:Failed first|Origin):|\bfailed: |^- \S+ (?:error|fatal): /i.test(line))
        return `\u001b[31m${line}\u001b[0m`;
      return i === 0 || (/^\S.*:$/.test(line) && !line.startsWith('- ')) ? `\u001b[1m${line}\u001b[0m` : line;
    })
    .join('\n');
