import { gunzipSync } from 'node:zlib';
import { type RunningServer, readBytes, startServer } from './http-server.js';

/** A log record as OTLP's JSON carries it. */
export interface OtlpLogRecord {
  timeUnixNano: string;
  severityNumber: number;
  severityText: string;
  body: { stringValue: string };
  attributes: Record<string, unknown>;
  traceId?: string;
  spanId?: string;
  flags?: number;
  resource: Record<string, unknown>;
}

export interface OtlpLogsSink extends RunningServer {
  records: OtlpLogRecord[];
  requests: NodeJS.Dict<string | string[]>[];
  /** Sets the status of all further responses; undefined sends no response. */
  answerWith: (status: number | undefined, headers?: Record<string, string>) => void;
  /** Rejects such lines of each request, and reports their number in the response. */
  reject: (isPoisoned: (line: string) => boolean) => void;
  /** Rejects with 400 each request, as a whole, that has such a line. */
  refuse: (isPoisoned: (line: string) => boolean) => void;
}

interface KeyValue {
  key: string;
  value: Record<string, unknown>;
}

interface LogsData {
  resourceLogs: {
    resource: { attributes: KeyValue[] };
    scopeLogs: {
      logRecords: (Omit<OtlpLogRecord, 'attributes' | 'resource'> & { attributes: KeyValue[] })[];
    }[];
  }[];
}

const values = (pairs: KeyValue[]): Record<string, unknown> =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]));

/** Takes the logs of OTLP over HTTP in its JSON encoding. */
export const startOtlpLogsSink = async (): Promise<OtlpLogsSink> => {
  let answer: { status: number | undefined; headers: Record<string, string> } = { status: 200, headers: {} };
  let isPoisoned = (_line: string): boolean => false;
  let isRejected = (_line: string): boolean => false;
  const server = await startServer((request, response) => {
    sink.requests.push(request.headers);
    const { status, headers } = answer;
    void readBytes(request).then((sent) => {
      if (status === undefined) return undefined;
      const isZipped = request.headers['content-encoding'] === 'gzip';
      const body = (isZipped ? gunzipSync(sent) : sent).toString();
      if (request.url !== '/v1/logs') return response.writeHead(404).end();
      if (status !== 200) return response.writeHead(status, headers).end();
      const records = (JSON.parse(body) as LogsData).resourceLogs.flatMap(({ resource, scopeLogs }) =>
        scopeLogs.flatMap(({ logRecords }) =>
          logRecords.map((record) => ({
            ...record,
            attributes: values(record.attributes),
            resource: values(resource.attributes),
          })),
        ),
      );
      if (records.some((record) => isPoisoned(record.body.stringValue))) return response.writeHead(400).end();
      const kept = records.filter((record) => !isRejected(record.body.stringValue));
      sink.records.push(...kept);
      const rejectedLogRecords = records.length - kept.length;
      const partialSuccess = { rejectedLogRecords: String(rejectedLogRecords), errorMessage: 'by the test' };
      return response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(rejectedLogRecords === 0 ? '{}' : JSON.stringify({ partialSuccess }));
    });
  });
  const sink: OtlpLogsSink = {
    ...server,
    records: [],
    requests: [],
    answerWith: (status, headers = {}) => (answer = { status, headers }),
    reject: (predicate) => (isRejected = predicate),
    refuse: (predicate) => (isPoisoned = predicate),
  };
  return sink;
};
