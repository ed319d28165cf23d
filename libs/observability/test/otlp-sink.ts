import { gunzipSync } from 'node:zlib';
import { type RunningServer, startServer } from './http-server.js';

/** A span as OTLP's JSON carries it, as far as the tests look. */
export interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: Record<string, unknown>;
  status: { code?: number; message?: string };
  events: { name: string; attributes: Record<string, unknown> }[];
  links: { traceId: string; spanId: string }[];
  startTimeUnixNano: string;
  resource: Record<string, unknown>;
  /** Name of the tracer. */
  scope: string;
}

export interface OtlpSink extends RunningServer {
  spans: OtlpSpan[];
  requests: { path: string; contentType: string; bytes: number }[];
}

interface KeyValue {
  key: string;
  value: Record<string, unknown>;
}

interface TracesData {
  resourceSpans: {
    resource: { attributes: KeyValue[] };
    scopeSpans: {
      scope: { name: string };
      spans: (Omit<OtlpSpan, 'attributes' | 'events' | 'links' | 'resource' | 'scope'> & {
        attributes: KeyValue[];
        events?: { name: string; attributes?: KeyValue[] }[];
        links?: OtlpSpan['links'];
      })[];
    }[];
  }[];
}

/** Takes OTLP over HTTP; decodes the JSON encoding, only counts the bytes of protobuf. */
export const startOtlpSink = async (port = 0): Promise<OtlpSink> => {
  const spans: OtlpSpan[] = [];
  const requests: OtlpSink['requests'] = [];
  const server = await startServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const sent = Buffer.concat(chunks);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
      const contentType = request.headers['content-type'] ?? '';
      requests.push({ path: request.url ?? '', contentType, bytes: body.length });
      if (contentType === 'application/json')
        spans.push(...decode(JSON.parse(body.toString()) as TracesData));
      response
        .writeHead(200, { 'content-type': contentType })
        .end(contentType === 'application/json' ? '{}' : '');
    });
  }, port);
  return { ...server, spans, requests };
};

const decode = ({ resourceSpans }: TracesData): OtlpSpan[] => {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map((span) => ({
        ...span,
        attributes: values(span.attributes),
        events: (span.events ?? []).map(({ name, attributes = [] }) => ({
          name,
          attributes: values(attributes),
        })),
        links: span.links ?? [],
        resource: values(resource.attributes),
        scope: scope.scope.name,
      })),
    ),
  );
};

const values = (pairs: KeyValue[]): Record<string, unknown> =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]));
