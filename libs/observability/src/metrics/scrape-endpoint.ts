import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { METRIC_HTTP_SERVER_REQUEST_DURATION } from '@opentelemetry/semantic-conventions';
import { describeError } from '../redaction/errors.js';
import {
  labelText,
  openMetricsText,
  OPEN_METRICS_TYPE,
  prometheusText,
  PROMETHEUS_TYPE,
} from './exposition.js';
import { type HistogramExtras, metricFamilies } from './metric-families.js';
import { type Exemplar, type RequestDuration, attributesKey } from './request-duration.js';
import type { ScrapeReader } from './scrape-reader.js';

const compress = promisify(gzip);

/** Answers a scrape, in OpenMetrics with exemplars where the scraper asks for it, else in Prometheus' text format. */
export const answerScrape = async (
  request: IncomingMessage,
  response: ServerResponse,
  { reader, durations, service }: { reader: ScrapeReader; durations: RequestDuration; service: string },
): Promise<void> => {
  try {
    const families = metricFamilies(await reader.read(), service, extrasOf(durations));
    const { accept = '' } = request.headers;
    const asOpenMetrics =
      preference(accept, 'application/openmetrics-text') > 0 &&
      preference(accept, 'application/openmetrics-text') >= preference(accept, 'text/plain');
    const text = asOpenMetrics ? openMetricsText(families) : prometheusText(families);
    const encoding = request.headers['accept-encoding'] ?? '';
    const zipped = preference(encoding, 'gzip') > 0;
    const body = zipped ? await compress(text) : Buffer.from(text);
    response.writeHead(200, {
      'content-type': asOpenMetrics ? OPEN_METRICS_TYPE : PROMETHEUS_TYPE,
      'content-length': body.length,
      vary: 'accept, accept-encoding',
      ...(zipped ? { 'content-encoding': 'gzip' } : {}),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  } catch (error) {
    if (response.headersSent) return;
    response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(`Metrics cannot be read: ${describeError(error).message}\n`);
  }
};

/** The weight that a header such as Accept gives an item, 0 for none. https://www.rfc-editor.org/rfc/rfc9110#section-12.4.2 */
const preference = (header: string, item: string): number => {
  let weight = 0;
  for (const entry of header.split(',')) {
    const [name, ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
    if (name !== item) continue;
    const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    weight = Math.max(weight, Number(q) || 0);
  }
  return weight;
};

const extrasOf = (durations: RequestDuration): HistogramExtras => {
  const all = durations.seriesByAttributes();
  return {
    name: METRIC_HTTP_SERVER_REQUEST_DURATION,
    exemplars: (attributes) => (all.get(attributesKey(attributes))?.exemplars ?? []).map(sampleExemplar),
    untouched: durations.untouched(),
  };
};

const sampleExemplar = (exemplar: Exemplar | undefined) =>
  exemplar && {
    labels: labelText([
      ['trace_id', exemplar.traceId],
      ['span_id', exemplar.spanId],
    ]),
    value: exemplar.seconds,
    timestamp: exemplar.timestamp / 1000,
  };
