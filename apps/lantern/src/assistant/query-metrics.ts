import type { V3Endpoints } from '@lantern/query-api';
import { Explanation, type ExplainOptions } from '@lantern/trace-analysis';
import type { LanternClient } from './lantern-client.js';
import { windowOf } from './time-window.js';

export interface MetricQuestion {
  /** Query in PromQL: `sum by (service) (rate(http_requests_total[5m]))`. */
  readonly query: string;
  /** Window until now; undefined for the values now. */
  readonly last?: string | undefined;
}

/** Number of points of a series over a window. */
const POINTS = 60;

interface PrometheusAnswer {
  readonly data: {
    readonly resultType: string;
    readonly result: unknown;
  };
}

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/** Returns the value of each series now, or its first, smallest, largest and last value over a window. */
export const queryMetrics = async (
  client: LanternClient,
  { query, last }: MetricQuestion,
  options: ExplainOptions = {},
): Promise<string> => {
  const { prometheusPort } = await client.json<V3Endpoints>('/api/v3/lantern/endpoints');
  const { data } = await read(client.onPort(prometheusPort), query, last);
  if (!Array.isArray(data.result) || data.resultType === 'scalar' || data.resultType === 'string') {
    return `${query} = ${String((data.result as readonly unknown[])[1])}`;
  }
  const series = data.result as readonly Series[];
  if (series.length === 0) return `No series matches ${query}.`;
  const text = new Explanation(options);
  text.add(`${series.length} series of ${query}${last === undefined ? ' now' : ` in the last ${last}`}:`);
  text.addList('Labels and values:', series.map(seriesLine), 'series');
  return text.finish('Aggregate more, for example with topk or sum by.');
};

const read = (client: LanternClient, query: string, last: string | undefined): Promise<PrometheusAnswer> => {
  if (last === undefined) return client.json('/api/v1/query', { query });
  const { startUnixNano, endUnixNano } = windowOf(last);
  const [start, end] = [Number(startUnixNano) / 1e9, Number(endUnixNano) / 1e9];
  const step = Math.max(1, Math.ceil((end - start) / POINTS));
  return client.json('/api/v1/query_range', {
    query,
    start: String(start),
    end: String(end),
    step: String(step),
  });
};

const seriesLine = ({ metric, value, values = [] }: Series): string => {
  const { __name__: name = '', ...labels } = metric;
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  const head = `- ${name}{${pairs.join(', ')}}`.slice(0, 300);
  // A sample of a native histogram has no single value.
  if (value !== undefined) return `${head} ${value[1]}`;
  const numbers = values.map(([, text]) => Number(text)).filter((number) => !Number.isNaN(number));
  const [first] = values;
  const latest = values.at(-1);
  if (first === undefined || latest === undefined) return `${head} (histogram)`;
  return `${head} first ${first[1]}, smallest ${Math.min(...numbers)}, largest ${Math.max(...numbers)}, last ${latest[1]}`;
};
