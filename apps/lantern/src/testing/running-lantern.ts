import { afterAll, beforeAll } from '@jest/globals';
import { encodeTraceRequest } from '@lantern/otlp';
import type { ResourceSpans } from '@lantern/telemetry-model';
import type { Config } from '../config.js';
import { startLantern, type Lantern, type LanternOptions } from '../lantern.js';

export const TEST_CONFIG: Config = {
  host: 'localhost',
  allowedHosts: [],
  corsOrigins: [],
  otlpPort: 0,
  otlpGrpcPort: 0,
  jaegerPort: 0,
  lokiPort: 0,
  prometheusPort: 0,
  zipkinPort: undefined,
  forwardUrl: undefined,
  forwardHeaders: {},
  maxForwardBytes: 64 * 1024 * 1024,
  samplingPort: 0,
  samplingFile: undefined,
  scrape: undefined,
  rules: undefined,
  alertWebhook: undefined,
  alertmanagerUrl: undefined,
  token: undefined,
  allowReset: false,
  dataDir: undefined,
  retentionMillis: undefined,
  durability: 'process',
  maxTraceBytes: 16 * 1024 * 1024,
  maxLogBytes: 16 * 1024 * 1024,
  maxMetricBytes: 16 * 1024 * 1024,
  maxGrpcMessageBytes: 4 * 1024 * 1024,
  maxInFlightBytes: 64 * 1024 * 1024,
  maxAnswerBytes: 64 * 1024 * 1024,
  maxClockSkewNano: 0n,
};

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Body parsed as JSON, with any content type. */
  readonly json: () => unknown;
}

export const request = async (url: string, init?: RequestInit): Promise<Answer> => {
  const response = await fetch(url, init);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: () => JSON.parse(text) as unknown,
  };
};

/** A Lantern on free ports, for one suite. */
export class RunningLantern {
  private lantern: Lantern | undefined;
  readonly reports: string[] = [];

  constructor(
    private readonly options: LanternOptions,
    private readonly config: Partial<Config> = {},
  ) {}

  async start(): Promise<void> {
    this.lantern = await startLantern(
      { ...TEST_CONFIG, ...this.config },
      {
        report: (message) => this.reports.push(message),
        // Tests write of any time, so that what they expect does not depend on now.
        logLimits: { maxAgeNanos: 1n << 63n, maxFutureNanos: 1n << 63n, maxBehindNanos: 1n << 63n },
        ...this.options,
      },
    );
  }

  async stop(): Promise<void> {
    await this.lantern?.close();
  }

  get urls() {
    if (!this.lantern) throw new Error('Lantern has not been started');
    return this.lantern.urls;
  }

  otlp(path: string, init?: RequestInit): Promise<Answer> {
    return request(this.urls.otlp + path, init);
  }

  jaeger(path: string, init?: RequestInit): Promise<Answer> {
    return request(this.urls.jaeger + path, init);
  }

  loki(path: string, init?: RequestInit): Promise<Answer> {
    return request(this.urls.loki + path, init);
  }

  prometheus(path: string, init?: RequestInit): Promise<Answer> {
    return request(this.urls.prometheus + path, init);
  }

  async send(...groups: readonly ResourceSpans[]): Promise<void> {
    const { status, text } = await this.otlp('/v1/traces', {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: new Uint8Array(encodeTraceRequest(groups)),
    });
    if (status !== 200) throw new Error(`The spans were not taken: ${status} ${text}`);
  }

  push(body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.loki('/loki/api/v1/push', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body),
    });
  }

  /** `query_range` over all time, unless `params` say otherwise. */
  queryLogs(query: string, params: Record<string, string> = {}, init?: RequestInit): Promise<Answer> {
    const search = new URLSearchParams({ query, start: '0', end: '4000000000', ...params });
    return this.loki(`/loki/api/v1/query_range?${search.toString()}`, init);
  }
}

export const useLantern = (options: LanternOptions = {}, config: Partial<Config> = {}): RunningLantern => {
  const running = new RunningLantern(options, config);
  beforeAll(() => running.start());
  afterAll(() => running.stop());
  return running;
};
