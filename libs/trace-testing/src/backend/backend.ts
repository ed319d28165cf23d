import { readTraceRequestJson } from '@lantern/otlp/json';
import type { Trace, TraceId } from '@lantern/telemetry-model';
import { parseLogLine, type LogLine } from '../trace/log-line.js';
import { BackendError } from './backend-error.js';
import type { ReadConfig } from './config.js';

/** Condition and timeout of a wait. */
export interface WaitRequest {
  readonly traceId: string;
  readonly until: 'complete' | 'quiet';
  readonly timeoutMillis: number;
  readonly settleMillis?: number | undefined;
  readonly parentSpanId?: string | undefined;
  readonly roots?: number | undefined;
}

export interface WaitAnswer {
  readonly complete: boolean;
  readonly reasons: readonly { readonly message: string }[];
}

/** Time by which an answer of a wait may come after its timeout. */
const GRACE_MILLIS = 5_000;
const REQUEST_MILLIS = 10_000;

/** Clock skew that a search allows. */
const SKEW_MILLIS = 60_000;

interface LokiAnswer {
  readonly data: {
    readonly result: readonly {
      readonly stream: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [string, string])[];
    }[];
  };
}

/** Client of Lantern, or of Jaeger and Loki. */
export class Backend {
  private hasLoki = true;

  constructor(readonly config: ReadConfig) {}

  /** Returns undefined when the backend has no such endpoint, as Jaeger. */
  async wait({
    traceId,
    until,
    timeoutMillis,
    settleMillis,
    parentSpanId,
    roots,
  }: WaitRequest): Promise<WaitAnswer | undefined> {
    const query = new URLSearchParams({ until, timeout: `${timeoutMillis}ms` });
    if (settleMillis !== undefined) query.set('settle', `${Math.min(settleMillis, timeoutMillis)}ms`);
    if (parentSpanId !== undefined) query.set('parent', parentSpanId);
    if (roots !== undefined) query.set('roots', String(roots));
    for (const name of this.config.instrumented) query.append('instrumented', name);
    const path = `/api/v3/lantern/traces/${traceId}/wait?${query.toString()}`;
    const response = await this.get(this.config.url + path, timeoutMillis + GRACE_MILLIS);
    // Jaeger answers unknown paths with the page of its UI.
    if (response.status === 404 || (response.ok && !isJson(response))) {
      await response.body?.cancel();
      return undefined;
    }
    return (await this.jsonOf(response)) as WaitAnswer;
  }

  async trace(traceId: string): Promise<Trace | undefined> {
    const response = await this.get(`${this.config.url}/api/v3/traces/${traceId}`);
    if (response.status === 404) {
      await response.body?.cancel();
      return undefined;
    }
    const { result } = (await this.jsonOf(response)) as { result?: unknown };
    const { resourceSpans } = readTraceRequestJson(result ?? {});
    return resourceSpans.length === 0 ? undefined : { traceId: traceId as TraceId, resourceSpans };
  }

  /** Returns the IDs of the traces of a service with an attribute, newest first. */
  async search(
    service: string,
    attributes: Readonly<Record<string, string>>,
    sinceMillis: number,
  ): Promise<string[]> {
    const query = new URLSearchParams({
      'query.serviceName': service,
      'query.attributes': JSON.stringify(attributes),
      'query.startTimeMin': new Date(sinceMillis - SKEW_MILLIS).toISOString(),
      'query.startTimeMax': new Date(Date.now() + SKEW_MILLIS).toISOString(),
      'query.searchDepth': '100',
    });
    const response = await this.get(`${this.config.url}/api/v3/trace-summaries?${query.toString()}`);
    const { summaries = [] } = (await this.jsonOf(response)) as {
      summaries?: readonly { traceId: string }[];
    };
    return summaries.map(({ traceId }) => traceId);
  }

  /** Returns the log lines of a trace, oldest first; none without a Loki. */
  async logs(traceId: string, sinceMillis: number): Promise<readonly LogLine[]> {
    const { lokiUrl, logSelector } = this.config;
    if (lokiUrl === undefined || !this.hasLoki) return [];
    // The ID is in the structured metadata, in the JSON of the line, or in its text.
    const found = await this.queryLogs(`${logSelector} | trace_id="${traceId}"`, sinceMillis);
    return found.length > 0 ? found : this.queryLogs(`${logSelector} |= "${traceId}"`, sinceMillis);
  }

  traceUrl(traceId: string): string {
    return `${this.config.url}/trace/${traceId}`;
  }

  /** Returns the lines that match a LogQL query, oldest first; none without a Loki. */
  async queryLogs(query: string, sinceMillis: number): Promise<LogLine[]> {
    const { lokiUrl } = this.config;
    if (lokiUrl === undefined) return [];
    const parameters = new URLSearchParams({
      query,
      limit: '1000',
      direction: 'forward',
      start: `${BigInt(Math.floor(sinceMillis - SKEW_MILLIS)) * 1_000_000n}`,
    });
    const response = await this.get(`${lokiUrl}/loki/api/v1/query_range?${parameters.toString()}`);
    if (response.status === 404 || (response.ok && !isJson(response))) {
      // The URL is that of a Jaeger.
      this.hasLoki = false;
      await response.body?.cancel();
      return [];
    }
    const { data } = (await this.jsonOf(response)) as LokiAnswer;
    return data.result
      .flatMap(({ stream, values }) => values.map((value) => parseLogLine(stream, value)))
      .sort((a, b) => (a.timeUnixNano < b.timeUnixNano ? -1 : a.timeUnixNano > b.timeUnixNano ? 1 : 0));
  }

  /** Deletes all data of a Lantern. */
  async deleteData(): Promise<void> {
    const response = await this.request('DELETE', `${this.config.url}/api/v3/lantern/data`);
    const text = await response.text();
    if (response.status === 204) return;
    const reason = response.status === 403 ? messageOf(text) : 'Only Lantern can delete its data.';
    throw new BackendError(`${response.url} answered ${response.status}: ${reason}`);
  }

  private get(url: string, timeoutMillis?: number): Promise<Response> {
    return this.request('GET', url, timeoutMillis);
  }

  private async request(
    method: 'GET' | 'DELETE',
    url: string,
    timeoutMillis = REQUEST_MILLIS,
  ): Promise<Response> {
    const { token } = this.config;
    try {
      return await fetch(url, {
        method,
        headers: {
          accept: 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        signal: AbortSignal.timeout(timeoutMillis),
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw new BackendError(
        `${new URL(url).origin} cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}. ` +
          'Is the backend of the trace tests running?',
        { cause: error },
      );
    }
  }

  private async jsonOf(response: Response): Promise<unknown> {
    const text = await response.text();
    if (response.ok && isJson(response)) return JSON.parse(text) as unknown;
    const hint = response.status === 401 ? ' Set LANTERN_TOKEN.' : '';
    throw new BackendError(
      `${response.url} answered ${response.status}: ${text.slice(0, 500).trim()}${hint}`,
    );
  }
}

const isJson = (response: Response): boolean =>
  (response.headers.get('content-type') ?? '').includes('application/json');

/** Message of an error of API v3, which is JSON as text. */
const messageOf = (text: string): string => {
  try {
    return (JSON.parse(text) as { error: { message: string } }).error.message;
  } catch {
    return text.slice(0, 500);
  }
};
